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

from glassprop.engine.compiled.block import gather, padded
from glassprop.engine.compiled.block_passes import backward, finish, forward_hidden
from glassprop.engine.compiled.control import CALL, DONE, FAILED, FROM, INSIDE, LINGER, NEXT, TO, close, opened, take
from glassprop.engine.compiled.costs import COST, DELTA, PREDICTION
from glassprop.engine.compiled.low_level import (
    INLINE,
    OPTIONS,
    SUMS_INLINE,
    WRITTEN_OUT,
    atomic_read,
    bare,
    fetch_add,
    fill,
    part,
)
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.places import LANES, ROWS, SHARE_AT, WORK_SIZE, Y_AT
from glassprop.engine.compiled.row import N_OUT, OUT_AT
from glassprop.engine.compiled.steps import add_up, squared_length, steps_along

_CACHE_LINE = 16  # numbers of float32: segments of θ are cut at such
# entries of `plan`; REDUCED: whether a step has the sums over all ranks, ONE_RATE: whether all blocks have its rate
(FIRST_STEP, CHUNKS, OPTIMIZER, KEY, REDUCED, ONE_RATE) = range(6)
# columns of `schedule`: the rate, the factors of decay and dropout, the optimizer's count, the weight over all ranks
(RATE, DECAY, DROPOUT, COUNT, TOTAL) = range(5)
# entries of `fixed`
(COST_PARAMETER, CLIP, L2, CLIP_NORM, MOMENTUM) = range(5)  # β₁, β₂, ε, decay, ln β₁ and ln β₂ follow momentum


@njit(**INLINE)
def _bounds(low, high, part, parts, multiple):
    """The part of [low, high) that is number ``part`` of ``parts``, cut at multiples of some number."""
    if parts == 1:  # a division takes as long as a small layer's loop
        return low, high
    size = (high - low + parts - 1) // parts
    size = (size + multiple - 1) // multiple * multiple
    start = min(high, low + part * size)
    return start, min(high, start + size)


@njit(**INLINE)
def _total_weight(weight, order, low, high):
    if weight.size == 0:
        return np.float64(high - low)
    total = 0.0
    for i in range(low, high):
        total += np.float64(weight[order[i]])
    return total


@njit(**WRITTEN_OUT)
def _chunk(
    X,
    Y,
    weight,
    order,
    theta,
    gradient,
    plan,
    fixed,
    layers,
    numbers,
    places,
    work,
    base,
    room,
    low,
    high,
    start,
    stop,
    step_number,
    dropout,
    total,
    control,
):
    """Forward and backward over rows [start, stop) of the batch [low, high); returns their Σ weight · C_0.

    Leaves off where control[FAILED] is set: Python may be waiting for that, in order to end.
    """
    if start >= stop:
        fill(gradient, 0)
    costs = part(room, 0, places[ROWS])
    if total <= 0:
        return 0.0
    cost = 0.0
    for first in range(start, stop, places[ROWS]):
        if atomic_read(control, FAILED) != 0:
            break
        used = min(places[ROWS], stop - first)
        ld = padded(used)
        gather(X, order, first, used, ld, work, base, places)
        gather_columns(Y, order, first, used, ld, work, base + places[Y_AT], False)
        share = part(work, base + places[SHARE_AT], ld)
        _shares(weight, order, first, used, total, share)
        forward_hidden(layers, numbers, places, theta, work, base, ld, plan[KEY], step_number, first - low, dropout)
        finish(layers, numbers, places, theta, fixed, work, base, ld, used, costs, DELTA)
        cost += _weighted(costs, weight, order, first, used)
        fresh = first == start
        backward(
            layers,
            numbers,
            places,
            theta,
            gradient,
            work,
            base,
            ld,
            plan[KEY],
            step_number,
            first - low,
            dropout,
            fresh,
        )
    return cost


@njit(**INLINE)
def _shares(weight, order, first, used, total, share):
    """The part of each example in the average."""
    if weight.size == 0:
        fill(share, 1.0 / total)
    else:
        for i in range(used):
            share[i] = weight[order[first + i]] / total


