"""Bad input: what can be read rightly is read; the rest is one line, exit code 2, and nothing left behind."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassprop.cli import main

QUICK = ("--epochs", "2", "--hidden", "4")
HEAD = "width,color,kind\n"
ROWS = "".join(f"{i / 7:.3f},{'red' if i % 3 else 'blue'},{'rose' if i % 2 else 'lily'}\n" for i in range(40))

# Tables that are refused: content of t.csv (or another name) and words of the line.
REFUSED_TABLES = {
    "empty file": ("t.csv", b"", ["t.csv", "empty"]),
    "header only": ("t.csv", HEAD.encode(), ["no rows"]),
    "target all missing": ("t.csv", (HEAD + "1,red,\n2,blue,\n").encode(), ["kind"]),
    "one class": ("t.csv", (HEAD + "1,red,rose\n2,blue,rose\n" * 5).encode(), ["kind"]),
    "one row": ("t.csv", (HEAD + "1,red,rose\n").encode(), ["t"]),
    "duplicate target": ("t.csv", ("kind,kind,a\n" + "rose,lily,1\n" * 9).encode(), ["kind"]),
    "parquet of 0 bytes": ("t.parquet", b"", ["t.parquet", "empty"]),
    "unknown kind of file": ("t.xyz", b"1,2\n", ["t.xyz", ".csv"]),
    "a spreadsheet": ("t.csv", b"PK\x03\x04" + bytes(50), ["spreadsheet"]),
}


@pytest.mark.parametrize("case", REFUSED_TABLES)
def test_tables_that_are_refused(refuse, tmp_path, case):
    name, content, words = REFUSED_TABLES[case]
    (tmp_path / name).write_bytes(content)
    refuse("train", name, "--target", "kind", words=words)


def test_truncated_parquet(refuse, tmp_path, table):
    table.write_parquet(tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(whole[: len(whole) // 2])
    refuse("train", "t.parquet", "--target", "kind", words=["t.parquet"])


# Tables that are read all the same: t.csv and a word of what is said about it ("" for nothing).
REPAIRED_TABLES = {
    "byte order mark": (b"\xef\xbb\xbf" + (HEAD + ROWS).encode(), ""),
    "not utf-8": ((HEAD + ROWS).replace("blue", "grün").encode("latin-1"), ""),
    "utf-16": ((HEAD + ROWS).encode("utf-16"), ""),
    "windows line ends": ((HEAD + ROWS).replace("\n", "\r\n").encode(), ""),
    "decimal commas": ((HEAD + ROWS).replace(",", ";").replace(".", ",").encode(), ""),
    "numbers as text": ((HEAD + ROWS).replace("0.143", "abc").encode(), "width"),
    "missing and infinite numbers": (
        (HEAD + ROWS).replace("0.143", "nan").replace("0.286", "inf").encode(),
        "width",
    ),
    "some targets missing": ((HEAD + ROWS + "1,red,\n").encode(), "kind"),
    "a class with one example": ((HEAD + ROWS + "1,red,tulip\n").encode(), "tulip"),
}


@pytest.mark.parametrize("case", REPAIRED_TABLES)
def test_tables_that_are_read_all_the_same(run, tmp_path, case):
    content, word = REPAIRED_TABLES[case]
    (tmp_path / "t.csv").write_bytes(content)
    result = run("train", "t.csv", "--target", "kind", *QUICK, "--json")
    assert result.code == 0, result.err
    assert word in " ".join(note["text"] for note in result.json["notes"])
    roles = {c["name"]: c["role"] for c in result.json["columns"]}
    assert roles["width"] == "number"


@pytest.mark.parametrize("case", ["ragged rows", "duplicate names"])
def test_tables_that_are_repaired_or_refused_but_never_misread(run, tmp_path, case):
    text = HEAD + ROWS + "1,red\n" if case == "ragged rows" else ("width,width,kind\n" + ROWS)
    (tmp_path / "t.csv").write_text(text)
    result = run("train", "t.csv", "--target", "kind", *QUICK, "--json")
    assert result.code in (0, 2)
    assert "Traceback" not in result.err
    if result.code:
        assert result.err.count("\n") == 1
    else:
        assert len(result.json["notes"]) >= 2


def test_missing_file_and_misspelt_names(refuse):
    refuse("train", "no-such.csv", words=["no-such.csv"])
    refuse("train", "iirs", words=["did you mean", "iris"])
    refuse("trian", "iris", words=["trian", 'Did you mean "train"'])
    refuse("train", "iris", "--taget", "x", words=["--taget", "--target"])


def test_the_nearest_column_is_named(refuse, table):
    refuse("train", "flowers.csv", "--target", "kinds", words=["'kinds'", "'kind'"])
    refuse("train", "flowers.csv", "--target", "kind", "--drop", "colour", words=["'colour'", "'color'"])
    refuse("train", "flowers.csv", "--target", "kind", "--weight", "nothing", words=["'nothing'"])


def test_no_target_named(refuse, table):
    refuse("train", "flowers.csv", words=["target", "'kind'"])


USAGE = {
    "hidden 0": (["--hidden", "0"], ["--hidden", "'0'"]),
    "hidden negative": (["--hidden", "-5"], ["--hidden", "'-5'"]),
    "hidden partly wrong": (["--hidden", "10,-5,x,0"], ["'-5', 'x', '0'"]),
    "hidden negative first": (["--hidden", "-5,3"], ["'-5'"]),
    "hidden not a number": (["--hidden", "many"], ["'many'"]),
    "hidden empty": (["--hidden", ""], ["--hidden"]),
    "hidden huge": (["--hidden", "9" * 30], ["--hidden"]),
    "epochs 0": (["--epochs", "0"], ["--epochs 0"]),
    "epochs text": (["--epochs", "ten"], ["--epochs", "ten"]),
    "epochs not whole": (["--epochs", "1.5"], ["--epochs", "whole number", "'1.5'"]),
    "seed not whole": (["--seed", "1e3"], ["--seed", "whole number", "'1e3'"]),
    "seed negative": (["--seed", "-1"], ["--seed -1"]),
    "seed large": (["--seed", str(2**32)], ["--seed"]),
    "validation 0": (["--validation", "0"], ["--validation", "between 0 and 1"]),
    "validation 1.5": (["--validation", "1.5"], ["--validation", "between 0 and 1"]),
    "validation negative": (["--validation", "-0.1"], ["--validation", "between 0 and 1"]),
    "validation nan": (["--validation", "nan"], ["--validation", "between 0 and 1"]),
    "validation file": (["--validation", "none.csv"], ["none.csv"]),
    "class weight": (["--class-weight", "even"], ["balanced"]),
    "task": (["--task", "clustering"], ["classification"]),
    "activation": (["--activation", "rellu"], ["rellu", "relu"]),
    "group and time": (["--group", "species", "--time", "species"], ["group and time"]),
    "two tables": (["wine"], ["'wine'", "cannot be one of several"]),
    "unknown option": (["--verbose"], ["--verbose"]),
    "option without value": (["--target"], ["--target"]),
    "model below a file": (["--model", "taken/m.glassprop"], ["taken", "not a folder"]),
    "model in no folder": (["--model", "none/m.glassprop"], ["none", "does not exist"]),
    "model is a folder": (["--model", "."], ["folder"]),
}


@pytest.mark.parametrize("case", USAGE)
def test_usage(refuse, tmp_path, case):
    (tmp_path / "taken").touch()
    arguments, words = USAGE[case]
    refuse("train", "iris", *arguments, words=words)


@pytest.mark.parametrize("arguments", [["train"], ["score", "m"], ["predict"], ["check", "m"]])
def test_missing_arguments(refuse, arguments):
    refuse(*arguments, words=["requires an argument", f"glassprop {arguments[0]} --help"])


def test_info_wants_a_file_or_the_engine(refuse):
    refuse("info", words=["a model file", "--engine"])


def test_standard_input_is_one_table(refuse, table):
    refuse("train", "-", "--target", "kind", "--validation", "-", stdin=b"", words=["standard input"])
    refuse("train", "-", "--target", "kind", stdin=b"", words=["empty"])


@pytest.mark.parametrize("out", ["p.xlsx", "p", "none/p.csv", "."])
def test_predict_looks_at_its_output_first(refuse, iris_model, out):
    refuse("predict", iris_model, "iris", "--out", out, words=[out])


def test_predict_on_a_full_disk_leaves_nothing(refuse, iris_model, monkeypatch):
    import errno

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    refuse("predict", iris_model, "iris", "--out", "p.csv", words=["disk is full"])


def bad_model(path, good, case):
    """Write a model file that is bad in the way of `case`; returns words of the refusal."""
    data = good.read_bytes()
    if case == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif case == "empty":
        path.touch()
    elif case == "a table":
        path.write_bytes(b"a,b\n1,2\n")
    elif case == "a pickle":
        path.write_bytes(pickle.dumps({"model": np.arange(3)}))
    elif case == "newer format":
        path.write_bytes(Path(good).read_bytes().replace(b'"version":"2"', b'"version":"9"', 1))
    return {
        "truncated": "damaged",
        "empty": "empty",
        "a table": "not a glassprop",
        "a pickle": "pickle",
    }.get(case, "format 9")


@pytest.mark.parametrize("case", ["truncated", "empty", "a table", "a pickle", "newer format"])
@pytest.mark.parametrize("command", ["predict", "score", "check", "info"])
def test_model_files_that_are_refused(refuse, tmp_path, iris_model, case, command):
    word = bad_model(tmp_path / "m.glassprop", iris_model, case)
    refuse(command, "m.glassprop", *([] if command == "info" else ["iris"]), words=["m.glassprop", word])


def test_missing_model(refuse):
    refuse("predict", "none.glassprop", "iris", words=["none.glassprop"])


def test_odd_classes_at_scoring(refuse, tmp_path, iris_model):
    from glassprop.tables import read_table

    frame = read_table("iris").frame.with_columns(pl.lit("tulip").alias("species"))
    frame.write_csv(tmp_path / "t.csv")
    refuse("score", iris_model, "t.csv", words=["tulip"])


def test_numbers_that_overflow_stop_at_once(run, tmp_path, monkeypatch):
    """A cost that is not finite is the network's fault or the user's, never a traceback."""
    import glassprop.tables
    from glassprop.errors import DivergenceError

    def diverge(*_, **__):
        raise DivergenceError("the cost became NaN in epoch 3, first in layer 2: try a lower rate", epoch=3, layer=2)

    monkeypatch.setattr(glassprop.tables, "fit_table", diverge)
    result = run("train", "iris")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "command"),
    [("polars", "train"), ("polars", "score")],
)
def test_a_missing_package_is_named_with_what_to_install(refuse, iris_model, monkeypatch, package, command):
    monkeypatch.setitem(sys.modules, package, None)
    arguments = ["iris"] if command == "train" else [iris_model, "iris"]
    refuse(command, *arguments, words=[package, "pip install 'glassprop[cli]'"])


def test_a_file_name_that_is_not_unicode(refuse, iris_model):
    refuse("predict", iris_model, os.fsdecode(b"\xff.csv"), words=["\\udcff.csv"])


def test_a_bug_says_that_it_is_one(run, monkeypatch):
    import glassprop.tables

    def broken(*_, **__):
        raise KeyError("two\nlines")

    monkeypatch.setattr(glassprop.tables, "fit_table", broken)
    result = run("train", "iris")
    assert result.code == 70
    assert result.err.count("\n") == 1
    assert "this is a bug in glassprop" in result.err
    monkeypatch.setenv("GLASSPROP_TRACEBACK", "1")
    assert "Traceback" in run("train", "iris").err


def test_help_and_version(run):
    import glassprop

    assert run("--version").out == f"{glassprop.__version__}\n"
    assert run("--help").out == run().out
    for command in ("train", "predict", "score", "check", "info"):
        assert command in run("--help").out
        assert run(command, "--help").code == 0


def test_main_takes_the_arguments_of_the_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["glassprop", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.strip()


def test_class_weights_for_amounts(refuse):
    refuse("train", "diabetes", "--class-weight", "balanced", words=["class_weight", "'progression'", "regression"])


def test_a_class_for_every_amount_is_odd_but_no_bug(run):
    assert run("train", "diabetes", "--task", "classification", "--epochs", "2").code == 0


def test_data_that_scikit_learn_refuses_are_no_bug_of_ours(run, monkeypatch):
    """What slips through our own checks and is refused by scikit-learn's is still about the data."""
    from sklearn.utils import check_array

    import glassprop.tables

    monkeypatch.setattr(glassprop.tables, "fit_table", lambda *_, **__: check_array([[np.nan]]))
    result = run("train", "iris")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("glassprop: scikit-learn cannot use these data: Input contains NaN")
    assert result.err.count("\n") == 1


