"""Small tables with what it takes to stream them: fitted steps, targets, and lanes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.recognize import Words, recognize
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.target import decide
from glassprop.tables.streaming.network_targets import NetworkTargets


def mixed_table(rows: int, *, texts: bool = False) -> pl.DataFrame:
    """Numbers, one of them the row's own, categories with gaps, dates, and a target with gaps."""
    rng = np.random.default_rng(rows)
    frame = pl.DataFrame(
        {
            "row": np.arange(rows) + 0.5,
            "number": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows)),
            "color": rng.choice(["red", "green", "blue"], rows),
            "day": pl.Series(rng.integers(0, 900, rows) + 18_000).cast(pl.Int32).cast(pl.Date),
            "y": rng.choice(["a", "b", "c"], rows),
            "weight": rng.integers(1, 4, rows),
        }
    ).with_columns(pl.col("number").fill_nan(None), y=pl.when(pl.col("row") % 7 == 3.5).then(None).otherwise("y"))
    if texts:
        words = rng.choice(["one", "two", "three", "four", "five", "six", "seven"], (rows, 6))
        frame = frame.with_columns(note=pl.Series([" ".join(line) + f" {k}" for k, line in enumerate(words)]))
    return frame


def fitted_steps(frame: pl.DataFrame, dtype: str = "float32") -> list[Any]:
    """The steps before the network, fitted on a table in memory; the row's own number is one of the inputs."""
    table = nw.from_native(frame, eager_only=True)
    named = {"y": ColumnRole("y", "target", ""), "weight": ColumnRole("weight", "weight", "")}
    _, schema = recognize(table, named, Words())
    steps = TablePipeline(encoder(schema, Defaults(), dtype).steps)
    steps.fit_transform(frame)
    return [step for _, step in steps.steps]


def targets_of(frame: pl.DataFrame, **more: Any) -> NetworkTargets:
    """Of the classes y."""
    target = decide("y", nw.from_native(frame, eager_only=True)["y"], None)
    classes = np.array(sorted(frame["y"].drop_nulls().unique()))
    return NetworkTargets(target, np.dtype("float32"), classes, **more)


def write_groups(frame: pl.DataFrame, file: Path, group: int) -> Path:
    """As Parquet."""
    frame.write_parquet(file, row_group_size=group)
    return file
