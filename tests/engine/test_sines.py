"""sin and cos of the kernels, near and far, against exact arithmetic."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from engine.engine_cases import DTYPES
from engine.part_calls import call

from glassprop.engine.compiled.low_level import part
from glassprop.engine.compiled.part import Shape
from glassprop.engine.compiled.sines import NEAR, cosines

ULPS = 2  # as the module says
_COSINES = Shape("N N I")  # x, sines, n


@_COSINES.part()
def of_numbers(x, sines, n):
    """``cosines`` as a part of its own."""
    cosines(part(x, 0, n), part(sines, 0, n))


def places(dtype: str, far: float) -> np.ndarray:
    """Numbers of every size up to ``far``, and those next to multiples of π/2, where one of the two is nearly 0."""
    rng, info = np.random.default_rng(0), np.finfo(dtype)
    sizes = [rng.uniform(-r, r, 200) for r in (1e-6, 0.1, 1, 10, 100, 1000, far)]
    quarters = np.concatenate([np.arange(-600, 600), rng.integers(int(far / 1.6), size=600)]) * (np.pi / 2)
    return np.concatenate([*sizes, quarters, [0.0, info.tiny, info.eps]]).astype(dtype)


def ulps_apart(got: np.ndarray, x: np.ndarray, exact: object) -> float:
    with mpmath.workprec(1300):  # 1e308 has that many digits before the point
        true = [exact(mpmath.mpf(float(at))) for at in x]
        units = np.spacing(np.array([abs(float(value)) for value in true]).astype(got.dtype)).astype(float)
        return max(abs(float(mpmath.mpf(float(g)) - t)) / u for g, t, u in zip(got, true, units, strict=True))


def both(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cosine, sine = x.copy(), np.full_like(x, np.nan)
    call(of_numbers, x.dtype, cosine, sine, x.size)
    return sine, cosine


@pytest.mark.parametrize("dtype", DTYPES)
def test_near_0_they_keep_to_their_ulps(dtype: str) -> None:
    x = places(dtype, 0.99 * NEAR[dtype])
    assert np.abs(x).max() <= NEAR[dtype]
    sine, cosine = both(x)
    assert ulps_apart(sine, x, mpmath.sin) <= ULPS
    assert ulps_apart(cosine, x, mpmath.cos) <= ULPS


@pytest.mark.parametrize("dtype", DTYPES)
def test_so_they_do_far_away_and_beside_what_is_far(dtype: str) -> None:
    largest = np.finfo(dtype).max
    x = np.concatenate([places(dtype, 1e3)[::9], [NEAR[dtype] * 1.01, 1e7, -3e8, 1e20, -largest, largest / 3]])
    sine, cosine = both(x.astype(dtype))
    assert ulps_apart(sine, x.astype(dtype), mpmath.sin) <= ULPS
    assert ulps_apart(cosine, x.astype(dtype), mpmath.cos) <= ULPS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_none(dtype: str, bad: float) -> None:
    """In vectors, and in what is left over."""
    sine, cosine = both(np.array([0.5] + [bad] * 98, dtype))
    assert np.isnan(sine[1:]).all()
    assert np.isnan(cosine[1:]).all()
    assert abs(sine[0] ** 2 + cosine[0] ** 2 - 1) < 1e-6


def test_there_is_nothing_to_do_of_no_numbers() -> None:
    call(of_numbers, "float64", np.empty(0), np.empty(0), 0)
