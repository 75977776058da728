"""The training loop: epochs, validation, stopping. It prints nothing; ``on_epoch`` is told what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.fits import check_shapes
from glassprop.architecture.layers import Architecture
from glassprop.backprop.own import check_own_functions
from glassprop.engine.choose import Notify, choose
from glassprop.engine.reference import Data, EpochPlan
from glassprop.training.batches import shuffled
from glassprop.training.divergence import diagnose
from glassprop.training.schedule import Progress
from glassprop.training.settings import Settings
from glassprop.training.state import TrainState
from glassprop.training.targets import smooth


@dataclass(frozen=True)
class EpochReport:
    """What ``on_epoch`` is told: the state as it stands, and a sentence where something was decided."""

    state: TrainState
    message: str = ""


@dataclass(frozen=True)
class Validation:
    """What an epoch is judged by, where it is not the training cost.

    Attributes
    ----------
    data : Data or None
        Its plain cost goes into the history.
    score : callable (theta) -> float, or None
        More is better; None with ``judges``: minus the validation cost.
    judges : bool
        Whether stopping and the best weights follow it; else it is only recorded.
    """

    data: Data | None = None
    score: Callable[[Any], float] | None = None
    judges: bool = True


OnEpoch = Callable[[EpochReport], bool | None]


def train(
    architecture: Architecture,
    state: TrainState,
    data: Data,
    settings: Settings,
    *,
    rng: Any,
    validation: Validation | None = None,
    on_epoch: OnEpoch | None = None,
    dropout_key: int = 0,
    epochs: int | None = None,
    notify: Notify | None = None,
) -> TrainState:
    """Train until the epochs are over, the score stops improving, ``on_epoch`` returns True, or Ctrl-C.

    Parameters
    ----------
    state : TrainState
        Holds θ; changed in place and returned.
    rng : numpy Generator (or RandomState)
        Shuffles; nothing else is drawn from it.
    dropout_key : int
        Seeds the dropout masks (32 bits).
    epochs : int, optional
        Stop after so many; the schedule still reckons with ``settings.epochs``.
    notify : callable (str), optional
        Told when machine code has to be compiled first, which happens once per machine.

    Raises
    ------
    DivergenceError
        If a cost turns NaN or infinite, that of validation data included where training is judged by them;
        ``state``, which is the error's too, then holds the weights of the last good epoch.
    DerivativeError, DataError, SettingsError
        Before the first step, if something cannot be trained on.
    """
    run = _Run(architecture, state, data, settings, validation, dropout_key, notify)
    run.epochs = settings.epochs if epochs is None else epochs
    order: NDArray[np.integer] = np.arange(len(data))
    state.epoch, state.stopped_by, state.exhausted, state.interrupted, state.kept_epoch = 0, "", False, False, 0
    try:
        while not state.stopped_by:
            if settings.shuffle:
                order = shuffled(order, rng)
            run.epoch(order)
            run.judge()
            message = run.decide()
            if on_epoch is not None and on_epoch(EpochReport(state, message)) and not state.stopped_by:
                state.stopped_by = "A callback asked to stop."
    except KeyboardInterrupt:
        state.interrupted, state.stopped_by = True, "Interrupted by the user."
        run.undo_unfinished()
    if run.judged_by_validation and settings.restore_best:
        state.restore_best()
    return state


class _Run:
    """One call of ``train``: what stays the same from epoch to epoch."""

    def __init__(
        self,
        architecture: Architecture,
        state: TrainState,
        data: Data,
        settings: Settings,
        validation: Validation | None,
        dropout_key: int,
        notify: Notify | None,
    ) -> None:
        self.architecture, self.state, self.settings = architecture, state, settings
        self.validation, self.dropout_key = validation or Validation(judges=False), dropout_key
        self.judged_by_validation = self.validation.judges
        check_shapes(architecture, data.X, data.Y, data.sample_weight, state.theta)
        architecture.cost_function.check_targets(data.Y)
        check_own_functions(architecture, data.Y)
        if self.validation.data is not None:
            check_shapes(
                architecture,
                self.validation.data.X,
                self.validation.data.Y,
                self.validation.data.sample_weight,
            )
            architecture.cost_function.check_targets(self.validation.data.Y)
        self.data = Data(data.X, smooth(architecture, data.Y, settings.label_smoothing), data.sample_weight)
        choice = choose(
            settings.engine, architecture, settings.objective, settings.optimizer, self.data, state.theta, notify
        )
        self.engine, self.data = choice.engine, choice.data
        state.engine, state.engine_why = choice.engine.name, choice.why
        if state.optimizer is not None and not settings.optimizer.can_go_on(state.optimizer):
            state.restart_optimizer()  # it remembers what another kind needs
        if state.optimizer is None:
            state.optimizer = settings.optimizer.start(state.theta)
        state.optimizer.check_fits(state.theta)
        self.batch_size = settings.batch_of(len(data))
        self.n_steps = ceil(len(data) / self.batch_size)
        self.epochs = settings.epochs
        self.total_steps = self.n_steps * settings.epochs
        self.good_theta, self.finished = state.theta.copy(), True

    def progress(self) -> Progress:
        state = self.state
        return Progress(state.step, self.total_steps, state.optimizer_samples, state.plateaus)

    def epoch(self, order: Any) -> None:
        """Run one epoch and write its cost down."""
        state = self.state
        assert state.optimizer is not None
        rates = self.settings.schedule.rates(self.progress(), self.n_steps)
        plan = EpochPlan(order, self.batch_size, rates, self.dropout_key, state.step)
        self.good_theta[...] = state.theta
        self.finished = False
        with np.errstate(all="ignore"):  # what overflows is found and explained below
            cost = self.engine.epoch(state.theta, state.optimizer, self.data, plan)
            if cost.failed is not None or not np.isfinite(state.theta).all():
                self._diverged_in_batch(plan, cost.failed or 0)
            validation_cost = self._validation_cost(float(rates[-1]))
        self.finished = True
        state.epoch, state.rate = state.epoch + 1, float(rates[-1])
        state.step += self.n_steps
        state.samples += len(self.data)
        state.optimizer_samples = state.samples
        state.history.cost.append(self.settings.cost_scale * cost.data + cost.penalty)
        if validation_cost is not None:
            state.history.validation_cost.append(self.settings.cost_scale * validation_cost)

    def _validation_cost(self, rate: float) -> float | None:
        """The plain cost of the validation data; where it judges, it must be a finite number."""
        v = self.validation.data
        if v is None:
            return None
        cost = self.engine.cost(self.state.theta, v)
        if self.validation.judges and not np.isfinite(cost):
            self._diverged("the cost of the validation data", v, rate)
        return cost

    def _diverged_in_batch(self, plan: EpochPlan, batch: int) -> None:
        rows = plan.order[batch * plan.batch_size : (batch + 1) * plan.batch_size]
        self._diverged("the cost", self.data.rows(rows), float(plan.rates[batch]))

    def _diverged(self, of: str, examples: Data, rate: float) -> None:
        state = self.state
        error = diagnose(self.architecture, state.theta, examples, of=of, epoch=state.epoch + 1, rate=rate)
        self.undo_unfinished()
        error.state = state
        raise error

    def undo_unfinished(self) -> None:
        """Go back to the weights before an epoch that did not come to its end, and forget the optimizer's memory."""
        if not self.finished:
            self.state.theta[...] = self.good_theta
            self.state.optimizer = None  # it has seen the steps that are undone, or is as spoiled as θ was

    def judge(self) -> None:
        """Work out the score of the epoch, and let the state take it in."""
        state, validation = self.state, self.validation
        score = -state.history.cost[-1]
        if validation.judges:
            if validation.score is not None:
                score = validation.score(state.theta)
            else:
                score = -state.history.validation_cost[-1]
            state.history.score.append(score)
        state.judge(score, self.settings.tol, keep=validation.judges and self.settings.restore_best)

    def decide(self) -> str:
        """Whether to stop, lower the rate, or go on; returns what to say about it."""
        state, settings = self.state, self.settings
        message = ""
        if state.waiting > settings.patience:
            message = self._plateau()
        if not state.stopped_by and state.epoch >= self.epochs:
            state.stopped_by, state.exhausted = f"All {self.epochs} epochs are done.", True
        return message

    def _plateau(self) -> str:
        state, schedule = self.state, self.settings.schedule
        what = "Validation score" if self.judged_by_validation else "Training loss"
        said = (
            f"{what} did not improve more than tol={self.settings.tol:f} "
            f"for {self.settings.patience:g} consecutive epochs."
        )
        if not schedule.lowers_on_plateau:
            state.stopped_by = f"{said} Stopping."
            return state.stopped_by
        if schedule.now(self.progress()) <= schedule.floor:
            state.stopped_by = f"{said} Learning rate too small. Stopping."
            return state.stopped_by
        state.plateaus += 1
        state.waiting = 0
        return f"{said} Setting learning rate to {schedule.now(self.progress()):f}"
