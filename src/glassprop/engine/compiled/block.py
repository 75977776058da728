"""The examples of a block: copied into the workspace, as columns or as rows, padded to whole vectors."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.low_level import INLINE, OPTIONS, copy, part
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.places import LANES, ROWS_AT, ROWS_FIRST, X_AT
from glassprop.engine.compiled.row import A_AT, BY_ENTRIES, N_OUT, WAYS
from glassprop.engine.compiled.sparse_rows import expand, fill_by_entries, weigh_entries
from glassprop.engine.compiled.tiles import tile_transpose


@njit(**OPTIONS)
def padded(rows):
    """Rows of a block with padding."""
    return (rows + LANES - 1) // LANES * LANES


@njit(**INLINE)
def bring(X, entries, order, start, used, ld, layers, places, theta, work, base):
    """What the first layer makes its z of, brought into the workspace; or z itself, of the entries of a sparse X.

    entries: X's values, their columns, and where in them each example starts; none of them where X is dense.
    Padding repeats the first example: with zeros an activation could overflow there, and 0 · inf is not 0.
    """
    if layers[0, WAYS] & BY_ENTRIES:
        _weigh(entries, order, start, used, ld, layers, places, theta, work, base)
    else:
        _gather(X, entries, order, start, used, ld, work, base, places)


@njit(**INLINE)
def _gather(X, entries, order, start, used, ld, work, base, places):
    """Copy the examples of a block into the workspace row by row, and turn them into columns."""
    n, sparse = X.shape[1], entries[2].shape[0] > 0
    if n < LANES and not places[ROWS_FIRST] and not sparse:
        gather_columns(X, order, start, used, ld, work, base + places[X_AT], True)
        return
    rows_at = base + places[ROWS_AT]
    if sparse:
        expand(entries, order, start, used, part(work, rows_at, n * ld), n)
        _repeat_first(work, rows_at, n, used, ld)
    else:
        rows = part(work, rows_at, n * ld)
        for i in range(ld):
            r = order[start + (i if i < used else 0)]
            row = part(rows, i * n, n)
            for k in range(n):
                row[k] = X[r, k]
    if not places[ROWS_FIRST]:
        rows_to_columns(work, rows_at, n, ld, base + places[X_AT])


@njit(**OPTIONS)
def _weigh(entries, order, start, used, ld, layers, places, theta, work, base):
    """z of the first layer in its place: each example's as a row, then in columns."""
    n, rows_at = layers[0, N_OUT], base + places[ROWS_AT]
    weigh_entries(entries, order, start, used, layers, theta, part(work, rows_at, n * used))
    _repeat_first(work, rows_at, n, used, ld)
    rows_to_columns(work, rows_at, n, ld, base + layers[0, A_AT])


@njit(**OPTIONS)
def _repeat_first(work, rows_at, n, used, ld):
    first = part(work, rows_at, n)
    for i in range(used, ld):
        copy(first, part(work, rows_at + i * n, n))


@njit(**OPTIONS)
def rows_to_columns(work, rows_at, n, ld, to):
    """``out[k, i] = rows[i, k]`` of ``ld`` rows of n numbers."""
    whole = n // LANES * LANES
    tile_transpose(work, rows_at, n, work, to, ld, ld, whole)
    rows = part(work, rows_at, n * ld)
    for k in range(whole, n):
        column = part(work, to + k * ld, ld)
        for i in range(ld):
            column[i] = rows[i * n + k]


@njit(**OPTIONS)
def columns_to_rows(work, columns_at, n, ld, to):
    """``out[i, k] = columns[k, i]`` of n columns of ``ld`` numbers."""
    whole = n // LANES * LANES
    tile_transpose(work, columns_at, ld, work, to, n, whole, ld)
    rows = part(work, to, n * ld)
    for k in range(whole, n):
        column = part(work, columns_at + k * ld, ld)
        for i in range(ld):
            rows[i * n + k] = column[i]


@njit(**OPTIONS)
def fill_first(entries, order, start, used, ld, layers, places, work, base, d, gradient, fresh):
    """The gradient by W of the first layer, of the entries of a sparse X; its δ is at ``d``."""
    n, rows_at = layers[0, N_OUT], base + places[ROWS_AT]
    columns_to_rows(work, d, n, ld, rows_at)
    fill_by_entries(entries, order, start, used, layers, part(work, rows_at, n * ld), gradient, fresh)
