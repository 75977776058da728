"""The run over real tables: its list, its references and its verdict, on data that needs no download."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.metrics import mean_absolute_error, r2_score

from bench.data import SOURCES
from bench.real_tables import __main__ as command
from bench.real_tables import fetch
from bench.real_tables.frames import csv_of_keel, csv_of_pickle
from bench.real_tables.one_table import divide, hinted, otherwise, plain, run, same_rows, worse_than
from bench.real_tables.references import inputs_of, read, reference_scores, target_of
from bench.real_tables.report import markdown, untold
from bench.real_tables.tables import AMOUNTS, CLASSES, PACKAGES, TABLES, RealTable
from glassprop.ground.note import Note

_MACHINE = {"date": "2026-11-26", "cpu": "a CPU", "cores": 2, "versions": {"numpy": "2"}}


def _table(target: str, task: str, **more) -> RealTable:
    return RealTable("islp", "made", target, task, **more)


def _wine(folder: Path) -> Path:
    frame = datasets.load_wine(as_frame=True).frame
    frame["target"] = np.array(["red", "white", "rosé"])[frame["target"]]
    frame.insert(0, "", np.arange(1, len(frame) + 1))
    path = folder / "wine.csv"
    frame.to_csv(path, index=False)
    return path


def test_the_list_has_forty_tables_of_known_packages_each_with_a_checksum():
    sums = json.loads(Path(fetch.__file__).with_name("sha256.json").read_text())
    assert len({table.name for table in TABLES}) == len(TABLES) == 40
    assert set(sums) == {table.name for table in TABLES}
    assert all(table.package in PACKAGES and "==" in PACKAGES[table.package][0] for table in TABLES)
    assert {table.task for table in TABLES} == {AMOUNTS, CLASSES}


def test_none_of_them_is_one_that_defaults_were_chosen_on():
    used = {source.member for source in SOURCES.values()} | {Path(source.member).name for source in SOURCES.values()}
    assert not used & ({table.member for table in TABLES} | {Path(table.member).name for table in TABLES})


def test_a_table_with_classes_has_scores_of_all_four_on_the_same_rows(tmp_path):
    table = _table("target", CLASSES, leave_out=("",), roles={"alcohol": "number", "hue": "category"})
    found = run(table, _wine(tmp_path))
    assert (found["rows"], found["train"], found["test"], found["decided"]) == (178, 133, 45, CLASSES)
    assert found["same_rows"]
    assert found["worse"] == []
    assert found["otherwise"] == {"hue": "number, not category"}
    for name in ("glassprop", "trees", "ridge"):
        assert found["scores"][name]["log_loss"] < 0.5 * found["scores"]["constant"]["log_loss"]
    page = markdown([found], _MACHINE)
    assert "| made | 178 × 15 | classes |" in page
    assert "learned from 1 of 1 tables. By R² or log loss:\n\n* Against the constant: better on 1" in page


def test_amounts_are_scored_as_scikit_learn_scores_them(tmp_path):
    frame = datasets.load_diabetes(as_frame=True).frame
    path = tmp_path / "diabetes.csv"
    frame.to_csv(path, index=False)
    table = _table("target", AMOUNTS)
    found = run(table, path)
    train, test = divide(frame["target"], AMOUNTS)
    mean = np.full(len(test), frame["target"].iloc[train].mean())
    constant = found["scores"]["constant"]
    assert constant["r2"] == pytest.approx(r2_score(frame["target"].iloc[test], mean))
    assert constant["mean_absolute_error"] == pytest.approx(mean_absolute_error(frame["target"].iloc[test], mean))
    assert found["same_rows"]
    assert min(found["scores"][name]["r2"] for name in ("glassprop", "ridge", "trees")) > 0.2


def test_what_the_tool_refuses_stands_in_the_page(tmp_path):
    frame = pd.DataFrame({"a": ["x"] * 40, "y": np.linspace(0, 1, 40)})
    path = tmp_path / "constant.csv"
    frame.to_csv(path, index=False)
    frame["b"] = np.arange(40.0)
    X, y = frame[["b"]], frame["y"]
    scores = reference_scores(_table("y", AMOUNTS), X, y, divide(y, AMOUNTS))
    assert scores["ridge"]["r2"] > 0.99
    result = {"name": "made", "package": "islp", "task": AMOUNTS, "rows": 40, "columns": 2, "refused": "no column"}
    page = markdown([result], _MACHINE)
    assert "| refused |" in page
    assert "* made: no column" in page


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [("r2", 0.1, -0.1), ("accuracy", 0.9, 0.8), ("roc_auc", 0.6, 0.4), ("balanced_accuracy", 0.6, 0.4),
     ("log_loss", 0.5, 0.6), ("root_mean_squared_error", 1, 2), ("mean_absolute_error", 1, 2)],
)  # fmt: skip
def test_each_score_is_worse_in_its_own_direction(name, better, worse):
    assert worse_than({name: worse}, {name: better}) == [name]
    assert worse_than({name: better}, {name: worse}) == []
    assert worse_than({name: better}, {name: better}) == []
    assert worse_than({name: worse}, {}) == []


def test_worse_than_the_constant_fails_the_run_unless_it_is_said(capsys):
    said = {"name": "said", "worse": ["r2"], "worse_told": True}
    quiet = {"name": "quiet", "worse": ["r2"], "worse_told": False}
    good = {"name": "good", "worse": [], "worse_told": False}
    assert untold([said, quiet, good]) == ["quiet"]
    assert command._verdict([said, good]) == 0
    assert command._verdict([said, quiet]) == 1
    assert "nothing says so: quiet" in capsys.readouterr().err


def test_the_page_says_which_score_is_worse_and_whether_that_is_told():
    scores = {"glassprop": -0.25, "baseline": -0.125, "constant": -0.125, "ridge": 0.5, "trees": 0.5}
    result = {"name": "la-riots", "package": "vega", "task": AMOUNTS, "rows": 40, "columns": 2, "worse": ["r2"]}
    result["scores"] = {name: {"r2": score} for name, score in scores.items()}
    page = markdown([result | {"worse_told": False}], _MACHINE)
    assert "* la-riots: R² −0.250 (constant −0.125); **not told**" in page
    assert "; told\n" in markdown([result | {"worse_told": True}], _MACHINE)
    assert "Against the constant: better on 0, level within 0.01 on 0, worse on 1." in page


def test_noise_that_is_learned_is_found_to_be_worse(tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(60, 8)), columns=list("abcdefgh"))
    frame["y"] = rng.permutation(np.repeat(["no", "yes"], 30))
    path = tmp_path / "noise.csv"
    frame.to_csv(path, index=False)
    found = run(_table("y", CLASSES), path)
    ours, baseline = found["scores"]["glassprop"], found["scores"]["baseline"]
    assert ("log_loss" in found["worse"]) == (ours["log_loss"] > baseline["log_loss"])
    assert ("accuracy" in found["worse"]) == (ours["accuracy"] < baseline["accuracy"])


def test_the_constant_tells_whether_the_same_target_was_read():
    assert same_rows({"log_loss": 1.0, "accuracy": 0.5}, {"log_loss": 1.01, "accuracy": 0.5})
    assert not same_rows({"log_loss": 1.0, "accuracy": 0.5}, {"log_loss": 1.1, "accuracy": 0.5})
    assert not same_rows({"root_mean_squared_error": 1.0}, {"log_loss": 1.0})


def test_rows_are_divided_once_by_class_and_a_single_one_is_learned_from():
    y = pd.Series(["a"] * 40 + ["b"] * 8 + ["c"] + [None] * 3)
    train, test = divide(y, CLASSES)
    assert sorted([*train, *test]) == list(range(49))
    assert y.iloc[test].value_counts().to_dict() == {"a": 10, "b": 2}
    again = divide(y, CLASSES)
    assert np.array_equal(train, again[0])
    assert np.array_equal(test, again[1])


def test_nameless_row_labels_go_by_the_name_that_they_are_given():
    table = _table("y", AMOUNTS, roles={"": "dropped", "a": "text dropped"})
    assert otherwise(table, {"column_1": "number", "a": "dropped"}) == {"(row names)": "number, not dropped"}
    assert otherwise(table, {"": "dropped", "a": "date"}) == {"a": "date, not text or dropped"}
    assert otherwise(_table("y", AMOUNTS, roles={"at": "time"}), {"at": "time of day"}) == {}


def test_a_hint_is_one_by_its_kind_or_by_its_words_and_about_that_column():
    note = Note("awake alone is enough", kind="leak-hint", column="awake")
    assert hinted("awake", [plain(note)])
    assert hinted("awake", [plain("column 'awake' gives the target away")])
    assert not hinted("brainwt", [plain(note)])
    assert not hinted("awake", [plain("column 'awake': number, 3 missing")])


def test_the_references_see_numbers_dates_and_categories_but_no_labels(tmp_path):
    days = pd.date_range("2020-01-30", periods=40, freq="D")
    frame = pd.DataFrame({
        "day": days.strftime("%Y/%m/%d"),
        "count": [*map(str, range(36)), "NA", "NA", "NA", "many"],
        "kind": ["x", "y"] * 20,
        "title": [f"title {k}" for k in range(40)],
        "y": np.arange(40.0),
    })  # fmt: skip
    frame.insert(0, "", range(40))
    path = tmp_path / "kinds.csv"
    frame.to_csv(path, index=False)
    table = _table("y", AMOUNTS, leave_out=("",))
    X = inputs_of(read(path), table)
    assert list(X.columns) == ["day", "day month", "day weekday", "day hour", "count", "kind"]
    assert X["day"].iloc[0] == (days[0] - pd.Timestamp(0)).days
    assert X["day month"].tolist() == days.month.tolist()
    assert X["count"].isna().sum() == 4
    assert target_of(pd.DataFrame({"y": ["1", "NA"]}), table).isna().tolist() == [False, True]


def test_a_pickle_that_calls_something_is_refused():
    class Call:
        def __reduce__(self):
            return os.getcwd, ()

    with pytest.raises(pickle.UnpicklingError, match="no part of a data frame"):
        csv_of_pickle(lzma.compress(pickle.dumps(Call())))
    with pytest.raises(pickle.UnpicklingError, match="holds a slice"):
        csv_of_pickle(lzma.compress(pickle.dumps(slice(1))))


def test_lines_of_keel_get_a_header():
    assert csv_of_keel(b"1, 2,yes\n3, 4,no\n") == b"c1,c2,class\n1, 2,yes\n3, 4,no\n"


def test_a_file_with_another_checksum_is_not_taken(tmp_path):
    table, data = _table("y", AMOUNTS), b"y\n1\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(table.member, data)
    with zipfile.ZipFile(packed) as archive:
        with pytest.raises(fetch.NotFetchedError, match="checksum"):
            fetch._unpack(archive, table, "0" * 64, tmp_path)
        assert fetch.lacking([table], tmp_path) == [table]
        fetch._unpack(archive, table, hashlib.sha256(data).hexdigest(), tmp_path)
    assert fetch.path_of(table, tmp_path).read_bytes() == data
    assert fetch.lacking([table], tmp_path) == []


def test_without_an_index_it_says_what_is_left_out_and_where_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(command, "lacking", list)
    monkeypatch.setattr(command, "fetch", lambda tables: {"islp": "pip could not download islp==0.6.0 (no network)"})
    monkeypatch.setattr(command, "_write", lambda results, docs: None)
    assert command.main(["--only", "Hitters", "College"]) == 0
    said = capsys.readouterr().err
    assert "islp: pip could not download" in said
    assert "2 of 2 real tables are neither in" in said
    assert "left out: Hitters, College." in said
    assert command.main(["--only", "Hitters", "--fetch"]) == 1


def test_when_time_is_up_none_is_begun(capsys):
    results = command.run_all(list(TABLES[:3]), seconds=0.0, jobs=1)
    assert [result["refused"] for result in results] == ["no time was left"] * 3
    assert command._verdict(results) == 0
    assert "3 were not done in time" in capsys.readouterr().err
    assert "| mtcars |" in markdown(results, _MACHINE)
