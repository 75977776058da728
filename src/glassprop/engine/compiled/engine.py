"""The compiled engine's face: the same ``epoch`` as the reference engine's, run by the kernels."""

from __future__ import annotations

import atexit
import threading
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from glassprop.architecture.layers import Architecture
from glassprop.backprop.gradient import average, average_cost
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.control import CONTROL_SIZE, DONE, FAILED, FROM, LINE, NEXT, PRESENT, TO
from glassprop.engine.compiled.epoch import COUNT, DECAY, DROPOUT, FIRST_STEP, KEY, RATE
from glassprop.engine.compiled.lowering import Lowered, chunks_for, lower, multiplications
from glassprop.engine.compiled.steps import CODES as OPTIMIZER_CODES
from glassprop.engine.compiled.threads import Kernel, ThreadPool
from glassprop.engine.plan import Data, EpochCost, EpochPlan, straight
from glassprop.equations.arrays import Array
from glassprop.equations.domain import SIMPLEX_OPEN, UNIT_OPEN
from glassprop.optimizer import Optimizer, OptimizerState

_CALL_WORK = 3e9  # multiplications in one call of the kernel: a fraction of a second, so that Ctrl-C is heard
_PREDICTED_AT_ONCE = 256  # rows of a block
_SHARED_WORK = 3e6  # multiplications of a prediction above which helper threads are asked for
_MOST_THREADS = 8
POOL = ThreadPool()
atexit.register(POOL.close)


@dataclass
class _Room:
    """What epochs of one shape on the same arrays need, made once: tables, workspace, and what the kernel writes to.

    A kernel is called with the same arrays every time, so that helpers can stay in it from epoch to epoch; what is new
    in an epoch is copied into ``order``, ``bounds`` and ``schedule``.
    """

    plan: Array
    order: Array
    bounds: Array
    schedule: Array
    costs: Array
    squares: Array
    control: Array
    chunks: int
    phases: int
    steps_a_call: int
    kernel: Kernel

    def take(self, plan: EpochPlan, counts: Array) -> None:
        """Bring in what is new in an epoch; the optimizer's counts are those after each step."""
        self.order[:] = plan.order
        if plan.bounds is not None:
            self.bounds[:] = plan.bounds
        self.schedule[:, RATE], self.schedule[:, COUNT] = plan.rates, counts
        for column, factors in ((DECAY, plan.decays), (DROPOUT, plan.dropouts)):
            if factors is not None:
                self.schedule[:, column] = factors
        self.plan[FIRST_STEP] = plan.first_step
        if self.plan[KEY] >= 0:
            self.plan[KEY] = plan.dropout_key


