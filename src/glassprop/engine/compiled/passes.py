"""Forward and backward over one block of examples, walking the table of layers: E14, E15, E16 and E17 in place."""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled.activations import activate, pull_back
from glassprop.engine.compiled.blas import gemm
from glassprop.engine.compiled.costs import output_layer
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, copy, fill, part, round_to_even
from glassprop.engine.compiled.lowering import (
    A_AT,
    ACTIVATION,
    BACK_BLIS,
    BACK_MASKED,
    COST,
    DELTA_AT,
    DROPOUT,
    FORWARD_BLIS,
    N_IN,
    N_OUT,
    OTHER_AT,
    OUT_AT,
    OUTER_BLIS,
    OUTER_TURNED,
    PAIR,
    PARAMETER,
    RELU_FUSED,
    ROWS_AT,
    ROWS_FIRST,
    SCRATCH_AT,
    SHARE_AT,
    SLOPE_AT,
    WAYS,
    X_AT,
    Y_AT,
    B,
    W,
)  # fmt: skip
from glassprop.engine.compiled.tiles import (
    ADD,
    AS_IS,
    NO_BIAS,
    RELU,
    gather_columns,
    tile_outer,
    tile_product,
    tile_sums,
    tile_transpose,
)

_LANES = 8  # padding of a block: a multiple of a vector's numbers, of either precision


@njit(**OPTIONS)
def padded(rows):
    """Rows of a block with padding."""
    return (rows + _LANES - 1) // _LANES * _LANES


@njit(**INLINE)
def gather(X, order, start, used, ld, work, base, places):
    """Copy the examples of a block into the workspace row by row, and turn them into columns.

    Padding repeats the first example: with zeros an activation could overflow there, and 0 · inf is not 0.
    """
    n = X.shape[1]
    if n < _LANES and not places[ROWS_FIRST]:
        gather_columns(X, order, start, used, ld, work, base + places[X_AT], True)
        return
    rows = part(work, base + places[ROWS_AT], n * ld)
    for i in range(ld):
        r = order[start + (i if i < used else 0)]
        row = part(rows, i * n, n)
        for k in range(n):
            row[k] = X[r, k]
    if places[ROWS_FIRST]:
        return
    whole = n // _LANES * _LANES
    tile_transpose(work, base + places[ROWS_AT], n, work, base + places[X_AT], ld, ld, whole)
    for k in range(whole, n):
        column = part(work, base + places[X_AT] + k * ld, ld)
        for i in range(ld):
            column[i] = rows[i * n + k]


