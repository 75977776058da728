"""A sparse X: written out as dense rows, or read entry by entry in the first layer's own products (E1, E16).

X's values lie where a dense X would; ``columns`` and ``starts`` say which they are and where each example begins. W lies neuron
by neuron, as in θ, or input by input (``W_TURNED``): then all weights of an entry's column lie side by side and are read
as vectors. To turn W takes longer than a few examples do, so it is done for many. Then the gradient by the weights of inputs that
a step's examples do not have is not written by the chunks: ``touched`` says which they have.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled import handed as of
from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.block import GATHER, columns_to_rows, rows_to_columns
from glassprop.engine.compiled.entry_tiles import rows_outer_tile, rows_tile
from glassprop.engine.compiled.low_level import (
    INLINE,
    OPTIONS,
    copy,
    fill,
    integers_at,
    part,
    pointer,
    pointer_like,
    short_integers_at,
)
from glassprop.engine.compiled.part import Part, Shape
from glassprop.engine.compiled.places import ROWS_AT, X_AT
from glassprop.engine.compiled.row import A_AT, BLOCK_1, BLOCK_2, BY_ENTRIES, N_IN, N_OUT, W_TURNED
from glassprop.engine.compiled.tile_parts import transpose
from glassprop.engine.compiled.vector_width import WIDTH

# theta, handed, order, start, used, ld, d, gradient, work, fresh, touched (of this chunk), step
OUTER_ENTRIES = Shape("N P P I I I I N N I P I", slots.OUTER_ENTRIES)
ADD_TOUCHED = Shape("N P I I I I", slots.ADD_TOUCHED)  # theta, handed, chunks, low, high, step
W, B = BLOCK_1, BLOCK_2
_rows, _rows_outer = rows_tile(WIDTH), rows_outer_tile(WIDTH)


@njit(**INLINE)
def _entries(theta, handed, example):
    """An example's values, their columns, and how many there are."""
    starts = integers_at(handed[of.STARTS])
    first = starts[example]
    values, columns = pointer_like(theta, handed[of.X]), short_integers_at(handed[of.COLUMNS])
    return pointer(values, first), pointer(columns, first), starts[example + 1] - first


@njit(**OPTIONS)
def _repeat_first(work, rows_at, n, used, ld):
    """Padding: see ``block.gather``."""
    first = part(work, rows_at, n)
    for i in range(used, ld):
        copy(first, part(work, rows_at + i * n, n))


@GATHER.part(calls=[transpose])
def gather_entries(theta, handed, order, start, used, ld, work):
    """The examples of a block as dense rows, and these turned into columns; entries of one column are added up."""
    places, n = integers_at(handed[of.PLACES]), handed[of.N_IN]
    rows_at = places[ROWS_AT]
    fill(part(work, rows_at, used * n), 0)
    for i in range(used):
        row = part(work, rows_at + i * n, n)
        values, columns, count = _entries(theta, handed, order[start + i])
        for e in range(count):
            row[columns[e]] += values[e]
    _repeat_first(work, rows_at, n, used, ld)
    rows_to_columns(places, work, rows_at, n, ld, places[X_AT])


@njit(**INLINE)
def _finish_z(handed, used, ld, work):
    """From z as a row for each example to columns, in its place."""
    places, row = integers_at(handed[of.PLACES]), integers_at(handed[of.LAYERS])
    _repeat_first(work, places[ROWS_AT], row[N_OUT], used, ld)
    rows_to_columns(places, work, places[ROWS_AT], row[N_OUT], ld, row[A_AT])


@GATHER.part(calls=[transpose])
def weigh_entries(theta, handed, order, start, used, ld, work):
    """E1: z of the first layer in its place, and nothing else of the examples."""
    row, rows_at = integers_at(handed[of.LAYERS]), integers_at(handed[of.PLACES])[ROWS_AT]
    n_in, n_out = row[N_IN], row[N_OUT]
    for i in range(used):
        values, columns, count = _entries(theta, handed, order[start + i])
        for j in range(n_out):
            z, w = theta[row[B] + j], pointer(theta, row[W] + j * n_in)
            for e in range(count):
                z += values[e] * w[columns[e]]
            work[rows_at + i * n_out + j] = z
    _finish_z(handed, used, ld, work)