class CompiledEngine:
    """Runs epochs in machine code; holds the workspace, so that steps allocate nothing."""

    name = "compiled"

    def __init__(self, architecture: Architecture, objective: Objective, optimizer: Optimizer) -> None:
        self.architecture, self.objective, self.optimizer = architecture, objective, optimizer
        self._made_for: tuple[Any, ...] = ()
        self._predictor: Predictor | None = None

    def load(self, dtype: Any) -> None:
        """Compile the kernels, or load them from the cache."""
        self._kernel = kernels.run_steps(np.dtype(dtype).name)

    def epoch(self, theta: Array, state: OptimizerState, data: Data, plan: EpochPlan) -> EpochCost:
        """As ``ReferenceEngine.epoch``, and with its results up to rounding."""
        ts = _step_numbers(data, plan, state.t)
        room = self._room_for(theta, state, data, plan)
        room.take(plan, ts)
        n_steps, control = len(plan.rates), room.control
        for start in range(0, n_steps, room.steps_a_call):
            _reset(control, start * room.phases, min(n_steps, start + room.steps_a_call) * room.phases)
            if room.chunks == 1:
                POOL.run_alone(room.kernel, control)
            else:
                POOL.run(room.kernel, control, room.chunks)
            if control[FAILED]:
                failed = int(control[FAILED]) - 1
                state.t = int(ts[failed]) - 1
                return EpochCost(np.nan, np.nan, failed=failed)
        state.t = int(ts[-1])
        if self.objective.l2 and not np.isfinite(room.squares.sum()):
            return EpochCost(np.nan, np.nan, failed=int(np.argmin(np.isfinite(room.squares).all(axis=1))))
        return self._cost(data, plan, room)

    def cost(self, theta: Array, data: Data) -> float:
        """As ``ReferenceEngine.cost``, and with its results up to rounding."""
        if not isinstance(data.X, np.ndarray):
            return average_cost(self.architecture, theta, data.X, data.Y, data.sample_weight)
        if self._predictor is None:
            self._predictor = Predictor(self.architecture, theta.dtype.name)
        ready = straight(data, theta.dtype)
        return average(self._predictor.costs(theta, ready.X, ready.Y), data.sample_weight)

    def _room_for(self, theta: Array, state: OptimizerState, data: Data, plan: EpochPlan) -> _Room:
        """The room of the epoch before, if shapes and arrays are the same, or a new one."""
        n, n_steps = len(plan.order), len(plan.rates)
        arrays = (data.X, data.Y, data.sample_weight, theta, *state.vectors)
        without = (plan.bounds is None, plan.decays is None, plan.dropouts is None)  # these stay as they were made
        made_for = (plan.batch_size, n, n_steps, without, *map(id, arrays))
        if made_for != self._made_for:
            self._room = self._new_room(arrays, plan)
            self._made_for = made_for
        return self._room

    def _new_room(self, arrays: tuple[Any, ...], plan: EpochPlan) -> _Room:
        X, Y, weight, theta, *vectors = arrays
        batch, n, n_steps = plan.batch_size, len(plan.order), len(plan.rates)
        m, v = [*vectors, theta, theta][:2]  # θ stands in for vectors that the optimizer does not have
        self.load(theta.dtype)
        chunks = chunks_for(self.architecture, batch)
        lowered = lower(self.architecture, ceil(batch / chunks), theta.dtype.itemsize)
        optimizer = OPTIMIZER_CODES[type(self.optimizer).__name__]
        key = 0 if any(layer.dropout for layer in self.architecture.layers) else -1
        order, bounds, schedule = np.empty(n, np.int64), plan.edges.astype(np.int64), np.ones((n_steps, 5))
        codes = np.array([0, chunks, optimizer, key, 0, self.architecture.layout.one_rate], dtype=np.int64)
        costs, squares, lengths = (np.zeros((n_steps, chunks)) for _ in range(3))
        weights = np.empty(0) if weight is None else np.ascontiguousarray(weight, dtype=np.float64)
        control = np.zeros(CONTROL_SIZE, dtype=np.int64)
        gradients = np.zeros(chunks * lowered.size, dtype=theta.dtype)
        work = np.zeros(chunks * lowered.work_size, dtype=theta.dtype)
        block_costs, fixed = np.zeros(chunks * lowered.rows), self._fixed(lowered, theta.dtype)
        kernel, arguments = self._kernel, (
            X, Y, weights, order, theta, m, v, schedule, bounds, gradients, codes, fixed, lowered.layers, lowered.numbers,
            lowered.blocks, lowered.factors, lowered.places, work, block_costs, costs, squares, lengths, control,
        )  # fmt: skip
        return _Room(
            plan=codes,
            order=order,
            bounds=bounds,
            schedule=schedule,
            costs=costs,
            squares=squares,
            control=control,
            chunks=chunks,
            phases=3 if self.objective.clip_norm else 2,
            steps_a_call=max(1, int(_CALL_WORK / (_work_of_row(self.architecture) * batch))),
            kernel=lambda thread: kernel(*arguments, thread),
        )

    def _fixed(self, lowered: Lowered, dtype: Any) -> Array:
        """Numbers that stay the same from step to step, in the order of ``epoch.COST_PARAMETER`` and so on."""
        o, clips = self.optimizer, self.objective.clip_probabilities
        probabilities = self.architecture.cost_function.outputs in (UNIT_OPEN, SIMPLEX_OPEN)
        clip = float(np.finfo(dtype).eps) if clips and probabilities else 0.0
        settings = [getattr(o, name, 0.0) for name in ("momentum", "beta_1", "beta_2", "epsilon", "decay")]
        with np.errstate(divide="ignore"):  # β may be 0
            logs = np.log(settings[1:3])
        norm = self.objective.clip_norm or 0.0
        return np.array([lowered.cost_parameter, clip, self.objective.l2, norm, *settings, *logs], dtype=np.float64)

    def _cost(self, data: Data, plan: EpochPlan, room: _Room) -> EpochCost:
        """Average over batches with their rows as weights, as the reference does."""
        n, l2 = len(plan.order), self.objective.l2
        if data.sample_weight is None and plan.bounds is None:  # a batch's weight is its rows: they cancel
            return EpochCost(float(room.costs.sum()) / n, 0.5 * l2 * float(room.squares.sum()) / n if l2 else 0.0)
        rows, totals = np.diff(plan.edges), plan.weights(data)
        counts = totals > 0  # a batch of weight 0 has no cost
        if not counts.any():
            return EpochCost(0.0, 0.0)
        rows, totals = rows[counts], totals[counts]
        data_costs = room.costs[counts].sum(axis=1) / totals
        penalties = 0.5 * l2 * room.squares[counts].sum(axis=1) / totals
        # Sums, not @: BLAS may share a long product among threads, and round it by their number.
        data_cost, penalty = float((data_costs * rows).sum()), float((penalties * rows).sum())
        n = int(rows.sum())
        return EpochCost(data_cost / n, penalty / n)


