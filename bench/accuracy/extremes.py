"""Tables of every size, from 20 rows to 500,000 and from 2 columns to 5,000: is ours the worst on any of them?

Real ones, of which so many rows are learned from, and made ones, whose noise is known (`bench.small_data.planted`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from bench.accuracy.prepared import AMOUNTS, CLASSES, Prepared, prepared

_CUT = (20, 60, 200)  # training rows of a small table
_REAL = (
    "heart", "mlc_churn", "page-blocks0", "lending_club", "splice", "letter", "storms",
    "concrete", "Wage", "bfi", "house_prices", "deliveries", "check_times", "NOxEmissions",
)  # fmt: skip
_PLANTED = ("classes 1", "classes noise", "circle 0", "amounts 1", "amounts noise", "curve 1", "product 0")
# Rows trained on, columns, task.
_SIZES = (
    (1_000, 2, CLASSES), (1_000, 2, AMOUNTS), (300, 5_000, CLASSES), (300, 5_000, AMOUNTS), (3_000, 1_000, CLASSES),
    (3_000, 1_000, AMOUNTS), (500_000, 2, AMOUNTS), (500_000, 10, CLASSES), (500_000, 10, AMOUNTS),
)  # fmt: skip
_TEST_ROWS = 4_000  # of made tables, at least
FEW, SEEDS_OF_FEW, SEEDS = 1_000, 20, 3  # below so many rows, so many seeds, and else


def cut(name: str, rows: int) -> Prepared:
    """A table of the lists, of which so many rows are learned from, of any time: there are more seeds than times."""
    return replace(prepared(name), name=f"{name}, {rows} rows", order=None, most_rows=rows)


def planted(kind: str, rows: int) -> Prepared:
    """A made table of 12 columns, or 2, whose target follows from some of them, or from none."""
    from bench.small_data import planted as made

    whole = made(*kind.split(), rows=rows + _TEST_ROWS)
    frame = whole.frame.to_pandas()
    y = frame.pop(whole.target)
    values = (y == "b").to_numpy().astype(int) if whole.task == CLASSES else y.to_numpy()
    return Prepared(f"{kind}, {rows} rows", whole.task, frame, values, most_rows=rows)


def sized(rows: int, columns: int, task: str) -> Prepared:
    """A smooth target in few of the columns (all, if there are few), with a fifth of noise."""
    rng = np.random.default_rng(columns)
    x = rng.normal(size=(rows * 4 // 3 + _TEST_ROWS // 2, columns)).astype(np.float32)
    used = x[:, : min(columns, 8)]
    signal = np.sin(2 * used[:, 0]) + used[:, 1] * (used[:, 2] if columns > 2 else 1) + 0.3 * used[:, 2:].sum(axis=1)
    signal = signal + 0.5 * signal.std() * rng.normal(size=len(x))
    y = (signal > 0.5).astype(int) if task == CLASSES else signal.astype(float)
    X = pd.DataFrame(x.astype(float), columns=[f"x{k}" for k in range(columns)])
    return Prepared(f"{rows} rows, {columns} columns, {task}", task, X, y, most_rows=rows)


def _all() -> dict[str, Callable[[], Prepared]]:
    found: dict[str, Callable[[], Prepared]] = {}
    for rows in _CUT:
        found |= {f"{name}, {rows} rows": partial(cut, name, rows) for name in _REAL}
        found |= {f"{kind}, {rows} rows": partial(planted, kind, rows) for kind in _PLANTED}
    for rows, columns, task in _SIZES:
        found[f"{rows} rows, {columns} columns, {task}"] = partial(sized, rows, columns, task)
    return found


EXTREMES = _all()
"""Name -> what makes it."""


def seeds(rows: int) -> int:
    """How many for a table of so many training rows."""
    return SEEDS_OF_FEW if rows < FEW else SEEDS
