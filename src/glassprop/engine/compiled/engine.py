"""The compiled engine's face: the same ``epoch`` as the reference engine's, run by the kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import average, cost_of_prediction
from glassprop.backprop.members import mean_over_members
from glassprop.backprop.objective import Objective
from glassprop.backprop.ranks import BatchSums, LaneSums, Ranks, SumsOverRanks, asked_among, cost_over_all
from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.control import FAILED
from glassprop.engine.compiled.entries import Reading
from glassprop.engine.compiled.epoch_plan import COUNT, TOTAL
from glassprop.engine.compiled.kernel_facts import narrow
from glassprop.engine.compiled.kinds.dense_kernels import LARGE
from glassprop.engine.compiled.lowering import Lowered, lower
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.parts_of import COST, PREDICT, TRAIN
from glassprop.engine.compiled.pool import POOL, noted
from glassprop.engine.compiled.predictor import Predictor
from glassprop.engine.compiled.products import Products, chosen
from glassprop.engine.compiled.ran import Leaving, Ran, made_before, together
from glassprop.engine.compiled.room import Room, made_for, make_room
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.engine.midway import Midway
from glassprop.engine.pieces import pieces
from glassprop.engine.plan import Data, EpochCost, EpochPlan, Examples, is_csr, straight
from glassprop.engine.reference import examples_of
from glassprop.equations.arrays import Array, Rows
from glassprop.optimizer import Optimizer, OptimizerState

_SPARE = 0.25  # of a block: for how many more steps and examples the next room has space, where blocks differ in size


class CompiledEngine:
    """Runs epochs in machine code; holds the workspace, so that steps allocate nothing."""

    name = "compiled"

    def __init__(
        self,
        architecture: Architecture,
        objective: Objective,
        optimizer: Optimizer,
        ranks: Ranks | None = None,
        recorded: str = "",
        entries: float | None = None,
    ) -> None:
        """recorded: who made the large products of the training that is gone on with; empty if none is.

        entries: how many an example of a sparse X has on average, where that does not follow from the first X.
        """
        self.architecture, self.objective, self.optimizer, self.ranks = architecture, objective, optimizer, ranks
        self._recorded, self._entries = recorded, entries
        self._products: dict[str, Products] = {}
        self._made_for: tuple[Any, ...] = ()
        self._room: Room
        self._read: Data | None = None
        self._read_sparse: Reading | None = None
        self._predictor: Predictor | None = None

    @property
    def works(self) -> bool:
        """Whether kernels can still be called: not when Python is ending."""
        return not POOL.closed

    def load(self, X: Rows) -> None:
        """Compile the kernels for such an X, or load them from the cache."""
        name, first = X.dtype.name, Reading.of(self.architecture, X, X.shape[0]).first
        library = self.products(name).library
        self._put_parts(lower(self.architecture, 1, X.dtype.itemsize, first, library), name)
        self._kernel = kernels.run_steps(name)

    def products(self, dtype: str) -> Products:
        """Who makes large products in this precision: chosen once, so that bits stay the same from epoch to epoch."""
        if dtype not in self._products:
            self.take_products(dtype, chosen(self.architecture, dtype, self._recorded))
        return self._products[dtype]

    def take_products(self, dtype: str, products: Products) -> None:
        """Have large products made by somebody else than would be chosen; before the first epoch."""
        self._products[dtype] = noted(products)

    def caution(self, dtype: str) -> str:
        """In words, if a library makes large products whose kernels use less than this CPU has; empty if not."""
        library = self.products(dtype).library
        said = narrow(library.bits) if library is not None and self.decides(dtype)[1] else ""
        return f"; {self.products(dtype).name} makes large products, and {said}" if said else ""

    def decides(self, dtype: str) -> tuple[int, str]:
        """What bits depend on: how wide vectors are, and who makes large products, if there are any."""
        ways = lower(self.architecture, 1, np.dtype(dtype).itemsize).ways
        return WIDTH.bits, self.products(dtype).name if any(way & LARGE for way in ways) else ""

    def _put_parts(self, lowered: Lowered, dtype: str) -> None:
        kernels.put(self.architecture, lowered, TRAIN, dtype, self.optimizer, lanes=isinstance(self.ranks, LaneSums))

    def epoch(
        self, theta: Array, state: OptimizerState, rows: Examples, plan: EpochPlan, midway: Midway | None = None
    ) -> EpochCost:
        """As ``ReferenceEngine.epoch``, and with its results up to rounding."""
        all_ran = made_before(midway, self.objective.l2)
        for data, part in pieces(rows, plan):
            reading = self._reading(data.X, plan.taken)
            leaving = None if midway is None else Leaving(midway, all_ran)
            ready = data if data is rows else straight(data, theta.dtype)
            ran = self._run(theta, state, ready, part, reading, leaving)
            if isinstance(ran, int):
                examples = data.rows(examples_of(part, *part.edges[ran : ran + 2]))
                return EpochCost(np.nan, np.nan, part.first_step - plan.first_step + ran, examples)
            if all_ran:
                ran = ran.until(len(part.rates), part)
            all_ran.append(ran if data is rows else ran.kept())
        return (all_ran[0] if len(all_ran) == 1 else together(all_ran)).cost(self.objective.l2)

    def cost(self, theta: Array, data: Data, edges: Array | None = None) -> float:
        """As ``ReferenceEngine.cost``, and with its results up to rounding."""

        def of(rows: slice) -> float:
            return self._cost_here(theta, data if edges is None else data.rows(rows))

        return cost_over_all(self.ranks, of, data.sample_weight, len(data), edges)

    def _cost_here(self, theta: Array, data: Data) -> float:
        if not (isinstance(data.X, np.ndarray) or is_csr(data.X)):
            return cost_of_prediction(self.architecture, theta, data.X, data.Y, data.sample_weight)
        if self._predictor is None:
            name = theta.dtype.name
            self._predictor = Predictor(self.architecture, name, self.products(name))
        ready = straight(data, theta.dtype)
        return average(self._predictor.costs(theta, ready.X, ready.Y), data.sample_weight)

    def _reading(self, X: Rows, taken: int) -> Reading:
        """How X is read: as the first that was sparse, since bits must not depend on how a source is cut into blocks.

        Nor may they on the examples of one rank alone: all must make the same step of the same gradient.
        """
        if isinstance(X, np.ndarray):
            return Reading()
        if self._read_sparse is None:
            read = Reading.of(self.architecture, X, taken, self._entries)
            self._read_sparse = read if self.ranks is None else read.in_order()
        return self._read_sparse

    def _run(
        self,
        theta: Array,
        state: OptimizerState,
        data: Data,
        plan: EpochPlan,
        reading: Reading,
        leaving: Leaving | None = None,
    ) -> Ran | int:
        """Make the plan's steps on arrays in memory; the number of the batch whose cost was not finite, if one was."""
        room = self._room_for(theta, state, data, plan, reading)
        room.show(plan.seen, self.architecture.members)
        if room.turned is not None:
            room.turned.take_in()
        if self.ranks is None:
            found = self._steps(room, state, data, plan, leaving)
        else:
            found = self._steps_over_ranks(room, state, data, plan, self.ranks, leaving)
        if room.turned is not None:
            room.turned.bring_back()
        if plan.seen is not None and room.outputs is not None:
            plan.seen.take(mean_over_members(list(room.outputs)))
        if not isinstance(found, int) and self.objective.l2 and not np.isfinite(found.squares.sum()):
            return int(np.argmin(np.isfinite(found.squares).all(axis=1)))
        return found

    def _steps(
        self, room: Room, state: OptimizerState, data: Data, plan: EpochPlan, leaving: Leaving | None
    ) -> Ran | int:
        """All steps, in as few calls of the kernel as Ctrl-C allows."""
        plain = data.sample_weight is None and plan.bounds is None
        totals = None if plain else plan.weights(data)
        counts = _counts_of_steps(state.t, len(plan.rates), totals)
        room.take(plan, counts if totals is None else np.maximum(counts, 1))  # a batch before the first step asks none
        n_steps = len(plan.rates)
        rows, weighted = None if totals is None else np.diff(plan.edges), data.sample_weight is not None
        ran = Ran(
            room.costs[:n_steps], room.squares[:n_steps], len(plan.order), rows, totals, totals is not None and weighted
        )
        for start in range(0, n_steps, room.steps_a_call):
            stop = min(n_steps, start + room.steps_a_call)
            self._call(room, start * room.phases, stop * room.phases)
            if room.control[FAILED]:
                failed = int(room.control[FAILED]) - 1
                state.t = int(counts[failed]) - 1
                return failed
            state.t = int(counts[stop - 1])
            if leaving is not None and leaving.midway.due():
                self._leave(room, ran.until(stop, plan), leaving)
        return ran

    def _leave(self, room: Room, ran: Ran, leaving: Leaving) -> None:
        """Put vectors as they are after these steps, and have that kept; not where the last of them is to be refused."""
        if self.objective.l2 and not np.isfinite(ran.squares.sum()):
            return
        if room.turned is not None:
            room.turned.bring_back()
        leaving.keep(ran)

    def _steps_over_ranks(
        self, room: Room, state: OptimizerState, data: Data, plan: EpochPlan, ranks: Ranks, leaving: Leaving | None
    ) -> Ran | int:
        """Step by step: the kernel's gradient of the examples here, the sums over all ranks, and the kernel's step."""
        room.take(plan, np.ones(len(plan.rates)))
        over_all = (
            _over_lanes(room, data, plan, ranks)
            if isinstance(ranks, LaneSums)
            else _over_ranks(room, data, plan, ranks)
        )
        before, n_steps = 1 if room.shares is None else room.shares.before, len(plan.rates)
        totals, rows = np.empty(n_steps), np.empty(n_steps, dtype=np.int64)
        for step in range(n_steps):
            first = step * room.phases
            self._call(room, first, first + before)
            found = over_all(step)
            totals[step], rows[step] = found.weight, found.rows
            room.costs[step], room.costs[step, 0] = 0, found.cost
            if not np.isfinite(found.cost):
                return step
            if found.weight > 0:
                state.t += 1
                room.schedule[step, COUNT], room.schedule[step, TOTAL] = state.t, found.weight
                self._call(room, first + before, first + room.phases)
            if leaving is not None and asked_among(ranks, plan.first_step + step, leaving.midway.due):
                self._leave(room, _ran_together(room, rows, totals).until(step + 1, plan), leaving)
        return _ran_together(room, rows, totals)

    def _call(self, room: Room, start: int, stop: int) -> None:
        """Have the kernel run phases [start, stop) of the epoch."""
        room.open_for(start, stop)
        if room.chunks == 1:
            POOL.run_alone(room.kernel, room.control)
        else:
            POOL.run(room.kernel, room.control, room.chunks)

    def _room_for(self, theta: Array, state: OptimizerState, data: Data, plan: EpochPlan, reading: Reading) -> Room:
        """The room of what ran before, if it is for the same vectors and large enough, or a new one."""
        vectors = (theta, *state.vectors)
        wanted = made_for(plan, data, vectors)
        alike = wanted == self._made_for
        if alike and self._room.holds(plan):
            if data is not self._read:
                self._room.bring(data)
        else:
            self._kernel = kernels.run_steps(theta.dtype.name)
            self._room = make_room(
                self.architecture,
                self.objective,
                self.optimizer,
                self._kernel,
                lambda lowered: self._put_parts(lowered, theta.dtype.name),
                data,
                vectors,
                plan,
                reading,
                self.products(theta.dtype.name),
                self.ranks,
                _SPARE if alike else 0.0,
            )
            self._made_for, self._kept = wanted, vectors  # kept: no other array may get the number of one of these
        self._read = data
        return self._room