@njit(**SUMS_INLINE)
def _weighted(costs, weight, order, first, used):
    """Σ weight · C_0 over a block."""
    total = 0.0
    if weight.size == 0:
        for i in range(used):
            total += costs[i]
    else:
        for i in range(used):
            total += costs[i] * weight[order[first + i]]
    return total


@njit(**OPTIONS)
def _finite(costs, at, chunks):
    total = 0.0
    for chunk in range(chunks):
        total += costs[at, chunk]
    return np.isfinite(total)


@njit(**OPTIONS)
def _clip_scale(lengths, at, segments, norm):
    """What a gradient of this length is multiplied by."""
    total = 0.0
    for segment in range(segments):
        total += lengths[at, segment]
    length = np.sqrt(total)
    return norm / length if length > norm else 1.0


@njit(**OPTIONS)
def _predict_block(X, Y, theta, out, costs, layers, numbers, places, fixed, order, work, base, first, used):
    """a of the last layer for some rows, or with targets C_0 of each."""
    last, n_out, ld = layers.shape[0] - 1, layers[layers.shape[0] - 1, N_OUT], padded(used)
    for i in range(used):
        order[i] = first + i
    gather(X, order, 0, used, ld, work, base, places)
    forward_hidden(layers, numbers, places, theta, work, base, ld, -1, 0, 0, 1.0)
    want = COST if costs.size > 0 else PREDICTION
    if want == COST:
        gather_columns(Y, order, 0, used, ld, work, base + places[Y_AT], False)
    finish(layers, numbers, places, theta, fixed, work, base, ld, used, part(costs, first, used), want)
    if want == COST:
        return
    a = base + layers[last, OUT_AT]
    for i in range(used):
        for j in range(n_out):
            out[first + i, j] = work[a + j * ld + i]


