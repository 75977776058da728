"""Gradients of single examples, kept as factors, against a loop that builds each in full."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from core_cases import dense
from rounding import assert_rounded, size_of_gradient
from scipy.sparse import csr_array, csr_matrix

from glassprop.errors import DataError

NETWORKS = [
    dense(3, (2, "identity")),
    dense(3, (4, "tanh"), (2, "sigmoid"), cost="binary_cross_entropy"),
    dense(3, (4, "softmax"), (5, "relu"), (2, "softmax"), cost="cross_entropy"),
]


@pytest.fixture(params=NETWORKS, ids=lambda network: f"depth {network.depth}")
def case(request):
    """A network, θ, X with zeros in it, Y, the gradients of single examples built one by one, and their sizes."""
    network, rng = request.param, np.random.default_rng(0)
    theta = rng.normal(size=network.layout.size)
    X = np.where(rng.random((7, 3)) < 0.4, 0, rng.normal(size=(7, 3)))
    Y, functions = np.eye(2)[rng.integers(2, size=7)], (network.gradient, partial(size_of_gradient, network))
    built, sizes = (np.stack([f(theta, X[i : i + 1], Y[i : i + 1]) for i in range(7)]) for f in functions)
    return network, theta, X, Y, built, sizes


FORMS = pytest.mark.parametrize("form", [np.asarray, csr_array, csr_matrix])


@FORMS
def test_one_in_full(case, form):
    network, theta, X, Y, built, sizes = case
    each = network.example_gradients(theta, form(X), Y)
    assert len(each) == 7
    for i in range(-7, 7):
        assert_rounded(each[i], built[i], sizes[i])
    np.testing.assert_array_equal(each[np.int64(2)], each[2])


@FORMS
def test_norms(case, form):
    network, theta, X, Y, built, sizes = case
    norms = network.example_gradients(theta, form(X), Y).norms()
    assert norms.shape == (7,)
    assert_rounded(norms, np.linalg.norm(built, axis=1), np.linalg.norm(sizes, axis=1))


@FORMS
def test_dots(case, form):
    network, theta, X, Y, built, sizes = case
    each = network.example_gradients(theta, form(X), Y)
    assert_rounded(each.dot(each), built @ built.T, sizes @ sizes.T)
    some = network.example_gradients(theta, form(X[:3]), Y[:3])
    assert some.dot(each).shape == (3, 7)
    assert_rounded(some.dot(each), built[:3] @ built.T, sizes[:3] @ sizes.T)


@FORMS
def test_along(case, form):
    network, theta, X, Y, built, sizes = case
    v = np.random.default_rng(1).normal(size=theta.shape)
    assert_rounded(network.example_gradients(theta, form(X), Y).along(v), built @ v, sizes @ np.abs(v))


@FORMS
def test_mean(case, form):
    network, theta, X, Y, built, sizes = case
    each = network.example_gradients(theta, form(X), Y)
    assert_rounded(each.mean(), built.mean(axis=0), sizes.mean(axis=0))


def test_iterating_gives_each_once(case):
    network, theta, X, Y, built, sizes = case
    assert_rounded(list(network.example_gradients(theta, X, Y)), built, sizes)


@pytest.mark.parametrize("i", [7, -8, 100])
def test_no_such_example(case, i):
    network, theta, X, Y, *_ = case
    with pytest.raises(IndexError, match=f"example {i} was asked for; there are 7, counted from 0"):
        network.example_gradients(theta, X, Y)[i]


def test_the_gradients_are_not_kept_in_full():
    network, n = dense(50, (60, "tanh"), (5, "identity")), 200
    rng = np.random.default_rng(0)
    each = network.example_gradients(
        rng.normal(size=network.layout.size), rng.normal(size=(n, 50)), rng.normal(size=(n, 5))
    )
    each.norms()
    kept = [*each.deltas[1:], *each.traces[0].a, *each.traces[0].z[1:]]
    assert sum(array.nbytes for array in kept) < 0.2 * n * network.layout.size * 8


def test_float32_is_kept(case):
    network, theta, X, Y, *_ = case
    each = network.example_gradients(*(array.astype(np.float32) for array in (theta, X, Y)))
    assert each[0].dtype == each.mean().dtype == each.norms().dtype == each.dot(each).dtype == np.float32


def test_targets_are_checked(case):
    network, theta, X, Y, *_ = case
    with pytest.raises(DataError):
        network.example_gradients(theta, X, np.full_like(Y, np.nan))


@pytest.mark.parametrize("i", [slice(0, 2), [0, 1], 1.0, None, "0"])
def test_only_one_example_at_a_time(i):
    network = dense(2, (3, "tanh"), (1, "identity"))
    each = network.example_gradients(np.zeros(13), np.zeros((4, 2)), np.zeros((4, 1)))
    with pytest.raises(TypeError, match=f"one at a time: ask for a whole number, got a {type(i).__name__}"):
        each[i]
    np.testing.assert_array_equal(each[np.int64(1)], each[1])


def test_comparing_is_by_identity():
    """Arrays have no single truth; == must not raise."""
    network = dense(2, (3, "tanh"), (1, "identity"))
    one, other = (network.example_gradients(np.zeros(13), np.zeros((4, 2)), np.zeros((4, 1))) for _ in range(2))
    assert one == one
    assert one != other
    assert one.traces[0] != other.traces[0]
    assert len({one, other, one.traces[0]}) == 3
