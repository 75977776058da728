"""Damped scores against curvature built by differences, and against what becomes of a cost without a row."""

from __future__ import annotations

import numpy as np
import pytest
from layer_cases import CASES, MEMBERS, example
from scipy.sparse import csr_array

from glassprop import Layer, Network
from glassprop.backprop.passes import forward
from glassprop.equations.pairs import PAIRS
from glassprop.influence.curvature import MOST, curvature_rows
from glassprop.influence.influence import influences
from glassprop.influence.trace import Trace

STEP = 1e-5  # of central differences: off by about STEP², and by rounding over STEP
WEIGHT = np.array([1, 0, 2, 0.5, 1])
ALL = {**CASES, **MEMBERS}


def slopes(function, at):
    """∂function/∂at by central differences. -> (size of at, …)."""
    return np.array([(function(at + e) - function(at - e)) / (2 * STEP) for e in STEP * np.eye(len(at))])


def gauss_newton(network, theta, X, Y):
    """Of each row, Jᵀ H J, the mean over members: J and H by differences of z and of δ. -> (n, size, size)."""
    found = []
    for x, y in zip(X, Y, strict=True):
        total = 0.0
        for member in network.each_member:
            z = forward(member, theta, x[None]).z[-1][0]
            J = slopes(lambda of, m=member, x=x: forward(m, of, x[None]).z[-1][0], theta)
            sigma = forward(member, theta, x[None]).sigma[-1]
            H = slopes(lambda of, s=sigma, y=y: network.pair.delta(s(of[None]), y[None])[0], z)
            total = total + J @ H @ J.T / network.members
        found.append(total)
    return np.array(found)


def built(network, theta, X, Y):
    return np.array([network.gradient(theta, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))])


def curvature(network, theta, X, Y):
    if network.pair is None:
        g = built(network, theta, X, Y)
        return g[:, :, None] * g[:, None, :]
    return gauss_newton(network, theta, X, Y)


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("name", ALL)
def test_damped_is_what_curvature_in_full_gives(name, weight):
    network = ALL[name]
    theta, X, Y = example(network, 5)
    w = np.ones(5) if weight is None else weight
    F = np.einsum("i,ijk->jk", w, curvature(network, theta, X, Y))
    damped = F + np.trace(F) / np.count_nonzero(w) * np.eye(len(F))
    g = built(network, theta, X, Y)
    expected = g[:2] @ np.linalg.solve(damped, g.T) * w
    found = influences(network, Trace.of_final(theta), X, Y, X[:2], Y[:2], weight)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


def test_along_a_trace_it_is_the_mean_by_rates_and_weights_of_rate_0_do_not_count():
    network = CASES["residual"]
    _, X, Y = example(network, 5)
    thetas = np.stack([example(network, seed=seed)[0] for seed in range(3)])
    whole = influences(network, Trace(thetas, np.array([0.1, 0.0, 0.3]), np.arange(3)), X, Y, X[:2], Y[:2])
    first, last = (influences(network, Trace.of_final(theta), X, Y, X[:2], Y[:2]) for theta in thetas[[0, 2]])
    np.testing.assert_allclose(whole, (first + 3 * last) / 4, rtol=1e-12)


def test_it_comes_to_what_leaving_a_row_out_of_least_squares_does():
    """Exact but for the row's own leverage h: without row i, w moves by (XᵀX)⁻¹ x_i r_i / (1 - h_i)."""
    rng = np.random.default_rng(0)
    network = Network(3, [Layer(1, "identity")], cost="half_squared_error")
    X, Y = rng.normal(size=(40, 3)), rng.normal(size=(40, 1))
    x, y = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
    A = np.c_[X, np.ones(40)]
    theta = np.linalg.lstsq(A, Y)[0].ravel()
    leverage = np.einsum("ij,ji->i", A, np.linalg.solve(A.T @ A, A.T))
    slope = (np.c_[x, np.ones(2)] @ theta - y[:, 0])[:, None] * np.c_[x, np.ones(2)]
    moved = [np.linalg.lstsq(np.delete(A, i, 0), np.delete(Y, i, 0))[0].ravel() - theta for i in range(40)]
    expected = slope @ np.transpose(moved) * (1 - leverage)
    far = [
        np.abs(influences(network, Trace.of_final(theta), X, Y, x, y, damping=damping) - expected).max()
        for damping in (1.0, 0.01, 1e-4, 1e-6)
    ]
    assert far == sorted(far, reverse=True)
    assert far[-1] < 1e-5 * np.abs(expected).max() < far[0]


