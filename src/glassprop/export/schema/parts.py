"""What goes along while a model is written or read: its arrays, and who takes the steps that are of no kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit

_MOST_NODES = 20_000
Foreign = Callable[[Any, str], Any]  # (step or its node, place) -> node or step


@dataclass(frozen=True, slots=True)
class Entry:
    """An array of the file: what it holds, and where it lies in the data."""

    dtype: np.dtype
    shape: tuple[int, ...]
    start: int
    stop: int


class Reading(Protocol):
    """Arrays by name, each to be taken once, the reader of steps of no kind, and what may be made of it all.

    levels: of steps within steps, at the place that is being read.
    """

    foreign: Foreign
    budget: Budget
    levels: int

    def entry(self, name: str) -> Entry: ...

    def take(self, name: str) -> np.ndarray: ...


def no_foreign(step: Any, at: str) -> Any:
    """Takes nothing.

    Raises
    ------
    Misfit
    """
    raise Misfit(at, f"a {type(step).__name__} is no kind that a model file knows")


class Writing(dict[str, np.ndarray]):
    """The arrays written so far, by name.

    Attributes
    ----------
    searches : list of dict
        What is told of the searches whose best models were written in their place.
    """

    def __init__(self, foreign: Foreign = no_foreign) -> None:
        super().__init__()
        self.foreign = foreign
        self.searches: list[dict[str, Any]] = []
        self.nodes = 0

    def count(self, at: str) -> None:
        """Count a step; refuse more than a model may have, such as shared steps that double at each level."""
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise Misfit(at, f"the model has more than {_MOST_NODES} steps")


class Held:
    """What was written, to be read at once, without a file between."""

    def __init__(self, written: Writing, foreign: Foreign, budget: Budget, *, alone: bool = True) -> None:
        self._written, self.foreign, self.budget, self._alone = written, foreign, budget, alone
        self.levels = 0
        self._taken: set[str] = set()
        self._given: list[np.ndarray] = []

    def entry(self, name: str) -> Entry:
        """What the array of that name is."""
        if name not in self._written or name in self._taken:
            raise Misfit("", f"array {name[:60]!r} is not there, or is asked for twice")
        array = self._written[name]
        return Entry(array.dtype, array.shape, 0, array.nbytes)

    def take(self, name: str) -> np.ndarray:
        """The array; where they are to be `alone`, no two parts of a model share memory."""
        self.entry(name)
        self._taken.add(name)
        array = self._written[name]
        if self._alone and (
            not array.flags.c_contiguous or any(np.may_share_memory(array, one) for one in self._given)
        ):
            array = np.array(array, order="C")
        self._given.append(array)
        return array
