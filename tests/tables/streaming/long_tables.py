"""Tables taken for long ones: decided on a sample, counted lane by lane, and the same rows in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from glassprop.tables import Defaults, FitOptions, Table
from glassprop.tables.fitting.examples import read_examples
from glassprop.tables.fitting.task import columns_of, task_of
from glassprop.tables.streaming.row_reader import RowReader, parts_of_sample
from glassprop.tables.streaming.sample import Sample, sample_of
from glassprop.tables.streaming.statistics import Statistics, statistics
from glassprop.tables.streaming.unvaried import unvaried_of

from .stand_ins import FrameRows

DEFAULTS = Defaults(early_stopping_rows=30)


def silent(note: str) -> None:
    """Nobody listens."""


def mixed(rows: int = 700, seed: int = 0) -> pl.DataFrame:
    """A column of each kind, with gaps, far values, heavy tails, ties and cells that do not fit."""
    rng = np.random.default_rng(seed)
    gaps = rng.random(rows) < 0.1
    words = np.array(["red", "green", "large", "small", "house", "boat", "fast", "slow"])
    y = rng.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])
    return pl.DataFrame(
        {
            "normal": rng.normal(3, 2, rows),
            "gappy": pl.Series(np.where(gaps, np.nan, rng.normal(size=rows)), nan_to_null=True),
            "heavy": rng.lognormal(0, 3, rows),
            "marked": np.where(rng.random(rows) < 0.01, -9999.0, rng.uniform(60, 75, rows).round(1)),
            "count": rng.poisson(3, rows),
            "flag": rng.random(rows) < 0.4,
            "text_number": [f"{k % 97},5" if k % 50 else "none at all" for k in range(rows)],
            "town": [None if k % 31 == 0 else f"town {int(v)}" for k, v in enumerate(rng.pareto(1, rows) * 5)],
            "day": [date(2020, 1, 1) + timedelta(days=int(v)) for v in rng.integers(0, 500, rows)],
            "clock": [time(int(v), 30).strftime("%H:%M") for v in rng.integers(0, 24, rows)],
            "remark": [" ".join(rng.choice(words, 12)) + f" {k}" for k in range(rows)],
            "empty": pl.Series([None] * rows, dtype=pl.Float64),
            "constant": ["same"] * rows,
            "person": [f"p{k}" for k in rng.integers(0, rows // 4, rows)],
            "weight": rng.choice([0.5, 1.0, 2.5], rows),
            "amount": np.where(rng.random(rows) < 0.03, np.nan, rng.normal(100, 15, rows)),
            "y": [None if k % 53 == 0 else label for k, label in enumerate(y.tolist())],
        }
    )


@dataclass
class Long:
    """A table, what a sample decides, and what a pass over it tells."""

    table: Table
    options: FitOptions
    most: int = 100_000
    defaults: Defaults = DEFAULTS
    lanes: int = 5
    piece: int = 37
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = FrameRows.of(self.table, self.piece)
        self.sample: Sample = sample_of(self.source, self.options.seed, self.most)
        self.task = task_of(self.sample.table, self.options, self.defaults, silent)
        examples = read_examples(self.task.frame, self.task.target, self.options, silent)
        self.roles, self.schema = columns_of(examples.frame, self.task, self.sample.table, silent)
        self.reader = RowReader.of_sample(self.sample, self.task.target, self.options, self.task.settings)
        self.parts = parts_of_sample(self.sample, examples, self.reader)

    def edges(self) -> list[tuple[int, int]]:
        ends = np.linspace(0, len(self.table.frame), self.lanes + 1).astype(int).tolist()
        return list(pairwise(ends))

    def statistics(self, **more: Any) -> Statistics:
        unvaried = unvaried_of(self.sample.table, self.roles, self.options)
        return statistics(self.source, self.schema, self.reader, self.edges(), unvaried=unvaried, **more)

    def frame(self) -> nw.DataFrame:
        return nw.from_native(self.table.frame, eager_only=True)

    def uses(self) -> np.ndarray:
        return self.reader.read(self.frame(), np.arange(len(self.table.frame))).uses

    def in_memory(self, use: int) -> pl.DataFrame:
        return self.table.frame.filter(self.uses() == use)
