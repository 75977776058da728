"""What calls of ``train`` that follow each other need not make anew: all that goes before the first epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

from glassprop.engine.plan import Data, Engine
from glassprop.equations.arrays import Array
from glassprop.training.feed import Feed
from glassprop.training.state import TrainState

_MOST = 65_536  # numbers of X above which making a room takes little beside the work, and copies would take memory
_ALTOGETHER = 1 << 20  # numbers, about, in all that is kept
_RUNS = 16


class Run(Protocol):
    """A call of ``train`` as far as it is of interest here."""

    state: TrainState
    engine: Engine
    feed: Feed

    def again(self, data: Data) -> None:
        """Be ready for another call, with as many other examples of the same kind."""
        ...


AnyRun = TypeVar("AnyRun", bound=Run)


class Ready:
    """For calls with the same network, settings and state, without validation, one at a time.

    An engine keeps the room that it has made for certain arrays. So the rows of a call are brought into the arrays of
    an earlier one with as many, where they are few.
    """

    def __init__(self) -> None:
        self._runs: dict[tuple[Any, ...], Any] = {}

    def run(self, data: Data, state: TrainState, make: Callable[[], AnyRun]) -> AnyRun:
        """An earlier run that serves again, or a new one."""
        kind = _kind(data, state.theta)
        known: AnyRun | None = self._runs.get(kind)
        if known is not None and known.state is state and known.engine.works:
            known.again(data)
            return known
        run = make()
        if kind and data.X.size <= _MOST:
            run.feed.settle()
            self._runs[kind] = run
            if len(self._runs) > min(_RUNS, 1 + _ALTOGETHER // (8 * state.theta.size + 4 * data.X.size)):
                del self._runs[next(iter(self._runs))]
        return run


def _kind(data: Data, theta: Array) -> tuple[Any, ...]:
    """What a run follows from; empty where data are no arrays."""
    X, Y, weight = data.X, data.Y, data.sample_weight
    if type(X) is not np.ndarray or type(Y) is not np.ndarray:
        return ()
    weights = "" if weight is None else weight.dtype.str  # a dtype would be equal to None
    return X.dtype, X.shape, Y.dtype, Y.shape, theta.dtype, theta.shape, weights