@GATHER.part(calls=[transpose])
def weigh_entries_turned(theta, handed, order, start, used, ld, work):
    """The same with W turned."""
    row, rows_at = integers_at(handed[of.LAYERS]), integers_at(handed[of.PLACES])[ROWS_AT]
    n, w, b = row[N_OUT], pointer(theta, row[W]), pointer(theta, row[B])
    for i in range(used):
        values, columns, count = _entries(theta, handed, order[start + i])
        _rows(values, columns, count, w, n, b, pointer(work, rows_at + i * n))
    _finish_z(handed, used, ld, work)


@OUTER_ENTRIES.part(calls=[transpose])
def outer_entries(theta, handed, order, start, used, ld, d, gradient, work, fresh, touched, step):
    """E16: ``Σ_examples δ_j x_k``, δ at ``d``, added to the gradient by the first W, or in its place if ``fresh``."""
    places, row = integers_at(handed[of.PLACES]), integers_at(handed[of.LAYERS])
    n_in, n_out, rows_at = row[N_IN], row[N_OUT], places[ROWS_AT]
    columns_to_rows(places, work, d, n_out, ld, rows_at)
    if fresh:
        fill(part(gradient, row[W], n_in * n_out), 0)
    for i in range(used):
        values, columns, count = _entries(theta, handed, order[start + i])
        for j in range(n_out):
            delta, g = work[rows_at + i * n_out + j], pointer(gradient, row[W] + j * n_in)
            for e in range(count):
                g[columns[e]] += values[e] * delta


@OUTER_ENTRIES.part(calls=[transpose])
def outer_entries_turned(theta, handed, order, start, used, ld, d, gradient, work, fresh, touched, step):
    """The same with W turned, for the inputs that the examples have; what stands at others is of an earlier step."""
    places, row = integers_at(handed[of.PLACES]), integers_at(handed[of.LAYERS])
    n, rows_at, g = row[N_OUT], places[ROWS_AT], pointer(gradient, row[W])
    columns_to_rows(places, work, d, n, ld, rows_at)
    for i in range(used):
        values, columns, count = _entries(theta, handed, order[start + i])
        for e in range(count):
            k = np.int64(columns[e])
            if touched[k] != step:
                touched[k] = step
                fill(part(g, k * n, n), 0)
        _rows_outer(values, columns, count, pointer(work, rows_at + i * n), n, g)


@ADD_TOUCHED.part()
def add_touched(theta, handed, chunks, low, high, step):
    """On [low, high) of θ, within W: the sum of the chunks' gradients, 0 for untouched inputs, into the first of them."""
    gradients, size, touched = (
        pointer_like(theta, handed[of.GRADIENTS]),
        handed[of.SIZE],
        integers_at(handed[of.TOUCHED]),
    )
    row = integers_at(handed[of.LAYERS])
    n, n_in, stop, k = row[N_OUT], row[N_IN], low, (low - row[W]) // row[N_OUT]
    while stop < high:
        start, stop = stop, min(high, row[W] + (k + 1) * n)
        total = part(gradients, start, stop - start)
        if touched[k] != step:
            fill(total, 0)
        for chunk in range(1, chunks):
            if touched[chunk * n_in + k] == step:
                other = part(gradients, chunk * size + start, stop - start)
                for i in range(stop - start):
                    total[i] += other[i]
        k += 1


def gathering(ways: int) -> Part:
    """What brings the examples of a sparse X in, for the first layer's bits of WAYS."""
    if not ways & BY_ENTRIES:
        return gather_entries
    return weigh_entries_turned if ways & W_TURNED else weigh_entries


def adding(ways: int) -> list[Part]:
    """What makes the first layer's gradient of its entries, for its bits of WAYS."""
    if not ways & BY_ENTRIES:
        return []
    return [outer_entries_turned, add_touched] if ways & W_TURNED else [outer_entries]
