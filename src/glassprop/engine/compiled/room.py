"""What epochs of one shape on the same arrays need, made once: tables, workspace, and what the kernel writes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.objective import Objective
from glassprop.backprop.ranks import LaneSums, Ranks
from glassprop.engine.compiled.control import DONE, FAILED, FROM, LINE, NEXT, TO, control_for
from glassprop.engine.compiled.entries import Reading, inputs
from glassprop.engine.compiled.epoch_plan import COUNT, DECAY, DROPOUT, FIRST_STEP, KEY, OF_STEP, RATE
from glassprop.engine.compiled.handed import Handed
from glassprop.engine.compiled.lowering import Lowered, chunks_for, lower, multiplications
from glassprop.engine.compiled.parts_of import optimizer_kernels
from glassprop.engine.compiled.products import Products
from glassprop.engine.compiled.row import W_TURNED
from glassprop.engine.compiled.shares import AT_ONCE
from glassprop.engine.compiled.shares_room import SharesRoom, aligned_zeros, table_of, tree_table
from glassprop.engine.compiled.threads import Kernel
from glassprop.engine.compiled.turned import Turned
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.seen_sums import SeenSums
from glassprop.equations.arrays import Array
from glassprop.equations.domain import SIMPLEX_OPEN, UNIT_OPEN
from glassprop.optimizer import Optimizer

_CALL_WORK = 3e9  # multiplications in one call of the kernel: a fraction of a second, so that Ctrl-C is heard


@dataclass
class Room:
    """A kernel is called with the same arrays every time, so that helpers can stay in it from epoch to epoch.

    What is new in an epoch is copied into ``order``, ``bounds``, ``schedule`` and, where there are some, ``shares``. There
    may be room for more steps and examples than come: blocks of an epoch are not all as large. holding: (steps, examples)
    of those that came last. shows: whether they are to show what their forward passes give; outputs: these, where members
    write them down.
    turned: θ and the optimizer's vectors as the kernels have them, where that is not as they are; touched: see
    ``handed.py``.
    """

    codes: Array
    order: Array
    bounds: Array
    schedule: Array
    gradients: Array
    costs: Array
    squares: Array
    control: Array
    chunks: int
    phases: int
    steps_a_call: int
    kernel: Kernel
    turned: Turned | None
    touched: Array
    shares: SharesRoom | None
    handed: Handed
    theta: Array
    holding: tuple[int, int]
    shows: bool = False
    outputs: Array | None = None

    def holds(self, plan: EpochPlan) -> bool:
        """Whether there is room for so many steps and examples."""
        return len(plan.rates) <= len(self.schedule) and len(plan.order) <= self.order.shape[1]

    def take(self, plan: EpochPlan, counts: Array) -> None:
        """Bring in what is new in an epoch; the optimizer's counts are those after each step."""
        holding = steps, examples = len(plan.rates), len(plan.order)
        if plan.orders is None:
            self.order[0, :examples] = plan.order
        else:
            self.order[:, :examples] = plan.orders
        schedule = self.schedule[:steps]
        schedule[:, RATE], schedule[:, COUNT] = plan.rates, counts
        if plan.bounds is not None or holding != self.holding:
            self.bounds[: steps + 1], self.holding = plan.edges, holding
        if plan.decays is not None:
            schedule[:, DECAY] = plan.decays
        if plan.dropouts is not None:
            schedule[:, DROPOUT] = plan.dropouts
        if self.shares is not None:
            self.shares.table[:steps] = table_of(plan)
        self.codes[FIRST_STEP] = plan.first_step
        self.touched[...] = -1
        if self.codes[KEY] >= 0:
            self.codes[KEY] = plan.dropout_key

    def bring(self, data: Data) -> None:
        """Have kernels read other examples, of the same kind."""
        self.handed.put(self.theta, **examples_handed(data))

    def show(self, seen: SeenSums | None, members: int) -> None:
        """Have an epoch add there what its forward passes give; of several members, each writes them down."""
        if seen is None:
            if self.shows:
                self.handed.put(self.theta, seen=0, out=0)
            self.shows, self.outputs = False, None
            return
        if members == 1:
            self.handed.put(self.theta, seen=seen.sums, judged=seen.judged, given=seen.given)
        else:
            self.outputs = np.full((members, *seen.Y.shape), np.nan, self.theta.dtype)
            self.handed.put(self.theta, out=self.outputs, n_rows=len(seen.Y))
        self.shows = True

    def open_for(self, start: int, stop: int) -> None:
        """Make the counters ready for phases [start, stop) of the epoch; nobody is inside."""
        control = self.control
        control[DONE], control[FAILED], control[FROM], control[TO] = 0, 0, start, stop
        control[NEXT::LINE] = 0


def made_for(plan: EpochPlan, data: Data, vectors: tuple[Array, ...]) -> tuple[Any, ...]:
    """What a room can be used again for, if it is large enough: θ, the optimizer's vectors, what the plan leaves as it is."""
    factors = plan.decays is None, plan.dropouts is None
    without = (*factors, plan.bounds is None, plan.shares is None, plan.orders is None)
    kinds = type(data.X), data.sample_weight is None
    return (plan.batch_size, without, kinds, *map(id, vectors))


def examples_handed(data: Data) -> dict[str, Any]:
    """What kernels are handed of examples, by name."""
    weight = data.sample_weight
    weights = 0 if weight is None else np.ascontiguousarray(weight, dtype=np.float64)
    return inputs(data.X) | {"y": data.Y, "weight": weights}


