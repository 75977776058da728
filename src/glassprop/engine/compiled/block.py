"""The examples of a block: copied into the workspace, as rows and as columns, padded to whole vectors."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import handed as of
from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.low_level import OPTIONS, integers_at, matrix, part, pointer_like
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.places import LANES, ROWS_AT, X_AT
from glassprop.engine.compiled.tile_parts import tile_transpose, transpose

GATHER = Shape("N P P I I I N", slots.GATHER)  # theta, handed, order, start, used, ld, work


@njit(**OPTIONS)
def padded(rows):
    """Rows of a block with padding."""
    return (rows + LANES - 1) // LANES * LANES


@GATHER.part(calls=[transpose])
def gather(theta, handed, order, start, used, ld, work):
    """Copy the examples of a block into the workspace row by row, and turn them into columns.

    Padding repeats the first example: with zeros an activation could overflow there, and 0 · inf is not 0.
    """
    x, n, places = pointer_like(theta, handed[of.X]), handed[of.N_IN], integers_at(handed[of.PLACES])
    if n < LANES:
        gather_columns(matrix(x, 1, n), order, start, used, ld, work, places[X_AT], True)
        return
    rows = part(work, places[ROWS_AT], n * ld)
    for i in range(ld):
        from_row, row = part(x, order[start + (i if i < used else 0)] * n, n), part(rows, i * n, n)
        for k in range(n):
            row[k] = from_row[k]
    rows_to_columns(places, work, places[ROWS_AT], n, ld, places[X_AT])


@njit(**OPTIONS)
def rows_to_columns(places, work, rows_at, n, ld, to):
    """``out[k, i] = rows[i, k]`` of ``ld`` rows of n numbers."""
    whole = n // LANES * LANES
    tile_transpose(places, work, rows_at, n, work, to, ld, ld, whole)
    rows = part(work, rows_at, n * ld)
    for k in range(whole, n):
        column = part(work, to + k * ld, ld)
        for i in range(ld):
            column[i] = rows[i * n + k]


@njit(**OPTIONS)
def columns_to_rows(places, work, columns_at, n, ld, to):
    """``out[i, k] = columns[k, i]`` of n columns of ``ld`` numbers."""
    whole = n // LANES * LANES
    tile_transpose(places, work, columns_at, ld, work, to, n, whole, ld)
    rows = part(work, to, n * ld)
    for k in range(whole, n):
        column = part(work, columns_at + k * ld, ld)
        for i in range(ld):
            rows[i * n + k] = column[i]
