"""The target as a network is given it: what a constant costs, shares of classes, rows that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.diagnosis.measured import TargetMeasured, Task

Numbers = NDArray[np.float64]

_APART = 0.25  # standard deviations: an amount that is farther from the mean of equal rows contradicts them
_MOST = 50_000  # rows that are compared


def measured_target(
    architecture: Architecture, X: Any, Y: Numbers, weight: Numbers | None, task: Task, names: Sequence[str]
) -> TargetMeasured:
    """All rows: X (n, k), which may be sparse, Y (n, n_L); weight (n,) or None."""
    mean = np.average(Y, axis=0, weights=weight)
    spread = np.sqrt(np.average((Y - mean) ** 2, axis=0, weights=weight))
    contradicting, distinct, different = contradictions(X, Y, task)
    shares: tuple[float, ...] = ()
    if task != "numbers":
        shares = tuple(mean.tolist()) if task == "labels" or Y.shape[1] > 1 else (1 - float(mean[0]), float(mean[0]))
    return TargetMeasured(
        task,
        base=cost_of_a_constant(architecture, Y, weight),
        size=float(np.sqrt(mean**2 + spread**2).max()),
        spread=float(spread.max()),
        shares=shares,
        names=tuple(names),
        outside=_outside(architecture, Y),
        contradicting=contradicting,
        distinct=distinct,
        different=different,
    )


def cost_of_a_constant(architecture: Architecture, Y: Numbers, weight: Numbers | None) -> float:
    """The least that the same prediction for all rows costs: by their mean or their median, whichever is less."""
    cost = architecture.cost_function
    rows = Y[:: max(1, len(Y) // 20_000)]
    weights = None if weight is None else weight[:: max(1, len(Y) // 20_000)]
    found = []
    for a in (np.average(Y, axis=0, weights=weight), np.median(Y, axis=0)):
        if cost.outputs.outside(a[None, :]).any():
            continue
        with np.errstate(all="ignore"):
            found.append(float(np.average(cost(np.tile(a, (len(rows), 1)), rows), weights=weights)))
    found = [each for each in found if np.isfinite(each)]
    return min(found, default=float("nan"))


def _outside(architecture: Architecture, Y: Numbers) -> float:
    """The share of targets that the output's activation comes to in no way, by its range (its ends count as in it)."""
    reach = architecture.layers[-1].activation.range
    if architecture.layers[-1].residual:
        return 0.0
    return float(((reach.low > Y) | (reach.high < Y)).any(axis=1).mean())


def contradictions(X: Any, Y: Numbers, task: Task) -> tuple[float, float, float]:
    """Which share of the rows contradicts most of those that they are equal to; is like no other; is different.

    Of amounts: of rows that are far from the mean of those that they are equal to.
    """
    rows = rows_as_bytes(X, _MOST)
    if rows is None:
        return 0.0, 1.0, 1.0
    Y = Y[: len(rows)]
    _, group, counts = np.unique(rows, return_inverse=True, return_counts=True)
    if task == "numbers":
        middle = np.stack([np.bincount(group, y) for y in Y.T], axis=1) / counts[:, None]
        apart = (np.abs(Y - middle[group]) > _APART * Y.std(axis=0)).any(axis=1)
        return float(apart.mean()), float((counts == 1).sum() / len(rows)), len(counts) / len(rows)
    _, said = np.unique(Y, axis=0, return_inverse=True)
    both, times = np.unique(np.stack([group, said.ravel()]), axis=1, return_counts=True)
    most = np.zeros(len(counts), int)
    np.maximum.at(most, both[0], times)
    return float(1 - most.sum() / len(rows)), float((counts == 1).sum() / len(rows)), len(counts) / len(rows)


def repeated(X: Any, Y: Numbers, X_val: Any, Y_val: Numbers) -> float:
    """The share of validation rows that are among the training rows, target included."""
    rows, other = (rows_as_bytes(x, x.shape[0]) for x in (X, X_val))
    if rows is None or other is None or X.shape[1] != X_val.shape[1]:
        return float("nan")
    both = zip((rows, other), (Y, Y_val), strict=True)
    known, asked = ({(row, y.tobytes()) for row, y in zip(r.tolist(), t, strict=True)} for r, t in both)
    among = [(row, y.tobytes()) in known for row, y in zip(other.tolist(), Y_val, strict=True)]
    return float(np.mean(among)) if asked else float("nan")


def rows_as_bytes(X: Any, most: int) -> NDArray[np.void] | None:
    """Each of the first rows as one value that is equal where they are; None of a sparse X, whose rows are long."""
    if hasattr(X, "tocsr"):
        return None
    part = np.ascontiguousarray(np.asarray(X)[:most], dtype=np.float64) + 0.0  # -0 is 0
    return part.view(np.dtype((np.void, part.dtype.itemsize * part.shape[1]))).ravel()
