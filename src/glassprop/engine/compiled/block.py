"""The examples of a block: copied into the workspace, as columns or as rows, padded to whole vectors."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.low_level import INLINE, OPTIONS, part
from glassprop.engine.compiled.moving_tiles import gather_columns
from glassprop.engine.compiled.places import LANES, ROWS_AT, ROWS_FIRST, X_AT
from glassprop.engine.compiled.tiles import tile_transpose


@njit(**OPTIONS)
def padded(rows):
    """Rows of a block with padding."""
    return (rows + LANES - 1) // LANES * LANES


@njit(**INLINE)
def gather(X, order, start, used, ld, work, base, places):
    """Copy the examples of a block into the workspace row by row, and turn them into columns.

    Padding repeats the first example: with zeros an activation could overflow there, and 0 · inf is not 0.
    """
    n = X.shape[1]
    if n < LANES and not places[ROWS_FIRST]:
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
    whole = n // LANES * LANES
    tile_transpose(work, base + places[ROWS_AT], n, work, base + places[X_AT], ld, ld, whole)
    for k in range(whole, n):
        column = part(work, base + places[X_AT] + k * ld, ld)
        for i in range(ld):
            column[i] = rows[i * n + k]
