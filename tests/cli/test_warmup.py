"""``glassprop warmup`` and ``warmup()``: what is compiled is where it is said. For real it is in test_first_process."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from glassprop import warmup
from glassprop.cli import main
from glassprop.engine.compiled import kernels, product_table, tuning
from glassprop.engine.compiled.machine_code import Code
from glassprop.engine.warm import tune
from glassprop.errors import SettingsError


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of parts that are compiled, which takes no time here."""
    names: list[str] = []

    def compiled(part: Any, kind: Any) -> Code:
        names.append(f"{part.name}-{kind}")
        return Code("symbol", [], b"object file of " + part.name.encode())

    monkeypatch.setattr(kernels, "compiled", compiled)
    return names


def test_each_part_is_compiled_once_for_each_precision(quick: list[str], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    first = warmup(cache_dir=tmp_path, on_progress=lambda done, of: told.append((done, of)))
    assert len(quick) == len(set(quick)) == first.compiled == first.parts
    assert {name.rpartition("-")[2] for name in quick} == set(first.precisions) == {"float32", "float64"}
    assert told == [(done, first.parts) for done in range(first.parts + 1)], "how many there are is known at once"
    files = list(Path(first.folder).iterdir())
    assert (first.parts, first.size) == (len(files), sum(file.stat().st_size for file in files))
    again = warmup(cache_dir=tmp_path)
    assert (again.parts, again.compiled, again.size) == (first.parts, 0, first.size)
    assert len(quick) == first.parts


def test_less_is_asked_for_and_more(quick: list[str], tmp_path: Path) -> None:
    few = warmup(precisions=["float32"], activations=["gelu"], costs=[], solvers=["adam"], cache_dir=tmp_path)
    assert any("gelu" in name for name in quick)
    assert not any("tanh" in name or "float64" in name for name in quick)
    usual = warmup(precisions=["float32"], cache_dir=tmp_path)
    assert usual.compiled < usual.parts
    everything = warmup(precisions=["float32"], everything=True, cache_dir=tmp_path)
    assert few.parts < usual.parts < everything.parts
    assert len(set(quick)) == len(quick) == everything.parts


def test_all_is_all_that_any_network_uses(quick: list[str], tmp_path: Path) -> None:
    """Over the list of networks that the engines are compared on."""
    from engine.engine_cases import CASES, WIDE

    from glassprop.engine.compiled import engine
    from glassprop.optimizer import OPTIMIZERS

    warmup(precisions=["float64"], everything=True, cache_dir=tmp_path)
    optimizers = [kind() for kind in OPTIMIZERS.values()]
    used = engine.parts_used([case.network for case in (*CASES, *WIDE)], optimizers, "float64", sparse=True)
    assert sorted({f"{part.name}-float64" for part in used} - set(quick)) == []


def test_what_this_process_has_loaded_already_is_kept_too(quick: list[str], tmp_path: Path) -> None:
    """A folder that is to be shipped is filled, whatever lies elsewhere or in memory."""
    first = warmup(precisions=["float32"], cache_dir=tmp_path / "one")
    second = warmup(precisions=["float32"], cache_dir=tmp_path / "two")
    assert second.compiled == first.compiled == first.parts


def test_it_lies_where_processes_look(quick: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(tmp_path))
    done = warmup(precisions=["float32"], activations=["relu"], costs=[], solvers=[])
    assert Path(done.folder).parent == tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--activations nonsense", "no activation is called 'nonsense'"),
        ("--costs nonsense", "no cost is called 'nonsense'"),
        ("--solvers lbfgs", "solvers must be among sgd, momentum, nesterov, adam, adamw, got 'lbfgs'\n"),
        ("--solvers adm", "got 'adm'; did you mean 'adam'?\n"),
        ("--solvers sgd,Adamm", "got 'Adamm'; did you mean 'adam'?\n"),
        ("--activations rleu", "no activation is called 'rleu'; did you mean 'relu'?\n"),
        ("--precision float16", "Invalid value"),
        ("--all --costs huber", "--all compiles for all of them"),
        ("extra", "too many arguments"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    arguments: str, said: str, quick: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["warmup", "--cache-dir", str(tmp_path), *arguments.split()]) == 2
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.err.count("\n") == 1
    assert streams.out == ""
    assert quick == []


def test_a_folder_that_cannot_be_written_is_an_error(
    quick: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not a reason to keep it elsewhere: who asks for a folder wants it there. Nothing is compiled for nothing."""
    (tmp_path / "file").write_text("a file")
    assert main(["warmup", "--cache-dir", str(tmp_path / "file" / "below")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("glassprop: there is nowhere to keep ")
    assert "cannot be written" in line
    assert quick == []


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_so_is_a_name_that_no_folder_can_have(name: str, quick: list[str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is nowhere to keep "):
        warmup(cache_dir=tmp_path / name)
    assert quick == []


def test_a_full_disk_ends_it_at_the_first_part(
    quick: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("glassprop.engine.compiled.cache._write", full)
    assert main(["warmup", "--cache-dir", str(tmp_path)]) == 2
    assert "the disk is full" in capsys.readouterr().err.splitlines()[-1]
    assert len(quick) == 1


def test_ctrl_c_in_the_middle_leaves_no_half_of_a_file(
    quick: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("glassprop.engine.compiled.cache.os.replace", interrupted)
    assert main(["warmup", "--cache-dir", str(tmp_path)]) == 130
    assert len(quick) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_without_numba_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("glassprop.engine.warm.compiled_module", lambda: "its kernels cannot be loaded (for a test)")
    assert main(["warmup"]) == 2
    assert capsys.readouterr().err == (
        "glassprop: there is nothing to compile with: its kernels cannot be loaded (for a test)\n"
    )
    with pytest.raises(SettingsError, match="nothing to compile with"):
        warmup()


def test_a_list_is_told_from_a_name() -> None:
    for name in ("precisions", "activations", "costs", "solvers"):
        with pytest.raises(SettingsError, match=f"{name} must be a list of names, got 'adam'"):
            warmup(**{name: "adam"})
        with pytest.raises(SettingsError, match=f"{name} must be a list of names, got 5"):
            warmup(**{name: 5})


@pytest.mark.parametrize("what", [warmup, tune])
def test_a_folder_is_told_from_a_number(what: Any) -> None:
    with pytest.raises(SettingsError, match="cache_dir must be the path of a folder, got 5"):
        what(cache_dir=5)


def test_tune_tells_what_it_measured_and_where_it_is_kept(
    quick: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The machine's times are its own: here they are given, and OpenBLAS is clearly faster from 512 on."""
    rows = tuple(
        product_table.Row(512, dtype, 0 if size == 256 else size * size, "own" if size == 256 else "openblas")
        for dtype in tuning.DTYPES
        for size in tuning.SIZES
    )
    seconds = {
        (row.dtype, size): {"own": 0.002, "openblas": 0.001} for row, size in zip(rows, 2 * tuning.SIZES, strict=True)
    }

    def tune(on_measured: Any, folder: str) -> tuning.Tuned:
        assert folder == str(tmp_path)
        for (dtype, size), found in seconds.items():
            on_measured(dtype, size, found)
        return tuning.Tuned(tmp_path / "table.json", rows, seconds)

    monkeypatch.setattr(tuning, "tune", tune)
    assert main(["warmup", "--cache-dir", str(tmp_path), "--tune", "--json"]) == 0
    out, err = capsys.readouterr()
    tuned = json.loads(out)["tuned"]
    assert tuned["table"] == str(tmp_path / "table.json")
    assert tuned["measured"][1] == {
        "precision": "float32", "size": 512, "seconds": {"own": 0.002, "openblas": 0.001}, "provider": "openblas",
    }  # fmt: skip
    assert "measuring: 8 of 8 sizes" in err.splitlines()
    assert main(["warmup", "--cache-dir", str(tmp_path), "--tune"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "  float32   256: own 2, openblas 1 -> own"
    assert lines[-1] == f"kept in {tmp_path / 'table.json'}"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "cannot be written: Permission denied"),
        (RuntimeError("Could not determine home directory."), "set GLASSPROP_CACHE_DIR"),
    ],
)
def test_a_table_that_cannot_be_written_is_said_in_a_line(
    quick: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    said: str,
) -> None:
    def tune(on_measured: Any, folder: str) -> None:
        raise error

    monkeypatch.setattr(tuning, "tune", tune)
    assert main(["warmup", "--cache-dir", str(tmp_path), "--tune"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(said)
