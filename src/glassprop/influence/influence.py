"""How much each training row drove the cost of others: products of gradients along a trace, none of them built."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.given import given_examples
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError
from glassprop.influence.trace import Trace

_NUMBERS = 2**21  # that may be kept of a block of rows: outputs and errors of all layers and members
_FEWEST, _MOST = 64, 8192  # rows of a block
OnRows = Callable[[int], None]  # is told of each block, at each of the weights, how many rows are done


def influences(
    network: Architecture,
    trace: Trace,
    X: Rows,
    Y: Array,
    X_of: Rows,
    Y_of: Array,
    weight: Array | None = None,
    on_rows: OnRows | None = None,
    asked_of: Architecture | None = None,
) -> NDArray[np.float64]:
    """Σ over the trace of rate × ∇C_i · ∇C_j, of every row j of ``X_of`` and every training row i. -> (n', n).

    TracIn (Pruthi et al. 2020, arXiv 2002.08484), over all layers: by how much, to first order, training on row i
    lowered the cost of row j, if the steps were those of plain SGD. Negative: it raised it. Of several members ∇C is
    that of their mean. Rows are taken in blocks, so that memory does not grow with them.

    Parameters
    ----------
    X, Y : arrays (n, n_inputs), (n, n_L)
        The training rows.
    X_of, Y_of : arrays (n', n_inputs), (n', n_L)
        The rows that are asked for.
    weight : array (n,), optional
        Weights of the training rows.
    on_rows : callable (int), optional
        Is told as the work goes on: at each of the weights, of each block, how many rows are done.
    asked_of : Architecture, optional
        The same network with another cost, which is that of the rows that are asked for.

    Raises
    ------
    SettingsError
        If a layer has no gradient of a single example.
    DataError
        If shapes do not fit, or something is outside the cost's domain.
    """
    found = np.zeros((len(Y_of), len(Y)))
    for theta, rate in _along(network, trace):
        asked = gradients(asked_of or network, theta, X_of, Y_of)
        for rows in blocks(network, len(Y)):
            found[:, rows] += rate * asked.dot(gradients(network, theta, X[rows], Y[rows]))
            if on_rows is not None:
                on_rows(rows.stop - rows.start)
    return found if weight is None else found * weight


def self_influences(network: Architecture, trace: Trace, X: Rows, Y: Array) -> NDArray[np.float64]:
    """Σ over the trace of rate × ‖∇C_i‖², over all layers: high where a row had to be learned by heart. -> (n,).

    Raises as ``influences``.
    """
    found = np.zeros(len(Y))
    for theta, rate in _along(network, trace):
        for rows in blocks(network, len(Y)):
            found[rows] += rate * sum(gradients(network, theta, X[rows], Y[rows]).squares())
    return found


def blocks(network: Architecture, n: int) -> Iterator[slice]:
    """Rows in blocks of which factors of gradients take little memory."""
    each = 2 * network.members * sum(network.sizes)
    size = min(max(_NUMBERS // each, _FEWEST), _MOST)
    return (slice(at, min(at + size, n)) for at in range(0, n, size))


def _along(network: Architecture, trace: Trace) -> Iterator[tuple[Array, float]]:
    size = network.layout.size
    if trace.thetas.shape[1] != size:
        raise DataError(f"the trace has {trace.thetas.shape[1]} weights, and the network {size}: it is of another one")
    return ((theta, float(rate)) for theta, rate in zip(trace.thetas, trace.rates, strict=True) if rate)


def gradients(network: Architecture, theta: Array, X: Rows, Y: Array) -> ExampleGradients:
    """Of rows, as factors; all is checked."""
    theta, X, Y, _ = given_examples(network, theta, X, Y)
    return ExampleGradients.of(network, theta, X, Y)