@njit(**OPTIONS)
def _mix(x):
    """The 32-bit hash of ``equations/dropout.py``."""
    x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D))
    x = np.uint32((x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


@njit(**OPTIONS)
def mask_key(key, step, layer):
    """The seed of one layer's mask in one step; the same as ``equations.dropout.mask_key``."""
    seed = np.uint32(0)
    for number in range(4):
        word = np.uint32(key)
        if number == 1:
            word = np.uint32(step & 0xFFFFFFFF)
        elif number == 2:
            word = np.uint32((step >> 32) & 0xFFFFFFFF)
        elif number == 3:
            word = np.uint32(layer)
        seed = _mix(np.uint32((seed ^ word) * np.uint32(5) + np.uint32(0x9E3779B9)))
    return seed


@njit(**OPTIONS)
def _drop(source, target, seed, first_row, n, ld, rate):
    """target = source · mask; the counter of an entry is its (row of the batch, neuron), as in the reference."""
    kept, nothing = source.dtype.type(1 / (1 - rate)), source.dtype.type(0)
    limit = np.uint32(np.int64(min(round_to_even(rate * 4294967296.0), 4294967295.0)))
    width = np.uint32(n)
    for j in range(n):
        source_row, target_row = part(source, j * ld, ld), part(target, j * ld, ld)
        first = np.uint32(first_row * n + j)
        for i in range(ld):
            counter = np.uint32(first + np.uint32(i) * width)
            bits = _mix(np.uint32(_mix(counter) ^ seed))
            target_row[i] = source_row[i] * (kept if bits >= limit else nothing)


@njit(**INLINE)
def forward_layer(l, layers, numbers, places, theta, work, base, ld):
    """z = W a + b of one layer, into its place; the activation is still to come."""
    n_in, n_out, w, b = layers[l, N_IN], layers[l, N_OUT], layers[l, W], layers[l, B]
    x = base + (_first(places) if l == 0 else layers[l - 1, OUT_AT])
    z = base + layers[l, A_AT]
    if layers[l, WAYS] & FORWARD_BLIS:
        for j in range(n_out):
            fill(part(work, z + j * ld, ld), theta[b + j])
        if l == 0 and places[ROWS_FIRST]:
            gemm(theta, w, n_in, 0, work, x, n_in, 1, 1.0, work, z, ld, n_out, ld, n_in)
        else:
            gemm(theta, w, n_in, 0, work, x, ld, 0, 1.0, work, z, ld, n_out, ld, n_in)
    else:
        after = RELU if layers[l, WAYS] & RELU_FUSED else AS_IS
        tile_product(theta, w, n_in, 1, work, x, ld, work, z, ld, n_out, n_in, ld, theta, b, after)


@njit(**INLINE)
def forward_hidden(layers, numbers, places, theta, work, base, ld, key, step, first_row, dropout):
    """All layers but the last, activations and dropout (key ≥ 0) included, and z of the last.

    dropout: what the layers' rates are multiplied by.
    """
    depth = layers.shape[0]
    scratch = part(work, base + places[SCRATCH_AT], 2 * ld)
    for l in range(depth - 1):
        forward_layer(l, layers, numbers, places, theta, work, base, ld)
        size = layers[l, N_OUT] * ld
        a = part(work, base + layers[l, A_AT], size)
        slope = part(work, base + layers[l, SLOPE_AT], size)
        if not layers[l, WAYS] & RELU_FUSED:
            activate(layers[l, ACTIVATION], numbers[l, PARAMETER], a, slope, layers[l, N_OUT], ld, scratch)
        if layers[l, OUT_AT] != layers[l, A_AT]:
            out = part(work, base + layers[l, OUT_AT], size)
            if key >= 0:
                seed = mask_key(key, step, l + 1)
                _drop(a, out, seed, first_row, layers[l, N_OUT], ld, dropout * numbers[l, DROPOUT])
            else:
                copy(a, out)
    forward_layer(depth - 1, layers, numbers, places, theta, work, base, ld)


@njit(**INLINE)
def finish(layers, numbers, places, fixed, work, base, ld, used, costs, want):
    """Activation of the last layer and, as far as wanted, cost, and δ in the place of y. fixed: cost parameter, clip."""
    last = layers.shape[0] - 1
    size = layers[last, N_OUT] * ld
    z = part(work, base + layers[last, A_AT], size)
    slope = part(work, base + layers[last, SLOPE_AT], size)
    y = part(work, base + places[Y_AT], size)
    share = part(work, base + places[SHARE_AT], ld)
    scratch = part(work, base + places[SCRATCH_AT], 4 * ld)
    output_layer(
        places[COST], fixed[0], places[PAIR], layers[last, ACTIVATION], numbers[last, PARAMETER], fixed[1],
        z, slope, y, share, layers[last, N_OUT], ld, used, costs, scratch, want,
    )  # fmt: skip


@njit(**OPTIONS)
def _first(places):
    """Where the first layer finds its input."""
    return places[ROWS_AT] if places[ROWS_FIRST] else places[X_AT]


@njit(**INLINE)
def _outer(layers, l, places, theta, gradient, work, base, d, x, ld, fresh):
    """E16, E17: ``Σ_examples δ_j a_k`` and ``Σ_examples δ_j`` of one layer, added to the gradient, or in its place."""
    n_in, n_out, w = layers[l, N_IN], layers[l, N_OUT], layers[l, W]
    if layers[l, WAYS] & OUTER_BLIS:
        beta = 0.0 if fresh else 1.0
        if l == 0 and places[ROWS_FIRST]:
            gemm(work, d, ld, 0, work, x, n_in, 0, beta, gradient, w, n_in, n_out, n_in, ld)
        else:
            gemm(work, d, ld, 0, work, x, ld, 1, beta, gradient, w, n_in, n_out, n_in, ld)
    else:
        turned = n_in // _LANES * _LANES if layers[l, WAYS] & OUTER_TURNED else 0
        if turned:
            rows, width = base + places[ROWS_AT], n_in
            if l > 0:
                rows, width = base + places[SCRATCH_AT], turned
                tile_transpose(work, x, ld, work, rows, width, turned, ld)
            start = NO_BIAS if fresh else ADD
            tile_product(work, d, ld, 1, work, rows, width, gradient, w, n_in, n_out, ld, turned, theta, start, AS_IS)
        if turned < n_in:
            left = n_in - turned
            tile_outer(work, d, ld, work, x + turned * ld, ld, gradient, w + turned, n_in, n_out, left, ld, not fresh)
    tile_sums(work, d, ld, gradient, layers[l, B], n_out, ld, not fresh)


@njit(**INLINE)
def backward(layers, numbers, places, theta, gradient, work, base, ld, key, step, first_row, dropout, fresh):
    """E13, E15: from δ of the last layer (in the place of y) to the first; adds to the gradient on the way (``fresh``: starts it)."""
    scratch = part(work, base + places[SCRATCH_AT], 2 * ld)
    d = base + places[Y_AT]
    for l in range(layers.shape[0] - 1, -1, -1):
        x = base + (_first(places) if l == 0 else layers[l - 1, OUT_AT])
        _outer(layers, l, places, theta, gradient, work, base, d, x, ld, fresh)
        if l == 0:
            return
        n_in, n_out = layers[l, N_IN], layers[l, N_OUT]
        g = base + (places[OTHER_AT] if d == base + places[DELTA_AT] else places[DELTA_AT])
        if layers[l, WAYS] & BACK_BLIS:
            gemm(theta, layers[l, W], n_in, 1, work, d, ld, 0, 0.0, work, g, ld, n_in, ld, n_out)
        else:
            masked = layers[l, WAYS] & BACK_MASKED
            mask = base + layers[l - 1, A_AT] if masked else AS_IS
            tile_product(theta, layers[l, W], 1, n_in, work, d, ld, work, g, ld, n_in, n_out, ld, theta, NO_BIAS, mask)
            if masked:
                d = g
                continue
        size = n_in * ld
        error = part(work, g, size)
        if layers[l - 1, OUT_AT] != layers[l - 1, A_AT] and key >= 0:
            seed = mask_key(key, step, l)
            _drop(error, error, seed, first_row, n_in, ld, dropout * numbers[l - 1, DROPOUT])
        a = part(work, base + layers[l - 1, A_AT], size)
        slope = part(work, base + layers[l - 1, SLOPE_AT], size)
        pull_back(layers[l - 1, ACTIVATION], numbers[l - 1, PARAMETER], error, a, slope, n_in, ld, scratch)
        d = g