def _over_ranks(room: Room, data: Data, plan: EpochPlan, ranks: SumsOverRanks) -> Callable[[int], BatchSums]:
    """What makes of a step's sums here those over all ranks, and of the first chunk's gradient the average over them."""
    weights, rows = plan.weights(data), np.diff(plan.edges)

    def over_all(step: int) -> BatchSums:
        gradient = room.gradients.sum(axis=0, dtype=np.float64)
        here = BatchSums(float(room.costs[step].sum()), weights[step], rows[step])
        return ranks.average(gradient, here, room.gradients[0])

    return over_all


def _over_lanes(room: Room, data: Data, plan: EpochPlan, lanes: LaneSums) -> Callable[[int], BatchSums]:
    """What makes of a step's roots here the sums over all lanes, and hands them to the kernel."""
    assert room.shares is not None
    assert plan.shares is not None
    shares = room.shares
    weights = shares.weights[: len(plan.rates)]
    weights[...] = plan.weights_of_shares(data)
    counts = lanes.fold(np.stack([weights.T, plan.shares.rows.T], axis=2))  # of all steps: (roots, steps, 2)

    def over_all(step: int) -> BatchSums:
        shares.roots[:, -3] = lanes.fold_numbers(room.costs[step].tolist())
        shares.roots[:, -2:] = counts[:, step]
        whole = lanes.combined(shares.roots)
        room.handed.put(room.theta, whole=whole)
        cost, weight, n = whole[-3:].tolist()
        return BatchSums(cost, weight, round(n))

    return over_all


