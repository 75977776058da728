"""Compiled predictions against the reference's forward pass: over the whole list of networks and any number of rows."""

from __future__ import annotations

import copy
import pickle
import threading
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from core_cases import ACTIVATION_NAMES, COST_NAMES, output_for
from engine.engine_cases import CASES, DTYPES, ENGINES, WIDE, Case
from rounding import assert_rounded

from glassprop import Layer, Network, Scale
from glassprop.backprop.objective import Objective
from glassprop.engine.choose import find_predictor
from glassprop.engine.plan import Data
from glassprop.optimizer import SGD

# measured in November 2026, relative to the largest output (at least 1): 9e-16 and 6e-7
LIMIT = {"float64": 1e-13, "float32": 1e-5}
UNIQUE = list(
    {(case.layers, case.n_inputs, case.cost, case.members, case.own): case for case in (*CASES, *WIDE)}.values()
)


def predicted(network: Network, theta: Any, X: Any) -> np.ndarray:
    """By machine code, however few the rows are."""
    return network.predict(theta, X, engine="compiled")


def assert_predicts(network: Network, theta: np.ndarray, X: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        expected = np.mean([member.forward(theta, X).a[-1] for member in network.each_member], axis=0)
    got = predicted(network, theta, X)
    assert got.dtype == X.dtype
    assert got.shape == (len(X), network.sizes[-1])
    limit = LIMIT[X.dtype.name] * max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(got, expected, rtol=0, atol=limit)


@pytest.mark.parametrize("case", UNIQUE, ids=lambda case: case.name)
def test_predictions_and_costs_agree(case: Case) -> None:
    """The plain cost of some examples, as the epochs of a training report it for validation data."""
    for dtype in DTYPES:
        theta, data = case.problem(dtype)
        assert find_predictor(case.network, data.X, theta) is not None
        assert_predicts(case.network, theta, data.X)
        engines = [ENGINES[name](case.network, Objective(), SGD()) for name in ("reference", "compiled")]
        expected, got = (engine.cost(theta, data) for engine in engines)
        assert abs(got - expected) <= 10 * LIMIT[dtype] * max(1.0, abs(expected)), dtype


def test_costs_of_many_rows_and_of_sparse_ones_agree(pool: Any) -> None:
    pool(2)
    case = Case("many", ((64, "relu"), (64, "tanh"), (3, "softmax")), n_inputs=20, rows=9001, weights="random")
    theta, data = case.problem("float64")
    engines = [ENGINES[name](case.network, Objective(), SGD()) for name in ("reference", "compiled")]
    expected, got = (engine.cost(theta, data) for engine in engines)
    assert_rounded(got, expected)
    turned = Data(np.asfortranarray(data.X), data.Y, data.sample_weight)
    assert engines[1].cost(theta, turned) == got
    sparse = Data(scipy.sparse.csr_matrix(data.X), data.Y, data.sample_weight)
    assert_rounded(engines[1].cost(theta, sparse), expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 9, 255, 256, 257, 10_000])
def test_any_number_of_rows(rows: int, dtype: str) -> None:
    network = Network(5, [Layer(33, "tanh"), Layer(20, "gelu"), Layer(3, "softmax")], "cross_entropy")
    theta = network.initial(np.random.default_rng(0), dtype)
    assert_predicts(network, theta, np.random.default_rng(1).normal(size=(rows, 5)).astype(dtype))


