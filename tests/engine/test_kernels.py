"""The kernels one by one, against NumPy and exact arithmetic."""

from __future__ import annotations

from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from engine.engine_cases import DTYPES
from engine.part_calls import call, places_for
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from rounding import assert_rounded

from glassprop import Layer, Network
from glassprop.engine.compiled import blas, elementary, lowering, masks, row, tiles
from glassprop.engine.compiled.kinds import scale_kernels
from glassprop.equations import dropout

ULPS = {"exp": 2, "expm1": 2, "tanh": 4, "sigmoid": 4, "log": 2, "log1p": 2}  # as the module says
EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "tanh": mpmath.tanh,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}
AT_INFINITY = {
    "exp": (0, np.inf),
    "expm1": (-1, None),
    "tanh": (-1, 1),
    "sigmoid": (0, 1),
    "log": (None, np.inf),
    "log1p": (None, None),
}


def _over(function: Any) -> Any:
    @njit
    def loop(x):
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = function(x[i])
        return out

    return loop


LOOPS = {name: _over(getattr(elementary, name)) for name in ULPS}


# --- exp and its like ------------------------------------------------------------------------------------------


def places(dtype: str, *, negative: bool) -> np.ndarray:
    """Numbers of every size: near 0, around every threshold, up to ±1e4, and the ends of the format."""
    info, rng = np.finfo(dtype), np.random.default_rng(0)
    near = [rng.uniform(-r, r, 300) for r in (1e-6, 0.5, 2, 20, 90, 110, 720, 760, 1e4)]
    tiny = [info.smallest_subnormal, info.tiny, info.tiny * 1.5, info.eps / 4, info.eps, 1e-20, 0.0]
    edges = [np.log(2) * k / 2 for k in range(-300, 300, 7)] + [np.log(info.max), np.log(info.tiny), 88.9, 103.5, 745.2]
    x = np.concatenate([*near, tiny, edges, [info.max, 1e4, 1e30]]).astype(dtype)
    x = np.concatenate([x, -x])
    return x[x <= 0] if negative else x


def domain(name: str, x: np.ndarray) -> np.ndarray:
    """Those of the numbers that the function is for."""
    if name == "log":
        near_one = 1 + np.linspace(-1e-3, 1e-3, 301).astype(x.dtype)
        return np.concatenate([x[x >= np.finfo(x.dtype).tiny], near_one])
    return x[(x >= 0) & (x <= 1)] if name == "log1p" else x


def ulps_apart(got: np.ndarray, x: np.ndarray, exact: Any) -> np.ndarray:
    """|got - exact| in units of the last place of the exact value; where that is beyond the format, it must be inf."""
    info, apart = np.finfo(got.dtype), np.zeros(x.size)
    with mpmath.workprec(120):
        for i, (value, at) in enumerate(zip(got, x, strict=True)):
            true = exact(mpmath.mpf(float(at)))
            if true > mpmath.mpf(float(info.max)) * (1 + mpmath.mpf(2) ** -(info.nmant + 2)):
                apart[i] = 0 if np.isposinf(value) else np.inf
                continue
            unit = np.spacing(abs(got.dtype.type(min(float(abs(true)), float(info.max)))))
            apart[i] = abs(float((mpmath.mpf(float(value)) - true) / mpmath.mpf(float(unit))))
    return apart


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ULPS)
def test_functions_keep_to_their_ulps(name: str, dtype: str) -> None:
    x = domain(name, places(dtype, negative=name == "expm1"))
    apart = ulps_apart(LOOPS[name](x), x, EXACT[name])
    worst = int(np.argmax(apart))
    assert apart[worst] <= ULPS[name], f"{name}({x[worst]!r}) is {apart[worst]:.3g} ulp off"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ULPS)
def test_functions_of_infinity_and_nan(name: str, dtype: str) -> None:
    low, high = AT_INFINITY[name]
    got = LOOPS[name](np.array([-np.inf, np.inf, np.nan], dtype=dtype))
    assert low is None or got[0] == low
    assert high is None or got[1] == high
    assert np.isnan(got[2])


