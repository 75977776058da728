"""How long an epoch takes: some steps are made on a copy, before the first that counts, and a clock is looked at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median

from glassprop.training.reports import EpochReport
from glassprop.training.state import TrainState

Clock = Callable[[], float]  # seconds since some moment
_EPOCHS, _MOST_EPOCHS, _LONG_ENOUGH = 3, 50, 0.2  # the first of them may have compiled; seconds for the others
_KEPT = 9  # times that the clock is looked at between steps


class TrialOver(Exception):
    """Enough steps were timed."""


class Trial:
    """What a training on a copy is told to end by, as soon as its pace is known: ``Keeper`` and ``on_epoch`` of it.

    Whether it ends is decided by how often it was called, and by the clock only where all processes are asked.

    Parameters
    ----------
    clock : Clock
    span : float
        For how long it goes on between steps, from the first on.
    n_steps : int
        Of an epoch.
    """

    def __init__(self, clock: Clock, span: float, n_steps: int) -> None:
        self._clock, self._span, self._n_steps = clock, span, n_steps
        self._points: list[tuple[float, float]] = []  # when, and how many epochs were made by then
        self._ends: list[float] = []  # of epochs
        self._kept = 0

    @property
    def first(self) -> float | None:
        """When the first steps were made: what came before is made once, such as machine code."""
        return self._points[0][0] if self._points else None

    def due(self) -> bool:
        """Once at first, and then in equal distances."""
        first = self.first
        return not self._kept or first is None or self._clock() >= first + self._kept * self._span / (_KEPT - 1)

    def keep(self, state: TrainState) -> None:
        """Look at the clock; the last of so many times is the end."""
        self._points.append((self._clock(), state.epoch + state.steps_made / self._n_steps))
        self._kept += 1
        if self._kept >= _KEPT:
            raise TrialOver

    def epoch_ended(self, report: EpochReport) -> bool:
        """Look at the clock; whether so many epochs are enough."""
        self._points.append((self._clock(), report.state.epoch))
        self._ends.append(self._points[-1][0])
        some = len(self._ends) >= _EPOCHS and self._ends[-1] - self._ends[0] >= _LONG_ENOUGH
        late = len(self._ends) > 1 and self._ends[-1] >= self._points[0][0] + self._span
        return some or late or len(self._ends) >= _MOST_EPOCHS

    def seconds(self, judging: Callable[[], float]) -> float | None:
        """How long an epoch takes, with its validation, as the median of parts; None if that is not known.

        judging: says how long a validation takes, where no two whole epochs were made.
        """
        if len(self._ends) > 1:
            return median(end - begin for begin, end in pairwise(self._ends))
        parts = [
            (end - begin) / (made - before)
            for (begin, before), (end, made) in pairwise(self._points)
            if made > before and end not in self._ends
        ]
        return median(parts) + judging() if parts else None
