"""From what a training has seen of its rows to the targets that are probably wrong, and to the unusual rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.backprop.gradient import average_gradient
from glassprop.backprop.members import predicted
from glassprop.engine.blas_threads import ONE_THREAD
from glassprop.equations.arrays import Array, Rows
from glassprop.influence.influence import block_by_block, blocks, gradients
from glassprop.influence.seen_rows import SeenRows
from glassprop.influence.suspects import LABEL, ROW, Suspects
from glassprop.influence.trace import Trace
from glassprop.influence.unusual import FAR, NORMAL, Spread, far_rows, layers_of, together

LINE = 0.6  # the score from which on a target is suspected; docs/labels.md has what it finds
_LEAST = 0.3  # to which it goes down where nearly all rows are learned early;
_NEARLY_ALL = 0.98  # so many. Both were chosen on eight tables, trained in two ways: docs/labels.md
_WAY = 0.05  # chosen with FAR on four tables and three ways to train; docs/labels.md
_SAMPLE = 1000  # rows by which is told what is unusual
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
    n, codes = len(Y), bool(network.layers[0].codes)
    some = np.unique(np.linspace(0, n - 1, min(n, _SAMPLE)).astype(int))
    of = _Gradients(network, theta, X, Y)
    with ONE_THREAD:
        if of.all is None:
            spreads = [Spread.of(a) for a in layers_of(gradients(network, theta, X[some], Y[some]).traces, codes)]
        else:
            spreads = [Spread.of(a[some]) for a in layers_of(of.all.traces, codes)]
    own, distances = np.zeros(n), np.zeros((len(spreads), n), dtype=np.float32)

    def measure(rows: slice) -> None:
        each = of.rows(rows)
        own[rows] = sum(each.squares())
        for spread, layer, found in zip(spreads, layers_of(each.traces, codes), distances, strict=True):
            found[rows] = spread.of_rows(layer)

    block_by_block(network, n, measure)
    return own, together(distances)


def pulls(network: Architecture, theta: Array, X: Rows, Y: Array, weight: Array | None) -> Array:
    """The cosine of the angle between each row's gradient and the (weighted) mean of all. -> (n,)."""
    own, along = np.zeros((2, len(Y)))
    of = _Gradients(network, theta, X, Y)
    with ONE_THREAD:
        mean = average_gradient(network, theta, X, Y, weight) if weight is not None or of.all is None else of.all.mean()

    def measure(rows: slice) -> None:
        each = of.rows(rows)
        own[rows], along[rows] = sum(each.squares()), each.along(mean)

    block_by_block(network, len(Y), measure)
    sizes = np.sqrt(own) * np.linalg.norm(mean)
    return np.clip(np.divide(along, sizes, out=np.zeros(len(Y)), where=sizes > 0), -1, 1)


class _Gradients:
    """Those of rows, as factors. all: of all rows, where one block holds them; they are computed once."""

    def __init__(self, network: Architecture, theta: Array, X: Rows, Y: Array) -> None:
        self._given = network, theta, X, Y
        self.all: ExampleGradients | None = None
        if len(list(blocks(network, len(Y)))) == 1:
            with ONE_THREAD:
                self.all = gradients(network, theta, X, Y)

    def rows(self, rows: slice) -> ExampleGradients:
        network, theta, X, Y = self._given
        return gradients(network, theta, X[rows], Y[rows]) if self.all is None else self.all


def settled_outputs(network: Architecture, trace: Trace, X: Rows, Y: Array) -> Array:
    """The mean of what is predicted, over the weights that were kept once residuals had settled. -> (n, n_L).

    Of numbers the first epochs are far off, by what has yet to be learned, and say nothing of a row; the last ones may
    have learned wrong targets by heart. Settled: the median of squared residuals is as good as at the end, but for a
    twentieth of the way from where it was for a constant.
    """
    each = [_predicted(network, theta, X) for theta in trace.thetas[::-2]]
    off = np.array([np.median(np.square(a - Y).sum(axis=1)) for a in each])
    constant = float(np.median(np.square(Y - np.median(Y, axis=0)).sum(axis=1)))
    settled = off <= off[0] + _WAY * max(constant - off[0], 0.0)
    found: Array = np.mean([a for a, is_settled in zip(each, settled, strict=True) if is_settled], axis=0)
    return found