def test_rows_that_are_equal_share_one_score_and_a_row_counts_as_often_as_its_weight_says():
    network = CASES["residual"]
    theta, X, Y = example(network, 4)
    trace = Trace.of_final(theta)
    twice = influences(network, trace, X[[0, 1, 2, 3, 3]], Y[[0, 1, 2, 3, 3]], X[:1], Y[:1])[0]
    assert twice[3] == twice[4]
    weighted = influences(network, trace, X, Y, X[:1], Y[:1], np.array([1, 1, 1, 2.0]), damping=4 / 5)[0]
    np.testing.assert_allclose(weighted[:3], twice[:3], rtol=1e-9)  # λ is by rows, of which there are 5 and 4
    np.testing.assert_allclose(weighted[3], 2 * twice[3], rtol=1e-9)


@pytest.mark.parametrize("pair", PAIRS)
def test_roots_of_pairs_square_to_the_second_derivative(pair):
    rng = np.random.default_rng(1)
    activation, cost = pair
    network = Network(2, [Layer(3, activation)], cost=cost)
    z, y = rng.normal(size=(1, 3)), np.array([[0.2, 0.3, 1.5]]) if cost != "binary_cross_entropy" else np.ones((1, 3))
    sigma = network.layers[-1].activation
    roots = np.array([PAIRS[pair].root(sigma(z), y, e[None])[0] for e in np.eye(3)])
    second = slopes(lambda of: PAIRS[pair].delta(sigma(of[None]), y)[0], z[0])
    np.testing.assert_allclose(roots.T @ roots, second, atol=1e-8)


def test_of_many_outputs_mixtures_stand_for_all_and_are_the_same_each_time():
    network = Network(4, [Layer(5, "tanh"), Layer(6, "softmax")], cost="cross_entropy")
    theta, X, Y = example(network, MOST // 3)
    rows = curvature_rows(network, theta, X, Y)
    assert len(rows) == 3 * len(X)
    exact = sum(
        np.outer(g, g)
        for part in range(0, len(X), 100)
        for each in [curvature_rows(network, theta, X[part : part + 100], Y[part : part + 100])]
        for g in each
    )
    mixed = sum(np.outer(g, g) for g in rows)
    assert np.linalg.norm(mixed - exact) < 0.2 * np.linalg.norm(exact)
    np.testing.assert_allclose(np.trace(mixed), np.trace(exact), rtol=0.05)
    again = curvature_rows(network, theta, X, Y)
    np.testing.assert_array_equal(rows[7], again[7])


def test_of_many_rows_500_that_count_stand_for_all():
    """Rows of weight 0 among them are passed over; what is left is the same 5 rows many times."""
    network = CASES["scale twice"]
    theta, X, Y = example(network, 5)
    trace, few = Trace.of_final(theta), np.repeat(np.arange(5), 240)
    weight = np.tile([1.0, 0.0], 600)
    many = influences(network, trace, X[few], Y[few], X[:1], Y[:1], weight)[0]
    once = influences(network, trace, X, Y, X[:1], Y[:1], damping=5 / 500)[0] / 120  # 120 of each row count
    np.testing.assert_allclose(many[weight > 0], once[few[weight > 0]], rtol=1e-9)
    assert not many[weight == 0].any()


def test_sparse_rows_and_one_block_or_many(monkeypatch):
    network = CASES["residual"]
    theta, X, Y = example(network, 5)
    X[np.abs(X) < 0.5] = 0
    trace = Trace.of_final(theta)
    dense = influences(network, trace, X, Y, X[:1], Y[:1])
    np.testing.assert_allclose(influences(network, trace, csr_array(X), Y, X[:1], Y[:1]), dense, rtol=1e-9)
    monkeypatch.setattr("glassprop.influence.influence._NUMBERS", 1)
    monkeypatch.setattr("glassprop.influence.influence._FEWEST", 2)
    np.testing.assert_allclose(influences(network, trace, X, Y, X[:1], Y[:1]), dense, rtol=1e-9)


def test_where_no_row_teaches_anything_all_scores_are_0():
    network = Network(1, [Layer(1, "identity")], cost="squared_error")
    X, Y = np.ones((3, 1)), np.ones((3, 1))
    assert not influences(network, Trace.of_final(np.array([1.0, 0.0])), X, Y, X, Y).any()
