"""Scores of training rows against gradients built in full, and against what steps of training change."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from layer_cases import CASES, example
from rounding import assert_rounded, size_of_gradient
from scipy.sparse import csr_array

from glassprop.errors import DataError
from glassprop.influence.influence import blocks, influences, self_influences
from glassprop.influence.trace import Trace

RATES = np.array([0.1, 0.0, 0.4])


def trace_of(network):
    thetas = np.stack([example(network, seed=seed)[0] for seed in range(3)])
    return Trace(thetas, RATES, np.arange(1, 4))


@pytest.fixture(params=CASES, ids=lambda name: name)
def case(request):
    """A network of every kind of layer, a trace, its gradients of 5 rows at each weight in full, and their sizes."""
    network = CASES[request.param]
    trace = trace_of(network)
    _, X, Y = example(network, 5)
    functions = network.gradient, partial(size_of_gradient, network)
    built, sizes = (
        np.array([[f(theta, X[i : i + 1], Y[i : i + 1]) for i in range(5)] for theta in trace.thetas])
        for f in functions
    )
    return network, trace, X, Y, built, sizes


def added_up(of, with_):
    return np.einsum("t,tjp,tip->ji", RATES, of, with_)


def test_all_kinds_of_layer_in_blocks(case, monkeypatch):
    network, trace, X, Y, built, sizes = case
    monkeypatch.setattr("glassprop.influence.influence._NUMBERS", 1)
    monkeypatch.setattr("glassprop.influence.influence._FEWEST", 2)
    found = influences(network, trace, X, Y, X[:2], Y[:2], damping=None)
    assert_rounded(found, added_up(built[:, :2], built), added_up(sizes[:, :2], sizes))
    own, size = self_influences(network, trace, X, Y), added_up(sizes, sizes)
    assert_rounded(own, np.diag(added_up(built, built)), np.diag(size))


def test_slopes_along_a_vector(case):
    network, trace, X, Y, built, sizes = case
    v = np.random.default_rng(1).normal(size=network.layout.size)
    found = network.example_gradients(trace.thetas[0], X, Y).along(v)
    assert_rounded(found, built[0] @ v, sizes[0] @ np.abs(v))


def test_weights_of_rows():
    network = CASES["all"]
    trace, (_, X, Y), weight = trace_of(network), example(network, 5), np.array([1, 0, 2, 0.5, 1])
    plain = influences(network, trace, X, Y, X[:1], Y[:1], damping=None)
    found = influences(network, trace, X, Y, X[:1], Y[:1], weight, damping=None)
    np.testing.assert_array_equal(found, plain * weight)


def test_sparse_rows():
    network = CASES["residual"]
    trace, (_, X, Y) = trace_of(network), example(network, 5)
    X[np.abs(X) < 0.5] = 0
    dense, sparse = (influences(network, trace, of, Y, of[:1], Y[:1], damping=None) for of in (X, csr_array(X)))
    assert_rounded(sparse, dense)


@pytest.mark.parametrize("name", ["residual", "all", "heads", "networks"])
def test_summed_over_rows_it_is_what_a_full_step_takes_from_a_cost(name):
    """To first order: the slope of the cost along the step of gradient descent, by differences."""
    network, rate, n = CASES[name], 0.3, 6
    theta, X, Y = example(network, n)
    _, X_of, Y_of = example(network, 1, seed=7)
    trace = Trace(theta[None], np.array([rate / n]), np.ones(1, int))
    step = -rate * network.gradient(theta, X, Y)
    ahead, behind = (network.cost(theta + h * step, X_of, Y_of) for h in (1e-5, -1e-5))
    found = influences(network, trace, X, Y, X_of, Y_of, damping=None).sum()
    np.testing.assert_allclose(found, -(ahead - behind) / 2e-5, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("n", [0, 1, 8192, 20_001])
def test_blocks_cover_all_rows_once_and_are_bounded(n):
    rows = list(blocks(CASES["residual"], n))
    assert np.array_equal(np.concatenate([np.arange(n)[:0], *(np.arange(n)[part] for part in rows)]), np.arange(n))
    assert all(part.stop - part.start <= 8192 for part in rows)


def test_a_trace_of_another_network():
    trace, (_, X, Y) = trace_of(CASES["residual"]), example(CASES["all"])
    with pytest.raises(DataError, match=r"the trace has .* weights, and the network .*: it is of another one"):
        influences(CASES["all"], trace, X, Y, X, Y)


@pytest.mark.parametrize(
    ("thetas", "rates", "epochs", "said"),
    [
        (np.ones((2, 3)), np.ones(1), np.ones(2, int), "with k rates and k epochs"),
        (np.ones((0, 3)), np.ones(0), np.ones(0, int), "with k rates and k epochs"),
        (np.ones(3), np.ones(3), np.ones(3, int), "with k rates and k epochs"),
        (np.full((1, 3), np.nan), np.ones(1), np.ones(1, int), "finite"),
        (np.ones((1, 3)), -np.ones(1), np.ones(1, int), "rates of 0 or more"),
    ],
)
def test_what_is_no_trace(thetas, rates, epochs, said):
    with pytest.raises(DataError, match=said):
        Trace(thetas, rates, epochs)
