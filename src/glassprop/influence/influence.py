"""How much each training row drove the cost of others: products of gradients along a trace, none of them built."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.given import given_examples
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.engine.blas_threads import ONE_THREAD
from glassprop.engine.thread_limit import usable_cores
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError
from glassprop.ground.in_order import in_order
from glassprop.influence.damped import built, damped_directions
from glassprop.influence.trace import Trace

_NUMBERS = 2**19  # that may be kept of a block of rows, outputs and errors of all layers and members: about a cache
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
    *,
    damping: float | None = 1.0,
) -> NDArray[np.float64]:
    """How much each training row i lowered the cost of row j of ``X_of``, over all layers. -> (n', n).

    The mean over the trace, each of its weights by its rate, of ∇C_i · (F + λ)⁻¹ ∇C_j: to first order, by how much the
    cost of row j would rise if training went without row i (Koh & Liang 2017, arXiv 1703.04730, at several weights).
    F is the Gauss-Newton matrix of the training rows, λ the mean of the trace of what a row adds to it. Negative: row i
    raised the cost. Of several members ∇C is that of their mean. Rows are taken in blocks, so that memory does not grow
    with them.

    Parameters
    ----------
    X, Y : arrays (n, n_inputs), (n, n_L)
        The training rows.
    X_of, Y_of : arrays (n', n_inputs), (n', n_L)
        The rows that are asked for. A vector of the network's size is kept of each.
    weight : array (n,), optional
        Weights of the training rows.
    on_rows : callable (int), optional
        Is told as the work goes on: at each of the weights, of each block, how many rows are done.
    asked_of : Architecture, optional
        The same network with another cost, which is that of the rows that are asked for.
    damping : float, optional
        What λ is multiplied by. None: Σ over the trace of rate × ∇C_i · ∇C_j in the place of all that, which is TracIn
        (Pruthi et al. 2020, arXiv 2002.08484): what steps of plain SGD on row i took from the cost.

    Raises
    ------
    SettingsError
        If a layer has no gradient of a single example.
    DataError
        If shapes do not fit, or something is outside the cost's domain.
    """
    found = np.zeros((len(Y_of), len(Y)))
    whole = 1.0 if damping is None else 1 / trace.rates.sum() if trace.rates.any() else 0.0
    for theta, rate in _along(network, trace):
        asked, factor = gradients(asked_of or network, theta, X_of, Y_of), rate * whole
        if damping is None:
            directions = built(asked)
        else:
            with ONE_THREAD:
                directions, scale = damped_directions(network, theta, X, Y, asked, weight, damping)
            factor *= scale

        def add(rows: slice, theta: Array = theta, directions: Array = directions, factor: float = factor) -> None:
            each = gradients(network, theta, X[rows], Y[rows])
            for j, direction in enumerate(directions):
                found[j, rows] += factor * each.along(direction)

        block_by_block(network, len(Y), add, on_rows)
    return found if weight is None else found * weight


def self_influences(network: Architecture, trace: Trace, X: Rows, Y: Array) -> NDArray[np.float64]:
    """Σ over the trace of rate × ‖∇C_i‖², over all layers: high where a row had to be learned by heart. -> (n,).

    Raises as ``influences``.
    """
    found = np.zeros(len(Y))
    for theta, rate in _along(network, trace):

        def add(rows: slice, theta: Array = theta, rate: float = rate) -> None:
            found[rows] += rate * sum(gradients(network, theta, X[rows], Y[rows]).squares())

        block_by_block(network, len(Y), add)
    return found


def block_by_block(network: Architecture, n: int, work: Callable[[slice], None], on_rows: OnRows | None = None) -> None:
    """On all cores, a block on each: products of a block are too small to be shared among them."""

    def alone(rows: slice) -> int:
        with ONE_THREAD.of_helper():
            work(rows)
        return rows.stop - rows.start

    parts = list(blocks(network, n))
    with ONE_THREAD:
        for done in in_order(alone, parts, min(len(parts), usable_cores())):
            if on_rows is not None:
                on_rows(done)


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
