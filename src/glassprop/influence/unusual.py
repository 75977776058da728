"""Which rows are unusual: far from all others as inputs, or as what hidden layers make of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from glassprop.backprop.passes import Trace
from glassprop.equations.arrays import Array, Rows

FAR = 3.0  # robust standard deviations from which on a row is unusual; docs/labels.md has how often it is by chance
NORMAL = 1.4826  # standard deviations in a median of absolute deviations, of a normal distribution
_RIDGE = 1e-3  # of the mean variance, added to each: some neurons are constant, or the same as others
_WIDEST = 256  # columns of which a covariance is made; wider ones are mixed at random into so many


@dataclass(frozen=True, eq=False)
class Spread:
    """How rows are spread in a layer: distances of Mahalanobis, over their median."""

    mixed: NDArray[np.float64] | None
    center: NDArray[np.float64]
    inverse: NDArray[np.float64]
    median: float = 1.0

    @classmethod
    def of(cls, a: Rows) -> Self:
        """a (n, n_l): what the layer makes of some rows."""
        width = a.shape[1]
        mixed = None
        if width > _WIDEST:
            mixed = np.random.default_rng(width).normal(0, width**-0.5, (width, _WIDEST))
        dense = _dense(a, mixed)
        center = dense.mean(axis=0)
        covariance = np.atleast_2d(np.cov(dense.T, bias=True))
        ridge = _RIDGE * np.trace(covariance) / len(covariance)
        inverse = np.linalg.inv(covariance + (ridge or 1.0) * np.eye(len(covariance)))
        found = cls(mixed, center, inverse)
        return cls(mixed, center, inverse, float(np.median(found.of_rows(a))) or 1.0)

    def of_rows(self, a: Rows) -> NDArray[np.float64]:
        """The squared distances of rows from the center. -> (n,)."""
        off = _dense(a, self.mixed) - self.center
        found: NDArray[np.float64] = np.einsum("ij,ij->i", off @ self.inverse, off) / self.median
        return found


def layers_of(traces: tuple[Trace, ...], codes: bool) -> list[Rows]:
    """Inputs, but for codes of categories, and the activations of all hidden layers of all members."""
    inputs = [] if codes else [traces[0].a[0]]
    return [*inputs, *(a for trace in traces for a in trace.a[1:-1])]


def far_rows(distances: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows whose distance is far beyond that of most. By cube roots, which make it nearly normal."""
    root = np.cbrt(distances)
    off = root - np.median(root)
    found: NDArray[np.bool_] = off > FAR * NORMAL * np.median(np.abs(off))
    return found


def _dense(a: Rows, mixed: NDArray[np.float64] | None) -> Array:
    a = a if mixed is None else a @ mixed
    return np.asarray(a.toarray() if hasattr(a, "toarray") else a, dtype=np.float64)
