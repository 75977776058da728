"""The end of the forward pass and the start of the backward one, on a block of examples: cost, and δ of the last layer."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import costs as of_costs
from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled import row as columns
from glassprop.engine.compiled.activations import ACTIVATE, PULL_BACK
from glassprop.engine.compiled.elementary import exp, log
from glassprop.engine.compiled.low_level import INLINE, WRITTEN_OUT, copy, fill, part, plus, pointer
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.places import (
    COLLAPSES,
    COST_FROM_A,
    COST_FROM_Z,
    COST_SLOPE,
    KEPT_AT,
    SCRATCH_AT,
    SHARE_AT,
    Y_AT,
)
from glassprop.engine.compiled.row import A_AT, IN_AT, KEEPS, N_OUT, OUT_AT, PARAMETER, RESIDUAL, SLOPE_AT, WAYS, P

COST, DELTA = range(2)  # how much of it is wanted
# row, numbers, places, fixed, theta, work, ld, used, costs, want. fixed: the cost's parameter, and clip: above 0, costs are
# those of probabilities clipped to [clip, 1 - clip]
OUTPUT = Shape("P D P D N N I I D I", slots.OUTPUT)
_activate, _pull_back = ACTIVATE.call, PULL_BACK.call
_cost_from_z, _cost_from_a, _cost_slope = of_costs.COST_FROM_Z.call, of_costs.COST_FROM_A.call, of_costs.COST_SLOPE.call


@njit(**INLINE)
def activate_layer(row, numbers, places, theta, work, ld):
    """From z of a layer to σ(z), in its place, and what it saw itself added where it is residual (E32)."""
    n, a = row[N_OUT], pointer(work, row[A_AT])
    if row[columns.ACTIVATE] != 0:
        _activate(
            row[columns.ACTIVATE], numbers[PARAMETER], pointer(theta, row[P]), a, pointer(work, row[SLOPE_AT]), n, ld,
            pointer(work, places[SCRATCH_AT]),
        )  # fmt: skip
    if row[WAYS] & RESIDUAL:
        plus(part(work, row[A_AT], n * ld), part(work, row[IN_AT], n * ld), part(work, row[OUT_AT], n * ld))


@njit(**INLINE)
def pull_back_layer(row, numbers, places, work, g, ld):
    """From ∂C by σ(z) of a layer, at ``g``, to ∂C/∂z, in its place."""
    if row[columns.PULL_BACK] != 0:
        _pull_back(
            row[columns.PULL_BACK], numbers[PARAMETER], pointer(work, g), pointer(work, row[A_AT]),
            pointer(work, row[SLOPE_AT]), row[N_OUT], ld, pointer(work, places[SCRATCH_AT]),
        )  # fmt: skip


@OUTPUT.part()
def output(row, numbers, places, fixed, theta, work, ld, used, costs, want):
    """z of the last layer becomes σ(z), or where the layer is residual σ(z) + x; y becomes δ, if that is wanted.

    Each example's δ is multiplied by its share in the average; columns from ``used`` on are padding, their δ is 0. KEPT_AT
    becomes ∂C/∂a, where it is needed. Puts C_0 of each example into ``costs``. y is spoiled if δ is not wanted.
    """
    n, y, z = row[N_OUT], pointer(work, places[Y_AT]), pointer(work, row[A_AT])
    from_z = places[COST_FROM_Z] != 0 and fixed[1] == 0.0
    for i in range(used):
        costs[i] = 0.0
    if from_z:
        _cost_from_z(places[COST_FROM_Z], z, y, n, ld, used, costs)
    activate_layer(row, numbers, places, theta, work, ld)
    a = pointer(work, row[OUT_AT])
    if not from_z:
        _cost_from_a(places[COST_FROM_A], fixed[0], fixed[1], a, y, n, ld, used, costs)
    if want != DELTA:
        return
    errors, kept = part(y, 0, n * ld), part(work, places[KEPT_AT], n * ld)
    if places[COLLAPSES]:  # E26
        for i in range(n * ld):
            errors[i] = a[i] - errors[i]
    else:
        _cost_slope(places[COST_SLOPE], fixed[0], a, y, n, ld, used)
        if row[WAYS] & KEEPS:
            copy(errors, kept)
        pull_back_layer(row, numbers, places, work, places[Y_AT], ld)
    share = part(work, places[SHARE_AT], ld)
    _share_out(errors, share, n, ld, used)
    if row[WAYS] & KEEPS:
        _share_out(kept, share, n, ld, used)


@njit(**INLINE)
def _share_out(errors, share, n, ld, used):
    """Multiply the errors of each example by its share; those of padding are 0."""
    for j in range(n):
        row = part(errors, j * ld, ld)
        for i in range(used):
            row[i] *= share[i]
        for i in range(used, ld):
            row[i] = 0


@OUTPUT.part()
def output_of_softmax(row, numbers, places, fixed, theta, work, ld, used, costs, want):
    """The same for softmax with cross-entropy: Σ y (ln Σ e^z - z) and δ = (a Σy - y) · share, in few passes over the block."""
    n, clip, scratch = row[N_OUT], fixed[1], pointer(work, places[SCRATCH_AT])
    z, y, share = pointer(work, row[A_AT]), pointer(work, places[Y_AT]), part(work, places[SHARE_AT], ld)
    top, total = part(scratch, 0, ld), part(scratch, ld, ld)
    sum_y, dot = part(scratch, 2 * ld, ld), part(scratch, 3 * ld, ld)
    copy(part(z, 0, ld), top)
    for j in range(1, n):
        _rise(top, part(z, j * ld, ld))
    fill(total, 0)
    fill(sum_y, 0)
    fill(dot, 0)
    for j in range(n):
        _powers(part(z, j * ld, ld), part(y, j * ld, ld), top, total, sum_y, dot)
    for i in range(used):
        costs[i] = 0.0 if clip > 0 else sum_y[i] * log(total[i]) - dot[i]
    fill(part(sum_y, used, ld - used), 0)
    for i in range(ld):
        total[i] = 1 / total[i]
    for j in range(n):
        a, y_row = part(z, j * ld, ld), part(y, j * ld, ld)
        for i in range(ld):
            a[i] *= total[i]
        if clip > 0:
            _clipped_cost(a, y_row, a.dtype.type(clip), part(costs, 0, used), used)
        _collapsed(a, y_row, sum_y, share)


@njit(**WRITTEN_OUT)
def _rise(top, row):
    for i in range(top.shape[0]):
        top[i] = max(top[i], row[i])


@njit(**WRITTEN_OUT)
def _powers(row, y, top, total, sum_y, dot):
    """z becomes e^(z - top); adds to Σ of it, to Σ y, and to Σ y (z - top).

    In loops over few arrays: whether they overlap is checked at run time, and with five there is no vector code.
    """
    zero = row.dtype.type(0)
    for i in range(row.shape[0]):
        dot[i] += y[i] * (row[i] - top[i]) if y[i] != zero else zero  # 0 · -inf is not 0
    for i in range(row.shape[0]):
        sum_y[i] += y[i]
    for i in range(row.shape[0]):
        row[i] = exp(row[i] - top[i])
    for i in range(row.shape[0]):
        total[i] += row[i]


@njit(**WRITTEN_OUT)
def _clipped_cost(a, y, least, costs, used):
    zero, most = a.dtype.type(0), a.dtype.type(1) - least
    for i in range(used):
        costs[i] -= y[i] * log(min(max(a[i], least), most)) if y[i] != zero else zero


@njit(**WRITTEN_OUT)
def _collapsed(a, y, sum_y, share):
    """δ of softmax with cross-entropy (E26), in place of y."""
    for i in range(a.shape[0]):
        y[i] = (a[i] * sum_y[i] - y[i]) * share[i]