@pytest.mark.parametrize("dtype", DTYPES)
def test_tanh_is_odd_and_keeps_the_sign_of_zero(dtype: str) -> None:
    x = places(dtype, negative=True)
    np.testing.assert_array_equal(LOOPS["tanh"](-x), -LOOPS["tanh"](x))


# --- products ----------------------------------------------------------------------------------------------------


@njit
def product_of(w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, mask0=tiles.AS_IS):
    tiles.tile_product(w, 3, sp, sq, x, 2, ldx, out, 5, ldo, n_p, n_q, n_i, bias, bias0, mask0)


@njit
def outer_of(d, ldd, x, ldx, g, ldg, n_p, n_q, n_i, adds):
    tiles.tile_outer(d, 3, ldd, x, 2, ldx, g, 5, ldg, n_p, n_q, n_i, adds)


@njit
def sums_of(d, ldd, g, n_p, n_i, adds):
    tiles.tile_sums(d, 3, ldd, g, 5, n_p, n_i, adds)


@njit
def gathered_by(x, order, used, ld, out, pads):
    tiles.gather_columns(x, order, 2, used, ld, out, 5, pads)


@njit
def transposed_by(x, ldx, out, ldo, n_p, n_i):
    tiles.tile_transpose(x, 3, ldx, out, 5, ldo, n_p, n_i)


@njit
def by_blas(a, lda, ta, b, ldb, tb, beta, c, ldc, m, n, k):
    blas.gemm(a, 3, lda, ta, b, 2, ldb, tb, beta, c, 5, ldc, m, n, k)


@pytest.mark.parametrize("adds", [False, True])
def test_errors_through_factors_are_added_or_written(adds: bool) -> None:
    """No residual layer is one of factors today, so no network adds; every kind's kernel can."""
    rng, of_layer = np.random.default_rng(0), np.zeros(row.COLUMNS, dtype=np.int64)
    of_layer[[row.N_IN, row.N_OUT, scale_kernels.S]] = 3, 3, 1
    theta, work = rng.normal(size=4), rng.normal(size=48)
    delta, before = work.reshape(2, 3, 8).copy()
    places = places_for(scale_kernels.by_input, float)
    call(scale_kernels.by_input, float, of_layer, places, theta, work, 0, 24, 8, adds)
    assert_rounded(work[24:].reshape(3, 8), theta[1:, None] * delta + adds * before, 10)
    np.testing.assert_array_equal(work[:24].reshape(3, 8), delta)


class Flat:
    """Matrices as the kernels see them: in a flat array, from some entry on, in rows longer than they need to be."""

    def __init__(self, shape: tuple[int, int], start: int, dtype: str, gap: int = 0, seed: int = 0) -> None:
        self.shape, self.start, self.ld = shape, start, shape[1] + gap
        rng = np.random.default_rng([seed, *shape])
        self.flat = rng.normal(size=start + shape[0] * self.ld + 8).astype(dtype)
        self.before = self.flat.copy()

    @property
    def matrix(self) -> np.ndarray:
        rows = self.flat[self.start : self.start + self.shape[0] * self.ld].reshape(self.shape[0], self.ld)
        return rows[:, : self.shape[1]]

    def assert_nothing_else_changed(self) -> None:
        inside = np.zeros(self.flat.size, dtype=bool)
        inside[self.start : self.start + self.shape[0] * self.ld].reshape(self.shape[0], self.ld)[
            :, : self.shape[1]
        ] = 1
        np.testing.assert_array_equal(self.flat[~inside], self.before[~inside])


def assert_close(got: np.ndarray, expected: np.ndarray, terms: int) -> None:
    """Sums of so many products of normal numbers, which are about 1, in whatever order."""
    assert_rounded(got, expected, 2 + terms, 10 + terms, got.dtype)


