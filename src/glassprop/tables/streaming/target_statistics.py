"""What is known of the target of a long table, of the weights of its rows, and of how many there are of each use."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.tables.streaming.number_statistics import NumberStatistics
from glassprop.tables.streaming.row_reader import ReadTargets
from glassprop.tables.streaming.uses import LEFT_OUT, TRAINED
from glassprop.tables.values.texts import Texts

_USES = LEFT_OUT  # those that come before it count
_LEFT_OUT = ("without_target", "without_time", "infinite")


class TargetStatistics:
    """Of rows with a target.

    Attributes
    ----------
    classes : dict of str to array (2, 3)
        By the name of a class: how many rows each use has of it, and how much they weigh together.
    amounts : NumberStatistics
        Of the amounts of the rows trained on.
    ends : array (3, 2)
        The smallest and the largest amount of each use.
    weighed : array (3, 3)
        Of each use, for amounts: how much its rows weigh together, their weighted mean, and the sum of their weighted
        squared distances from it.
    weights : dict
        Of the column of weights, in rows of all uses: the largest, the sum, and how many are no numbers or negative.
    without_target, without_time, infinite : int
        How many rows are left out, and of how many the target is too far out to be one.
    """

    def __init__(self, size: int) -> None:
        self.classes: dict[str, np.ndarray] = {}
        self.amounts = NumberStatistics(size)
        self.ends = np.tile([np.inf, -np.inf], (_USES, 1))
        self.weighed = np.zeros((_USES, 3))
        self.weights: dict[str, Any] = {"largest": 0.0, "sum": 0.0, "bad": 0, "negative": 0}
        self.without_target = self.without_time = self.infinite = 0

    def add(self, read: ReadTargets) -> None:
        """Take in rows that were read."""
        self.without_target += read.without_target
        self.without_time += read.without_time
        used = read.uses < LEFT_OUT
        weights = None if read.weights is None else self._weigh(read.weights, used)
        if isinstance(read.targets, Texts):
            self._add_classes(read.targets, read.uses, used, weights)
            return
        self.amounts.add(read.targets[read.uses == TRAINED])
        for use in range(_USES):
            some = read.uses == use
            if some.any():
                self._add_amounts(use, read.targets[some], None if weights is None else weights[some])

    def merge(self, other: TargetStatistics) -> None:
        """Take in what another has seen."""
        for name, counts in other.classes.items():
            self.classes[name] = self.classes.get(name, 0.0) + counts
        self.amounts.merge(other.amounts)
        self.ends = _ends_of_both(self.ends, other.ends)
        self.weighed = np.array([_joined(a, b) for a, b in zip(self.weighed, other.weighed, strict=True)])
        for key, value in other.weights.items():
            mine = self.weights[key]
            self.weights[key] = max(mine, value) if key == "largest" else mine + value
        for name in _LEFT_OUT:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def plain(self) -> dict[str, Any]:
        """Arrays and numbers, of which `of_plain` makes the same."""
        return {
            "classes": list(self.classes),
            "counts": np.concatenate([counts.ravel() for counts in self.classes.values()] or [np.empty(0)]),
            "amounts": self.amounts.plain(),
            "ends": self.ends.ravel(),
            "weighed": self.weighed.ravel(),
            "weights": self.weights,
            "left_out": {name: getattr(self, name) for name in _LEFT_OUT},
        }

    @classmethod
    def of_plain(cls, found: dict[str, Any]) -> TargetStatistics:
        """What `plain` gave."""
        made = cls(found["amounts"]["size"])
        made.classes = dict(zip(found["classes"], found["counts"].reshape(-1, 2, _USES), strict=True))
        made.amounts = NumberStatistics.of_plain(found["amounts"])
        made.ends, made.weighed = found["ends"].reshape(_USES, 2), found["weighed"].reshape(_USES, 3)
        made.weights = found["weights"]
        vars(made).update(found["left_out"])
        return made

    def _weigh(self, weights: np.ndarray, used: np.ndarray) -> np.ndarray:
        """The weights, with 0 for those that are none; of these, their number alone is of interest."""
        bad, negative = np.isnan(weights), weights < 0
        self.weights["bad"] += int((bad & used).sum())
        self.weights["negative"] += int((negative & used).sum())
        weights = np.where(bad | negative | ~used, 0.0, weights)
        self.weights["largest"] = max(self.weights["largest"], float(weights.max(initial=0.0)))
        self.weights["sum"] += float(weights.sum())
        return weights

    def _add_classes(self, texts: Texts, uses: np.ndarray, used: np.ndarray, weights: np.ndarray | None) -> None:
        places = texts.codes[used] * _USES + uses[used]
        size = len(texts.known) * _USES
        rows = np.bincount(places, minlength=size).reshape(-1, _USES)
        weighed = rows if weights is None else np.bincount(places, weights[used], size).reshape(-1, _USES)
        for name, of_uses, weight in zip(texts.known, rows, weighed, strict=True):
            if of_uses.any():
                self.classes[name] = self.classes.get(name, 0.0) + np.array([of_uses, weight], dtype=np.float64)

    def _add_amounts(self, use: int, values: np.ndarray, weights: np.ndarray | None) -> None:
        self.ends[use] = _ends_of_both(self.ends[use], np.array([values.min(), values.max()]))
        total = float(len(values) if weights is None else weights.sum())
        if total > 0:
            shares = 1.0 / total if weights is None else weights / total
            mean = float((values * shares).sum())
            squares = float((((values - mean) ** 2) * shares).sum()) * total
            self.weighed[use] = _joined(self.weighed[use], np.array([total, mean, squares]))


def _ends_of_both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    lows, highs = np.minimum(one[..., 0], other[..., 0]), np.maximum(one[..., 1], other[..., 1])
    return np.stack([lows, highs], axis=-1)


def _joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Weight, mean and squares of two sets of rows together, by Chan's formulas."""
    total = one[0] + other[0]
    if not total > 0:
        return one
    apart, share = other[1] - one[1], other[0] / total
    return np.array([total, one[1] + apart * share, one[2] + other[2] + apart * apart * (one[0] * share)])
