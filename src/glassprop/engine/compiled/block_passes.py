"""Forward and backward over one block of examples, walking the table of layers; what each does there is its kind's."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled import row as columns
from glassprop.engine.compiled.kinds import dense_kernels, shapes
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, WRITTEN_OUT, copy, part, pointer
from glassprop.engine.compiled.masks import DROP as DROP_SHAPE
from glassprop.engine.compiled.output_layer import activate_layer, pull_back_layer
from glassprop.engine.compiled.places import DELTA_AT, KEPT_AT, OTHER_AT, Y_AT
from glassprop.engine.compiled.row import (
    A_AT,
    BACK_MASKED,
    COLUMNS,
    DROPOUT,
    DROPS,
    KEEPS,
    N_OUT,
    NUMBERS,
    OUT_AT,
    OWN,
    RESIDUAL,
    SLOPE_AT,
    TRAINS,
    WAYS,
    P,
)
from glassprop.engine.compiled.tile_parts import tile_dots

_weigh, _by_input, _fill_gradient = shapes.WEIGH.call, shapes.BY_INPUT.call, shapes.FILL_GRADIENT.call
_drop = DROP_SHAPE.call
# of a dense layer whose products are small: written out here
_weigh_small, _by_input_small, _fill_gradient_small = (
    njit(**WRITTEN_OUT)(part.function) for part in dense_kernels.SMALL
)


@njit(**INLINE)
def forward(layers, depth, numbers, places, theta, work, ld, key, step, first_row, dropout):
    """E1, E14, E32: what every layer but the last gives, with dropout where key ≥ 0, and z of the last.

    dropout: what the layers' rates of it are multiplied by.
    """
    for l in range(depth):
        row, own = pointer(layers, l * COLUMNS), pointer(numbers, l * NUMBERS)
        if row[columns.WEIGH] != 0:
            _weigh(row[columns.WEIGH], row, places, theta, work, ld)
        else:
            _weigh_small(row, places, theta, work, ld)
        if l < depth - 1:
            activate_layer(row, own, places, theta, work, ld)
            if row[WAYS] & DROPS:
                _thin_out(row, own, places, work, ld, key, step, l + 1, first_row, dropout)


@njit(**WRITTEN_OUT)
def _thin_out(row, numbers, places, work, ld, key, step, layer, first_row, dropout):
    """Dropout of what a layer gives, to what the next one sees."""
    n, out = row[N_OUT], row[OUT_AT]
    if not row[WAYS] & RESIDUAL:
        copy(part(work, row[A_AT], n * ld), part(work, out, n * ld))
    if key >= 0:
        rate = dropout * numbers[DROPOUT]
        _drop(places[slots.DROP], pointer(work, out), key, step, layer, first_row, n, ld, rate)


@njit(**INLINE)
def backward(
    layers, depth, numbers, places, theta, gradient, work, ld, key, step, first_row, dropout, fresh, own_fresh
):
    """E13, E15: from δ of the last layer, in the place of y, to the first; the gradient on the way, added up or ``fresh``.

    own_fresh: the same for layers in which each member has parameters of its own.
    Returns where δ of the first layer is. ∂C/∂x of a residual layer is added to its ∂C/∂a (E33), which is at KEPT_AT; others take turns with two places.
    """
    d, last = places[Y_AT], pointer(layers, (depth - 1) * COLUMNS)
    if last[WAYS] & TRAINS:
        _fill_parameters(last, places, gradient, work, places[KEPT_AT], ld, own_fresh if last[WAYS] & OWN else fresh)
    for l in range(depth - 1, -1, -1):
        row = pointer(layers, l * COLUMNS)
        new = own_fresh if row[WAYS] & OWN else fresh
        if row[columns.FILL_GRADIENT] != 0:
            _fill_gradient(row[columns.FILL_GRADIENT], row, places, theta, gradient, work, d, ld, new)
        else:
            _fill_gradient_small(row, places, theta, gradient, work, d, ld, new)
        if l == 0:
            break
        adds = row[WAYS] & RESIDUAL != 0
        g = places[KEPT_AT] if adds else places[OTHER_AT] if d == places[DELTA_AT] else places[DELTA_AT]
        if row[columns.BY_INPUT] != 0:
            _by_input(row[columns.BY_INPUT], row, places, theta, work, d, g, ld, adds)
        else:
            _by_input_small(row, places, theta, work, d, g, ld, adds)
        if not row[WAYS] & BACK_MASKED:
            before, own = pointer(layers, (l - 1) * COLUMNS), pointer(numbers, (l - 1) * NUMBERS)
            new = own_fresh if before[WAYS] & OWN else fresh
            g = _pull(before, l, own, places, gradient, work, g, ld, key, step, first_row, dropout, new)
        d = g
    return d


@njit(**WRITTEN_OUT)
def _pull(row, number, numbers, places, gradient, work, g, ld, key, step, first_row, dropout, fresh):
    """From ∂C by what the next layer sees of a layer, at ``g``, to δ; returns where it is. δ of the next is not needed."""
    n, ways = row[N_OUT], row[WAYS]
    if ways & DROPS and key >= 0:
        rate = dropout * numbers[DROPOUT]
        _drop(places[slots.DROP], pointer(work, g), key, step, number, first_row, n, ld, rate)
    if ways & TRAINS:
        _fill_parameters(row, places, gradient, work, g, ld, fresh)
    if ways & KEEPS:
        kept = places[KEPT_AT]
        if g == kept:
            g = places[OTHER_AT]
            copy(part(work, kept, n * ld), part(work, g, n * ld))
        else:
            copy(part(work, g, n * ld), part(work, kept, n * ld))
    pull_back_layer(row, numbers, places, work, g, ld)
    return g


@njit(**OPTIONS)
def _fill_parameters(row, places, gradient, work, by_a, ld, fresh):
    """E34: ``Σ_examples ∂C/∂a_j ∂a_j/∂p_j``, from ∂C/∂a at ``by_a``: added to the gradient, or in its place if ``fresh``."""
    n = row[N_OUT]
    tile_dots(places, work, by_a, work, row[SLOPE_AT] + n * ld, ld, gradient, row[P], n, not fresh)
