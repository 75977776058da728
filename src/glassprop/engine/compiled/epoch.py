"""The steps of an epoch as one list of tasks that any number of threads work off together.

A step is: its chunks (forward, cost, backward, each into a gradient of its own), then segments of θ (sum of the chunks'
gradients, L2, and the optimizer's step; with clipping, the length of the gradient in between). Threads take tasks from
one counter; a task starts when all tasks of the phase before are done. So a thread that the machine holds up is waited
for only in what it has already taken, and one thread alone does the same work in the same order: the bits are the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled.functions import OPTIONS
from glassprop.engine.compiled.low_level import atomic_read, fetch_add, part, wait_until
from glassprop.engine.compiled.lowering import ROWS, SHARE_AT, WORK_SIZE, Y_AT
from glassprop.engine.compiled.passes import backward, finish, forward_hidden, gather, gather_targets, padded
from glassprop.engine.compiled.steps import add_up, squared_length, step

# entries of `control`, each on a cache line of its own
TAKEN, DONE, FAILED, CONTROL_SIZE = 0, 16, 32, 48
# entries of `plan`
(FIRST_STEP, FROM, TO, BATCH, CHUNKS, SEGMENTS, OPTIMIZER, KEY) = range(8)
# entries of `fixed`
(COST_PARAMETER, CLIP, L2, CLIP_NORM, MOMENTUM) = range(5)  # β₁, β₂, ε and decay follow momentum


@njit(**OPTIONS)
def _bounds(low, high, part, parts):
    """The part of [low, high) that is number ``part`` of ``parts``, cut at multiples of 16."""
    size = (high - low + parts - 1) // parts
    size = (size + 15) // 16 * 16
    start = min(high, low + part * size)
    return start, min(high, start + size)


@njit(**OPTIONS)
def _total_weight(weight, order, low, high):
    if weight.size == 0:
        return np.float64(high - low)
    total = 0.0
    for i in range(low, high):
        total += np.float64(weight[order[i]])
    return total


@njit(**OPTIONS)
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
):
    """Forward and backward over rows [start, stop) of the batch [low, high); returns their Σ weight · C_0."""
    if start >= stop:
        gradient[:] = 0
    costs = part(room, 0, places[ROWS])
    total = _total_weight(weight, order, low, high)
    if total <= 0:
        return 0.0
    cost = 0.0
    for first in range(start, stop, places[ROWS]):
        used = min(places[ROWS], stop - first)
        ld = padded(used)
        gather(X, order, first, used, ld, work, base, places)
        gather_targets(Y, order, first, used, ld, part(work, base + places[Y_AT], ld * Y.shape[1]))
        share = part(work, base + places[SHARE_AT], ld)
        for i in range(used):
            share[i] = (1.0 if weight.size == 0 else weight[order[first + i]]) / total
        forward_hidden(layers, numbers, places, theta, work, base, ld, plan[KEY], step_number, first - low)
        finish(layers, numbers, places, fixed, work, base, ld, used, costs, True)
        for i in range(used):
            cost += costs[i] * (1.0 if weight.size == 0 else np.float64(weight[order[first + i]]))
        fresh = first == start
        backward(layers, numbers, places, theta, gradient, work, base, ld, plan[KEY], step_number, first - low, fresh)
    return cost


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
def _predict_block(X, theta, out, layers, numbers, places, fixed, work, base, first, used, ld, n_out, last):
    from_first = np.arange(first, first + used)
    gather(X, from_first, 0, used, ld, work, base, places)
    forward_hidden(layers, numbers, places, theta, work, base, ld, -1, 0, 0)
    y = part(work, base + places[Y_AT], n_out * ld)
    y[:] = 0
    costs = np.empty(ld, dtype=np.float64)
    finish(layers, numbers, places, fixed, work, base, ld, used, costs, False)
    a = base + layers[last, 6]
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
        rates,
        etas,
        gradients,
        plan,
        fixed,
        layers,
        numbers,
        blocks,
        places,
        work,
        rooms,
        costs,
        squares,
        lengths,
        control,
        thread,
    ):
        """Work off the tasks of steps [FROM, TO) of an epoch, together with whatever other threads do the same.

        X (n, n_inputs), Y (n, n_L), weight (n,) or (0,), order (n,); theta, m, v (size,); gradients (chunks, size).
        etas (steps,): rates with Adam's bias correction. rooms: a block's costs for each thread.
        costs (steps, chunks): Σ weight · C_0 by chunk. squares (steps, segments): Σ w². Stops before the step of a
        batch whose cost is not finite, and leaves its number + 1 in control[FAILED].
        """
        source  # noqa: B018
        n, chunks, segments = order.shape[0], plan[CHUNKS], plan[SEGMENTS]
        clips = fixed[CLIP_NORM] > 0
        per_step = chunks + segments * (2 if clips else 1)
        last = (plan[TO] - plan[FROM]) * per_step
        base = thread * places[WORK_SIZE]
        while True:
            task = fetch_add(control, TAKEN, 1)
            if task >= last:
                return
            number, piece = plan[FROM] + task // per_step, task % per_step
            phase = 0 if piece < chunks else chunks if piece < chunks + segments else chunks + segments
            wait_until(control, DONE, task - piece + phase)
            if atomic_read(control, FAILED) == 0:
                low, high = number * plan[BATCH], min(n, (number + 1) * plan[BATCH])
                total = _total_weight(weight, order, low, high)
                if phase == 0:
                    start, stop = _bounds(low, high, piece, chunks)
                    costs[number, piece] = _chunk(
                        X, Y, weight, order, theta, part(gradients, piece * theta.shape[0], theta.shape[0]), plan, fixed, layers, numbers, places, work, base,
                        part(rooms, thread * places[ROWS], places[ROWS]), low, high, start, stop, plan[FIRST_STEP] + number,
                    )  # fmt: skip
                elif not _finite(costs, number, chunks):
                    if piece == chunks:
                        fetch_add(control, FAILED, number + 1)
                elif total > 0:
                    segment = piece - phase
                    start, stop = _bounds(0, theta.shape[0], segment, segments)
                    if phase == chunks:
                        squares[number, segment] = add_up(
                            gradients, chunks, theta, blocks, fixed[L2] / total, start, stop
                        )
                        if clips:
                            lengths[number, segment] = squared_length(part(gradients, start, stop - start))
                    if phase != chunks or not clips:
                        scale = _clip_scale(lengths, number, segments, fixed[CLIP_NORM]) if clips else 1.0
                        step(
                            plan[OPTIMIZER], part(fixed, MOMENTUM, 5), rates[number], etas[number],
                            scale, theta, gradients, m, v, blocks, start, stop,
                        )  # fmt: skip
            fetch_add(control, DONE, 1)

    def predict_blocks(X, theta, out, layers, numbers, places, fixed, work, control, tasks, thread):
        """a of the last layer for every row: blocks are tasks. X (n, n_inputs), out (n, n_L)."""
        source  # noqa: B018
        base, rows = thread * places[WORK_SIZE], places[ROWS]
        n, n_out = out.shape
        last = layers.shape[0] - 1
        while True:
            task = fetch_add(control, TAKEN, 1)
            if task >= tasks:
                return
            first = task * rows
            used = min(rows, n - first)
            ld = padded(used)
            _predict_block(X, theta, out, layers, numbers, places, fixed, work, base, first, used, ld, n_out, last)
            fetch_add(control, DONE, 1)

    return run_steps, predict_blocks
