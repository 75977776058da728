"""Large products by every library that is installed, against NumPy; which is taken, and how one is refused."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from engine.engine_cases import DTYPES, Case, run
from engine.flat import Flat, assert_close
from engine.test_engines_agree import assert_same
from engine.test_large_product import sizes
from numba import njit

from glassprop import Layer, Scale
from glassprop.engine.compiled import libraries, products
from glassprop.engine.compiled.blas import by_library
from glassprop.engine.compiled.kinds import dense_kernels
from glassprop.engine.compiled.low_level import pointer
from glassprop.engine.compiled.places import CONVENTION, LANES, LIBRARY, PLACES
from glassprop.engine.compiled.product_tile import ADD, AS_IS, NO_BIAS, RELU
from glassprop.engine.variables import PRODUCTS
from glassprop.errors import SettingsError


def installed() -> list[libraries.Library]:
    found = []
    for name in libraries.LIBRARIES:
        try:
            found.append(libraries.find(name))
        except libraries.Unavailable:
            continue
    return found


INSTALLED = installed()
each_library = pytest.mark.parametrize("library", INSTALLED, ids=lambda library: library.name)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)
_by_library = njit(by_library.function)


@njit
def times(places, w, sp, sq, x, ldx, out, ldo, n_p, n_q, n_i, bias, bias0, mask0):
    _by_library(
        pointer(places, 0), pointer(w, 3), sp, sq, pointer(x, 2), ldx, pointer(out, 5), ldo, n_p, n_q, n_i,
        pointer(bias, max(bias0, 0)), bias0, mask0 - 5, mask0, pointer(x, 0),
    )  # fmt: skip


def places_of(library: libraries.Library, dtype: str) -> np.ndarray:
    places = np.zeros(PLACES, dtype=np.int64)
    places[LIBRARY], places[CONVENTION] = library.addresses[dtype], library.convention
    return places


@each_dtype
@each_library
@pytest.mark.parametrize("turned", [False, True])
def test_products_by_a_library(turned: bool, library: libraries.Library, dtype: str) -> None:
    """With biases, without, and added to what is there; w as it lies, or its transpose; with a relu."""
    places = places_of(library, dtype)
    for n_p, n_q, vectors in [(1, 1, 1), (1, 9, 1), (9, 1, 1), *sizes()[::3]]:
        n_i = vectors * LANES
        w, x = Flat((n_q, n_p) if turned else (n_p, n_q), 3, dtype, seed=1), Flat((n_q, n_i), 2, dtype, gap=8, seed=2)
        steps = (1, w.ld) if turned else (w.ld, 1)
        bias = np.random.default_rng(4).normal(size=n_p + 1).astype(dtype)
        sums = (w.matrix.T if turned else w.matrix).astype(float) @ x.matrix.astype(float)
        for bias0, mask0 in product((1, NO_BIAS, ADD), (AS_IS, RELU)):
            out = Flat((n_p, n_i), 5, dtype, gap=8)
            start = {1: bias[1:, None], NO_BIAS: 0, ADD: out.matrix.astype(float)}[bias0]
            if bias0 == NO_BIAS:
                out.matrix[:] = np.nan  # what was there must not come through
            times(places, w.flat, *steps, x.flat, x.ld, out.flat, out.ld, n_p, n_q, n_i, bias, bias0, mask0)
            assert_close(out.matrix, np.maximum(sums + start, 0 if mask0 == RELU else -np.inf), n_q)
            out.assert_nothing_else_changed()


@each_dtype
@each_library
def test_the_pullback_of_a_relu_follows(library: libraries.Library, dtype: str) -> None:
    n_p, n_q, n_i = 7, 40, 2 * LANES
    w, x, both = Flat((n_p, n_q), 3, dtype), Flat((n_q, n_i), 2, dtype, seed=2), Flat((2 * n_p, n_i), 5, dtype, gap=8)
    both.matrix[n_p, :3] = 0, -0.0, np.nan
    mask = both.matrix[n_p:].copy()
    times(
        places_of(library, dtype), w.flat, w.ld, 1, x.flat, x.ld, both.flat, both.ld, n_p, n_q, n_i, w.flat, NO_BIAS,
        5 + n_p * both.ld,
    )  # fmt: skip
    sums = w.matrix.astype(float) @ x.matrix
    assert_close(both.matrix[:n_p], np.where(mask > 0, sums, 0), n_q)
    np.testing.assert_array_equal(both.matrix[n_p:], mask)


@each_dtype
@pytest.mark.parametrize("name", ["own", *(library.name for library in INSTALLED)])
@pytest.mark.parametrize("sizes", [(1, 1, 1), (7, 9, 3), (16, 17, 8), (33, 40, 2)])
def test_engines_agree_by_provider(monkeypatch: pytest.MonkeyPatch, name: str, sizes: tuple, dtype: str) -> None:
    """With the threshold at 0, small matrices count as large, at odd sizes."""
    monkeypatch.setattr(dense_kernels, "LARGE_FROM", 0)
    monkeypatch.setenv(PRODUCTS, name)
    a, b, c = sizes
    plain = (Layer(b, "relu", 0.2), Layer(c, "relu"))
    past = (Layer(a, "relu", residual=True), *plain, Layer(c, "tanh", residual=True), Layer(c, "relu", residual=True))
    for kind, layers in {"plain": plain, "past": past, "factors": (Scale(), *plain, Scale())}.items():
        case = Case(kind, (*layers, Layer(3, "softmax")), n_inputs=a, rows=50, batch=23)
        assert_same(case, dtype, run("compiled", case, dtype), run("reference", case, dtype))


# --- which is taken ----------------------------------------------------------------------------------------------


NETWORK = Case("any").network


@pytest.mark.parametrize("name", ["own", *(library.name for library in INSTALLED)])
def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(PRODUCTS, name)
    assert products.chosen(NETWORK, "float32", recorded="own").name == name


def test_what_is_recorded_is_taken_before_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PRODUCTS, raising=False)
    for library in INSTALLED:
        assert products.chosen(NETWORK, "float64", recorded=library.name).library == library
    assert products.chosen(NETWORK, "float64", recorded="a library of another time").name in products.PROVIDERS


@pytest.mark.parametrize("name", ["best", "OWN", "own ", "numpy"])
def test_an_unknown_provider_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(PRODUCTS, name)
    with pytest.raises(SettingsError, match="must be one of own, openblas, blis, mkl, got"):
        products.chosen(NETWORK, "float32")


def test_a_provider_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> libraries.Library:
        raise libraries.Unavailable("it is not installed")

    libraries._found.cache_clear()
    monkeypatch.setitem(libraries._FINDERS, "blis", missing)
    monkeypatch.setenv(PRODUCTS, "blis")
    try:
        with pytest.raises(SettingsError, match="cannot be made by blis: it is not installed; unset"):
            products.chosen(NETWORK, "float32")
    finally:
        libraries._found.cache_clear()


# --- integers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "config", "wide"),
    [("", b"OpenBLAS 0.3.30 DYNAMIC_ARCH", False), ("", b"OpenBLAS USE64BITINT", True), ("64_", b"USE64BITINT", True)],
)
def test_the_width_of_integers_is_what_openblas_says(end: str, config: bytes, wide: bool) -> None:
    library = type("Library", (), {f"scipy_openblas_get_config{end}": Says(config)})()
    assert libraries._has_wide_integers(library, "scipy_", end) == wide


def test_an_openblas_that_contradicts_its_name_is_not_used() -> None:
    library = type("Library", (), {"openblas_get_config64_": Says(b"OpenBLAS 0.3.30")})()
    with pytest.raises(libraries.Unavailable, match="64 bits"):
        libraries._has_wide_integers(library, "", "64_")
    with pytest.raises(libraries.Unavailable, match="does not say"):
        libraries._has_wide_integers(object(), "", "")


class Says:
    """A function of a library, without arguments."""

    restype: object = None

    def __init__(self, text: bytes) -> None:
        self.text = text

    def __call__(self, *_: object) -> bytes:
        return self.text
