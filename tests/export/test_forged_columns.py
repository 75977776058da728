"""Forged model files of tables: what their first steps say of columns cannot be, or must do no harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from forging.sealing import Parts, parts_of, sealed

from glassprop.errors import ModelFileError
from glassprop.export.model_file import load_with_record, save
from glassprop.tables import Defaults, FitOptions, Outcome, Table, fit_table, predict_table

ROWS = 60
WHEN = np.datetime64("2020-01-01") + np.arange(ROWS)


def frame() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    clock = [f"{k % 24}:{k:02d}" for k in range(ROWS)]
    return pl.DataFrame(
        {"x": rng.normal(size=ROWS), "day": WHEN, "at": clock, "town": ["Ulm", "Bern"] * 30, "y": rng.normal(size=ROWS)}
    )


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return fit_table(Table(frame(), "t"), FitOptions("y"), defaults=Defaults(hidden=(2,), epochs=1))


def seen(parts: Parts) -> dict[str, Any]:
    found: dict[str, Any] = parts.document["model"]["steps"][0]["step"]["seen_"]
    return found


BAD: dict[str, Callable[[Parts], None]] = {
    "one end": lambda parts: seen(parts)["x"].pop("high"),
    "ends the wrong way round": lambda parts: seen(parts)["x"].update(low=1, high=-1),
    "a number beyond cells": lambda parts: seen(parts)["x"].update(high=1e151),
    "a day beyond the calendar": lambda parts: seen(parts)["day"].update(high=1e200, low=5e199),
    "an hour that no day has": lambda parts: seen(parts)["at"].update(high=1e307),
    "ends of categories": lambda parts: seen(parts)["town"].update(low=0, high=1),
    "another column": lambda parts: seen(parts).update(z={}),
    "a type that is none": lambda parts: seen(parts)["x"].update(type="exec"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_training_saw_must_be_of_its_columns(case: str, outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "m.glassprop"
    save(outcome.pipeline, path, record=outcome.record)
    parts = parts_of(path.read_bytes())
    BAD[case](parts)
    path.write_bytes(sealed(parts))
    with pytest.raises(ModelFileError, match="seen_") as caught:
        load_with_record(path)
    assert "\n" not in str(caught.value)


def test_the_widest_ends_are_told(outcome: Outcome, tmp_path: Path) -> None:
    """All that can be loaded can be told of."""
    path = tmp_path / "m.glassprop"
    save(outcome.pipeline, path, record=outcome.record)
    parts = parts_of(path.read_bytes())
    seen(parts)["x"].update(low=-1e150, high=-9e149)
    seen(parts)["day"].update(low=-719162, high=-719161)
    seen(parts)["at"].update(low=0, high=0.01)
    path.write_bytes(sealed(parts))
    notes: list[Any] = []
    predict_table(*load_with_record(path), Table(frame(), "t"), on_message=notes.append)
    assert {note.column for note in notes if note.kind == "new-range"} == {"x", "day", "at"}
    (day,) = [note for note in notes if note.column == "day"]
    assert "0001-01-01 to 0001-01-02" in day


@pytest.mark.parametrize("missing", [("w" * 100,), tuple(f"w{k}" for k in range(1000))])
def test_words_for_missing_that_are_taken_can_be_kept(missing: tuple[str, ...], tmp_path: Path) -> None:
    options = FitOptions("y", missing=missing)
    outcome = fit_table(Table(frame(), "t"), options, defaults=Defaults(hidden=(2,), epochs=1))
    save(outcome.pipeline, tmp_path / "m", record=outcome.record)
    assert load_with_record(tmp_path / "m")[0][0].schema == outcome.pipeline[0].schema
