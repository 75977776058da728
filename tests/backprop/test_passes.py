"""The two passes: what a trace holds, dropout in it, and δ of every layer."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import central, dense
from rounding import assert_rounded, size_of_gradient, sizes_by_a_and_z
from scipy.sparse import csr_array, csr_matrix

from glassprop.backprop.gradient import fill_gradient, scale_rows
from glassprop.backprop.passes import backward, example_costs, forward, last_errors

NETWORK = dense(3, (4, "tanh"), (3, "softmax"), (2, "sigmoid"), cost="binary_cross_entropy")


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    return rng.normal(size=NETWORK.layout.size), rng.normal(size=(5, 3)), rng.random((5, 2))


def test_a_trace_holds_every_layer(case):
    theta, X, _ = case
    trace = forward(NETWORK, theta, X)
    assert trace.z[0] is None
    assert trace.a[0] is X
    assert [z.shape for z in trace.z[1:]] == [a.shape for a in trace.a[1:]] == [(5, 4), (5, 3), (5, 2)]
    for l in (1, 2, 3):
        assert trace.out(l) is trace.a[l]  # no dropout, no copy


def test_deltas_are_the_derivatives_by_z(case):
    theta, X, Y = case
    trace = forward(NETWORK, theta, X)
    deltas = backward(NETWORK, trace, last_errors(NETWORK, trace, Y)).delta

    def cost_with_shift(l, i):  # a nudge of z^(l) is a nudge of b^(l)
        def cost(shift):
            nudged = theta.copy()
            NETWORK.b(nudged, l)[...] += shift
            return example_costs(NETWORK, forward(NETWORK, nudged, X), Y)[i]

        return cost

    for l in (1, 2, 3):
        for i in range(5):
            exact = central(cost_with_shift(l, i), np.zeros(NETWORK.sizes[l]))
            np.testing.assert_allclose(deltas[l][i], exact, rtol=1e-6, atol=1e-9)


def test_rows_do_not_know_each_other(case):
    theta, X, _ = case
    together = forward(NETWORK, theta, X)
    for i in range(5):
        alone = forward(NETWORK, theta, X[i : i + 1])
        assert_rounded(together.a[3][i], alone.a[3][0])


def test_gradient_under_dropout_is_that_of_the_thinned_network(case):
    theta, X, Y = case
    rng = np.random.default_rng(1)
    masks = {1: (rng.random((5, 4)) > 0.4) / 0.6, 2: (rng.random((5, 3)) > 0.3) / 0.7}
    trace = forward(NETWORK, theta, X, masks)
    np.testing.assert_array_equal(trace.out(1), trace.a[1] * masks[1])
    errors = backward(NETWORK, trace, scale_rows(last_errors(NETWORK, trace, Y), None, len(X)))
    given = fill_gradient(NETWORK, trace, errors, np.empty_like(theta))
    exact = central(lambda t: example_costs(NETWORK, forward(NETWORK, t, X, masks), Y).mean(), theta)
    np.testing.assert_allclose(given, exact, rtol=1e-6, atol=1e-9)
    assert np.abs(given - NETWORK.gradient(theta, X, Y)).max() > 1e-3  # the masks matter


@pytest.mark.parametrize("form", [csr_array, csr_matrix])
def test_sparse_rows_give_what_dense_rows_give(case, form):
    theta, X, Y = case
    X = np.where(X > 0.3, X, 0)
    dense_a, sparse_a = (forward(NETWORK, theta, rows).a[3] for rows in (X, form(X)))
    assert isinstance(sparse_a, np.ndarray)
    assert_rounded(sparse_a, dense_a)
    size, (sizes, _) = size_of_gradient(NETWORK, theta, X, Y), sizes_by_a_and_z(NETWORK, theta, X, Y)
    assert_rounded(NETWORK.gradient(theta, form(X), Y), NETWORK.gradient(theta, X, Y), size)
    assert_rounded(NETWORK.input_gradient(theta, form(X), Y), NETWORK.input_gradient(theta, X, Y), sizes[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(case, dtype):
    theta, X, Y = (array.astype(dtype) for array in case)
    trace = forward(NETWORK, theta, X)
    deltas = backward(NETWORK, trace, last_errors(NETWORK, trace, Y)).delta
    assert {array.dtype for array in (*trace.z[1:], *trace.a, *deltas[1:])} == {np.dtype(dtype)}
    assert NETWORK.gradient(theta, X, Y, np.ones(5)).dtype == dtype
