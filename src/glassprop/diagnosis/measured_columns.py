"""The columns as a network is given them: their scale, marks for what is missing, and what each tells alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glassprop.diagnosis.measured import ColumnMeasured

Numbers = NDArray[np.float64]

_MARKED = 0.005  # of the rows, and five at least
_FEWEST_MARKED = 5
_OTHERS = 10  # different values beside the mark
_MOSTLY = 0.5  # of the rows: what more of them have is what is usual there, as 0 is in counts and terms of text
_ALONE = 200  # columns that are looked at for what they tell alone
_NEIGHBORS = 2


def measured_columns(
    X: Numbers,
    Y: Numbers,
    names: Sequence[str],
    codes: frozenset[int] = frozenset(),
    columns: Sequence[str | None] | None = None,
) -> tuple[ColumnMeasured, ...]:
    """X (n, k), Y (n, n_L): some of the rows. codes: columns that are codes of categories; columns: what each input is
    made of, where it is known."""
    told = _told_alone(X, Y) if np.isfinite(X).all() else np.zeros(X.shape[1])
    made_of = [None] * X.shape[1] if columns is None else columns
    inputs = zip(names, made_of, X.T, told.tolist(), strict=True)
    return tuple(
        replace(_column(name, x, alone, k in codes), column=column) for k, (name, column, x, alone) in enumerate(inputs)
    )


def _column(name: str, x: Numbers, alone: float, category: bool) -> ColumnMeasured:
    known = x[np.isfinite(x)]
    if not len(known):
        return ColumnMeasured(name, 0.0, 0.0, 0.0, 0.0, missing=1.0)
    mark, share, gap = (None, 0.0, 0.0) if category else marked(known)
    return ColumnMeasured(
        name,
        mean=float(known.mean()),
        spread=float(known.std()),
        low=float(known.min()),
        high=float(known.max()),
        missing=1 - len(known) / len(x),
        mark=mark,
        mark_share=share,
        mark_gap=gap,
        alone=alone,
        category=category,
    )


def marked(x: Numbers) -> tuple[float | None, float, float]:
    """A value at an end that many rows share, far from all others: it, its share, and its distance by their width.

    Examples
    --------
    >>> marked(np.array([-99.0] * 5 + list(range(20))))
    (-99.0, 0.2, 5.2105...)
    """
    best: tuple[float | None, float, float] = (None, 0.0, 0.0)
    for mark in (float(x.min()), float(x.max())):
        here = x == mark
        others = np.unique(x[~here])
        share = float(here.mean())
        if here.sum() < max(_FEWEST_MARKED, _MARKED * len(x)) or share > _MOSTLY or len(others) < _OTHERS:
            continue
        gap = float(np.abs(others - mark).min() / (others[-1] - others[0]))
        if gap > best[2]:
            best = (mark, share, gap)
    return best


def _told_alone(X: Numbers, Y: Numbers) -> Numbers:
    """Which share of the target's variance each column explains, in the rows of one half, by the other half. (k,)."""
    found = np.zeros(X.shape[1])
    n = len(X)
    total = Y.var(axis=0).sum()
    if n < 20 or X.shape[1] < 2 or total == 0:
        return found
    order = np.random.default_rng(0).permutation(n)
    mine, others = order[: n // 2], order[n // 2 :]
    spread = X.std(axis=0)
    centered = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1)
    linear = np.abs(centered.T @ (Y - Y.mean(axis=0))).max(axis=1)
    for k in np.argsort(-linear, kind="stable")[:_ALONE]:
        if spread[k] > 0:
            found[k] = _explained(X[mine, k], Y[mine], X[others, k], Y[others])
    return found


def _explained(x: Numbers, Y: Numbers, x_new: Numbers, Y_new: Numbers) -> float:
    """R² of new rows by the mean target of the rows with the same number, or with the nearest ones."""
    order = np.argsort(x, kind="stable")
    x, sums = x[order], np.concatenate([np.zeros((1, Y.shape[1])), np.cumsum(Y[order], axis=0)])
    first, last = np.searchsorted(x, x_new, "left"), np.searchsorted(x, x_new, "right")
    few = last - first < _NEIGHBORS
    first, last = np.where(few, np.maximum(first - 1, 0), first), np.where(few, np.minimum(last + 1, len(x)), last)
    said = (sums[last] - sums[first]) / (last - first)[:, None]
    left = ((Y_new - said) ** 2).sum()
    return float(max(0.0, 1 - left / max(((Y_new - Y_new.mean(axis=0)) ** 2).sum(), 1e-300)))
