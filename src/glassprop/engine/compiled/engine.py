"""The compiled engine's face: the same ``epoch`` as the reference engine's, run by the kernels."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from glassprop.architecture.layers import Architecture
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.epoch import CONTROL_SIZE, FAILED, FIRST_STEP, FROM, KEY, TO
from glassprop.engine.compiled.lowering import Lowered, chunks_for, lower, multiplications
from glassprop.engine.compiled.steps import CODES as OPTIMIZER_CODES
from glassprop.engine.compiled.threads import Crew
from glassprop.engine.reference import Data, EpochCost, EpochPlan
from glassprop.equations.arrays import Array
from glassprop.equations.domain import SIMPLEX_OPEN, UNIT_OPEN
from glassprop.optimizer import Adam, Optimizer, OptimizerState

_CALL_WORK = 3e9  # multiplications in one call of the kernel: a fraction of a second, so that Ctrl-C is heard
_SEGMENT = 20_000  # parameters above which the optimizer's step is cut as the batch is
_PREDICTED_AT_ONCE = 256  # rows of a block
_SHARED_WORK = 3e6  # multiplications of a prediction above which helper threads are asked for
_MOST_THREADS = 8
CREW = Crew()


@dataclass
class _Room:
    """What epochs of one shape need, made once: tables, workspace, and arrays that the kernel writes to."""

    lowered: Lowered
    plan: Array
    fixed: Array
    gradients: Array
    work: Array
    block_costs: Array
    costs: Array
    squares: Array
    lengths: Array
    control: Array
    chunks: int
    steps_a_call: int


class CompiledEngine:
    """Runs epochs in machine code; holds the workspace, so that steps allocate nothing."""

    name = "compiled"

    def __init__(self, architecture: Architecture, objective: Objective, optimizer: Optimizer) -> None:
        self.architecture, self.objective, self.optimizer = architecture, objective, optimizer
        self._rooms: dict[tuple[int, int, Any], _Room] = {}

    def load(self, dtype: Any) -> None:
        """Compile the kernels, or load them from the cache."""
        self._kernel = kernels.run_steps(np.dtype(dtype).name)

    def epoch(self, theta: Array, state: OptimizerState, data: Data, plan: EpochPlan) -> EpochCost:
        """As ``ReferenceEngine.epoch``, and with its results up to rounding."""
        room = self._room(plan.batch_size, len(plan.rates), theta.dtype)
        weight, ts = _weights(data, plan, state.t)
        etas = self._etas(plan.rates, ts)
        m, v = [*state.vectors, theta, theta][:2]  # θ stands in for vectors that the optimizer does not have
        n_steps, low = len(plan.rates), room.lowered
        room.plan[FIRST_STEP] = plan.first_step
        if room.plan[KEY] >= 0:
            room.plan[KEY] = plan.dropout_key
        for start in range(0, n_steps, room.steps_a_call):
            room.plan[FROM], room.plan[TO] = start, min(n_steps, start + room.steps_a_call)
            room.control[:] = 0
            arguments = (
                data.X, data.Y, weight, plan.order, theta, m, v, plan.rates, etas, room.gradients, room.plan, room.fixed,
                low.layers, low.numbers, low.blocks, low.places, room.work, room.block_costs, room.costs, room.squares,
                room.lengths, room.control,
            )  # fmt: skip
            if room.chunks == 1:
                self._kernel(*arguments, 0)
            else:
                CREW.run(_caller(self._kernel, arguments), room.chunks)
            if room.control[FAILED]:
                failed = int(room.control[FAILED]) - 1
                state.t = int(ts[failed]) - 1
                return EpochCost(np.nan, np.nan, failed=failed)
        state.t = int(ts[-1])
        overflowed = ~np.isfinite(room.squares).all(axis=1)
        if self.objective.l2 and overflowed.any():
            return EpochCost(np.nan, np.nan, failed=int(np.argmax(overflowed)))
        return self._cost(data, plan, room)

    def _room(self, batch: int, n_steps: int, dtype: Any) -> _Room:
        if (batch, n_steps, dtype) in self._rooms:
            return self._rooms[batch, n_steps, dtype]
        self.load(dtype)
        chunks = chunks_for(self.architecture, batch)
        lowered = lower(self.architecture, ceil(batch / chunks), dtype.itemsize)
        segments = 1 if lowered.size < _SEGMENT else chunks
        optimizer = OPTIMIZER_CODES[type(self.optimizer).__name__]
        key = 0 if any(layer.dropout for layer in self.architecture.layers) else -1
        room = _Room(
            lowered=lowered,
            plan=np.array([0, 0, 0, batch, chunks, segments, optimizer, key], dtype=np.int64),
            fixed=self._fixed(lowered, dtype),
            gradients=np.zeros(chunks * lowered.size, dtype=dtype),
            work=np.zeros(chunks * lowered.work_size, dtype=dtype),
            block_costs=np.zeros(chunks * lowered.rows),
            costs=np.zeros((n_steps, chunks)),
            squares=np.zeros((n_steps, segments)),
            lengths=np.zeros((n_steps, segments)),
            control=np.zeros(CONTROL_SIZE, dtype=np.int64),
            chunks=chunks,
            steps_a_call=max(1, int(_CALL_WORK / (_work_of_row(self.architecture) * batch))),
        )
        self._rooms = {(batch, n_steps, dtype): room}
        return room

    def _fixed(self, lowered: Lowered, dtype: Any) -> Array:
        """Numbers that stay the same from step to step, in the order of ``epoch.COST_PARAMETER`` and so on."""
        o, clips = self.optimizer, self.objective.clip_probabilities
        probabilities = self.architecture.cost_function.outputs in (UNIT_OPEN, SIMPLEX_OPEN)
        clip = float(np.finfo(dtype).eps) if clips and probabilities else 0.0
        settings = [getattr(o, name, 0.0) for name in ("momentum", "beta_1", "beta_2", "epsilon", "decay")]
        norm = self.objective.clip_norm or 0.0
        return np.array([lowered.cost_parameter, clip, self.objective.l2, norm, *settings], dtype=np.float64)

    def _etas(self, rates: Array, ts: Array) -> Array:
        """Rates with Adam's bias correction: η √(1 - β₂^t) / (1 - β₁^t)."""
        o = self.optimizer
        if not isinstance(o, Adam):
            return rates
        t = np.maximum(ts, 1)  # a batch of weight 0 before the first step makes none
        return rates * np.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)

    def _cost(self, data: Data, plan: EpochPlan, room: _Room) -> EpochCost:
        """Average over batches with their rows as weights, as the reference does."""
        n, l2 = len(plan.order), self.objective.l2
        if data.sample_weight is None:  # a batch's weight is its rows: they cancel
            return EpochCost(float(room.costs.sum()) / n, 0.5 * l2 * float(room.squares.sum()) / n if l2 else 0.0)
        starts = np.arange(0, n, plan.batch_size)
        rows, totals = np.diff(starts, append=n), np.add.reduceat(data.sample_weight[plan.order], starts)
        counts = totals > 0  # a batch of weight 0 has no cost
        if not counts.any():
            return EpochCost(0.0, 0.0)
        rows, totals = rows[counts], totals[counts]
        data_costs = room.costs[counts].sum(axis=1) / totals
        penalties = 0.5 * l2 * room.squares[counts].sum(axis=1) / totals
        return EpochCost(float(data_costs @ rows) / int(rows.sum()), float(penalties @ rows) / int(rows.sum()))


