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
    """How rows are spread in a layer, for distances of Mahalanobis."""

    mixed: NDArray[np.float32] | None
    center: NDArray[np.float32]
    whitening: NDArray[np.float32]

    @classmethod
    def of(cls, a: Rows) -> Self:
        """a (n, n_l): what the layer makes of some rows."""
        width, mixed = a.shape[1], None
        if width > _WIDEST:
            drawn = np.random.default_rng(width).normal(0, width**-0.5, (width, _WIDEST))
            mixed = drawn.astype(np.float32)
        dense = _dense(a, mixed).astype(np.float64)
        center = dense.mean(axis=0)
        off = dense - center
        covariance = off.T @ off / len(off)
        ridge = _RIDGE * np.trace(covariance) / len(covariance)
        covariance[np.diag_indices_from(covariance)] += ridge or 1.0
        whitening = np.linalg.inv(np.linalg.cholesky(covariance)).T
        return cls(mixed, center.astype(np.float32), whitening.astype(np.float32))

    def of_rows(self, a: Rows) -> NDArray[np.float32]:
        """The squared distances of rows from the center. -> (n,)."""
        white = (_dense(a, self.mixed) - self.center) @ self.whitening
        found: NDArray[np.float32] = np.einsum("ij,ij->i", white, white)
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


def together(distances: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of all layers: each over its median, and these added up. (layers, n) -> (n,)."""
    medians = np.median(distances, axis=1, keepdims=True)
    found: NDArray[np.float64] = (distances / np.where(medians > 0, medians, 1)).sum(axis=0, dtype=np.float64)
    return found


def _dense(a: Rows, mixed: NDArray[np.float32] | None) -> Array:
    """In single precision: distances need no more."""
    with np.errstate(over="ignore"):
        if hasattr(a, "toarray"):
            a = a.astype(np.float32) if mixed is not None else a.toarray()
        dense = np.asarray(a) if not hasattr(a, "tocsr") else a
        dense = dense.astype(np.float32, copy=False)
        return dense if mixed is None else dense @ mixed