SIZES = (1, 2, 3, 4, 5, 6, 7, 11, 13)
COLUMNS = (8, 16, 24, 40)  # examples are padded to whole vectors


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("columns", COLUMNS)
def test_tile_product(columns: int, dtype: str) -> None:
    for n_p, n_q in product(SIZES, SIZES):
        w, x = Flat((n_p, n_q), 3, dtype, seed=1), Flat((n_q, columns), 2, dtype, gap=8, seed=2)
        bias = np.random.default_rng(4).normal(size=n_p + 1).astype(dtype)
        sums = w.matrix.astype(float) @ x.matrix.astype(float)
        for bias0, start in ((1, bias[1:, None]), (-1, 0)):
            out = Flat((n_p, columns), 5, dtype, gap=8)
            product_of(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, n_p, n_q, columns, bias, bias0)
            assert_close(out.matrix, sums + start, n_q)
            out.assert_nothing_else_changed()
        out = Flat((n_p, columns), 5, dtype)
        before = out.matrix.copy()
        product_of(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, n_p, n_q, columns, bias, tiles.ADD)
        assert_close(out.matrix, before + sums, n_q)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("columns", COLUMNS)
def test_what_follows_a_product(columns: int, dtype: str) -> None:
    """A relu, or the pullback of one: a mask in the same array, of the same layout, further on."""
    for n_p, n_q in product(SIZES, SIZES):
        w, x = Flat((n_p, n_q), 3, dtype, seed=1), Flat((n_q, columns), 2, dtype, seed=2)
        sums = w.matrix.astype(float) @ x.matrix.astype(float)
        out = Flat((n_p, columns), 5, dtype, gap=8)
        arguments = (w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, n_p, n_q, columns, w.flat, tiles.NO_BIAS)
        product_of(*arguments, tiles.RELU)
        assert_close(out.matrix, np.maximum(sums, 0), n_q)
        assert (out.matrix >= 0).all()
        out.assert_nothing_else_changed()
        both = Flat((2 * n_p, columns), 5, dtype, gap=8)
        mask = both.matrix[n_p:].copy()
        mask[0, :3] = 0, -0.0, np.nan
        both.matrix[n_p:] = mask
        both.before = both.flat.copy()
        arguments = (w.flat, w.ld, 1, x.flat, x.ld, both.flat, both.ld, n_p, n_q, columns, w.flat, tiles.NO_BIAS)
        product_of(*arguments, 5 + n_p * both.ld)
        assert_close(both.matrix[:n_p], np.where(mask > 0, sums, 0), n_q)
        np.testing.assert_array_equal(both.matrix[n_p:], mask)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_relu_lets_nan_through(dtype: str) -> None:
    """Else a network that diverges would not be seen to."""
    w, x, out = Flat((2, 1), 3, dtype), Flat((1, 8), 2, dtype), Flat((2, 8), 5, dtype)
    w.matrix[:] = 1
    x.matrix[0, :3] = np.nan, np.inf, -np.inf
    product_of(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, 2, 1, 8, w.flat, tiles.NO_BIAS, tiles.RELU)
    np.testing.assert_array_equal(out.matrix[:, :3], [[np.nan, np.inf, 0]] * 2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tile_product_with_the_transpose(dtype: str) -> None:
    for n_p, n_q in product(SIZES, SIZES):
        w, x, out = Flat((n_q, n_p), 3, dtype), Flat((n_q, 16), 2, dtype, seed=2), Flat((n_p, 16), 5, dtype)
        product_of(w.flat, 1, w.ld, x.flat, x.ld, out.flat, out.ld, n_p, n_q, 16, w.flat, -1)
        assert_close(out.matrix, w.matrix.T.astype(float) @ x.matrix, n_q)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("columns", COLUMNS)
def test_tile_outer(columns: int, adds: bool, dtype: str) -> None:
    for n_p, n_q in product(SIZES, (*SIZES, 0)):
        d, x = Flat((n_p, columns), 3, dtype, gap=8, seed=1), Flat((n_q, columns), 2, dtype, seed=2)
        g = Flat((n_p, n_q), 5, dtype, gap=3)
        before = g.matrix.copy()
        if not adds:
            g.matrix[:] = np.nan
        outer_of(d.flat, d.ld, x.flat, x.ld, g.flat, g.ld, n_p, n_q, columns, adds)
        assert_close(g.matrix, adds * before + d.matrix.astype(float) @ x.matrix.T, columns)
        g.assert_nothing_else_changed()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("adds", [False, True])
def test_tile_sums(adds: bool, dtype: str) -> None:
    for n_p, columns in product(SIZES, COLUMNS):
        d, g = Flat((n_p, columns), 3, dtype, gap=8, seed=1), Flat((1, n_p), 5, dtype)
        before = g.matrix.copy()
        if not adds:
            g.matrix[:] = np.nan
        sums_of(d.flat, d.ld, g.flat, n_p, columns, adds)
        assert_close(g.matrix[0], adds * before[0] + d.matrix.astype(float).sum(axis=1), columns)
        g.assert_nothing_else_changed()


@pytest.mark.parametrize("dtype", DTYPES)
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


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n_p", "n_i"), [*product((8, 16, 40), (8, 24, 64))])
def test_tile_transpose(n_p: int, n_i: int, dtype: str) -> None:
    x, out = Flat((n_p, n_i), 3, dtype, gap=8, seed=1), Flat((n_i, n_p), 5, dtype, gap=8)
    transposed_by(x.flat, x.ld, out.flat, out.ld, n_p, n_i)
    np.testing.assert_array_equal(out.matrix, x.matrix.T)
    out.assert_nothing_else_changed()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("beta", [0.0, 1.0])
@pytest.mark.parametrize(("ta", "tb"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_gemm(ta: int, tb: int, beta: float, dtype: str) -> None:
    for m, n, k in product((1, 5, 33), (1, 7, 40), (1, 8, 65)):
        a = Flat((k, m) if ta else (m, k), 3, dtype, gap=2, seed=1)
        b = Flat((n, k) if tb else (k, n), 2, dtype, gap=1, seed=2)
        c = Flat((m, n), 5, dtype, gap=4)
        start = beta * c.matrix.astype(float)
        left, right = (a.matrix.T if ta else a.matrix), (b.matrix.T if tb else b.matrix)
        by_blas(a.flat, a.ld, ta, b.flat, b.ld, tb, beta, c.flat, c.ld, m, n, k)
        assert_close(c.matrix, start + left.astype(float) @ right, k)
        c.assert_nothing_else_changed()


def test_a_product_that_overwrites_does_not_look_at_what_was_there() -> None:
    """With beta 0, as with bias -1, NaN left over in the workspace must not come through."""
    w, x = Flat((3, 4), 3, "float64", seed=1), Flat((4, 8), 2, "float64", seed=2)
    for call in (
        lambda out: product_of(w.flat, w.ld, 1, x.flat, x.ld, out.flat, out.ld, 3, 4, 8, w.flat, -1),
        lambda out: by_blas(w.flat, w.ld, 0, x.flat, x.ld, 0, 0.0, out.flat, out.ld, 3, 8, 4),
    ):
        out = Flat((3, 8), 5, "float64")
        out.flat[:] = np.nan
        call(out)
        assert_close(out.matrix, w.matrix @ x.matrix, 4)


# --- dropout -----------------------------------------------------------------------------------------------------


@njit
def mask_key_of(key, step, layer):
    return masks.mask_key(key, step, layer)


@given(key=st.integers(0, 2**32 - 1), step=st.integers(0, 2**40), layer=st.integers(1, 50))
def test_the_seed_of_a_mask_is_that_of_the_equations(key: int, step: int, layer: int) -> None:
    assert int(mask_key_of(key, step, layer)) == dropout.mask_key(key, step, layer)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rate", [1e-9, 0.1, 0.5, 0.999, 1 - 2**-40])
@pytest.mark.parametrize("n", [1, 7, 33])
def test_masks_are_the_same_bit_for_bit(n: int, rate: float, dtype: str) -> None:
    """Block by block: rows from 16 on of a batch of 40, at a late step."""
    network, key, step = Network(3, [Layer(n, "tanh", dropout=rate), Layer(1, "identity")]), 0xDEADBEEF, (3 << 32) + 9
    lowered = lowering.lower(network, 64, np.dtype(dtype).itemsize)
    rate = float(lowered.numbers[0, row.DROPOUT])
    first, ld = 16, 24
    target = np.empty(n * ld, dtype=dtype)
    call(masks.drop, dtype, np.ones(n * ld, dtype=dtype), target, key, step, 1, first, n, ld, rate)
    expected = dropout.dropout_mask(key, step, 1, (40, n), rate, np.dtype(dtype))
    np.testing.assert_array_equal(target.reshape(n, ld).T, expected[first : first + ld])
