"""The part of an estimator that has its fits kept by a callback while they run, and goes on from what was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from glassprop.backprop.ranks import Group
from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.errors import DataError
from glassprop.estimator.build import Arguments
from glassprop.estimator.callbacks import LISTENERS
from glassprop.estimator.fit_plan import Call
from glassprop.estimator.job import FitKeeper, job_of
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
        self, call: Call, data: Data | Source | LanedSource, held: Held | None, left: Left, group: Group | None = None
    ) -> Iterator[FitKeeper | None]:
        """Who keeps the fit while it runs: a callback that does, if there is one.

        data: all rows; held: those that were given to judge by, or to be watched.
        """
        keepers = [each for each in vars(self).get(LISTENERS[0], ()) if hasattr(each, "begin_fit")]
        if not keepers:
            yield None
            return
        refuse_to_keep(call, self.solver, len(keepers))
        classes, validation = getattr(self, "classes_", None), None if held is None else held.data
        job = job_of(self._arguments(), self.network_, classes, data, validation)
        writes = group is None or group.rank == 0
        with closing(keepers[0].begin_fit(job, left, reads=call == "fit", writes=writes)) as keeper:
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
