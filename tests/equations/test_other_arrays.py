"""The equations on arrays of other libraries: the numbers that NumPy's give, and nothing leaves the device."""

from __future__ import annotations

import sys
from subprocess import run

import numpy as np
import pytest
from array_libraries import library, on_host
from core_cases import targets
from layer_cases import CASES, example
from rounding import OF_A_FUNCTION, assert_rounded, size_of_gradient, sizes_by_a_and_z

from glassprop.backprop.gradient import average_gradient, input_gradient
from glassprop.backprop.members import predicted
from glassprop.equations.activation import ACTIVATIONS, softmax_jacobian
from glassprop.equations.affine import affine, by_bias, by_input, by_weight
from glassprop.equations.cost import COSTS
from glassprop.equations.dropout import dropout_mask
from glassprop.equations.pairs import PAIRS
from glassprop.equations.scaling import by_factor, by_scaled_input, scaled

__all__ = ["library"]
N, K = 7, 3
BY_SCIPY = {"gelu"}  # calls SciPy, which looks at other arrays only where it was told to before it was loaded
ODD = [0.0, -0.0, 1e4, -1e4, 3.0, -3.0, 1e-300]


@pytest.fixture(scope="module")
def z() -> np.ndarray:
    z = np.random.default_rng(0).normal(0, 2, size=(N, K))
    z[:, 0] = ODD
    return z


def same(library, function, *given) -> None:
    """The function gives the same numbers of this library's arrays as of NumPy's, in arrays of this library."""
    with np.errstate(all="ignore"):
        expected, found = function(*given), function(*map(library, given))
    assert library.is_own(found)
    found = on_host(found)
    assert found.dtype == expected.dtype
    if library.exact:
        np.testing.assert_array_equal(found, expected)
    else:
        with np.errstate(invalid="ignore"):  # ∞ - ∞, which are the same
            assert_rounded(found, expected, np.abs(expected), OF_A_FUNCTION * N, expected.dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - BY_SCIPY))
def test_activations(library, name, dtype, z):
    z, activation = z.astype(dtype), ACTIVATIONS[name]
    with np.errstate(all="ignore"):
        a = activation(z)
    same(library, activation, z)
    same(library, activation.pullback, z[::-1], z, a)
    if activation.by_parameter is not None:
        p = np.array([0.2, 0.5, 1.0], dtype)
        same(library, lambda z, p: activation.at(p)(z), z, p)
        same(library, lambda z, a, p: activation.at(p).pullback(z, z, a), z, a, p)
        same(library, activation.by_parameter, z, a, p)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", list(COSTS))
def test_costs(library, name, dtype):
    cost, rng = COSTS[name], np.random.default_rng(1)
    a = rng.dirichlet(np.ones(K), size=N).astype(dtype)
    y = targets(cost.targets, N, K, rng).astype(dtype)
    same(library, cost, a, y)
    same(library, cost.by_output, a, y)


@pytest.mark.parametrize("names", list(PAIRS), ids=" and ".join)
def test_pairs(library, names, z):
    pair, rng = PAIRS[names], np.random.default_rng(2)
    z, y = np.clip(z, -20, 20), targets(COSTS[names[1]].targets, N, K, rng)
    same(library, pair.value, z, y)
    same(library, pair.delta, ACTIVATIONS[names[0]](z), y)


def test_layers(library, z):
    rng = np.random.default_rng(3)
    a, w, b, delta = rng.normal(size=(N, 2)), rng.normal(size=(K, 2)), rng.normal(size=K), rng.normal(size=(N, K))
    given = {affine: (a, w, b), by_weight: (delta, a), by_bias: (delta,), by_input: (delta, w)}
    given |= {scaled: (delta, b), by_factor: (delta, delta), by_scaled_input: (delta, b)}
    for function, arrays in given.items():
        with np.errstate(all="ignore"):
            found, expected = function(*map(library, arrays)), function(*arrays)
        assert library.is_own(found)
        assert_rounded(on_host(found), expected, 10 * N)
    same(library, softmax_jacobian, np.array([0.2, 0.3, 0.5]))


@pytest.mark.parametrize(
    "name", [name for name in CASES if ("waves" in name or "codes" in name) and CASES[name].members == 1]
)
def test_kinds_of_layer_that_embed(library, name):
    """Whole passes over networks with them: z, the gradient, and ∂C/∂x, where the arrays lie."""
    network = CASES[name]
    given = theta, X, Y = example(network)
    there = tuple(map(library, given))
    for function, size in (
        (lambda theta, X, Y: predicted(network, theta, X), 10 * np.abs(theta).sum()),
        (lambda theta, X, Y: average_gradient(network, theta, X, Y), size_of_gradient(network, theta, X, Y)),
        (lambda theta, X, Y: input_gradient(network, theta, X, Y), sizes_by_a_and_z(network, theta, X, Y)[0][0]),
    ):
        with np.errstate(all="ignore"):
            found, expected = function(*there), function(*given)
        assert library.is_own(found)
        assert_rounded(on_host(found), expected, size)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rate", [0.0, 0.3, 0.999999999999])
def test_dropout_masks_are_the_same_bits(library, rate, dtype):
    shape, beside = (123, 45), library(np.zeros(1, dtype))
    where = 2**32 - 1, 2**40 + 17, 3, shape, rate
    for first in (0, 7, 2**32):
        found, expected = (dropout_mask(*where, of, first, by) for of, by in ((beside.dtype, beside), (dtype, None)))
        assert library.is_own(found)
        np.testing.assert_array_equal(on_host(found), expected)
    assert 0.2 < (expected == 0).mean() < 0.4 or rate != 0.3


OF_SCIPY = """
import os, sys
os.environ["SCIPY_ARRAY_API"] = "1"  # before SciPy is loaded
import numpy as np
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.arrays import on_host
import array_api_strict
gelu, z = ACTIVATIONS["gelu"], np.linspace(-5, 5, 40).reshape(10, 4)
libraries = [array_api_strict.asarray]
try:
    import torch
    libraries.append(torch.asarray)
except ImportError:
    pass
for asarray in libraries:
    there = asarray(z)
    for found, expected in ((gelu(there), gelu(z)), (gelu.pullback(there, there, there), gelu.pullback(z, z, z))):
        assert type(found) is type(there), type(found)
        np.testing.assert_allclose(on_host(found), expected, rtol=1e-12, atol=1e-15)
"""


def test_what_scipy_works_out():
    done = run([sys.executable, "-c", OF_SCIPY], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
