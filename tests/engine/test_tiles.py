"""The tiles one by one, for vectors of every width that this machine can run, against NumPy."""

from __future__ import annotations

from functools import cache
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from engine.engine_cases import DTYPES
from engine.flat import Flat, assert_close
from numba import from_dtype, njit

from glassprop.engine.compiled.entry_tiles import rows_outer_tile, rows_tile
from glassprop.engine.compiled.low_level import pointer
from glassprop.engine.compiled.moving_tiles import gather_columns, transpose_tile
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU, product_tile
from glassprop.engine.compiled.sum_tiles import outer_tile, sums_tile
from glassprop.engine.compiled.vector_width import TARGET, Width

WIDTHS = TARGET.widths()
SIZES = (1, 2, 3, 4, 5, 6, 7, 11, 13)
VECTORS = (1, 2, 3, 5)  # of examples, which are padded to whole ones

each_width = pytest.mark.parametrize("width", WIDTHS, ids=lambda width: f"{width.bits}")
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


@cache
def tiles(width: Width) -> SimpleNamespace:
    """The tiles on arrays: the first operand from entry 3 on, the second from 2, the result from 5."""
    by_product, by_outer, by_sums, by_transpose, by_rows, by_rows_outer = (
        make(width) for make in (product_tile, outer_tile, sums_tile, transpose_tile, rows_tile, rows_outer_tile)
    )

    @njit
    def times(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, mask0):
        by_product(
            pointer(w, 3), sp, sq, pointer(x, 2), ldx, pointer(out, 5), ldo, n_p, n_q, n_i,
            pointer(bias, max(bias0, 0)), bias0, mask0 - 5, mask0,
        )  # fmt: skip

    @njit
    def outer(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
        by_outer(pointer(d, 3), ldd, pointer(x, 2), ldx, pointer(g, 5), ldg, n_p, n_q, n_i, adds)

    @njit
    def sums(d, ldd, g, n_p, n_i, adds):
        by_sums(pointer(d, 3), ldd, pointer(g, 5), n_p, n_i, adds)

    @njit
    def transpose(x, ldx, out, ldo, n_p, n_i):
        by_transpose(pointer(x, 3), ldx, pointer(out, 5), ldo, n_p, n_i)

    @njit
    def rows(values, columns, count, w, n, bias, out):
        by_rows(pointer(values, 1), pointer(columns, 1), count, pointer(w, 3), n, pointer(bias, 2), pointer(out, 5))

    @njit
    def rows_outer(values, columns, count, d, n, g):
        by_rows_outer(pointer(values, 1), pointer(columns, 1), count, pointer(d, 3), n, pointer(g, 5))

    return SimpleNamespace(times=times, outer=outer, sums=sums, transpose=transpose, rows=rows, rows_outer=rows_outer)


@njit
def gathered_by(x, order, used, ld, out, pads):
    gather_columns(x, order, 2, used, ld, out, 5, pads)


def lanes(width: Width, dtype: str) -> int:
    return width.lanes(from_dtype(np.dtype(dtype)))


@each_dtype
@each_width
def test_products(width: Width, dtype: str) -> None:
    for vectors, n_p, n_q in product(VECTORS, SIZES, SIZES):
        n_i = vectors * lanes(width, dtype)
        w, x = Flat((n_p, n_q), 3, dtype, seed=1), Flat((n_q, n_i), 2, dtype, gap=8, seed=2)
        bias = np.random.default_rng(4).normal(size=n_p + 1).astype(dtype)
        sums = w.matrix.astype(float) @ x.matrix.astype(float)
        for bias0, start in ((1, bias[1:, None]), (NO_BIAS, 0)):
            out = Flat((n_p, n_i), 5, dtype, gap=8)
            tiles(width).times(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, n_p, n_q, n_i, bias, bias0, AS_IS)
            assert_close(out.matrix, sums + start, n_q)
            out.assert_nothing_else_changed()
        out = Flat((n_p, n_i), 5, dtype)
        before = out.matrix.copy()
        tiles(width).times(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, n_p, n_q, n_i, bias, ADD, AS_IS)
        assert_close(out.matrix, before + sums, n_q)


@each_dtype
@each_width
def test_what_follows_a_product(width: Width, dtype: str) -> None:
    """A relu, or the pullback of one: a mask in the same array, of the same layout, further on."""
    for vectors, n_p, n_q in product(VECTORS, SIZES, SIZES):
        n_i = vectors * lanes(width, dtype)
        w, x = Flat((n_p, n_q), 3, dtype, seed=1), Flat((n_q, n_i), 2, dtype, seed=2)
        sums = w.matrix.astype(float) @ x.matrix.astype(float)
        out = Flat((n_p, n_i), 5, dtype, gap=8)
        arguments = (w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, n_p, n_q, n_i, w.flat, NO_BIAS)
        tiles(width).times(*arguments, RELU)
        assert_close(out.matrix, np.maximum(sums, 0), n_q)
        assert (out.matrix >= 0).all()
        out.assert_nothing_else_changed()
        both = Flat((2 * n_p, n_i), 5, dtype, gap=8)
        mask = both.matrix[n_p:].copy()
        mask[0, :2] = 0, -0.0
        mask[-1, -1] = np.nan
        both.matrix[n_p:] = mask
        both.before = both.flat.copy()
        arguments = (w.flat, w.ld, 1, x.flat, x.ld, both.flat, both.ld, n_p, n_q, n_i, w.flat, NO_BIAS)
        tiles(width).times(*arguments, 5 + n_p * both.ld)
        assert_close(both.matrix[:n_p], np.where(mask > 0, sums, 0), n_q)
        np.testing.assert_array_equal(both.matrix[n_p:], mask)


@each_dtype
@each_width
def test_a_relu_lets_nan_through(width: Width, dtype: str) -> None:
    """Else a network that diverges would not be seen to."""
    n = 2 * lanes(width, dtype)
    w, x, out = Flat((2, 1), 3, dtype), Flat((1, n), 2, dtype), Flat((2, n), 5, dtype)
    w.matrix[:] = 1
    x.matrix[0, :3] = np.nan, np.inf, -np.inf
    tiles(width).times(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, 2, 1, n, w.flat, NO_BIAS, RELU)
    np.testing.assert_array_equal(out.matrix[:, :3], [[np.nan, np.inf, 0]] * 2)


@each_dtype
@each_width
def test_products_with_the_transpose(width: Width, dtype: str) -> None:
    n_i = 2 * lanes(width, dtype)
    for n_p, n_q in product(SIZES, SIZES):
        w, x, out = Flat((n_q, n_p), 3, dtype), Flat((n_q, n_i), 2, dtype, seed=2), Flat((n_p, n_i), 5, dtype)
        tiles(width).times(w.flat, 1, w.ld, x.flat, x.ld, out.flat, out.ld, n_p, n_q, n_i, w.flat, NO_BIAS, AS_IS)
        assert_close(out.matrix, w.matrix.T.astype(float) @ x.matrix, n_q)


@each_width
def test_a_product_that_overwrites_does_not_look_at_what_was_there(width: Width) -> None:
    """NaN left over in the workspace must not come through."""
    n_i = 2 * lanes(width, "float64")
    w, x = Flat((3, 4), 3, "float64", seed=1), Flat((4, n_i), 2, "float64", seed=2)
    out = Flat((3, n_i), 5, "float64")
    out.flat[:] = np.nan
    tiles(width).times(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, 3, 4, n_i, w.flat, NO_BIAS, AS_IS)
    assert_close(out.matrix, w.matrix @ x.matrix, 4)


@each_dtype
@pytest.mark.parametrize("adds", [False, True])
@each_width
def test_outer_products(width: Width, adds: bool, dtype: str) -> None:
    for vectors, n_p, n_q in product(VECTORS, SIZES, (*SIZES, 0)):
        n_i = vectors * lanes(width, dtype)
        d, x = Flat((n_p, n_i), 3, dtype, gap=8, seed=1), Flat((n_q, n_i), 2, dtype, seed=2)
        g = Flat((n_p, n_q), 5, dtype, gap=3)
        before = g.matrix.copy()
        if not adds:
            g.matrix[:] = np.nan
        tiles(width).outer(d.flat, d.ld, x.flat, x.ld, g.flat, g.ld, n_p, n_q, n_i, adds)
        assert_close(g.matrix, adds * before + d.matrix.astype(float) @ x.matrix.T, n_i)
        g.assert_nothing_else_changed()


@each_dtype
@pytest.mark.parametrize("adds", [False, True])
@each_width
def test_sums(width: Width, adds: bool, dtype: str) -> None:
    for vectors, n_p in product(VECTORS, SIZES):
        n_i = vectors * lanes(width, dtype)
        d, g = Flat((n_p, n_i), 3, dtype, gap=8, seed=1), Flat((1, n_p), 5, dtype)
        before = g.matrix.copy()
        if not adds:
            g.matrix[:] = np.nan
        tiles(width).sums(d.flat, d.ld, g.flat, n_p, n_i, adds)
        assert_close(g.matrix[0], adds * before[0] + d.matrix.astype(float).sum(axis=1), n_i)
        g.assert_nothing_else_changed()


@each_dtype
@pytest.mark.parametrize(("down", "across"), [*product((1, 2, 5), (1, 3, 4))])
@each_width
def test_transposition(width: Width, down: int, across: int, dtype: str) -> None:
    n_p, n_i = down * lanes(width, dtype), across * lanes(width, dtype)
    x, out = Flat((n_p, n_i), 3, dtype, gap=8, seed=1), Flat((n_i, n_p), 5, dtype, gap=8)
    tiles(width).transpose(x.flat, x.ld, out.flat, out.ld, n_p, n_i)
    np.testing.assert_array_equal(out.matrix, x.matrix.T)
    out.assert_nothing_else_changed()


@each_dtype
@pytest.mark.parametrize("pads", [False, True])
@pytest.mark.parametrize(("used", "ld"), [(1, 8), (5, 8), (8, 8), (10, 16)])
def test_gather_columns(used: int, ld: int, pads: bool, dtype: str) -> None:
    rng = np.random.default_rng(0)
    for n in SIZES:
        x, order = rng.normal(size=(20, n)).astype(dtype), rng.permutation(20)
        out = Flat((n, ld), 5, dtype)
        gathered_by(x, order, used, ld, out.flat, pads)
        rows = order[2 : 2 + used]
        np.testing.assert_array_equal(out.matrix[:, :used], x[rows].T)
        expected = np.tile(x[rows[:1]].T, ld - used) if pads else np.zeros((n, ld - used))
        np.testing.assert_array_equal(out.matrix[:, used:], expected)
        out.assert_nothing_else_changed()


ROWS = 6  # of the matrix whose rows an example's entries take
ENTRIES = {"none": [], "one": [3], "some, one of them twice": [5, 0, 2, 0, 4]}
LENGTHS = [
    *range(1, 18),
    31,
    32,
    33,
    63,
    64,
    65,
    100,
    129,
    200,
    259,
]  # of a row: every mixture of blocks and of what is left


def entries(name: str, dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and columns from entry 1 on, and the same as a row."""
    columns, row = ENTRIES[name], np.zeros(ROWS)
    values = np.random.default_rng(7).normal(size=len(columns) + 2).astype(dtype)
    np.add.at(row, columns, values[1:-1].astype(float))
    return values, np.array([-9, *columns, ROWS], dtype=np.int32), row


@each_dtype
@each_width
@pytest.mark.parametrize("name", ENTRIES)
def test_rows_times_entries(name: str, width: Width, dtype: str) -> None:
    values, columns, row = entries(name, dtype)
    for n in LENGTHS:
        w, bias, out = Flat((ROWS, n), 3, dtype, seed=1), Flat((1, n), 2, dtype, seed=2), Flat((1, n), 5, dtype, seed=3)
        tiles(width).rows(values, columns, len(ENTRIES[name]), w.flat, n, bias.flat, out.flat)
        assert_close(out.matrix, row[None, :] @ w.matrix.astype(float) + bias.matrix, ROWS)
        out.assert_nothing_else_changed()


@each_dtype
@each_width
@pytest.mark.parametrize("name", ENTRIES)
def test_entries_times_deltas_are_added_to_rows(name: str, width: Width, dtype: str) -> None:
    values, columns, row = entries(name, dtype)
    for n in LENGTHS:
        d, g = Flat((1, n), 3, dtype, seed=1), Flat((ROWS, n), 5, dtype, seed=2)
        expected = g.matrix.astype(float) + row[:, None] * d.matrix.astype(float)
        tiles(width).rows_outer(values, columns, len(ENTRIES[name]), d.flat, n, g.flat)
        assert_close(g.matrix, expected, ROWS)
        g.assert_nothing_else_changed()
