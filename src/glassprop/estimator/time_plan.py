"""``max_time``: how many epochs fit into it is decided once, before the first step, and is then the plan."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import ceil, floor, inf

import numpy as np

from glassprop.backprop.gradient import cost_of_prediction
from glassprop.backprop.ranks import Group
from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.errors import DivergenceError
from glassprop.estimator.fit_plan import FitPlan
from glassprop.training.lanes import examples_of
from glassprop.training.loop import train
from glassprop.training.reports import Validation
from glassprop.training.state import TrainState
from glassprop.training.trial import Clock, Trial, TrialOver

_FOR_TRIAL, _FOR_THE_END = 0.08, 0.05  # parts of the time: to try how fast it is, and not to be planned with
_ROWS = 4096  # of validation data, whose cost is timed


class TooShortWarning(UserWarning):
    """``max_time`` is less than an epoch takes.

    Parameters
    ----------
    asked : float
        Seconds.
    what : str
        Takes longer than that,
    seconds : float
        and how long.
    """

    def __init__(self, asked: float, what: str, seconds: float) -> None:
        super().__init__(f"max_time={asked:g} seconds is less than {what}, about {seconds:.3g}: one is run")
        self.seconds = seconds


@dataclass(frozen=True)
class Watch:
    """When a fit began, by which clock, and where it stood when.

    Attributes
    ----------
    clock : Clock
    began : float
    curve : list of (seconds, epoch, training cost, validation score or None)
        At the end of each epoch.
    before : float
        Seconds that the fit has taken until it was left, where it is gone on with.
    """

    clock: Clock
    began: float
    curve: list[tuple[float, int, float, float | None]] = field(default_factory=list)
    before: float = 0.0

    def note(self, state: TrainState) -> None:
        """An epoch has ended."""
        score = state.history.score[-1] if state.history.score else None
        self.curve.append((self.before + self.clock() - self.began, state.epoch, state.history.cost[-1], score))


def planned_in_time(
    plan: FitPlan,
    state: TrainState,
    data: Data | Source | LanedSource,
    validation: Validation | None,
    watch: Watch,
    group: Group | None,
    notify: Callable[[str], None],
) -> FitPlan:
    """The plan with as many epochs as fit into its ``max_time``, one at least.

    What is tried is on a copy, with a generator of its own: the fit is the same as one with so many epochs. If machine
    code had to be compiled first, that time does not count.
    """
    assert plan.max_time is not None
    n = examples_of(data)
    trial = Trial(watch.clock, _FOR_TRIAL * plan.max_time, ceil(n / plan.settings.batch_of(n)))
    start, said = watch.clock(), []

    def told(message: str) -> None:
        said.append(message)
        notify(message)

    settings = replace(plan.settings, patience=inf)
    scratch = TrainState(state.theta.copy())
    with suppress(TrialOver, DivergenceError):
        train(
            plan.network,
            scratch,
            data,
            settings,
            rng=np.random.RandomState(0),
            validation=validation,
            on_epoch=trial.epoch_ended,
            dropout_key=1,
            notify=told,
            open_ended=plan.open_ended,
            group=group,
            keeper=trial,
            reduce=getattr(group, "reduce", None),
        )
    if scratch.interrupted:
        raise KeyboardInterrupt
    seconds = trial.seconds(lambda: _judging(plan, state, validation, watch.clock))
    compiling = trial.first - start if said and trial.first is not None else 0.0  # which is done once on a machine
    left = (1 - _FOR_THE_END) * plan.max_time - (watch.clock() - watch.began - compiling)
    fits = plan.epochs if not seconds else max(floor(min(left / seconds, plan.epochs)), 0)
    if group is not None:
        fits = int(group.everyone(np.array([fits], dtype=np.float64))[0][0])
    if not fits:
        warnings.warn(TooShortWarning(plan.max_time, "an epoch takes", seconds or 0.0), stacklevel=8)
    return plan.of_epochs(max(fits, 1))


def _judging(plan: FitPlan, state: TrainState, validation: Validation | None, clock: Clock) -> float:
    """How long it takes to judge an epoch by validation data."""
    if validation is None or validation.data is None or not len(validation.data):
        return 0.0
    some, began = validation.data.rows(slice(0, _ROWS)), clock()
    cost_of_prediction(plan.network, state.theta, some.X, some.Y, some.sample_weight)
    seconds = (clock() - began) * len(validation.data) / len(some)
    began = clock()
    if validation.score is not None:
        validation.score(state.theta)
    return seconds + clock() - began