def _ran_together(room: Room, rows: Array, totals: Array) -> Ran:
    """What steps of all ranks have left behind, each in one number: as many wherever, and whatever was made where."""
    steps = slice(len(rows))
    squares = room.squares[steps].sum(axis=1, keepdims=True)
    return Ran(room.costs[steps, :1], squares, int(rows.sum()), rows, totals, weighted=True)


def _counts_of_steps(t: int, n_steps: int, totals: Array | None) -> Array:
    """The optimizer's count after each step: a batch of weight 0 makes none."""
    return np.arange(t + 1, t + 1 + n_steps) if totals is None else t + np.cumsum(totals > 0)


def parts_used(
    networks: Iterable[Architecture], optimizers: Iterable[Optimizer], dtype: str, *, sparse: bool = False
) -> list[Part]:
    """All parts that training these networks, by any of these optimizers, and predicting with them uses.

    sparse: whether X may be sparse, too.
    """
    found, choices = [], list(optimizers)
    for network in networks:
        library = chosen(network, dtype).library
        for first in [0, *(Reading.firsts(network) if sparse else [])]:
            lowered = lower(network, 1, np.dtype(dtype).itemsize, first, library)
            found += [part for use in (PREDICT, COST) for part in kernels.used(network, lowered, use)]
            found += [part for optimizer in choices for part in kernels.used(network, lowered, TRAIN, optimizer)]
    return found