def entry_points(source):
    """The two functions that are compiled by themselves: ``run_steps`` and ``predict_blocks``.

    source: a fingerprint of the sources they are made from. They close over it, since what a function closes over is
    part of the key that Numba's cache finds it by, while the files that it imports are not.
    """

    def run_steps(
        X,
        Y,
        weight,
        order,
        theta,
        m,
        v,
        schedule,
        bounds,
        gradients,
        plan,
        fixed,
        layers,
        numbers,
        blocks,
        factors,
        places,
        work,
        rooms,
        costs,
        squares,
        lengths,
        control,
        thread,
    ):
        """Work off the tasks of phases [FROM, TO) of an epoch, together with whatever other threads do the same.

        Phases are counted through the epoch, two or three a step. Where they are called for by themselves and REDUCED
        is set, those after the first of a step find the average over all ranks in the first chunk's gradient.

        X (n, n_inputs), Y (n, n_L), weight (n,) or (0,), order (n,); theta, m, v (size,); gradients (chunks, size).
        schedule (steps, 5); bounds (steps + 1,): where batches begin in the order. rooms: a block's costs for each thread.
        costs (steps, chunks): Σ weight · C_0 by chunk. squares, lengths (steps, chunks): Σ w², and the squared length
        of the gradient, by segment. Stops before the step of a batch whose cost is not finite, and leaves its number
        + 1 in control[FAILED]. Thread 0 returns when all is done. Other threads stay, awake, for the next call with
        the same arrays, and return when none comes for some tenths of a millisecond: to wake a sleeping thread takes
        longer than an epoch of a small network.
        """
        source  # noqa: B018
        X, Y, weight, order, theta, m, v = bare(X), bare(Y), bare(weight), bare(order), bare(theta), bare(m), bare(v)
        schedule, bounds, gradients, plan, fixed = (
            bare(schedule),
            bare(bounds),
            bare(gradients),
            bare(plan),
            bare(fixed),
        )
        layers, numbers, places, work = bare(layers), bare(numbers), bare(places), bare(work)
        blocks, factors = bare(blocks), bare(factors)
        rooms, costs, squares, lengths = bare(rooms), bare(costs), bare(squares), bare(lengths)
        control = bare(control)
        chunks, seen, reduced, one_rate = plan[CHUNKS], 0, plan[REDUCED] != 0, plan[ONE_RATE] != 0
        added = 1 if reduced else chunks
        clips = fixed[CLIP_NORM] > 0
        base = thread * places[WORK_SIZE]
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
                number, phase = (at // 3, at % 3) if clips else (at >> 1, at & 1)
                if atomic_read(control, FAILED) == 0:
                    low, high = bounds[number], bounds[number + 1]
                    if reduced and phase > 0:
                        total = schedule[number, TOTAL]
                    else:
                        total = _total_weight(weight, order, low, high)
                    if phase == 0:
                        start, stop = _bounds(low, high, piece, chunks, LANES)
                        costs[number, piece] = _chunk(
                            X, Y, weight, order, theta, part(gradients, piece * theta.shape[0], theta.shape[0]), plan, fixed, layers, numbers, places, work, base,
                            part(rooms, thread * places[ROWS], places[ROWS]), low, high, start, stop, plan[FIRST_STEP] + number, schedule[number, DROPOUT], total, control,
                        )  # fmt: skip
                    elif not _finite(costs, number, chunks):
                        if phase == 1 and piece == 0:
                            fetch_add(control, FAILED, number + 1)
                    elif total > 0:
                        start, stop = _bounds(0, theta.shape[0], piece, chunks, _CACHE_LINE)
                        if clips and phase == 1:
                            squares[number, piece] = add_up(
                                gradients, added, theta, blocks, factors, one_rate, fixed[L2] / total, start, stop
                            )
                            lengths[number, piece] = squared_length(part(gradients, start, stop - start))
                        else:
                            scale = _clip_scale(lengths, number, chunks, fixed[CLIP_NORM]) if clips else 1.0
                            found = steps_along(
                                0 if clips else added, fixed[L2] / total, plan[OPTIMIZER], part(fixed, MOMENTUM, 7),
                                schedule[number, RATE], schedule[number, DECAY], schedule[number, COUNT], scale,
                                theta, gradients, m, v, blocks, factors, one_rate, start, stop,
                            )  # fmt: skip
                            if not clips:
                                squares[number, piece] = found
                if chunks > 1:
                    fetch_add(control, DONE, 1)
            if thread == 0:
                close(control, last * chunks if chunks > 1 else 0)
                return
            fetch_add(control, INSIDE, -1)

    def predict_blocks(X, Y, theta, out, costs, layers, numbers, places, fixed, orders, work, control, thread):
        """a of the last layer for every row, or C_0: blocks are tasks. Threads as above.

        X (n, n_inputs), out (n, n_L); or Y (n, n_L) and costs (n,), and then out stays as it is. orders: room for the
        numbers of a block's rows, for each thread.
        """
        source  # noqa: B018
        X, Y, theta, out, costs = bare(X), bare(Y), bare(theta), bare(out), bare(costs)
        layers, numbers, places, fixed = bare(layers), bare(numbers), bare(places), bare(fixed)
        orders, work, control = bare(orders), bare(work), bare(control)
        base, rows, tasks = thread * places[WORK_SIZE], places[ROWS], control[TO]
        if thread == 0:
            fetch_add(control, CALL, 1)
        elif opened(control, thread, 0, LINGER) < 0:
            return
        while True:
            task = fetch_add(control, NEXT, 1)
            if task >= tasks:
                break
            first = task * rows
            used, order = min(rows, X.shape[0] - first), part(orders, thread * rows, rows)
            if atomic_read(control, FAILED) == 0:
                _predict_block(X, Y, theta, out, costs, layers, numbers, places, fixed, order, work, base, first, used)
            fetch_add(control, DONE, 1)
        if thread == 0:
            close(control, tasks)
        else:
            fetch_add(control, INSIDE, -1)

    return run_steps, predict_blocks
