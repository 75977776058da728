"""The examples of a block: copied into the workspace, as columns or as rows, padded to whole vectors."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.low_level import OPTIONS, matrix, part
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.places import LANES, ROWS_AT, ROWS_FIRST, X_AT
from glassprop.engine.compiled.tile_parts import tile_transpose, transpose

GATHER = Shape("N I P I I I N P", slots.GATHER)  # X, n, order, start, used, ld, work, places


@njit(**OPTIONS)
def padded(rows):
    """Rows of a block with padding."""
    return (rows + LANES - 1) // LANES * LANES


@GATHER.part(calls=[transpose])
def gather(x, n, order, start, used, ld, work, places):
    """Copy the examples of a block into the workspace row by row, and turn them into columns. n: numbers of an example.

    Padding repeats the first example: with zeros an activation could overflow there, and 0 · inf is not 0.
    """
    if n < LANES and not places[ROWS_FIRST]:
        gather_columns(matrix(x, 1, n), order, start, used, ld, work, places[X_AT], True)
        return
    rows = part(work, places[ROWS_AT], n * ld)
    for i in range(ld):
        from_row, row = part(x, order[start + (i if i < used else 0)] * n, n), part(rows, i * n, n)
        for k in range(n):
            row[k] = from_row[k]
    if places[ROWS_FIRST]:
        return
    whole = n // LANES * LANES
    tile_transpose(places, work, places[ROWS_AT], n, work, places[X_AT], ld, ld, whole)
    for k in range(whole, n):
        column = part(work, places[X_AT] + k * ld, ld)
        for i in range(ld):
            column[i] = rows[i * n + k]
