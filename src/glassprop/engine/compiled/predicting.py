"""Predictions and costs of many rows: blocks of them are tasks that any number of threads work off together."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import costs as of_costs
from glassprop.engine.compiled import handed as of
from glassprop.engine.compiled.block import GATHER as GATHER_SHAPE
from glassprop.engine.compiled.block import padded
from glassprop.engine.compiled.block_passes import forward
from glassprop.engine.compiled.control import CALL, DONE, FAILED, INSIDE, LINGER, NEXT, TO, close, opened
from glassprop.engine.compiled.epoch import ENTRY
from glassprop.engine.compiled.low_level import (
    INLINE,
    WRITTEN_OUT,
    add_to,
    atomic_read,
    copy,
    doubles_at,
    fetch_add,
    integers_at,
    matrix,
    part,
    pointer,
    pointer_like,
)
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.output_layer import COST, activate_layer
from glassprop.engine.compiled.output_layer import OUTPUT as OUTPUT_SHAPE
from glassprop.engine.compiled.places import COST_FROM_A, DELTA_AT, GATHER, MEMBERS, OUTPUT, ROWS, WORK_SIZE, Y_AT
from glassprop.engine.compiled.row import COLUMNS, N_OUT, NUMBERS, OUT_AT

_gather, _output, _cost_from_a = GATHER_SHAPE.call, OUTPUT_SHAPE.call, of_costs.COST_FROM_A.call


@ENTRY.part()
def predict_blocks(theta, handed, thread):
    """a of the last layer for every row, or C_0 where there are costs: blocks are tasks. Threads as in ``run_steps``.

    ORDERS: room for the numbers of a block's rows, for each thread.
    """
    places, control = integers_at(handed[of.PLACES]), integers_at(handed[of.CONTROL])
    rows, tasks = places[ROWS], control[TO]
    if thread == 0:
        fetch_add(control, CALL, 1)
    elif opened(control, thread, 0, LINGER) < 0:
        return
    work = pointer(pointer_like(theta, handed[of.WORK]), thread * places[WORK_SIZE])
    order = pointer(integers_at(handed[of.ORDERS]), thread * rows)
    while True:
        task = fetch_add(control, NEXT, 1)
        if task >= tasks:
            break
        first = task * rows
        if atomic_read(control, FAILED) == 0:
            _predict_block(theta, handed, places, work, order, first, min(rows, handed[of.N_ROWS] - first))
        fetch_add(control, DONE, 1)
    if thread == 0:
        close(control, tasks)
    else:
        fetch_add(control, INSIDE, -1)


@njit(**WRITTEN_OUT)
def _predict_block(theta, handed, places, work, order, first, used):
    """a of the last layer for some rows, or with targets C_0 of each."""
    layers, depth, numbers = integers_at(handed[of.LAYERS]), handed[of.DEPTH], doubles_at(handed[of.NUMBERS])
    row, own, ld = pointer(layers, (depth - 1) * COLUMNS), pointer(numbers, (depth - 1) * NUMBERS), padded(used)
    for i in range(used):
        order[i] = first + i
    _gather(places[GATHER], theta, handed, order, 0, used, ld, work)
    if places[MEMBERS] > 1:
        _mean_of_members(theta, handed, places, work, order, first, used, ld)
        return
    forward(layers, depth, numbers, places, theta, work, ld, -1, 0, 0, 1.0)
    n = row[N_OUT]
    if handed[of.COSTS] != 0:
        targets, costs = matrix(pointer_like(theta, handed[of.Y]), 1, n), pointer(doubles_at(handed[of.COSTS]), first)
        gather_columns(targets, order, 0, used, ld, work, places[Y_AT], False)
        fixed = doubles_at(handed[of.FIXED])
        _output(places[OUTPUT], row, own, places, fixed, theta, work, ld, used, costs, COST)
        return
    activate_layer(row, own, places, theta, work, ld)
    _put(pointer(work, row[OUT_AT]), pointer(pointer_like(theta, handed[of.OUT]), first * n), n, ld, used)


@njit(**INLINE)
def _put(a, out, n, ld, used):
    """a of a block, as the rows of what is predicted."""
    for i in range(used):
        for j in range(n):
            out[i * n + j] = a[j * ld + i]


@njit(**WRITTEN_OUT)
def _mean_of_members(theta, handed, places, work, order, first, used, ld):
    """The same where there are several members: the mean of what they give, added up in their order, or its cost."""
    every, depth, numbers = integers_at(handed[of.LAYERS]), handed[of.DEPTH], doubles_at(handed[of.NUMBERS])
    members, own = places[MEMBERS], pointer(numbers, (depth - 1) * NUMBERS)
    n, mean_at = every[(depth - 1) * COLUMNS + N_OUT], places[DELTA_AT]
    mean = part(work, mean_at, n * ld)
    for member in range(members):
        layers = pointer(every, member * depth * COLUMNS)
        row = pointer(layers, (depth - 1) * COLUMNS)
        forward(layers, depth, numbers, places, theta, work, ld, -1, 0, 0, 1.0)
        activate_layer(row, own, places, theta, work, ld)
        a = part(work, row[OUT_AT], n * ld)
        if member == 0:
            copy(a, mean)
        else:
            add_to(a, mean)
    whole = mean.dtype.type(members)
    for i in range(n * ld):
        mean[i] /= whole
    if handed[of.COSTS] == 0:
        _put(pointer(work, mean_at), pointer(pointer_like(theta, handed[of.OUT]), first * n), n, ld, used)
        return
    targets, costs = matrix(pointer_like(theta, handed[of.Y]), 1, n), pointer(doubles_at(handed[of.COSTS]), first)
    gather_columns(targets, order, 0, used, ld, work, places[Y_AT], False)
    fixed, y = doubles_at(handed[of.FIXED]), pointer(work, places[Y_AT])
    for i in range(used):
        costs[i] = 0.0
    _cost_from_a(places[COST_FROM_A], fixed[0], fixed[1], pointer(work, mean_at), y, n, ld, used, costs)