def _work_of_row(architecture: Architecture) -> int:
    """An upper bound of a row's work in multiplications; an activation such as gelu costs as much as a hundred."""
    return multiplications(architecture) + 150 * sum(architecture.sizes)


def _caller(kernel: Any, arguments: tuple[Any, ...]) -> Any:
    return lambda thread: kernel(*arguments, thread)


def _weights(data: Data, plan: EpochPlan, t: int) -> tuple[Array, Array]:
    """Weights in float64 (empty for none), and the optimizer's step numbers: a batch of weight 0 makes no step."""
    n_steps = len(plan.rates)
    if data.sample_weight is None:
        return np.empty(0), np.arange(t + 1, t + 1 + n_steps)
    totals = np.add.reduceat(data.sample_weight[plan.order], np.arange(0, len(plan.order), plan.batch_size))
    return np.ascontiguousarray(data.sample_weight, dtype=np.float64), t + np.cumsum(totals > 0)


class Predictor:
    """Predictions of one network in machine code; each thread has a workspace of its own."""

    def __init__(self, architecture: Architecture, dtype: str) -> None:
        self.lowered: Lowered = lower(architecture, _PREDICTED_AT_ONCE, np.dtype(dtype).itemsize)
        self._kernel = kernels.predict_blocks(dtype)
        self._n_out, self._dtype = architecture.sizes[-1], np.dtype(dtype)
        self._work = multiplications(architecture)
        self._fixed = np.array([self.lowered.cost_parameter, 0.0])
        self._mine = threading.local()

    def __call__(self, theta: Array, X: Array) -> Array:
        """a of the last layer. X (n, n_inputs), contiguous -> (n, n_L)."""
        low, n = self.lowered, X.shape[0]
        out = np.empty((n, self._n_out), self._dtype)
        tasks = -(-n // low.rows)
        threads = min(tasks, _MOST_THREADS) if self._work * n > _SHARED_WORK else 1
        work, control = self._space(threads)
        fixed = (X, theta, out, low.layers, low.numbers, low.places, self._fixed, work, control, tasks)
        if threads == 1:
            self._kernel(*fixed, 0)
        else:
            control[:] = 0
            CREW.run(_caller(self._kernel, fixed), threads)
        return out

    def _space(self, threads: int) -> tuple[Array, Array]:
        """Workspace and counters of the calling thread, made at its first call."""
        mine = self._mine
        if getattr(mine, "threads", 0) < threads:
            mine.threads = threads
            mine.work = np.empty(threads * self.lowered.work_size, dtype=self._dtype)
            mine.control = np.zeros(CONTROL_SIZE, dtype=np.int64)
        mine.control[0] = 0
        return mine.work, mine.control