@pytest.mark.parametrize("cost", COST_NAMES)
@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_rows_do_not_depend_on_their_neighbors(activation: str, cost: str) -> None:
    """One row alone and the same row among many, padding or not, give the same bits."""
    network = Network(5, [Layer(9, activation), Layer(3, output_for(cost))], cost)
    theta = network.initial(np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(300, 5))
    many = predicted(network, theta, X)
    for row in (0, 17, 255, 256, 299):
        np.testing.assert_array_equal(predicted(network, theta, X[row : row + 1]), many[row : row + 1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_far_out_inputs_agree(name: str, dtype: str) -> None:
    """Where an activation saturates or overflows, both say the same: the same infinities, and NaN only where NaN."""
    network = Network(1, [Layer(2, name), Layer(1, "identity")])
    theta = np.array([1, -1, 0, 0, 1, 0, 0], dtype=dtype)  # the second neuron is there for softmax, and is not read
    X = np.array([0, 1e-30, 1, 20, 90, 104, 700, 750, 1e4, 1e30, np.inf], dtype=dtype)
    X = np.concatenate([X, -X, [np.nan]])[:, None].astype(dtype)
    with np.errstate(all="ignore"):
        expected = network.forward(theta, X).a[-1]
    got = predicted(network, theta, X)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(got), np.isinf(expected))
    np.testing.assert_allclose(got, expected, rtol=LIMIT[dtype], atol=LIMIT[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_member_among_others_predicts_by_what_is_its_own(dtype: str) -> None:
    case = Case("", (Scale(), Layer(9, "tanh"), Layer(3, "softmax")), members=3, own="ends")
    theta, data = case.problem(dtype)
    alone = [case.network.member(member) for member in range(3)]
    for member in alone:
        assert find_predictor(member, data.X, theta) is not None
        assert_predicts(member, theta, data.X)
    assert np.abs(predicted(alone[0], theta, data.X) - predicted(alone[1], theta, data.X)).max() > 0.01


def test_a_member_that_is_sure_and_wrong_costs_what_the_mean_does(pool: Any) -> None:
    """The mean of probabilities 0 and 1 is ½; where all are 0 it is kept off that by the epsilon of its precision."""
    network = Network(1, [Layer(2, "softmax", own=True)], "cross_entropy", members=2)
    theta, Y = np.zeros(network.layout.size), np.array([[1.0, 0.0]])
    b = network.b(theta, 1)
    for biases, cost in (([[1e4, 0], [0, 1e4]], np.log(2)), ([[0, 1e4], [0, 1e4]], -np.log(np.finfo(float).eps))):
        b[...] = biases
        for name in ENGINES:
            assert_rounded(ENGINES[name](network, Objective(), SGD()).cost(theta, Data(np.ones((1, 1)), Y)), cost)


def test_dropout_plays_no_part() -> None:
    case = Case("dropout", ((20, "tanh", 0.5), (3, "softmax")))
    theta, data = case.problem("float64")
    plain = Network(4, [Layer(20, "tanh"), Layer(3, "softmax")], "cross_entropy")
    np.testing.assert_array_equal(predicted(case.network, theta, data.X), predicted(plain, theta, data.X))


def test_results_are_the_callers_own() -> None:
    network = Network(3, [Layer(4), Layer(2, "identity")])
    theta = network.initial(np.random.default_rng(0))
    X = np.ones((5, 3))
    first = predicted(network, theta, X)
    kept = first.copy()
    predicted(network, theta, 2 * X)
    np.testing.assert_array_equal(first, kept)
    assert first.flags.writeable
    assert first.flags.owndata


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_a_network_that_has_predicted_can_be_copied_and_pickled(again) -> None:
    network = Network(3, [Layer(40), Layer(2, "identity")])
    theta = network.initial(np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(2000, 3))
    expected = predicted(network, theta, X)
    other = again(network)
    assert other == network
    assert hash(other) == hash(network)
    np.testing.assert_array_equal(predicted(other, theta, X), expected)
    np.testing.assert_array_equal(predicted(network, theta, X), expected)


def test_both_precisions_and_other_thetas_in_turn() -> None:
    network = Network(3, [Layer(9, "tanh"), Layer(2, "identity")])
    rng = np.random.default_rng(0)
    for _ in range(3):
        for dtype in DTYPES:
            assert_predicts(network, network.initial(rng, dtype), rng.normal(size=(5, 3)).astype(dtype))


def test_arrays_that_do_not_suit_the_kernels_are_predicted_all_the_same() -> None:
    network = Network(3, [Layer(9, "tanh"), Layer(2, "identity")])
    theta = network.initial(np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(6, 3))
    expected = predicted(network, theta, X)
    doubled = np.repeat(theta, 2)[::2]
    for at, inputs in ((theta, np.asfortranarray(X)), (doubled, X), (theta, X.astype("f4")), (theta.astype("f4"), X)):
        assert_rounded(predicted(network, at, inputs), expected, dtype=np.float32)
    np.testing.assert_allclose(
        predicted(network, theta, np.ones((2, 3), dtype=int)), predicted(network, theta, np.ones((2, 3)))
    )
    for array in (theta, X):
        array.setflags(write=False)
    np.testing.assert_array_equal(predicted(network, theta, X), expected)


def test_first_predictions_of_many_threads_at_once() -> None:
    network = Network(3, [Layer(9, "tanh"), Layer(2, "identity")])
    theta = network.initial(np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(600, 3))
    expected = network.forward(theta, X).a[-1]
    barrier, results = threading.Barrier(6), []

    def work() -> None:
        barrier.wait()
        results.append(predicted(network, theta, X))

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(results) == 6
    for result in results:
        assert_rounded(result, expected)
