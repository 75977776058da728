"""Large products, cut into blocks: against NumPy, at sizes on both sides of every border."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from engine.engine_cases import DTYPES
from engine.flat import Flat, assert_close
from engine.part_calls import call, places_for

from glassprop.engine.compiled.large_product import ROOM, large
from glassprop.engine.compiled.places import LANES
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU

ROWS = (1, 5, 95, 96, 97, 203)  # of the result: 96 are made in one go
TERMS = (1, 7, 255, 256, 257, 600)  # of a sum: 256
WIDTHS = (1, 3, 4, 5, 9, 33)  # of the result, in vectors

each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def times(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, mask0, room):
    """Matrices lie from entries 3, 2 and 5 on, as in ``test_tiles.py``, and a mask where the product lies."""
    rest = (ldo, n_p, n_q, n_i, bias[max(bias0, 0) :], bias0, max(mask0 - 5, 0), mask0, room[1:])
    call(large, w.dtype, places_for(large, w.dtype), w[3:], sp, sq, x[2:], ldx, out[5:], *rest)


def room(dtype: str) -> np.ndarray:
    """Where x is packed, from entry 1 on; what lies around it must stay as it is."""
    return np.full(ROOM + 2, np.nan, dtype)


def sizes() -> list[tuple[int, int, int]]:
    """Every pair of them, and not all three."""
    pairs = [(p, q, 5) for p, q in product(ROWS, TERMS)]
    pairs += [(p, 257, i) for p, i in product((5, 97), WIDTHS)]
    return [*pairs, *((97, q, i) for q, i in product((7, 600), WIDTHS))]


@each_dtype
@pytest.mark.parametrize("turned", [False, True])
def test_large_products(turned: bool, dtype: str) -> None:
    """With biases, and added to what is there; w as it lies, or its transpose."""
    for n_p, n_q, vectors in sizes():
        n_i = vectors * LANES
        w, x = Flat((n_q, n_p) if turned else (n_p, n_q), 3, dtype, seed=1), Flat((n_q, n_i), 2, dtype, gap=8, seed=2)
        steps = (1, w.ld) if turned else (w.ld, 1)
        bias = np.random.default_rng(4).normal(size=n_p + 1).astype(dtype)
        sums = (w.matrix.T if turned else w.matrix).astype(float) @ x.matrix.astype(float)
        for bias0 in (1, NO_BIAS, ADD):
            out, packed = Flat((n_p, n_i), 5, dtype, gap=8), room(dtype)
            start = {1: bias[1:, None], NO_BIAS: 0, ADD: out.matrix.astype(float)}[bias0]
            times(w.flat, *steps, x.flat, x.ld, out.flat, out.ld, n_p, n_q, n_i, bias, bias0, AS_IS, packed)
            assert_close(out.matrix, sums + start, n_q)
            out.assert_nothing_else_changed()
            assert np.isnan(packed[[0, -1]]).all()


@each_dtype
def test_what_follows_a_large_product(dtype: str) -> None:
    """A relu, or the pullback of one: once, on the whole sum, however many goes it is made in."""
    for n_p, n_q, vectors in ((97, 257, 9), (203, 600, 1), (5, 7, 33)):
        n_i = vectors * LANES
        w, x = Flat((n_p, n_q), 3, dtype, seed=1), Flat((n_q, n_i), 2, dtype, seed=2)
        sums = w.matrix.astype(float) @ x.matrix.astype(float)
        both = Flat((2 * n_p, n_i), 5, dtype, gap=8)
        mask = both.matrix[n_p:].copy()
        arguments = (w.flat, w.ld, 1, x.flat, x.ld, both.flat, both.ld, n_p, n_q, n_i, w.flat, NO_BIAS)
        times(*arguments, RELU, room(dtype))
        assert_close(both.matrix[:n_p], np.maximum(sums, 0), n_q)
        times(*arguments, 5 + n_p * both.ld, room(dtype))
        assert_close(both.matrix[:n_p], np.where(mask > 0, sums, 0), n_q)
        np.testing.assert_array_equal(both.matrix[n_p:], mask)


def test_a_large_product_that_overwrites_does_not_look_at_what_was_there() -> None:
    w, x, out = Flat((97, 300), 3, "float64"), Flat((300, LANES), 2, "float64"), Flat((97, LANES), 5, "float64")
    out.flat[:] = np.nan
    times(
        w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, 97, 300, LANES, w.flat, NO_BIAS, AS_IS, room("float64")
    )  # fmt: skip
    assert_close(out.matrix, w.matrix @ x.matrix, 300)
