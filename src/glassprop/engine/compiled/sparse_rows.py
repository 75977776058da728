"""A sparse X: written out as dense rows, or read entry by entry in the first layer's own products (E1, E16).

X's values lie where a dense X would; ``columns`` and ``starts`` say which they are and where each example begins. W lies neuron
by neuron, as in θ, or input by input (``W_TURNED``): then all weights of an entry's column lie side by side and are read
as vectors. To turn W takes longer than a few examples do, so it is done for many.
"""

from __future__ import annotations

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
from glassprop.engine.compiled.places import ROWS_AT, ROWS_FIRST, X_AT
from glassprop.engine.compiled.row import A_AT, BLOCK_1, BLOCK_2, BY_ENTRIES, N_IN, N_OUT, W_TURNED
from glassprop.engine.compiled.tile_parts import transpose
from glassprop.engine.compiled.vector_width import WIDTH

# theta, handed, order, start, used, ld, d, gradient, work, fresh
OUTER_ENTRIES = Shape("N P P I I I I N N I", slots.OUTER_ENTRIES)
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
    if not places[ROWS_FIRST]:
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
def outer_entries(theta, handed, order, start, used, ld, d, gradient, work, fresh):
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
def outer_entries_turned(theta, handed, order, start, used, ld, d, gradient, work, fresh):
    """The same with W turned."""
    places, row = integers_at(handed[of.PLACES]), integers_at(handed[of.LAYERS])
    n, rows_at, g = row[N_OUT], places[ROWS_AT], pointer(gradient, row[W])
    columns_to_rows(places, work, d, n, ld, rows_at)
    if fresh:
        fill(part(gradient, row[W], row[N_IN] * n), 0)
    for i in range(used):
        values, columns, count = _entries(theta, handed, order[start + i])
        _rows_outer(values, columns, count, pointer(work, rows_at + i * n), n, g)


def parts(ways: int) -> tuple[Part, Part | None]:
    """What brings the examples of a sparse X in, and what makes the gradient of them, for the first layer's bits of WAYS."""
    if not ways & BY_ENTRIES:
        return gather_entries, None
    return (weigh_entries_turned, outer_entries_turned) if ways & W_TURNED else (weigh_entries, outer_entries)
