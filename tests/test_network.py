"""Network: every verb against plain NumPy written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import central, dense
from rounding import assert_rounded, sizes_by_a_and_z
from scipy.sparse import csr_array

import glassprop.network as network_module
from glassprop import Layer, Network
from glassprop.errors import DataError

NETWORK = dense(3, (4, "relu"), (2, "softmax"), cost="cross_entropy")
WEIGHTS = np.array([1.0, 0.0, 3.0, 0.5, 1.0])


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    return NETWORK.initial(rng), rng.normal(size=(5, 3)), np.eye(2)[rng.integers(2, size=5)]


def by_hand(theta, X):
    """The network's output, from θ cut up by hand."""
    w1, b1 = theta[:12].reshape(4, 3), theta[12:16]
    w2, b2 = theta[16:24].reshape(2, 4), theta[24:]
    z = np.maximum(X @ w1.T + b1, 0) @ w2.T + b2
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def test_repr_can_be_typed_in():
    assert repr(NETWORK) == "Network(3, [Layer(4, 'relu'), Layer(2, 'softmax')], cost='cross_entropy')"
    assert eval(repr(NETWORK)) == NETWORK
    assert Network(1, [Layer(1, "identity")]).cost_function.name == "squared_error"


def test_initial_is_seeded_and_typed():
    one, same, other = (NETWORK.initial(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).all()
    assert one.shape == (26,)
    assert one.flags.c_contiguous
    assert NETWORK.initial(np.random.default_rng(1), dtype=np.float32).dtype == np.float32
    assert NETWORK.initial(np.random.RandomState(1)).shape == (26,)


def test_w_and_b_are_views(case):
    theta, _, _ = case
    assert NETWORK.w(theta, 2).shape == (2, 4)
    assert NETWORK.b(theta, 1).shape == (4,)
    NETWORK.w(theta, 2)[1, 3] = 99
    assert theta[16 + 4 + 3] == 99


def test_predict_and_forward(case):
    theta, X, _ = case
    assert_rounded(NETWORK.predict(theta, X), by_hand(theta, X))
    assert_rounded(NETWORK.forward(theta, X).a[2], NETWORK.predict(theta, X))
    assert_rounded(NETWORK.predict(theta, csr_array(X)), by_hand(theta, X))
    assert NETWORK.predict(theta, X[:0]).shape == (0, 2)


@pytest.mark.parametrize("rows", [6, 7, 8, 15])
def test_predict_in_blocks_gives_what_one_block_gives(case, rows, monkeypatch):
    monkeypatch.setattr(network_module, "_ROWS_AT_ONCE", 7)
    X = np.random.default_rng(1).normal(size=(rows, 3))
    assert_rounded(NETWORK.predict(case[0], X), by_hand(case[0], X))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_cost_is_the_weighted_average(case, weights):
    theta, X, Y = case
    each = -np.log((by_hand(theta, X) * Y).sum(axis=1))
    cost = NETWORK.cost(theta, X, Y, weights)
    assert isinstance(cost, float)
    assert_rounded(cost, np.average(each, weights=weights))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_gradient_against_differences_of_the_cost_by_hand(case, weights):
    theta, X, Y = case
    exact = central(lambda t: np.average(-np.log((by_hand(t, X) * Y).sum(axis=1)), weights=weights), theta, h=1e-5)
    given = NETWORK.gradient(theta, X, Y, weights)
    np.testing.assert_allclose(given, exact, rtol=1e-6, atol=1e-9)
    assert given.shape == theta.shape


def test_gradient_leaves_its_arguments_as_they_were(case):
    copies = [array.copy() for array in (*case, WEIGHTS)]
    NETWORK.gradient(*case, WEIGHTS)
    NETWORK.cost(*case, WEIGHTS)
    NETWORK.example_gradients(*case).norms()
    for array, copy in zip((*case, WEIGHTS), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_input_gradient(case):
    theta, X, Y = case
    given = NETWORK.input_gradient(theta, X, Y)
    assert given.shape == X.shape
    for i in range(5):
        exact = central(lambda x, i=i: -np.log((by_hand(theta, x[None]) * Y[i]).sum()), X[i], h=1e-5)
        np.testing.assert_allclose(given[i], exact, rtol=1e-6, atol=1e-9)
    assert_rounded(NETWORK.input_gradient(theta, csr_array(X), Y), given, sizes_by_a_and_z(NETWORK, theta, X, Y)[0][0])


def test_dropout_plays_no_part_outside_training(case):
    theta, X, Y = case
    dropping = Network(3, [Layer(4, "relu", dropout=0.9), Layer(2, "softmax")], cost="cross_entropy")
    np.testing.assert_array_equal(dropping.predict(theta, X), NETWORK.predict(theta, X))
    np.testing.assert_array_equal(dropping.gradient(theta, X, Y), NETWORK.gradient(theta, X, Y))


@pytest.mark.parametrize("verb", ["cost", "gradient"])
def test_weights_that_sum_to_0_are_refused(case, verb):
    with pytest.raises(DataError, match=r"weights of the examples sum to 0.*at least one example a weight above 0"):
        getattr(NETWORK, verb)(*case, np.zeros(5))


@pytest.mark.parametrize("verb", ["cost", "gradient", "example_gradients", "input_gradient"])
def test_verbs_refuse_what_does_not_fit(case, verb):
    theta, X, Y = case
    act = getattr(NETWORK, verb)
    with pytest.raises(DataError, match=r"X must have shape \(n, 3\), got \(5, 2\); Y must have shape \(n, 2\)"):
        act(theta, X[:, :2], Y[:, :1])
    with pytest.raises(DataError, match=r"theta must have shape \(26,\), got \(27,\)"):
        act(np.append(theta, 0), X, Y)
    with pytest.raises(DataError, match=r"one-hot.*got \[0.5 0.6\] in row 2"):
        act(theta, X, np.where(np.arange(5)[:, None] == 2, [0.5, 0.6], Y))


def test_frozen():
    with pytest.raises(AttributeError):
        NETWORK.n_inputs = 4


@pytest.mark.parametrize("verb", ["predict", "forward"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_predict_and_forward_refuse_what_does_not_fit(case, verb, dtype):
    """Above all the compiled predictor, which would read past the end of θ."""
    theta, X, _ = (array.astype(dtype) for array in case)
    act = getattr(NETWORK, verb)
    act(theta, X)
    for wrong in (theta[:-1], np.append(theta, theta[:1]), theta[:, None]):
        with pytest.raises(DataError, match=r"theta must have shape \(26,\)"):
            act(wrong, X)
    with pytest.raises(DataError, match=r"X must have shape \(n, 3\), got \(5, 2\)"):
        act(theta, X[:, :2])
    with pytest.raises(DataError, match=r"X must have shape \(n, 3\), got \(3,\)"):
        act(theta, X[0])
    with pytest.raises(DataError, match="theta must hold floating-point numbers"):
        act(np.zeros(26, dtype=int), X)
    with pytest.raises(DataError, match="got a list"):
        act(list(theta), X)


@pytest.mark.parametrize("verb", ["cost", "gradient"])
def test_weights_may_be_a_list(case, verb):
    act = getattr(NETWORK, verb)
    np.testing.assert_array_equal(act(*case, WEIGHTS.tolist()), act(*case, WEIGHTS))
    with pytest.raises(DataError, match=r"sample_weight must have shape \(5,\)"):
        act(*case, [1.0])
