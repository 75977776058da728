"""Forward and backward over one block of examples, walking the table of layers; what each does there is its kind's."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.activations import activate, activate_trained, pull_back
from glassprop.engine.compiled.costs import output_layer
from glassprop.engine.compiled.kinds.opcodes import by_input, fill_gradient, weigh
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, WRITTEN_OUT, copy, part, plus
from glassprop.engine.compiled.masks import drop, mask_key
from glassprop.engine.compiled.places import COST, DELTA_AT, KEPT_AT, OTHER_AT, PAIR, SCRATCH_AT, SHARE_AT, Y_AT
from glassprop.engine.compiled.row import (
    A_AT,
    ACTIVATION,
    BACK_MASKED,
    DROPOUT,
    DROPS,
    IN_AT,
    KEEPS,
    N_OUT,
    OUT_AT,
    PARAMETER,
    RELU_DONE,
    RESIDUAL,
    SLOPE_AT,
    TRAINS,
    WAYS,
    P,
)
from glassprop.engine.compiled.tiles import tile_dots


@njit(**WRITTEN_OUT)
def forward_hidden(layers, numbers, places, theta, work, base, ld, key, step, first_row, dropout):
    """E1, E14, E32: what every layer but the last gives, with dropout where key ≥ 0, and z of the last.

    dropout: what the layers' rates of it are multiplied by.
    """
    for l in range(layers.shape[0]):
        weigh(layers, l, places, theta, work, base, ld)
        if l < layers.shape[0] - 1:
            _give(layers, l, numbers, places, theta, work, base, ld, key, step, first_row, dropout)


@njit(**WRITTEN_OUT)
def backward(layers, numbers, places, theta, gradient, work, base, ld, key, step, first_row, dropout, fresh):
    """E13, E15: from δ of the last layer, in the place of y, to the first; the gradient on the way, added up or ``fresh``.

    Returns where δ of the first layer is.
    ∂C/∂x of a residual layer is added to its ∂C/∂a (E33), which is at KEPT_AT; others take turns with two places.
    """
    d, last = base + places[Y_AT], layers.shape[0] - 1
    if layers[last, WAYS] & TRAINS:
        _fill_parameters(layers, last, gradient, work, base, base + places[KEPT_AT], ld, fresh)
    for l in range(last, -1, -1):
        fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh)
        if l == 0:
            break
        adds = layers[l, WAYS] & RESIDUAL != 0
        g = base + (places[KEPT_AT] if adds else places[OTHER_AT] if d == base + places[DELTA_AT] else places[DELTA_AT])
        by_input(layers, l, theta, work, base, d, g, ld, adds)
        if not layers[l, WAYS] & BACK_MASKED:
            g = _pull(layers, l - 1, numbers, places, gradient, work, base, g, ld, key, step, first_row, dropout, fresh)
        d = g
    return d


@njit(**INLINE)
def _give(layers, l, numbers, places, theta, work, base, ld, key, step, first_row, dropout):
    """From z of a hidden layer to what the next one sees: σ, what it saw itself added (E32), dropout."""
    n, ways = layers[l, N_OUT], layers[l, WAYS]
    s, out = part(work, base + layers[l, A_AT], n * ld), part(work, base + layers[l, OUT_AT], n * ld)
    slope, scratch = part(work, base + layers[l, SLOPE_AT], n * ld), part(work, base + places[SCRATCH_AT], 2 * ld)
    if ways & TRAINS:
        activate_trained(layers[l, ACTIVATION], part(theta, layers[l, P], n), s, slope, n, ld)
    elif not ways & RELU_DONE:
        activate(layers[l, ACTIVATION], numbers[l, PARAMETER], s, slope, n, ld, scratch)
    if ways & RESIDUAL:
        plus(s, part(work, base + layers[l, IN_AT], n * ld), out)
    if ways & DROPS and key >= 0:
        seed, a = mask_key(key, step, l + 1), out if ways & RESIDUAL else s
        drop(a, out, seed, first_row, n, ld, dropout * numbers[l, DROPOUT])
    elif ways & DROPS and not ways & RESIDUAL:
        copy(s, out)


@njit(**INLINE)
def _pull(layers, l, numbers, places, gradient, work, base, g, ld, key, step, first_row, dropout, fresh):
    """From ∂C by what the next layer sees of a layer, at ``g``, to δ; returns where it is. δ of the next is not needed."""
    n, ways = layers[l, N_OUT], layers[l, WAYS]
    if ways & DROPS and key >= 0:
        error, seed = part(work, g, n * ld), mask_key(key, step, l + 1)
        drop(error, error, seed, first_row, n, ld, dropout * numbers[l, DROPOUT])
    if ways & TRAINS:
        _fill_parameters(layers, l, gradient, work, base, g, ld, fresh)
    if ways & KEEPS:
        kept = base + places[KEPT_AT]
        if g == kept:
            g = base + places[OTHER_AT]
            copy(part(work, kept, n * ld), part(work, g, n * ld))
        else:
            copy(part(work, g, n * ld), part(work, kept, n * ld))
    s, slope = part(work, base + layers[l, A_AT], n * ld), part(work, base + layers[l, SLOPE_AT], n * ld)
    scratch = part(work, base + places[SCRATCH_AT], 2 * ld)
    pull_back(layers[l, ACTIVATION], numbers[l, PARAMETER], part(work, g, n * ld), s, slope, n, ld, scratch)
    return g


@njit(**OPTIONS)
def _fill_parameters(layers, l, gradient, work, base, by_a, ld, fresh):
    """E34: ``Σ_examples ∂C/∂a_j ∂a_j/∂p_j``, from ∂C/∂a at ``by_a``: added to the gradient, or in its place if ``fresh``."""
    n = layers[l, N_OUT]
    tile_dots(work, by_a, work, base + layers[l, SLOPE_AT] + n * ld, ld, gradient, layers[l, P], n, not fresh)


@njit(**WRITTEN_OUT)
def finish(layers, numbers, places, theta, fixed, work, base, ld, used, costs, want):
    """Activation of the last layer and, as far as wanted, cost, and δ in the place of y. fixed: cost parameter, clip."""
    l = layers.shape[0] - 1
    n = layers[l, N_OUT]
    z, slope = part(work, base + layers[l, A_AT], n * ld), part(work, base + layers[l, SLOPE_AT], n * ld)
    x, a = part(work, base + layers[l, IN_AT], n * ld), part(work, base + layers[l, OUT_AT], n * ld)
    y, kept = part(work, base + places[Y_AT], n * ld), part(work, base + places[KEPT_AT], n * ld)
    share, scratch = part(work, base + places[SHARE_AT], ld), part(work, base + places[SCRATCH_AT], 4 * ld)
    output_layer(
        places[COST], fixed[0], places[PAIR], layers[l, ACTIVATION], numbers[l, PARAMETER],
        part(theta, layers[l, P], n), layers[l, WAYS], fixed[1], z, slope, x, a, y, kept, share, n, ld, used, costs, scratch, want,
    )  # fmt: skip
