"""From what a training has seen of its rows to the targets that are probably wrong, and to the unusual rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.backprop.gradient import average_gradient
from glassprop.equations.arrays import Array, Rows
from glassprop.influence.influence import blocks, gradients
from glassprop.influence.seen_rows import SeenRows
from glassprop.influence.suspects import LABEL, ROW, Suspects
from glassprop.influence.trace import Trace
from glassprop.influence.unusual import FAR, NORMAL, Spread, far_rows, layers_of

LINE = 0.6  # the score from which on a target is suspected; docs/labels.md has what it finds
_SAMPLE = 2000  # rows by which is told what is unusual
Decode = Callable[[Array], Array]  # from targets as the network has them, (n, n_L), to those that people gave


@dataclass(frozen=True, eq=False)
class OfGradients:
    """What gradients and layers say of rows, (n,) each.

    own, pull: as ``Suspects`` has them. distance: from the other rows, in the sum over layers.
    """

    own: NDArray[np.float64]
    pull: NDArray[np.float64]
    distance: NDArray[np.float64]

    @classmethod
    def of(cls, network: Architecture, trace: Trace, X: Rows, Y: Array, weight: Array | None) -> OfGradients:
        """By the last weights of a trace, pulls by the first. Raises SettingsError as ``influences``."""
        own, distance = own_and_distance(network, trace.thetas[-1], X, Y)
        return cls(own, pulls(network, trace.thetas[0], X, Y, weight), distance)


def own_and_distance(network: Architecture, theta: Array, X: Rows, Y: Array) -> tuple[Array, Array]:
    """‖∇C_i‖², over all layers, and how far each row is from the others. -> (n,), (n,)."""
    own, distance = np.zeros((2, len(Y)))
    codes, spreads = bool(network.layers[0].codes), None
    for rows, each in _gradients_of(network, theta, X, Y):
        own[rows] = sum(each.squares())
        layers = layers_of(each.traces, codes)
        if spreads is None:
            spreads = [Spread.of(a) for a in _sampled(network, theta, X, Y, layers, codes)]
        distance[rows] = sum(spread.of_rows(a) for spread, a in zip(spreads, layers, strict=True))
    return own, distance


def _sampled(network: Architecture, theta: Array, X: Rows, Y: Array, layers: list[Rows], codes: bool) -> list[Rows]:
    """The layers of a few rows at even distances. layers: those of all rows, or of a first block of them."""
    n = len(Y)
    some = np.unique(np.linspace(0, n - 1, min(n, _SAMPLE)).astype(int))
    if layers and layers[0].shape[0] == n:
        return [a[some] for a in layers]
    return layers_of(gradients(network, theta, X[some], Y[some]).traces, codes)


def pulls(network: Architecture, theta: Array, X: Rows, Y: Array, weight: Array | None) -> Array:
    """The cosine of the angle between each row's gradient and the (weighted) mean of all. -> (n,)."""
    own, along = np.zeros((2, len(Y)))
    mean = average_gradient(network, theta, X, Y, weight)
    for rows, each in _gradients_of(network, theta, X, Y):
        own[rows], along[rows] = sum(each.squares()), each.along(mean)
    sizes = np.sqrt(own) * np.linalg.norm(mean)
    return np.clip(np.divide(along, sizes, out=np.zeros(len(Y)), where=sizes > 0), -1, 1)


def _gradients_of(network: Architecture, theta: Array, X: Rows, Y: Array) -> Iterator[tuple[slice, ExampleGradients]]:
    return ((rows, gradients(network, theta, X[rows], Y[rows])) for rows in blocks(network, len(Y)))


def suspects_of(seen: SeenRows, Y: Array, found: OfGradients, given: Array, decode: Decode) -> Suspects:
    """What is said. Y (n, n_L): targets as the network has them; given: as people gave them."""
    scores, likeliest = _of_task(seen, Y)
    far = far_rows(found.distance)
    wrong = (scores > LINE) & ~far
    return Suspects(
        task=seen.task,
        scores=scores,
        given=given,
        suggested=decode(likeliest),
        kinds=np.where(far, ROW, np.where(wrong, LABEL, "")),
        margin=seen.margin,
        confidence=seen.confidence,
        spread=seen.spread,
        forgotten=seen.forgotten,
        learned=seen.learned,
        pull=found.pull,
        self_influence=found.own,
        suspected=_highest(scores, wrong),
        unusual=_highest(found.distance, far),
        epochs=seen.epochs,
    )


def _of_task(seen: SeenRows, Y: Array) -> tuple[NDArray[np.float64], Array]:
    """Scores (n,), and the likeliest targets (n, n_L)."""
    if seen.task == "numbers":
        return _numbers(seen.outputs, Y)
    shares = np.clip(seen.outputs, 0, 1)  # outputs that are no probabilities may lie beyond
    return _labels(shares, Y) if seen.task == "labels" else _classes(shares, Y)


def _classes(shares: Array, Y: Array) -> tuple[NDArray[np.float64], Array]:
    """The share of the likeliest other class in that and the given one."""
    given = Y.argmax(axis=1)[:, None]
    own, others = np.take_along_axis(shares, given, axis=1)[:, 0], shares.copy()
    np.put_along_axis(others, given, -1, axis=1)
    other = others.max(axis=1)
    return _share(other, own), np.eye(Y.shape[1], dtype=Y.dtype)[shares.argmax(axis=1)]


def _labels(shares: Array, Y: Array) -> tuple[NDArray[np.float64], Array]:
    """The share of the other answer, of several labels the largest."""
    own = np.abs(shares - (1 - Y)).min(axis=1)
    return _share(1 - own, own), (shares > 0.5).astype(Y.dtype)


def _numbers(outputs: Array, Y: Array) -> tuple[NDArray[np.float64], Array]:
    """z² / (z² + 2 FAR²/3) of the residual z in robust standard deviations, so that FAR is at the line."""
    residual = outputs - Y
    spread = NORMAL * np.median(np.abs(residual - np.median(residual, axis=0)), axis=0)
    z = np.abs(residual) / np.where(spread > 0, spread, 1)
    square = np.square(z.max(axis=1))
    return square / (square + FAR**2 * (1 - LINE) / LINE), outputs


def _share(other: Array, own: Array) -> NDArray[np.float64]:
    """other / (other + own), 1/2 where both are 0."""
    total = other + own
    found: NDArray[np.float64] = np.divide(other, total, out=np.full(len(own), 0.5), where=total > 0)
    return found


def _highest(values: NDArray[np.float64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The rows among these, the highest value first; of equal ones the first comes first."""
    rows = np.flatnonzero(among)
    found: NDArray[np.int64] = rows[np.argsort(-values[rows], kind="stable")]
    return found
