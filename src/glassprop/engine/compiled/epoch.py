"""The steps of an epoch as one list of tasks that any number of threads work off together.

A step is two phases: its chunks (forward, cost, backward, each into a gradient of its own), then as many segments of θ
(sum of the chunks' gradients, L2, and the optimizer's step); with clipping three, since the length of the gradient must
be known before the step. A track is one chunk and one segment of every step. Each thread begins with the track that is
its own, so that its part of θ and of the optimizer's vectors stays in its core's cache, and takes a task from another
track when nobody else has: a thread that the machine holds up is waited for only in what it has already taken, and one
thread alone does the same work in the same order. So the bits are the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled import handed as of
from glassprop.engine.compiled.block import GATHER as GATHER_SHAPE
from glassprop.engine.compiled.block import padded
from glassprop.engine.compiled.block_passes import backward, forward
from glassprop.engine.compiled.control import CALL, DONE, FAILED, FROM, INSIDE, LINGER, TO, close, opened, take
from glassprop.engine.compiled.epoch_plan import (
    CACHE_LINE,
    CHUNKS,
    CLIP_NORM,
    CORRECTS,
    COUNT,
    DECAY,
    DROPOUT,
    FIRST_STEP,
    KEY,
    L2,
    MOMENTUM,
    OF_STEP,
    ONE_RATE,
    PHASES,
    RATE,
    REDUCED,
    SEGMENTS,
    STRIDE,
    TOTAL,
    part_of,
)
from glassprop.engine.compiled.low_level import (
    INLINE,
    OPTIONS,
    SUMS_INLINE,
    atomic_read,
    doubles_at,
    fetch_add,
    fill,
    integers_at,
    matrix,
    part,
    pointer,
    pointer_like,
)
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.output_layer import DELTA
from glassprop.engine.compiled.output_layer import OUTPUT as OUTPUT_SHAPE
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.places import (
    ADD_TOUCHED,
    CHUNK,
    GATHER,
    LANES,
    MEET,
    MEMBERS,
    OUTER_ENTRIES,
    OUTPUT,
    ROWS,
    SEGMENT,
    SHARE_AT,
    STEP,
    WORK_SIZE,
    Y_AT,
)
from glassprop.engine.compiled.row import COLUMNS, NUMBERS, OUT_AT
from glassprop.engine.compiled.shares import MEET as MEET_SHAPE
from glassprop.engine.compiled.shares import OF_SHARE, take_whole
from glassprop.engine.compiled.show import make_ready, show
from glassprop.engine.compiled.sparse_rows import ADD_TOUCHED as ADD_TOUCHED_SHAPE
from glassprop.engine.compiled.sparse_rows import OUTER_ENTRIES as OUTER_ENTRIES_SHAPE
from glassprop.engine.compiled.steps import add_up, squared_length, steps_along

ENTRY = Shape("N P I")  # theta, handed, thread: see ``handed.py``
TASK_OF_CHUNK = Shape("N P I I I", CHUNK)  # theta, handed, thread, number, piece
TASK_OF_SEGMENT = Shape("N P I I I", SEGMENT)  # theta, handed, number, piece, phase
_gather, _output = GATHER_SHAPE.call, OUTPUT_SHAPE.call
_outer_entries, _add_touched = OUTER_ENTRIES_SHAPE.call, ADD_TOUCHED_SHAPE.call
_chunk, _segment, _meet = TASK_OF_CHUNK.call, TASK_OF_SEGMENT.call, MEET_SHAPE.call


@njit(**INLINE)
def _total_weight(handed, order, low, high, members, stride):
    """Σ weight of a batch; where members have their own, the mean over these."""
    if handed[of.WEIGHT] == 0:
        return np.float64(high - low)
    weight, total = doubles_at(handed[of.WEIGHT]), 0.0
    for i in range(low, high):
        total += weight[order[i]]
    if stride > 0:
        for member in range(1, members):
            own = pointer(order, member * stride)
            for i in range(low, high):
                total += weight[own[i]]
        total /= members
    return total


@TASK_OF_CHUNK.part()
def chunk(theta, handed, thread, number, piece):
    """Forward and backward over the rows of one chunk of a step: its gradient, and its Σ weight · C_0."""
    plan, places, bounds = integers_at(handed[of.PLAN]), integers_at(handed[of.PLACES]), integers_at(handed[of.BOUNDS])
    chunks, order, size = plan[CHUNKS], integers_at(handed[of.ORDER]), handed[of.SIZE]
    members, stride = places[MEMBERS], plan[STRIDE]
    schedule = doubles_at(handed[of.SCHEDULE] + 8 * OF_STEP * number)
    if handed[of.SHARES] == 0:
        low, high = bounds[number], bounds[number + 1]
        total, whole = _total_weight(handed, order, low, high, members, stride), high - low
        start, stop = part_of(low, high, piece, chunks, LANES)
    else:
        own = number * chunks + piece
        share = pointer(integers_at(handed[of.SHARES]), OF_SHARE * own)
        start, stop, low, whole = share[0], share[1], share[2], share[3]
        total = doubles_at(handed[of.SHARE_WEIGHTS])[own]
    gradient = pointer(pointer_like(theta, handed[of.GRADIENTS]), piece * size)
    touched = pointer(integers_at(handed[of.TOUCHED]), piece * handed[of.N_IN])
    if start >= stop:
        fill(part(gradient, 0, size), 0)
    costs = pointer(doubles_at(handed[of.ROOMS]), thread * places[ROWS])
    work = pointer(pointer_like(theta, handed[of.WORK]), thread * places[WORK_SIZE])
    cost = 0.0
    if total > 0:
        for member in range(members):
            cost += _blocks(
                theta, handed, plan, places, pointer(order, member * stride), gradient, touched, work, costs,
                low - member * whole, start, stop, plan[FIRST_STEP] + number, schedule[DROPOUT], total * members, member,
            )  # fmt: skip
    doubles_at(handed[of.COSTS])[number * chunks + piece] = cost if members == 1 else cost / members


@njit(**INLINE)
def _blocks(
    theta, handed, plan, places, order, gradient, touched, work, costs, low, start, stop, step, dropout, total, member
):
    """The blocks of a member's rows [start, stop) of a batch whose first is at ``low``, or would be: Σ weight · C_0.

    Leaves off where control[FAILED] is set: Python may be waiting for that, in order to end.
    """
    Y, control = pointer_like(theta, handed[of.Y]), integers_at(handed[of.CONTROL])
    depth, numbers = handed[of.DEPTH], doubles_at(handed[of.NUMBERS])
    layers = pointer(integers_at(handed[of.LAYERS]), member * depth * COLUMNS)
    last, cost, first, used = depth - 1, 0.0, start, 0
    while first + used < stop and atomic_read(control, FAILED) == 0:
        first += used
        used = min(places[ROWS], stop - first)
        ld = padded(used)
        _gather(places[GATHER], theta, handed, order, first, used, ld, work)
        gather_columns(matrix(Y, 1, handed[of.N_OUT]), order, first, used, ld, work, places[Y_AT], False)
        _shares(handed[of.WEIGHT], order, first, used, total, part(work, places[SHARE_AT], ld))
        if handed[of.SEEN] != 0:
            make_ready(handed, order, first, used)
        forward(layers, depth, numbers, places, theta, work, ld, plan[KEY], step, first - low, dropout)
        _output(
            places[OUTPUT], pointer(layers, last * COLUMNS), pointer(numbers, last * NUMBERS), places,
            doubles_at(handed[of.FIXED]), theta, work, ld, used, costs, DELTA,
        )  # fmt: skip
        if handed[of.OUT] != 0 or handed[of.SEEN] != 0:
            a = pointer(work, layers[last * COLUMNS + OUT_AT])
            show(theta, handed, places, a, order, first, used, ld, work, member)
        cost += _weighted(costs, handed[of.WEIGHT], order, first, used)
        own_fresh = first == start
        fresh = own_fresh and member == 0
        d = backward(
            layers, depth, numbers, places, theta, gradient, work, ld, plan[KEY], step, first - low, dropout, fresh,
            own_fresh,
        )  # fmt: skip
        if places[OUTER_ENTRIES] != 0:
            _outer_entries(
                places[OUTER_ENTRIES], theta, handed, order, first, used, ld, d, gradient, work, fresh, touched, step
            )
    return cost


@njit(**INLINE)
def _shares(weight_at, order, first, used, total, share):
    """The part of each example in the average; what stands at padding is a number, too: 0 times anything else is not 0."""
    if weight_at == 0:
        fill(share, 1.0 / total)
    else:
        weight = doubles_at(weight_at)
        for i in range(used):
            share[i] = weight[order[first + i]] / total
        for i in range(used, share.shape[0]):
            share[i] = 0


@njit(**SUMS_INLINE)
def _weighted(costs, weight_at, order, first, used):
    """Σ weight · C_0 over a block."""
    total = 0.0
    if weight_at == 0:
        for i in range(used):
            total += costs[i]
    else:
        weight = doubles_at(weight_at)
        for i in range(used):
            total += costs[i] * weight[order[first + i]]
    return total


@njit(**OPTIONS)
def _finite(costs, number, chunks):
    total = 0.0
    for chunk in range(chunks):
        total += costs[number * chunks + chunk]
    return np.isfinite(total)


@njit(**OPTIONS)
def _clip_scale(lengths, number, segments, norm):
    """What a gradient of this length is multiplied by."""
    total = 0.0
    for segment in range(segments):
        total += lengths[number * segments + segment]
    length = np.sqrt(total)
    return norm / length if length > norm else 1.0


@TASK_OF_SEGMENT.part()
def segment(theta, handed, number, piece, phase):
    """The sum of the chunks' gradients and the optimizer's step, on one segment of θ; with clipping in two phases."""
    plan, places, bounds = integers_at(handed[of.PLAN]), integers_at(handed[of.PLACES]), integers_at(handed[of.BOUNDS])
    chunks, reduced, size = plan[CHUNKS], plan[REDUCED] != 0, handed[of.SIZE]
    schedule = doubles_at(handed[of.SCHEDULE] + 8 * OF_STEP * number)
    if not _finite(doubles_at(handed[of.COSTS]), number, chunks):
        if phase == 1 and piece == 0:
            fetch_add(integers_at(handed[of.CONTROL]), FAILED, number + 1)
        return
    total = schedule[TOTAL]
    if not reduced:
        order = integers_at(handed[of.ORDER])
        total = _total_weight(handed, order, bounds[number], bounds[number + 1], places[MEMBERS], plan[STRIDE])
    if total <= 0:
        return
    fixed, lengths, gradients = (
        doubles_at(handed[of.FIXED]),
        doubles_at(handed[of.LENGTHS]),
        pointer_like(theta, handed[of.GRADIENTS]),
    )
    blocks, factors, n_blocks = integers_at(handed[of.BLOCKS]), doubles_at(handed[of.FACTORS]), handed[of.N_BLOCKS]
    segments, squares, one_rate = plan[SEGMENTS], doubles_at(handed[of.SQUARES]), plan[ONE_RATE] != 0
    own = number * segments + piece
    summed, strength, clips = 1 if reduced else chunks, fixed[L2] / total, fixed[CLIP_NORM] > 0
    start, stop = part_of(0, size, piece, segments, CACHE_LINE)
    added = 0
    if phase == 1 and handed[of.WHOLE] != 0:
        take_whole(gradients, doubles_at(handed[of.WHOLE]), total, start, stop)
    if places[ADD_TOUCHED] != 0 and not reduced and phase == 1:
        added = handed[of.ADDED]
        if start < added:
            _add_touched(places[ADD_TOUCHED], theta, handed, chunks, start, min(stop, added), plan[FIRST_STEP] + number)
    if clips and phase == 1:
        squares[own] = add_up(
            gradients, summed, added, gradients, False, theta, size, blocks, factors, n_blocks, one_rate, strength, start, stop
        )  # fmt: skip
        lengths[own] = squared_length(gradients, start, stop - start)
        return
    scale = _clip_scale(lengths, number, segments, fixed[CLIP_NORM]) if clips else 1.0
    found = steps_along(
        0 if clips else summed, added, strength, places[STEP], plan[CORRECTS] != 0, pointer(fixed, MOMENTUM), schedule[RATE],
        schedule[DECAY], schedule[COUNT], scale, theta, size, gradients, pointer_like(theta, handed[of.M]),
        pointer_like(theta, handed[of.V]), blocks, factors, n_blocks, one_rate, start, stop,
    )  # fmt: skip
    if not clips:
        squares[own] = found


@ENTRY.part(calls=[chunk, segment])
def run_steps(theta, handed, thread):
    """Work off the tasks of phases [FROM, TO) of an epoch, together with whatever other threads do the same.

    Phases are counted through the epoch, two or three a step, and one more where sums are made lane by lane: their tree,
    after the chunks. Where they are called for by themselves and REDUCED is set, those after these find the average over
    all ranks in the first chunk's gradient, or what is over all lanes in WHOLE.

    Stops before the step of a batch whose cost is not finite, and leaves its number + 1 in control[FAILED]. Thread 0
    returns when all is done. Other threads stay, awake, for the next call with the same arrays, and return when none
    comes for some tenths of a millisecond: to wake a sleeping thread takes longer than an epoch of a small network.
    """
    control, plan, seen = integers_at(handed[of.CONTROL]), integers_at(handed[of.PLAN]), 0
    places, chunks, phases = integers_at(handed[of.PLACES]), plan[CHUNKS], plan[PHASES]
    segments, meets = plan[SEGMENTS], 1 if handed[of.SHARES] != 0 else 0
    if thread == 0:
        fetch_add(control, CALL, 1)
    while True:
        if thread > 0:
            seen = opened(control, thread, seen, LINGER)
            if seen < 0:
                return
        first = control[FROM]
        last = control[TO] - first
        while True:
            taken, piece = take(control, chunks, last, thread)
            if taken < 0:
                break
            at = first + taken
            number, phase = (at >> 1, at & 1) if phases == 2 else (at // phases, at % phases)
            if atomic_read(control, FAILED) == 0:
                if phase == 0:
                    _chunk(places[CHUNK], theta, handed, thread, number, piece)
                elif phase <= meets:
                    _meet(places[MEET], theta, handed, number, piece)
                else:
                    own = piece
                    while own < segments:
                        _segment(places[SEGMENT], theta, handed, number, own, phase - meets)
                        own += chunks
            if chunks > 1:
                fetch_add(control, DONE, 1)
        if thread == 0:
            close(control, last * chunks if chunks > 1 else 0)
            return
        fetch_add(control, INSIDE, -1)
