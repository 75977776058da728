"""Scores of rows that come in blocks, as `assess` gives them for rows that are all there.

Of few rows they are those very scores: rows are kept until they are too many. From then on sums over rows say what
they can: accuracy, log_loss, balanced_accuracy and the scores of amounts but for rounding, roc_auc within a bound that
is told with it; the intervals draw random groups of rows, as they do for many rows in memory.

Parts that were added to apart, by lanes of rows or by processes, are put together in one fixed order, so that bits do
not depend on who added to which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp, ldexp

import numpy as np

from glassprop.backprop.ranks import tree_of
from glassprop.tables.fitting.assess import Assessment, Guess, assessed
from glassprop.tables.fitting.examples import of_mean_one
from glassprop.tables.fitting.intervals import MOST_UNITS
from glassprop.tables.streaming.score_sums import AmountSums, ClassSums, Sums
from glassprop.tables.streaming.uses import groups_of_rows

MOST_ROWS = 100_000  # that are kept
_MOST_BYTES = 64 << 20
_SMALLEST = -(2**15)  # an exponent below that of any weight


@dataclass(frozen=True)
class _Block:
    y: np.ndarray
    outputs: np.ndarray
    weights: np.ndarray | None
    numbers: np.ndarray


class StreamScores:
    """Scores of rows with a target, as a model predicts them.

    Parameters
    ----------
    classes : array (n_classes,) or None
        Of a classification.
    guess : Guess or None
        Whose scores are told as the baseline's.
    seed : int
        For drawing rows anew, for the intervals.
    most : int
        Rows that are kept; of no more of them scores are those of rows in memory.
    """

    def __init__(self, classes: np.ndarray | None, guess: Guess | None, seed: int, most: int = MOST_ROWS) -> None:
        self._classes, self._guess, self._seed, self._most = classes, guess, seed, most
        self._kept: list[_Block] = []
        self._bytes = 0
        self._sums: Sums | None = None
        self._exponent = _SMALLEST  # weights are summed in units of 2 to this
        self.rows = 0

    def add(self, y: np.ndarray, outputs: np.ndarray, weights: np.ndarray | None, numbers: np.ndarray) -> None:
        """More rows, in blocks whose edges do not depend on what reads them, where bits are not to.

        Parameters
        ----------
        y : array (n_rows,)
            Numbers of classes, counted from 0, or amounts.
        outputs : array (n_rows, n_classes) or (n_rows,)
            What the model says: probabilities, or amounts.
        weights : array (n_rows,) or None
            In all blocks, or in none.
        numbers : array (n_rows,) of int
            Of the rows, in the whole of the table.
        """
        if not len(y):
            return
        block = _Block(y, outputs, weights, numbers)
        self.rows += len(y)
        if self._sums is not None:
            self._sum(block)
            return
        self._kept.append(block)
        self._bytes += y.nbytes + outputs.nbytes + numbers.nbytes + (0 if weights is None else weights.nbytes)
        if self.rows > self._most or self._bytes > _MOST_BYTES:
            self._spill()

    def merge(self, other: StreamScores) -> None:
        """The rows of another, of the same model."""
        self.rows += other.rows
        self._bytes += other._bytes
        if self._sums is None and other._sums is None and self.rows <= self._most and self._bytes <= _MOST_BYTES:
            self._kept += other._kept
            return
        self._spill()
        other._spill()
        assert self._sums is not None
        assert other._sums is not None
        self._in_units(other._exponent)
        other._in_units(self._exponent)
        self._sums.merge(other._sums)

    def assessment(self) -> tuple[Assessment, dict[str, float]]:
        """Scores with their intervals and the baseline's; and, by name, how far those may be off that are of bins."""
        if self._sums is not None:
            return self._sums.assessment(self.rows, self._guess, self._seed)
        y, outputs = (np.concatenate([getattr(block, name) for block in self._kept]) for name in ("y", "outputs"))
        weights = [block.weights for block in self._kept if block.weights is not None]
        y = y if self._classes is None else self._classes[y]
        scaled = of_mean_one(np.concatenate(weights)) if weights else None
        return assessed(self._classes, y, outputs, scaled, self._guess, self._seed), {}

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, as plain arrays, which other processes may be sent."""
        found = {"rows": np.array([self.rows, self._bytes, self._exponent])}
        if self._sums is not None:
            return found | {f"sums.{name}": array for name, array in self._sums.arrays.items()}
        for place, block in enumerate(self._kept):
            own = {name: array for name, array in vars(block).items() if array is not None}
            found |= {f"kept.{place}.{name}": array for name, array in own.items()}
        return found

    def taken(self, arrays: dict[str, np.ndarray]) -> StreamScores:
        """What `arrays` gave, of the same model as this one."""
        made = StreamScores(self._classes, self._guess, self._seed, self._most)
        made.rows, made._bytes, made._exponent = arrays["rows"].tolist()
        sums = {name.removeprefix("sums."): array for name, array in arrays.items() if name.startswith("sums.")}
        made._sums = self._new_sums(sums) if sums else None
        kept = sorted({int(name.split(".")[1]) for name in arrays if name.startswith("kept.")})
        for place in kept:
            own = {name: arrays.get(f"kept.{place}.{name}") for name in ("y", "outputs", "weights", "numbers")}
            made._kept.append(_Block(**own))  # type: ignore[arg-type]
        return made

    def _new_sums(self, arrays: dict[str, np.ndarray] | None = None) -> Sums:
        if self._classes is not None:
            return ClassSums(self._classes, arrays)
        return AmountSums(None if self._guess is None else self._guess.mean, arrays)

    def _spill(self) -> None:
        """Rows that were kept, to sums: block by block, as if they had gone there at once."""
        if self._sums is None:
            self._sums = self._new_sums()
            for block in self._kept:
                self._sum(block)
            self._kept, self._bytes = [], 0

    def _sum(self, block: _Block) -> None:
        assert self._sums is not None
        weights = np.ones(len(block.y)) if block.weights is None else block.weights
        if (largest := weights.max()) > 0:
            self._in_units(frexp(largest)[1])
        weights = np.ldexp(weights, -max(self._exponent, -1000))
        self._sums.add(block.y, block.outputs, weights, groups_of_rows(block.numbers, MOST_UNITS, self._seed))

    def _in_units(self, exponent: int) -> None:
        """Sums whose weights are in units of 2 to this at least: none is above 1, whatever they came as."""
        if exponent > self._exponent:
            if self._exponent != _SMALLEST:
                assert self._sums is not None
                self._sums.rescale(ldexp(1.0, self._exponent - exponent))
            self._exponent = exponent


def together(parts: Sequence[StreamScores]) -> StreamScores:
    """Those of all lanes, in the fixed tree of sums over lanes. The parts are used up."""
    for a, b in tree_of(len(parts)):
        parts[a].merge(parts[b])
    return parts[0]