def test_a_plain_value_error_of_ours_is_a_bug(run, monkeypatch):
    import glassprop.tables

    def broken(*_, **__):
        raise ValueError("ours")

    monkeypatch.setattr(glassprop.tables, "fit_table", broken)
    assert run("train", "iris").code == 70


def wild_table(**changes):
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, 250)).round(4)
    columns = {"x": x, "z": z, "w": np.ones(250), "y": (3 * x + z).round(4)}
    for name, value in changes.items():
        columns[name][::20] = value
    return pl.DataFrame(columns)


@pytest.mark.parametrize("change", [{"x": 1.7976931348623157e308}, {"y": 1e100}, {"y": 1e200}, {"y": 1e149}])
def test_very_large_numbers_end_no_command(run, tmp_path, change):
    wild_table(**change).write_csv(tmp_path / "wild.csv")
    wild_table().write_csv(tmp_path / "tame.csv")
    assert run("train", "wild.csv", "--target", "y", *QUICK, "--model", "wild.glassprop").code == 0
    assert run("train", "tame.csv", "--target", "y", *QUICK, "--model", "tame.glassprop").code == 0
    for model in ("wild.glassprop", "tame.glassprop"):
        result = run("score", model, "wild.csv", "--json")
        assert result.code == 0
        assert None not in result.json["metrics"].values()
        assert "encountered" not in result.err
        missing = max(change.values()) > 1e150
        assert ("beyond 1e150" in result.err) is missing
        result = run("check", model, "wild.csv")
        assert result.code in (0, 1)
        assert "encountered" not in result.err


def test_weights_that_are_very_large(refuse, tmp_path):
    wild_table(w=1e308).write_csv(tmp_path / "wild.csv")
    refuse("train", "wild.csv", "--target", "y", "--weight", "w", words=["'w'", "beyond 1e150"])
