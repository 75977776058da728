"""The mean of the rows that a model was trained on: from where contributions to its predictions count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.distributed.mpi_group import MpiGroup
from glassprop.engine.plan import is_elsewhere
from glassprop.equations.arrays import Array, Rows, namespace, on_host
from glassprop.insight.baseline import Baseline

_MEANS, _SHARES = "input_means_", "code_shares_"
_AT_ONCE = 65_536  # rows, so that those of less precision are not all copied


def keep_means(estimator: Any, X: Rows) -> None:
    """Have an estimator remember the mean of the rows that it is trained on. X (n, n_inputs)."""
    with np.errstate(over="ignore"):  # what is not finite is not kept
        keep(estimator, [part / X.shape[0] for part in sums_of_rows(X, estimator.network_)])


def keep_means_of_lanes(estimator: Any, lanes: Sequence[Rows], group: MpiGroup) -> None:
    """The same, of the rows of all processes: lane by lane, so that bits do not depend on how many there are."""
    own = [(lane.shape[0], sums_of_rows(lane, estimator.network_)) for lane in lanes]
    every = [part for of_rank in group.told(own) for part in of_rank]
    n = sum(count for count, _ in every)
    with np.errstate(over="ignore"):
        keep(estimator, [sum(each) / n for each in zip(*(sums for _, sums in every), strict=True)])


def keep(estimator: Any, found: Sequence[Any]) -> None:
    """Have it remember means of inputs, and after them shares; or none, where numbers are too large to add up."""
    means, *shares = found
    known = np.isfinite(means).all()
    for name, value in ((_MEANS, means if known else None), (_SHARES, shares if known and shares else None)):
        if value is None:
            vars(estimator).pop(name, None)
        else:
            setattr(estimator, name, value)  # in its place among the others, if it has one


def keep_mean_of(estimator: Any, others: Sequence[Any]) -> None:
    """Have it remember the mean of what others do, who were trained on as many rows each."""
    if all(_MEANS in vars(one) for one in others):
        each = zip(*([one.input_means_, *vars(one).get(_SHARES, [])] for one in others), strict=True)
        keep(estimator, [np.mean(part, axis=0) for part in each])


def baseline_of(estimator: Any) -> Baseline | None:
    """From where contributions to its predictions count; None where no means are known."""
    if _MEANS not in vars(estimator):
        return None
    codes = [k for k, _ in estimator.network_.codes]
    return Baseline(estimator.input_means_, dict(zip(codes, vars(estimator).get(_SHARES, []), strict=True)))


def sums_of_rows(X: Rows, architecture: Architecture) -> list[Array]:
    """The sum of each input, and of each that is a code how often every category came. X (n, n_inputs)."""
    if hasattr(X, "tocsr"):
        total = np.asarray(X.sum(axis=0, dtype=np.float64)).ravel()
    elif is_elsewhere(X):
        total = np.asarray(on_host(namespace(X).mean(X, axis=0)), np.float64) * X.shape[0]
    else:
        total = np.zeros(X.shape[1])
        for low in range(0, X.shape[0], _AT_ONCE):  # in blocks that do not depend on how X lies in memory
            total += np.ascontiguousarray(X[low : low + _AT_ONCE]).sum(axis=0, dtype=np.float64)
    return [total, *(np.bincount(_codes(X[:, k]), minlength=size) for k, size in architecture.codes)]


def _codes(column: Any) -> Array:
    column = column.toarray() if hasattr(column, "toarray") else on_host(column)
    return np.asarray(column).ravel().astype(np.intp)
