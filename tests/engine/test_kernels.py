"""The kernels one by one, against NumPy and exact arithmetic."""

from __future__ import annotations

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
from glassprop.engine.compiled import elementary, lowering, masks, row
from glassprop.engine.compiled.kinds import scale_kernels
from glassprop.equations import dropout

# as the module says
ULPS = {"exp": 2, "expm1": 2, "tanh": 4, "sigmoid": 4, "log": 2, "log1p": 2, "gelu": 8, "slope of gelu": 4}


def _normal_below(x: mpmath.mpf) -> mpmath.mpf:
    """Φ(x); mpmath's takes no numbers of the size of the largest, and beyond 1e4 it is 0 or 1 to any precision here."""
    return mpmath.ncdf(min(max(x, -10_000), 10_000))


EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "tanh": mpmath.tanh,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * _normal_below(x),
    "slope of gelu": lambda x: _normal_below(x) + x * mpmath.npdf(x),
}
# what its units are those of, where that is not the value: of a sum that may be 0, what is added up
SIZE = {"slope of gelu": lambda x: _normal_below(x) + abs(x) * mpmath.npdf(x)}
AT_INFINITY = {
    "exp": (0, np.inf),
    "expm1": (-1, None),
    "tanh": (-1, 1),
    "sigmoid": (0, 1),
    "log": (None, np.inf),
    "log1p": (None, None),
    "gelu": (None, np.inf),
    "slope of gelu": (None, 1),
}


def _over(function: Any) -> Any:
    @njit
    def loop(x):
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = function(x[i])
        return out

    return loop


@njit
def _gelu(x):
    return elementary.gelu(x)[0]


@njit
def _slope_of_gelu(x):
    return elementary.gelu(x)[1]


OF_PAIRS = {"gelu": _gelu, "slope of gelu": _slope_of_gelu}
LOOPS = {name: _over(OF_PAIRS[name] if name in OF_PAIRS else getattr(elementary, name)) for name in ULPS}


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


def ulps_apart(got: np.ndarray, x: np.ndarray, exact: Any, size: Any) -> np.ndarray:
    """|got - exact| in units of the last place of the size; where the exact is beyond the format, it must be inf."""
    info, apart = np.finfo(got.dtype), np.zeros(x.size)
    with mpmath.workprec(120):
        for i, (value, at) in enumerate(zip(got, x, strict=True)):
            true = exact(mpmath.mpf(float(at)))
            if true > mpmath.mpf(float(info.max)) * (1 + mpmath.mpf(2) ** -(info.nmant + 2)):
                apart[i] = 0 if np.isposinf(value) else np.inf
                continue
            # of the largest number NumPy does not tell; near it they are the same
            of = min(
                float(abs(size(mpmath.mpf(float(at))))), 0.75 * float(info.max)
            )  # the units there are those of the largest
            unit = np.spacing(got.dtype.type(of))
            apart[i] = abs(float((mpmath.mpf(float(value)) - true) / mpmath.mpf(float(unit))))
    return apart


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ULPS)
def test_functions_keep_to_their_ulps(name: str, dtype: str) -> None:
    x = domain(name, places(dtype, negative=name == "expm1"))
    apart = ulps_apart(LOOPS[name](x), x, EXACT[name], SIZE.get(name, EXACT[name]))
    worst = int(np.argmax(apart))
    assert apart[worst] <= ULPS[name], f"{name}({x[worst]!r}) is {apart[worst]:.3g} ulp off"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ULPS)
def test_functions_of_infinity_and_nan(name: str, dtype: str) -> None:
    low, high = AT_INFINITY[name]
    many = np.repeat(np.array([-np.inf, np.inf, np.nan], dtype=dtype), 99)  # in vectors, and in what is left over
    got = LOOPS[name](many).reshape(3, 99)
    assert low is None or (got[0] == low).all()
    assert high is None or (got[1] == high).all()
    assert np.isnan(got[2]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_tanh_is_odd_and_keeps_the_sign_of_zero(dtype: str) -> None:
    x = places(dtype, negative=True)
    np.testing.assert_array_equal(LOOPS["tanh"](-x), -LOOPS["tanh"](x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_gelu_vanishes_step_by_step(dtype: str) -> None:
    """Far below 0 it goes through the subnormal numbers to 0, and stays there."""
    x = np.linspace(-9, -50, 5000).astype(dtype)
    for name in OF_PAIRS:
        got = LOOPS[name](x)
        assert (np.diff(got) >= 0).all()
        assert ((got < 0) & (got > -np.finfo(dtype).tiny)).any()
        assert (got[x < -39] == 0).all()


@pytest.mark.parametrize(("place", "k", "end"), [(0, 3, 14.75), (1, 4, 39)], ids=["float32", "float64"])
def test_the_quotient_within_gelu_agrees_at_chebyshevs_points(place: int, k: int, end: float) -> None:
    """Φ(-y) e^(y²/2) Q(y) - P(y) = 0 there are linear equations for the coefficients; they have the stated ones."""
    above, below = elementary.MILLS_ABOVE[place], elementary.MILLS_BELOW[place]
    n = len(above) + len(below) - 1  # Q begins with 1
    with mpmath.workdps(60):
        low, high = mpmath.mpf(-1), (mpmath.mpf(end) - k) / (end + k)
        t = [(low + high + (high - low) * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * n))) / 2 for i in range(n)]
        y = [k * (1 + at) / (1 - at) for at in t]
        mills = [mpmath.ncdf(-at) * mpmath.exp(at**2 / 2) for at in y]
        rows = [
            [*(at**j / one for j in range(len(above))), *(-(at**j) for j in range(1, len(below)))]
            for at, one in zip(y, mills, strict=True)
        ]
        solved = [float(c) for c in mpmath.lu_solve(mpmath.matrix(rows), mpmath.matrix([1] * n))]
    found = np.concatenate([above, below[1:]])
    np.testing.assert_allclose(found, solved, rtol=(1e-8, 1e-16)[place])


# --- products ----------------------------------------------------------------------------------------------------


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
    target = np.ones(n * ld, dtype=dtype)
    call(masks.drop, dtype, target, key, step, 1, first, n, ld, rate)
    expected = dropout.dropout_mask(key, step, 1, (40, n), rate, np.dtype(dtype))
    np.testing.assert_array_equal(target.reshape(n, ld).T, expected[first : first + ld])
