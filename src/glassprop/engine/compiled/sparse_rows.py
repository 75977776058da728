"""The first layer's products with a sparse X, read entry by entry (E1, E16), and a sparse X written out as dense rows.

``entries`` are X's values, their columns, and where each example starts in them. W lies neuron by neuron, as in θ, or
input by input (``W_TURNED``): then all weights of an entry's column lie side by side and are read as vectors. To turn W
takes longer than a few examples do, so it is done for many.
"""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.entry_tiles import rows_outer_tile, rows_tile
from glassprop.engine.compiled.low_level import OPTIONS, fill, part, pointer
from glassprop.engine.compiled.row import BLOCK_1, BLOCK_2, N_IN, N_OUT, W_TURNED, WAYS
from glassprop.engine.compiled.vector_width import WIDTH

W, B = BLOCK_1, BLOCK_2
_rows, _rows_outer = rows_tile(WIDTH), rows_outer_tile(WIDTH)


@njit(**OPTIONS)
def expand(entries, order, start, used, rows, n):
    """The examples as dense rows of n numbers each; entries of the same column are added up."""
    values, columns, starts = entries
    fill(part(rows, 0, used * n), 0)
    for i in range(used):
        r, row = order[start + i], part(rows, i * n, n)
        for e in range(starts[r], starts[r + 1]):
            row[columns[e]] += values[e]


@njit(**OPTIONS)
def weigh_entries(entries, order, start, used, layers, theta, rows):
    """E1: z of the first layer, as a row for each example."""
    values, columns, starts = entries
    n_in, n_out, w, b = layers[0, N_IN], layers[0, N_OUT], layers[0, W], layers[0, B]
    for i in range(used):
        r = order[start + i]
        first, count = starts[r], starts[r + 1] - starts[r]
        if layers[0, WAYS] & W_TURNED:
            _rows(
                pointer(values, first), pointer(columns, first), count, pointer(theta, w), n_out, pointer(theta, b),
                pointer(rows, i * n_out),
            )  # fmt: skip
        else:
            for j in range(n_out):
                z, along = theta[b + j], part(theta, w + j * n_in, n_in)
                for e in range(first, first + count):
                    z += values[e] * along[columns[e]]
                rows[i * n_out + j] = z


@njit(**OPTIONS)
def fill_by_entries(entries, order, start, used, layers, deltas, gradient, fresh):
    """E16: ``Σ_examples δ_j x_k``, added to the gradient by W, or in its place if ``fresh``. deltas: δ as rows."""
    values, columns, starts = entries
    n_in, n_out, w = layers[0, N_IN], layers[0, N_OUT], layers[0, W]
    if fresh:
        fill(part(gradient, w, n_in * n_out), 0)
    for i in range(used):
        r = order[start + i]
        first, count = starts[r], starts[r + 1] - starts[r]
        if layers[0, WAYS] & W_TURNED:
            _rows_outer(
                pointer(values, first), pointer(columns, first), count, pointer(deltas, i * n_out), n_out,
                pointer(gradient, w),
            )  # fmt: skip
        else:
            for j in range(n_out):
                delta, along = deltas[i * n_out + j], part(gradient, w + j * n_in, n_in)
                for e in range(first, first + count):
                    along[columns[e]] += values[e] * delta
