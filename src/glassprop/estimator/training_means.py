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
from glassprop.network import Network

_MEANS, _SHARES = "input_means_", "code_shares_"
_AT_ONCE = 65_536  # rows, so that those of less precision are not all copied

Means = Sequence[Array]  # of each input, and then of each that is a code the share of every category


class KeepsMeans:
    """The part of an estimator that remembers the mean of the rows that it was trained on."""

    network_: Network

    def keep_means(self, means: Means) -> None:
        """Have it remember means; or none, where numbers are too large to have any."""
        inputs, *shares = means
        known = np.isfinite(inputs).all()
        for name, value in ((_MEANS, inputs if known else None), (_SHARES, shares if known and shares else None)):
            if value is None:
                vars(self).pop(name, None)
            else:
                setattr(self, name, value)  # in its place among the others, if it has one

    def kept_means(self) -> Means | None:
        """What it remembers."""
        kept = vars(self)
        return [kept[_MEANS], *kept.get(_SHARES, [])] if _MEANS in kept else None

    def _baseline(self) -> Baseline | None:
        """From where contributions to its predictions count; None where no means are known."""
        means = self.kept_means()
        if means is None:
            return None
        codes = [k for k, _ in self.network_.codes]
        return Baseline(means[0], dict(zip(codes, means[1:], strict=True)))


def means_of(X: Rows, architecture: Architecture) -> Means:
    """Of these rows. X (n, n_inputs)."""
    with np.errstate(over="ignore"):  # what is not finite is not kept
        return [part / X.shape[0] for part in sums_of_rows(X, architecture)]


def means_of_lanes(lanes: Sequence[Rows], architecture: Architecture, group: MpiGroup) -> Means:
    """Of the rows of all processes: lane by lane, so that bits do not depend on how many there are."""
    own = [(lane.shape[0], sums_of_rows(lane, architecture)) for lane in lanes]
    every = [part for of_rank in group.told(own) for part in of_rank]
    n = sum(count for count, _ in every)
    with np.errstate(over="ignore"):
        return [sum(each) / n for each in zip(*(sums for _, sums in every), strict=True)]


def mean_of(several: Sequence[Means]) -> Means:
    """Of what several remember, who were trained on as many rows each."""
    return [np.mean(part, axis=0) for part in zip(*several, strict=True)]


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
