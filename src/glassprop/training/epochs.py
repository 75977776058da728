"""Epochs of one call of ``train``: each is run, judged and written down as a whole, or undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.ranks import Group, LaneSums, Ranks
from glassprop.engine.blas_threads import may_be_shared
from glassprop.engine.choose import Notify, choose
from glassprop.engine.midway import Midway, StepCosts
from glassprop.engine.plan import Data, EpochCost, EpochPlan, LanedSource, Source
from glassprop.engine.seen_sums import SeenSums
from glassprop.engine.worth import Amount
from glassprop.errors import SettingsError
from glassprop.optimizer import OptimizerState
from glassprop.training.batches import shuffle
from glassprop.training.divergence import diagnose
from glassprop.training.feed import Feed, check_examples
from glassprop.training.keeping import Keeper
from glassprop.training.kernels_record import note_kernels
from glassprop.training.looks import Looks
from glassprop.training.plateau import answer
from glassprop.training.reports import EpochReport, Validation
from glassprop.training.schedule import Progress
from glassprop.training.scheduled import check_factors, scheduled
from glassprop.training.state import Changes, TrainState
from glassprop.training.train_settings import Settings

_FEW = 13  # examples, of which an order is the same again by chance once in 13! draws


class Epochs:
    """Those of one call of ``train``, with what stays the same from one to the next."""

    def __init__(
        self,
        architecture: Architecture,
        state: TrainState,
        data: Data | Source | LanedSource,
        settings: Settings,
        validation: Validation | None,
        notify: Notify | None,
        ranks: Ranks | None,
        group: Group | None,
        checked: bool,
        length: int | None,
        began_with: tuple[str, str],
    ) -> None:
        self.architecture, self.state, self.settings, self.ranks = architecture, state, settings, ranks
        self.validation = validation or Validation(judges=False)
        self.judged_by_validation = self.validation.judges
        self.keeps_best = self.validation.judges and settings.restore_best
        where = architecture, data, settings, state.theta, state.epoch
        self.feed = Feed(*where, ranks=ranks, group=group, checked=checked)
        state.make_writable()
        check_factors(architecture, settings)
        held_out = self.validation.data
        if held_out is not None and not checked and (len(held_out) or self.validation.lanes is None):
            check_examples(architecture, held_out)
        objective, optimizer, sample = settings.objective, settings.optimizer, self.feed.sample
        choice = choose(
            settings.engine,
            architecture,
            objective,
            optimizer,
            sample,
            state.theta,
            notify,
            ranks,
            amount=None if length is None else self._amount(length),
            began_with=began_with,
            recorded=state.products,
            entries=self.feed.entries,
        )
        self.engine, self.feed.sample, self.choice = choice.engine, choice.data, choice
        self.needs_one_thread = self._may_share_products()
        self.n_steps = self.feed.n_steps
        self.epochs = settings.epochs
        self.keeper: Keeper | None = None
        self.looks: Looks | None = None
        self.total_steps = self.n_steps * settings.epochs
        self._begin()
        if state.so_far is not None and not 0 < state.steps_made < self.n_steps:
            raise SettingsError(
                f"this state is of a training run that was interrupted after {state.steps_made} steps of an epoch, "
                f"which has {self.n_steps} here: give the same data, and the same batch_size"
            )
        self.good_theta, self.good_optimizer = state.theta.copy(), self._optimizer().copy()

    def _begin(self) -> None:
        """Be ready for the first epoch of a call."""
        state, optimizer = self.state, self.settings.optimizer
        note_kernels(state, self.choice)
        if state.optimizer is not None and not optimizer.can_go_on(state.optimizer):
            state.restart_optimizer()  # it remembers what another kind needs
        if state.optimizer is None:
            state.optimizer = optimizer.start(state.theta)
        state.optimizer.check_fits(state.theta)
        self.finished, self.drawn = True, False
        self.next_order: NDArray[np.integer] | None = None
        self.unwritten: Changes | None = None

    def again(self, data: Data) -> None:
        """Be ready for another call, with as many other examples of the same kind."""
        self.feed.bring(data)
        self.state.make_writable()
        self._begin()

    def _optimizer(self) -> OptimizerState:
        assert self.state.optimizer is not None
        return self.state.optimizer

    def _amount(self, epochs: int) -> Amount:
        """What there is to do, the same in all processes that train together."""
        watched = 0 if self.validation.data is None or self.ranks is not None else len(self.validation.data)
        return Amount(epochs, self.feed.n_steps, self.feed.batch_size, watched)

    def _may_share_products(self) -> bool:
        """Whether NumPy makes products that BLAS may share among threads, on which their bits depend then.

        With validation data it may be so with kernels too: a scorer may call it.
        """
        held_out = self.validation.data
        if self.engine.name != "reference" and held_out is None:
            return False
        rows = max(self.feed.batch_here, 0 if held_out is None else len(held_out))
        return may_be_shared(self.architecture, rows, with_others=self.validation.score is not None)

    def report(self, message: str) -> EpochReport:
        """What is told of the epoch that was run last."""
        return EpochReport(self.state, message, self.feed.waited, self.feed.seconds)

    def progress(self) -> Progress:
        state = self.state
        return Progress(state.step, self.total_steps, state.optimizer_samples, state.plateaus)

    def epoch(self) -> str:
        """Run one epoch, judge it and write both down; returns what to say if training diverged and ends with that."""
        state = self.state
        assert state.optimizer is not None
        assert state.order is not None
        planned = scheduled(self.architecture, self.settings, self.progress(), self.n_steps)
        self._remember()
        self.finished = False
        order = self._order()
        plan = EpochPlan(
            self.feed.order(state.epoch, order),
            self.feed.batch_here,
            dropout_key=state.dropout_key,
            first_step=state.step,
            bounds=self.feed.bounds,
            shares=self.feed.shares,
            orders=self.feed.orders(state.epoch, order, state.dropout_key),
            seen=self._seen(),
            **planned,
        )
        midway, made = None, 0
        if self.keeper is not None or state.so_far is not None:
            midway, made = self._midway(order), state.steps_made
            plan = plan.from_step(made)
        with np.errstate(all="ignore"):  # what overflows is found and explained below
            cost = self.engine.epoch(state.theta, state.optimizer, self.feed.rows(state.epoch, made), plan, midway)
            validation = self.validation.data
            if cost.failed is not None or not np.isfinite(state.theta).all():
                return self._diverged_in_batch(plan, cost)
            validation_cost = (
                None if validation is None else self.engine.cost(state.theta, validation, self.validation.lanes)
            )
        scaled = self.settings.cost_scale * cost.data + cost.penalty
        if validation is not None and self.validation.judges and not np.isfinite(validation_cost or 0.0):
            of = "the cost of the validation data"
            return self._diverged(of, validation, float(plan.rates[-1]), scaled, float(validation_cost or 0.0))
        score = self._score(validation_cost)
        self._write(scaled, validation_cost, score, float(plan.rates[-1]), order=order)
        return ""

    def _seen(self) -> SeenSums | None:
        """Where the epoch to come adds what it sees of each row."""
        if self.looks is None or not self.feed.in_order:
            return None
        in_passing = self.engine.name != "reference" and self.architecture.members == 1
        return self.looks.at(self.state.epoch + 1, in_passing=in_passing)

    def _midway(self, order: NDArray[np.integer]) -> Midway:
        """What the engine is told of an epoch that begins in its middle, or may be kept there."""
        keeper = self.keeper

        def keep(costs: StepCosts) -> None:
            if keeper is not None and len(costs) < self.n_steps:  # else the epoch is judged first
                keeper.keep(replace(self.state, order=order, drawn=True, so_far=costs))

        return Midway(self.state.so_far, (lambda: False) if keeper is None else keeper.due, keep)

    def _remember(self) -> None:
        """Keep θ and the optimizer's memory as they stand, in case the epoch to come is left in its middle."""
        assert self.state.optimizer is not None
        self.good_theta[...], self.good_optimizer.t = self.state.theta, self.state.optimizer.t
        for kept, vector in zip(self.good_optimizer.vectors, self.state.optimizer.vectors, strict=True):
            kept[...] = vector
        self.next_order, self.drawn = None, False

    def _order(self) -> NDArray[np.integer]:
        """The order of the examples in the epoch to come."""
        state = self.state
        assert state.order is not None
        if not self.settings.shuffle or state.drawn or not self.feed.in_order:
            return state.order
        self.next_order = state.order.copy()
        shuffle(self.next_order, state.rng)
        self.drawn = True
        return self.next_order

    def _score(self, validation_cost: float | None) -> float | None:
        """The score of the validation data, where they judge."""
        if not self.validation.judges:
            return None
        if self.validation.score is not None:
            score = self.validation.score(self.state.theta)
            return self.ranks.of_first(score) if isinstance(self.ranks, LaneSums) else score
        return -self.settings.cost_scale * (validation_cost or 0.0)

    def _write(self, cost: float, validation_cost: float | None, score: float | None, rate: float, **more: Any) -> None:
        """Bring an epoch's end into the state, as a whole."""
        state, settings, history = self.state, self.settings, self.state.history
        samples = state.samples + self.feed.n
        how = {"keep": self.keeps_best, "last": settings.best_epoch == "last"}
        judged = state.judged(-cost if score is None else score, state.epoch + 1, settings.tol, **how)
        if "best_theta" in judged:
            judged["best_rate"] = rate
        scaled = None if validation_cost is None else settings.cost_scale * validation_cost
        self.unwritten = Changes(
            {
                "epoch": state.epoch + 1,
                "rate": rate,
                "step": state.step + self.n_steps,
                "samples": samples,
                "optimizer_samples": samples,
                "drawn": False,
                "so_far": None,
                **judged,
                **more,
            },
            Changes.ends_of((history.cost, cost), (history.validation_cost, scaled), (history.score, score)),
        )
        self.finished = True  # from here on the epoch counts, whenever Ctrl-C comes
        self.unwritten.write(state)
        self.unwritten = None

    def _diverged_in_batch(self, plan: EpochPlan, cost: EpochCost) -> str:
        examples = cost.examples
        if examples is None:  # a step that no cost was worked out after
            sample = self.feed.sample
            examples = sample.rows(plan.order[: plan.edges[1]]) if len(plan.order) else sample
        missing = None if self.validation.data is None else float("nan")
        return self._diverged("the cost", examples, float(plan.rates[cost.failed or 0]), float("nan"), missing)

    def _diverged(self, of: str, examples: Data, rate: float, cost: float, validation_cost: float | None) -> str:
        """End with the best weights, and return what to say, or raise the error if there are none."""
        state = self.state
        best = state.best_theta is not None and self.keeps_best
        kept = f"the weights of the best epoch, {state.best_epoch}," if best else "the weights of the last good epoch"
        kept = kept if state.history.cost else ""
        epoch = state.epoch + 1
        where = self.architecture, state.theta, examples
        error = diagnose(*where, of=of, epoch=epoch, rate=rate, kept=kept, alone=self.ranks is None)
        self.settle()
        state.optimizer = state.order = state.so_far = None  # what it remembers is as spoiled as θ was
        if not best:
            error.state = state
            raise error
        self._write(cost, validation_cost, float("nan"), rate, stopped_by=f"Training ended: {error}", diverged=True)
        state.restore_best()
        return state.stopped_by

    def settle(self) -> None:
        """Put in order what Ctrl-C or an error has left: an epoch is either over, and written down, or undone.

        Where one is undone, only the order that was drawn for it stays, for the generator has moved on. Where Ctrl-C
        came close to that, the new order tells whether it was drawn, unless there are so few examples that it may well
        be the old one again.
        """
        state = self.state
        if self.unwritten is not None and self.finished:
            self.unwritten.write(state)
        elif not self.finished:
            state.theta[...], state.optimizer = self.good_theta, self.good_optimizer
            self.finished, drawn, before = True, self.next_order, state.order
            if drawn is None or before is None:
                return
            if self.drawn or not np.array_equal(drawn, before):
                state.order, state.drawn = drawn, True
            elif 1 < len(drawn) < _FEW:
                state.order = None

    def decide(self) -> str:
        """Whether to stop, lower the rate, or go on; returns what to say about it."""
        state, settings = self.state, self.settings
        message = ""
        if state.waiting > settings.patience:
            message, ends = answer(settings, self.progress(), by_validation=self.judged_by_validation)
            if ends:
                state.stopped_by = message
            else:
                self.unwritten = Changes({"plateaus": state.plateaus + 1, "waiting": 0}, ())
                self.unwritten.write(state)
                self.unwritten = None
        if not state.stopped_by and state.epoch >= self.epochs:
            state.stopped_by, state.exhausted = f"All {self.epochs} epochs are done.", True
        return message
