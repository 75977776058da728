"""The part of an estimator that has its fits kept by a callback while they run, and goes on from what was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import numpy as np

from glassprop.backprop.ranks import Group
from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.build import Arguments
from glassprop.estimator.callbacks import LISTENERS
from glassprop.estimator.fit_plan import Call
from glassprop.estimator.job import FitKeeper, KeepsFits, job_of
from glassprop.estimator.left import Left, refuse_to_keep
from glassprop.estimator.validation import Held
from glassprop.network import Network
from glassprop.training.state import TrainState


class KeptFits:
    """Asks the callbacks who keeps fits."""

    network_: Network
    _state: TrainState
    solver: str
    _arguments: Callable[[], Arguments]

    @contextmanager
    def _kept(
        self,
        call: Call,
        data: Data | Source | LanedSource,
        held: Held | None,
        left: Left,
        group: Group | None = None,
        *,
        first: bool,
    ) -> Iterator[FitKeeper | None]:
        """Who keeps the fit while it runs: a callback that does, if there is one.

        data: all rows; held: those that were given to judge by, or to be watched; first: whether it begins with new
        weights.
        """
        keepers: list[KeepsFits] = [each for each in vars(self).get(LISTENERS[0], ()) if hasattr(each, "begin_fit")]
        if not keepers:
            yield None
            return
        refuse_to_keep(call, self.solver, len(keepers))
        classes, validation = getattr(self, "classes_", None), None if held is None else held.data
        begun = None if first or call != "fit" else self._state.theta
        job = job_of(self._arguments(), self.network_, classes, data, validation, begun)
        writes = group is None or group.rank == 0
        with closing(keepers[0].begin_fit(job, left, reads=call == "fit", writes=writes)) as keeper:
            if group is not None and group.size > 1:
                _refuse_unlike(keeper.state, group)
            yield keeper

    def _take_up(self, keeper: FitKeeper) -> Left:
        """Stand where the fit was left; which rows it was on."""
        state, left = keeper.state, keeper.left
        assert state is not None
        assert left is not None
        if state.theta.shape != self._state.theta.shape or state.theta.dtype != self._state.theta.dtype:
            raise DataError(f"the checkpoint has {state.theta.size} weights of {state.theta.dtype}, which do not fit")
        self._state = state
        return left


def _refuse_unlike(state: TrainState | None, group: Group) -> None:
    """Refuse to go on where processes have found different checkpoints.

    Raises
    ------
    SettingsError
    """
    here = [-1.0, 0.0] if state is None else [state.epoch, state.steps_made]
    every = [tuple(each) for each in group.everyone(np.array(here, dtype=np.float64))]
    other = next((rank for rank, place in enumerate(every) if place != every[0]), None)
    if other is not None:
        first, then = (
            "no checkpoint" if epoch < 0 else f"one of epoch {epoch:.0f}, step {step:.0f}"
            for epoch, step in (every[0], every[other])
        )
        raise SettingsError(
            f"rank 0 has found {first}, and rank {other} {then}: name a folder that all processes see, on a shared disk"
        )