def make_room(
    architecture: Architecture,
    objective: Objective,
    optimizer: Optimizer,
    run_steps: Any,
    put_parts: Callable[[Lowered], None],
    data: Data,
    vectors: tuple[Array, ...],
    plan: EpochPlan,
    reading: Reading,
    products: Products,
    ranks: Ranks | None,
    spare: float,
) -> Room:
    """A room for such examples, for these vectors (θ, and the optimizer's), and for epochs like that of the plan.

    spare: for how many more steps and examples there is to be room, as a share of the plan's.

    put_parts: writes the addresses of parts into what was lowered. ranks: whose sums steps get.
    """
    batch, (entries, first) = plan.batch_size, reading
    n_steps, n = (ceil(of * (1 + spare)) for of in (len(plan.rates), len(plan.order)))
    lanes = ranks if isinstance(ranks, LaneSums) else None
    chunks = chunks_for(architecture, batch, entries) if lanes is None else len(lanes.here)
    # of lengths that are summed: as many, whoever has which lanes
    segments = chunks if lanes is None else lanes.n_lanes
    rows = ceil(batch / chunks) if plan.shares is None else plan.shares.largest
    lowered = lower(architecture, rows, vectors[0].dtype.itemsize, first, products.library)
    turned = Turned(architecture, vectors) if first & W_TURNED else None
    theta, *memory = vectors if turned is None else turned.own
    m, v = [*memory, theta, theta][:2]  # θ stands in for vectors that the optimizer does not have
    put_parts(lowered)
    key = 0 if any(layer.dropout for layer in architecture.layers) else -1
    corrects = optimizer_kernels(optimizer).corrects
    phases = (3 if objective.clip_norm else 2) + (lanes is not None)
    one_rate = architecture.layout.one_rate
    order = np.empty((1 if plan.orders is None else architecture.members, n), np.int64)
    stride, bounds = 0 if plan.orders is None else n, np.zeros(n_steps + 1, np.int64)
    codes = np.array([0, chunks, corrects, key, ranks is not None, one_rate, segments, phases, stride], dtype=np.int64)
    schedule, costs = np.ones((n_steps, OF_STEP)), np.zeros((n_steps, chunks))
    squares, lengths = (np.zeros((n_steps, segments)) for _ in range(2))
    control = control_for(chunks)
    gradients = aligned_zeros(chunks * lowered.size, theta.dtype)
    work = aligned_zeros(chunks * lowered.work_size, theta.dtype)
    block_costs, fixed = (
        np.zeros(chunks * lowered.rows),
        _fixed(architecture, objective, optimizer, lowered, theta.dtype),
    )
    touched = np.empty((chunks, 0 if turned is None else data.X.shape[1]), dtype=np.int64)
    handed = Handed(
        theta, **examples_handed(data), touched=touched, added=0 if turned is None else turned.stop, order=order, m=m, v=v, schedule=schedule, bounds=bounds, gradients=gradients,
        plan=codes, fixed=fixed, layers=lowered.layers, numbers=lowered.numbers, blocks=lowered.blocks,
        factors=lowered.factors, places=lowered.places, work=work, rooms=block_costs, costs=costs, squares=squares,
        lengths=lengths, control=control, n_out=data.Y.shape[1], size=theta.size,
        depth=architecture.depth, n_blocks=len(lowered.blocks),
    )  # fmt: skip
    shares = SharesRoom.of(plan, n_steps, theta.size, 0 if lanes is None else len(lanes.roots))
    if shares is not None and lanes is not None:
        handed.put(
            theta, shares=shares.table, share_weights=shares.weights, roots=shares.roots, whole=shares.roots[0],
            tree=tree_table(lanes.adds, lanes.roots), meeting=aligned_zeros(chunks * chunks * AT_ONCE, np.float64),
        )  # fmt: skip
    return Room(
        codes=codes,
        order=order,
        bounds=bounds,
        schedule=schedule,
        gradients=gradients.reshape(chunks, lowered.size),
        costs=costs,
        squares=squares,
        control=control,
        chunks=chunks,
        phases=phases,
        steps_a_call=max(1, int(_CALL_WORK / (_work_of_row(architecture, entries) * batch))),
        kernel=products.held(lambda thread: run_steps(handed, thread)),
        turned=turned,
        touched=touched,
        shares=shares,
        handed=handed,
        theta=theta,
        holding=(-1, -1),
    )


def _fixed(
    architecture: Architecture, objective: Objective, optimizer: Optimizer, lowered: Lowered, dtype: Any
) -> Array:
    """Numbers that stay the same from step to step, in the order of ``epoch.COST_PARAMETER`` and so on."""
    probabilities = architecture.cost_function.outputs in (UNIT_OPEN, SIMPLEX_OPEN)
    clip = float(np.finfo(dtype).eps) if objective.clip_probabilities and probabilities else 0.0
    settings = [getattr(optimizer, name, 0.0) for name in ("momentum", "beta_1", "beta_2", "epsilon", "decay")]
    with np.errstate(divide="ignore"):  # β may be 0
        logs = np.log(settings[1:3])
    norm = objective.clip_norm or 0.0
    return np.array([lowered.cost_parameter, clip, objective.l2, norm, *settings, *logs], dtype=np.float64)


def _work_of_row(architecture: Architecture, entries: float | None) -> float:
    """An upper bound of a row's work in multiplications; an activation such as gelu costs as much as a hundred."""
    return multiplications(architecture, entries) + 150 * architecture.members * sum(architecture.sizes)
