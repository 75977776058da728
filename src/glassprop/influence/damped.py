"""Gradients of the rows that are asked for, damped where training rows bend the cost: (F + λ)⁻¹ ∇C."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.given import given_examples
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError
from glassprop.influence.curvature import curvature_rows

_ROWS = 500  # that the curvature is taken of, at most


def damped_directions(
    network: Architecture,
    theta: Array,
    X: Rows,
    Y: Array,
    asked: ExampleGradients,
    weight: Array | None = None,
    damping: float = 1.0,
) -> tuple[Array, float]:
    """(F + λ)⁻¹ ∇C_j of every row j that is asked for, as vectors (n', size) and a factor to take them times.

    F = Σ w Jᵀ H J of the training rows, estimated by up to 500 of them at even distances; λ is the mean of the trace of
    what a row adds to it, times ``damping``. By the identity of Woodbury it takes products of gradients alone: F is
    never built.
    """
    some = _some(len(Y), weight)
    weight = np.ones(len(Y)) if weight is None else weight
    counts, stands_for = weight[some], weight.sum() / max(weight[some].sum(), 1e-300)
    theta, X, Y, _ = given_examples(network, theta, X[some], Y[some])
    rows = curvature_rows(network, theta, X, Y)
    with np.errstate(over="ignore", invalid="ignore"):
        products = rows.dot(rows).astype(np.float64)
    if not np.isfinite(products).all():
        raise DataError("products of gradients overflow: scale the inputs, as StandardScaler does")
    root = np.sqrt(np.tile(counts, len(rows) // max(len(some), 1)))
    products *= np.outer(root, root)
    per_row = float(np.trace(products)) * damping / max(len(some), 1)
    each = built(asked)
    if per_row <= 0:  # no row teaches anything
        return each, 1.0
    across = asked.dot(rows).astype(np.float64) * root
    taken = cho_solve(cho_factor(products + per_row * np.eye(len(products))), across.T).T * root
    less = np.stack([rows.weighted_sum(of.astype(each.dtype)) for of in taken])
    return each - less, 1 / (per_row * stands_for)


def built(asked: ExampleGradients) -> Array:
    """Gradients in full: of rows that are asked for, which are few. -> (n', size)."""
    size = asked.architecture.layout.size
    return np.stack([asked[j] for j in range(len(asked))]) if len(asked) else np.empty((0, size))


def _some(n: int, weight: Array | None) -> NDArray[np.int64]:
    """Rows at even distances among those that count."""
    counted = np.arange(n) if weight is None else np.flatnonzero(weight)
    return counted[np.unique(np.linspace(0, len(counted) - 1, min(len(counted), _ROWS)).astype(int))]