def _work_of_row(architecture: Architecture) -> int:
    """An upper bound of a row's work in multiplications; an activation such as gelu costs as much as a hundred."""
    return multiplications(architecture) + 150 * sum(architecture.sizes)


def _reset(control: Array, start: int, stop: int) -> None:
    """Make the counters ready for tasks [start, stop); nobody is inside."""
    control[DONE], control[FAILED], control[FROM], control[TO] = 0, 0, start, stop
    control[NEXT:PRESENT:LINE] = 0


def _step_numbers(data: Data, plan: EpochPlan, t: int) -> Array:
    """The optimizer's count after each step: a batch of weight 0 makes none."""
    if data.sample_weight is None and plan.bounds is None:
        return np.arange(t + 1, t + 1 + len(plan.rates))
    counts = t + np.cumsum(plan.weights(data) > 0)
    return np.maximum(counts, 1)  # a batch of weight 0 before the first step is never asked for its count


class Predictor:
    """Predictions and costs of one network in machine code; each thread has a workspace of its own."""

    def __init__(self, architecture: Architecture, dtype: str) -> None:
        self.lowered: Lowered = lower(architecture, _PREDICTED_AT_ONCE, np.dtype(dtype).itemsize)
        self._kernel = kernels.predict_blocks(dtype)
        self._n_out, self._dtype = architecture.sizes[-1], np.dtype(dtype)
        self._work = multiplications(architecture)
        self._fixed = np.array([self.lowered.cost_parameter, 0.0])
        self._mine = threading.local()
        self._no_numbers, self._no_costs = np.empty((0, 0), self._dtype), np.empty(0)

    @property
    def works(self) -> bool:
        """Whether kernels can still be called: not when Python is ending."""
        return not POOL.closed

    def __call__(self, theta: Array, X: Array) -> Array:
        """a of the last layer. X (n, n_inputs), contiguous -> (n, n_L)."""
        out = np.empty((X.shape[0], self._n_out), self._dtype)
        self._run(theta, X, self._no_numbers, out, self._no_costs)
        return out

    def costs(self, theta: Array, X: Array, Y: Array) -> Array:
        """C_0 of each example. X (n, n_inputs), Y (n, n_L), contiguous -> (n,), float64."""
        costs = np.empty(X.shape[0])
        self._run(theta, X, Y, self._no_numbers, costs)
        return costs

    def _run(self, theta: Array, X: Array, Y: Array, out: Array, costs: Array) -> None:
        low, n = self.lowered, X.shape[0]
        tasks = -(-n // low.rows)
        threads = min(tasks, _MOST_THREADS) if self._work * n > _SHARED_WORK else 1
        control = np.zeros(CONTROL_SIZE, dtype=np.int64)
        control[TO] = tasks
        arguments = (
            X, Y, theta, out, costs, low.layers, low.numbers, low.places, self._fixed, *self._space(threads), control,
        )  # fmt: skip
        if threads == 1:
            POOL.run_alone(lambda thread: self._kernel(*arguments, thread), control)
        else:
            POOL.run(lambda thread: self._kernel(*arguments, thread), control, threads)

    def _space(self, threads: int) -> tuple[Array, Array]:
        """Row numbers and workspace of the calling thread, made at its first call."""
        mine = self._mine
        if getattr(mine, "threads", 0) < threads:
            mine.threads = threads
            mine.orders = np.empty(threads * self.lowered.rows, dtype=np.int64)
            mine.work = np.zeros(threads * self.lowered.work_size, dtype=self._dtype)
        return mine.orders, mine.work
