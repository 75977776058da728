"""The curvature of the cost over some rows, as gradients whose squares add up to it: kept as factors, never built."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.backprop.passes import Trace
from glassprop.equations.arrays import Array, Rows

MOST = 1000  # gradients that stand for the curvature, but for rows beyond it


def curvature_rows(network: Architecture, theta: Array, X: Rows, Y: Array) -> ExampleGradients:
    """Gradients g with Σ g gᵀ = Σ Jᵀ H J over rows, the Gauss-Newton matrix: J is ∂z/∂θ of the outputs, H ∂²C_0/∂z².

    X (n, n_inputs), Y (n, n_L), checked -> those of n rows or of a multiple of n: row i, i + n, and so on stand for
    row i of X together. Of several members the matrix is the mean of theirs.

    While they are no more than 1,000, there is one for each output of each row and the sum is exact; else each is a
    mixture of all outputs with random signs (the same at each call), whose expectation is exact. A pair of activation
    and cost that does not collapse (E26) has no H here: then these are the rows' own gradients, and Σ g gᵀ their
    second moments.
    """
    n, pair = len(Y), network.pair
    if pair is None:
        return ExampleGradients.of(network, theta, X, Y)
    mixed = _mixtures(n, network.sizes[-1] * network.members)
    rows = np.tile(np.arange(n), len(mixed) // max(n, 1))
    each = iter(np.split(mixed * np.sqrt(network.members), network.members, axis=1))

    def last(member: Architecture, trace: Trace) -> tuple[Array, None]:
        signs: Any = next(each).astype(trace.a[-1].dtype)
        return pair.root(trace.a[-1], Y[rows], signs), None

    return ExampleGradients.by_last(network, theta, X[rows], last)


def _mixtures(n: int, units: int) -> NDArray[np.float64]:
    """By which numbers the outputs of n rows are mixed: e with Σ e eᵀ = 1, of each row. -> (a multiple of n, units)."""
    if n * units <= MOST or units == 1:
        return np.repeat(np.eye(units), n, axis=0)
    draws = max(1, MOST // n)
    signs = np.random.default_rng(0).integers(0, 2, (draws * n, units)) * 2.0 - 1.0
    return signs / np.sqrt(draws)