def _predicted(network: Architecture, theta: Array, X: Rows) -> Array:
    found = np.zeros((X.shape[0], network.sizes[-1]))

    def predict(rows: slice) -> None:
        found[rows] = predicted(network, theta, X[rows])

    block_by_block(network, len(found), predict)
    return found


def suspects_of(seen: SeenRows, Y: Array, found: OfGradients, given: Array, decode: Decode) -> Suspects:
    """What is said. Y (n, n_L): targets as the network has them; given: as people gave them."""
    scores, suggest = _of_task(seen, Y)
    far, line = far_rows(found.distance), line_of(seen, scores)
    wrong = (scores > line) & ~far
    return Suspects(
        task=seen.task,
        scores=scores,
        given=given,
        suggested=decode(suggest(min(line, 0.5))),
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
        folds=seen.folds,
        line=line,
    )


def line_of(seen: SeenRows, scores: NDArray[np.float64]) -> float:
    """The score from which on a target is suspected.

    Once nearly all rows are learned, each further epoch gives each row the label that it has, right or wrong, and makes
    all scores less. So the line is LINE of the share of the epochs in which there was something left to learn. It stays
    above twice the median of the scores: where that is high, rows are learned, but none of them surely.
    """
    if seen.task == "numbers" or not (seen.epochs and seen.last and seen.trained.any()):
        return LINE
    learned = np.where(seen.learned < 0, seen.last, seen.learned)[seen.trained]
    line = LINE * np.quantile(learned, _NEARLY_ALL) / seen.last
    return float(min(max(line, _LEAST, 2 * np.median(scores)), LINE))


Suggest = Callable[[float], Array]  # the targets (n, n_L) that are suggested, others than the given ones above a score


def _of_task(seen: SeenRows, Y: Array) -> tuple[NDArray[np.float64], Suggest]:
    """Scores (n,), and what gives the targets that are suggested."""
    if seen.task == "numbers":
        return _numbers(seen.outputs, Y), lambda score: seen.outputs
    shares = np.clip(seen.outputs, 0, 1)  # outputs that are no probabilities may lie beyond
    return _labels(shares, Y) if seen.task == "labels" else _classes(shares, Y)


def _classes(shares: Array, Y: Array) -> tuple[NDArray[np.float64], Suggest]:
    """The share of the likeliest other class in that and the given one."""
    given = Y.argmax(axis=1)[:, None]
    own, others = np.take_along_axis(shares, given, axis=1)[:, 0], shares.copy()
    np.put_along_axis(others, given, -1, axis=1)
    scores, one_hot = _share(others.max(axis=1), own), np.eye(Y.shape[1], dtype=Y.dtype)
    return scores, lambda score: one_hot[np.where(scores > score, others.argmax(axis=1), given[:, 0])]


def _labels(shares: Array, Y: Array) -> tuple[NDArray[np.float64], Suggest]:
    """The share of the other answer, of several labels the largest."""
    other = np.abs(shares - Y)
    worst = other.max(axis=1)
    return _share(worst, 1 - worst), lambda score: np.where(other > score, 1 - Y, Y).astype(Y.dtype)


def _numbers(outputs: Array, Y: Array) -> NDArray[np.float64]:
    """z² / (z² + 2 FAR²/3) of the residual z in robust standard deviations, so that FAR is at the line."""
    residual = outputs - Y
    spread = NORMAL * np.median(np.abs(residual - np.median(residual, axis=0)), axis=0)
    z = np.abs(residual) / np.where(spread > 0, spread, 1)
    square = np.square(z.max(axis=1))
    found: NDArray[np.float64] = square / (square + FAR**2 * (1 - LINE) / LINE)
    return found


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
