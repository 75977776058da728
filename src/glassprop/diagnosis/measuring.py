"""Measures all that findings are decided by, once, and counts what that takes."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, inf, nan

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import average_gradient, cost_of_prediction
from glassprop.backprop.members import predicted
from glassprop.diagnosis.case import Case, dense
from glassprop.diagnosis.few_rows import fitted_to_few
from glassprop.diagnosis.measured import Course, Measured, Moment
from glassprop.diagnosis.measured_columns import measured_columns
from glassprop.diagnosis.measured_layers import Looked, look
from glassprop.diagnosis.measured_target import cost_of_a_constant, measured_target, repeated
from glassprop.diagnosis.watched import Kept
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array

Numbers = NDArray[np.float64]

# Of each moment between start and end, and of each step: rows that are looked at, as a part of all, and at most.
_PART, _FEWEST, _WITHIN = 0.09, 4, 256
_FEW_OF_A_CLASS = 3  # rows, of which no share is taken
_MOMENTS = 5  # that are looked at, of those that were watched


def measure(case: Case) -> tuple[Measured, float]:
    """All of it, and what it took, in epochs: passes forward and back by the number of rows."""
    with np.errstate(all="ignore"):  # what overflows is a finding, and no reason to warn
        return _Measuring(case).all()


class _Measuring:
    """The work, with the rows that went through so far."""

    def __init__(self, case: Case) -> None:
        self.case, self.spent, self.left_out = case, 0.0, list[str]()
        self.sample = case.sample

    def all(self) -> tuple[Measured, float]:
        case, n = self.case, len(self.case.data)
        Y = np.asarray(case.data.Y, np.float64)
        weight = case.data.sample_weight
        target = measured_target(case.network, case.data.X, Y, weight, case.task, case.names)
        target = replace(target, base=target.base * case.scale)
        if case.validation is not None:
            held = case.validation
            target = replace(target, repeated=repeated(case.data.X, Y, held.X, np.asarray(held.Y, np.float64)))
        reach = case.network.layers[-1].activation.range
        codes = frozenset(where for where, _ in case.network.codes)
        measured = Measured(
            rows=n,
            inputs=case.network.n_inputs,
            outputs=case.network.sizes[-1],
            arguments=dict(case.arguments),
            output=case.network.layers[-1].activation.spec,
            cost_name=case.network.cost_function.spec,
            free=bool(np.isinf([reach.low, reach.high]).all()),
            columns=measured_columns(self.sample.X, self.sample.Y, case.inputs, codes, case.columns),
            target=target,
            batch=case.batch,
            parameters=case.network.layout.size,
            members=case.network.members,
            derivative=case.derivative,
            derivative_words=case.error if np.isfinite(case.derivative) else "",
        )
        if np.isfinite(self.sample.X).all() and not np.isfinite(case.derivative):
            measured = self._of_the_network(measured)
        return replace(measured, left_out=tuple(self.left_out)), self.spent / max(n, 1)

    def _of_the_network(self, measured: Measured) -> Measured:
        """What goes through the network."""
        case = self.case
        moments, last = self._moments()
        course = course_of(case)
        start = case.watched.kept.get(0) or (None if case.start is None else Kept(case.start))
        if start is not None and not self._at_no_steps:
            updates = [(0, self._update(start)), *((epoch, self._update(one)) for epoch, one in self._between())]
            course = replace(course, updates=tuple(updates))
        if start is not None and case.theta is not None:
            course = replace(course, moved=way(case.network, start.theta, case.theta))
        found = replace(measured, moments=moments, course=course)
        if last is not None:
            found = replace(
                found,
                train_cost=last.moment.cost,
                noise_scale=last.noise,
                target=replace(found.target, recalls=recalls(last.outputs, self.sample.Y, case.task)),
                train_wrong=wrong(last.outputs, self.sample.Y, case.task),
            )
        if case.validation is not None and case.theta is not None:
            found = self._judged(found, case.validation, case.theta)
        found = replace(found, further=self._further(found))
        return replace(found, few_cost=self._few(found))

    @property
    def _at_no_steps(self) -> bool:
        return bool(self.case.arguments.get("solver") == "lbfgs")

    def _moments(self) -> tuple[tuple[Moment, ...], Looked | None]:
        """Start, between, and end."""
        case, found, last = self.case, [], None
        start = case.watched.kept.get(0) or (None if case.start is None else Kept(case.start))
        if start is None:
            self.left_out.append("how the network started, which is not known")
        else:
            found.append(self._look(start.theta, 0, self.sample).moment)
        few = self._some(self._few_rows())
        found += [self._look(kept.theta, epoch, few).moment for epoch, kept in self._between()]
        if case.theta is not None and case.state is not None:
            last = self._look(case.theta, max(1, case.state.epoch), self.sample)
            found.append(last.moment)
        return tuple(found), last

    def _between(self) -> list[tuple[int, Kept]]:
        """Moments after the start and before the end, with what was kept: the first, the last, and some between."""
        last = self.case.state.epoch if self.case.state is not None else inf
        found = [(epoch, kept) for epoch, kept in sorted(self.case.watched.kept.items()) if 0 < epoch < last]
        if len(found) < _MOMENTS:
            return found
        return [found[place] for place in np.linspace(0, len(found) - 1, _MOMENTS - 1).round().astype(int)]

    def _few_rows(self) -> int:
        return max(_FEWEST, min(_WITHIN, int(_PART * len(self.case.data))))

    def _some(self, n: int) -> Data:
        return self.sample.rows(np.random.default_rng(1).permutation(len(self.sample))[:n])

    def _look(self, theta: Array, epoch: int, rows: Data) -> Looked:
        self.spent += len(rows)
        return look(self.case.network, np.asarray(theta, np.float64), rows.X, rows.Y, epoch, self.case.scale)

    def _update(self, kept: Kept) -> float:
        """The length of a step from there by that of the weights, the largest of any layer."""
        case = self.case
        batch = self._some(min(case.batch, self._few_rows()))
        self.spent += len(batch)
        theta = np.asarray(kept.theta, np.float64).copy()
        gradient = average_gradient(case.network, theta, batch.X, batch.Y)
        clip = case.settings.objective.clip_norm
        if clip is not None:
            gradient *= min(1.0, clip / max(float(np.linalg.norm(gradient)), 1e-300))
        return largest_update(case.network, theta, stepped(case, kept, theta, gradient))

    def _judged(self, measured: Measured, data: Data, theta: Array) -> Measured:
        """What examples held out say, as many of them as of the others."""
        part = data if len(data) <= len(self.sample) else data.rows(np.arange(len(self.sample)))
        self.spent += len(part) / 2
        rows, network = dense(part), self.case.network
        a = predicted(network, np.asarray(theta, np.float64), rows.X)
        cost = cost_of_prediction(network, np.asarray(theta, np.float64), rows.X, rows.Y, part.sample_weight)
        return replace(
            measured,
            validation_cost=self.case.scale * cost,
            validation_wrong=wrong(a, rows.Y, self.case.task),
            held_out=len(rows),
            target=replace(
                measured.target,
                recalls_held_out=recalls(a, rows.Y, self.case.task),
                base_held_out=self.case.scale * cost_of_a_constant(network, rows.Y, part.sample_weight),
            ),
        )

    def _further(self, measured: Measured) -> float:
        """What one more epoch would do at half of the first rate, where the schedule has taken most of it."""
        case, course, base = self.case, measured.course, measured.target.base
        faded = course.last_rate <= _FADED * course.first_rate
        if case.theta is None or not faded or self._at_no_steps or not measured.train_cost > _FINE * base:
            return nan
        rows = self._some(int(min(len(self.sample), (case.passes - self.spent) / 2)))
        if len(rows) < 2:
            self.left_out.append("what a higher rate would do at the end, which takes more passes than are allowed")
            return nan
        self.spent += 2 * len(rows)
        return case.scale * gone_on(case, rows, 0.5 * course.first_rate) / base

    def _few(self, measured: Measured) -> float:
        """What is left where a network like this one is fitted to few rows; only where all rows are not fitted."""
        base = measured.target.base
        if not measured.course.cost or measured.train_cost < FITTED * base:
            return nan
        found = fitted_to_few(self.case, self.case.passes - self.spent)
        if found is None:
            self.left_out.append("whether it can fit 32 rows, which takes more passes than are allowed")
            return nan
        self.spent += found[1]
        return found[0]


def gone_on(case: Case, rows: Data, rate: float) -> float:
    """By how much the cost of these rows falls while the network is trained on each of them once."""
    assert case.theta is not None
    theta = np.asarray(case.theta, np.float64).copy()
    before = cost_of_prediction(case.network, theta, rows.X, rows.Y)
    memory, factors = case.settings.optimizer.start(theta), case.network.layout.decay_factors
    for first in range(0, len(rows), case.batch):
        part = rows.rows(slice(first, first + case.batch))
        gradient = average_gradient(case.network, theta, part.X, part.Y)
        case.settings.optimizer.step(theta, gradient, memory, rate, factors)
    return before - cost_of_prediction(case.network, theta, rows.X, rows.Y)


_FADED = 0.1  # of the first rate
_FINE = 0.1  # of what a constant costs
FITTED = 0.3  # of what a constant costs: less is no sign of too little capacity


def course_of(case: Case) -> Course:
    """How training went, from what the state remembers."""
    state, settings = case.state, case.settings
    steps = ceil(len(case.data) / max(case.batch, 1))
    plain = Course(first_rate=settings.schedule.rate, steps=steps, planned=settings.epochs, error=case.error)
    if state is None:
        return replace(plain, diverged=bool(case.error))
    history = state.history
    return replace(
        plain,
        cost=tuple(history.cost[-state.epoch :]),
        validation_cost=tuple(case.scale * cost for cost in history.validation_cost[-state.epoch :]),
        last_rate=nan if state.last_rate is None and state.rate is None else float(state.last_rate or state.rate or 0),
        planned=state.planned or settings.epochs,
        epochs=min(state.epoch, len(history.cost)),
        kept=state.kept_epoch or len(history.cost),
        stopped_by=state.stopped_by,
        exhausted=state.exhausted,
        diverged=state.diverged or bool(case.error),
        interrupted=state.interrupted,
    )


def stepped(case: Case, kept: Kept, theta: Numbers, gradient: Numbers) -> Numbers:
    """θ after a step of the optimizer, with the memory that it has there."""
    optimizer, found = case.settings.optimizer, theta.copy()
    memory = kept.memory if kept.memory is not None and optimizer.can_go_on(kept.memory) else optimizer.start(theta)
    memory = replace(memory, vectors=tuple(np.array(vector, np.float64) for vector in memory.vectors))
    rate = case.settings.schedule.rate if kept.rate is None else kept.rate
    optimizer.step(found, gradient, memory, rate, case.network.layout.decay_factors)
    return found


def largest_update(architecture: Architecture, theta: Numbers, moved: Numbers) -> float:
    """‖Δw‖ / ‖w‖, the largest of any layer that is trained."""
    found = [0.0]
    for block in architecture.layout.blocks:
        length = float(np.linalg.norm(block.view(theta)))
        if block.name == "w" and block.rate and length:
            found.append(block.rate * float(np.linalg.norm(block.view(moved) - block.view(theta))) / length)
    return max(found)


def way(architecture: Architecture, start: Array, end: Array) -> float:
    """How far the weights have gone, by their length at the start."""
    w = [block for block in architecture.layout.blocks if block.name == "w"]
    before, after = (np.concatenate([theta[b.start : b.stop] for b in w]).astype(float) for theta in (start, end))
    length = float(np.linalg.norm(before))
    return float(np.linalg.norm(after - before)) / length if length else nan


def said_and_there(outputs: Numbers, Y: Numbers, task: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which class (or labels) each row is given, and which it has: (n, classes) each."""
    if Y.shape[1] == 1 and task == "classes":
        return np.hstack([outputs <= 0.5, outputs > 0.5]), np.hstack([Y <= 0.5, Y > 0.5])
    if task == "labels":
        return outputs > 0.5, Y > 0.5
    return np.eye(Y.shape[1], dtype=bool)[outputs.argmax(axis=1)], Y > 0.5


def recalls(outputs: Numbers, Y: Numbers, task: str) -> tuple[float, ...]:
    """Of each class (or label), the share of its rows that are predicted so; NaN of one that has few rows here."""
    if task == "numbers" or not np.isfinite(outputs).all():
        return ()
    said, there = said_and_there(outputs, Y, task)
    rows = there.sum(axis=0)
    return tuple(float(share) for share in (said & there).sum(axis=0) / np.where(rows < _FEW_OF_A_CLASS, nan, rows))


def wrong(outputs: Numbers, Y: Numbers, task: str) -> float:
    """The share of rows (of several labels, of all labels) that are given another class than they have."""
    if task == "numbers" or not np.isfinite(outputs).all():
        return nan
    said, there = said_and_there(outputs, Y, task)
    return float((said != there).mean() if task == "labels" else (said != there).any(axis=1).mean())
