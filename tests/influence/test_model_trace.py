"""Traces of several networks and of rows that taught some of them; what raised a prediction, against steps taken."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop import Layer, MLPRegressor, Network, OwnUnits
from glassprop.engine.plan import Data
from glassprop.errors import DataError
from glassprop.influence.influence import influences
from glassprop.influence.model_influences import model_influences
from glassprop.influence.model_trace import ModelTrace, digest_of_weights, rows_that_taught
from glassprop.influence.trace import Trace

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(9, 3)), RNG.normal(size=(9, 1))


def network(**more):
    return Network(3, [Layer(4, "tanh"), Layer(1, "identity")], "squared_error", **more)


def trace(net, seed, k=3):
    rng = np.random.default_rng(seed)
    return Trace(
        np.stack([net.initial(rng) for _ in range(k)]), rng.uniform(0.1, 1, k), np.arange(1, k + 1, dtype=np.int64)
    )


def test_a_score_is_the_mean_over_the_networks_that_the_row_taught():
    """Each product is of gradients built in full."""
    net, taught = network(), rows_that_taught([np.array([0, 1, 2, 3]), np.array([2, 3, 4, 5, 6])], 9)
    traces = trace(net, 0), trace(net, 1)
    found = model_influences(net, ModelTrace("", traces, net, taught), Data(X, Y), Data(X[7:], Y[7:]), damping=None)
    assert taught.sum(axis=1).tolist() == [1, 1, 2, 2, 1, 1, 1, 0, 0]
    for i in range(9):
        each = []
        for one, rows in zip(traces, taught.T, strict=True):
            built = [
                rate * net.gradient(theta, X[i : i + 1], Y[i : i + 1]) @ net.gradient(theta, X[7:8], Y[7:8])
                for theta, rate in zip(one.thetas, one.rates, strict=True)
            ]
            each += [sum(built)] * int(rows[i])
        np.testing.assert_allclose(found[0, i], np.mean(each) if each else 0.0, rtol=1e-12, atol=1e-14)


def test_one_network_that_some_rows_taught_and_weights():
    net, weight = network(), np.arange(9.0)
    one, taught = trace(net, 0), np.arange(9)[:, None] % 3 > 0
    whole = influences(net, one, X, Y, X[:2], Y[:2], weight * taught[:, 0])
    found = model_influences(net, ModelTrace("", (one,), None, taught), Data(X, Y, weight), Data(X[:2], Y[:2]))
    np.testing.assert_allclose(found, whole, rtol=1e-9)


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("units", [None, OwnUnits(3.0, 20.0), OwnUnits(0.4, 0.7, "log", 1.0, 1.2, (-0.99, 1e3))])
def test_what_raises_a_prediction_is_what_a_step_changes_of_it(members, units):
    """By central differences along each row's gradient, of the prediction in its own units."""
    layers = [Layer(4, "tanh"), Layer(1, "identity", own=members > 1)]
    net = Network(3, layers, "squared_error", units, members)
    theta = net.initial(np.random.default_rng(2))
    kept = Trace(theta[None], np.array([0.3]), np.array([4]))
    found = model_influences(
        net, ModelTrace("", (kept,)), Data(X, Y), Data(X[:1], Y[:1]), of_prediction=True, damping=None
    )[0]

    def predicted(at):
        return net.predict(at, X[:1])[0, 0]

    for i in range(9):
        step, h = 0.3 * net.gradient(theta, X[i : i + 1], Y[i : i + 1]), 1e-5
        np.testing.assert_allclose(
            found[i], (predicted(theta - h * step) - predicted(theta + h * step)) / (2 * h), rtol=1e-6, atol=1e-9
        )


def test_without_a_trace_what_raises_a_prediction_has_the_signs_of_a_step():
    y = X[:, 0] * 100 + 50
    model = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0, max_iter=20).fit(X, y)
    blame = model.blame(X, y, x=X[0])
    assert (blame.of, blame.label, blame.row) == ("prediction", "", None)
    assert "Rows that raised the prediction" in str(blame)
    assert blame.to_dict()["of"] == "prediction"
    several = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0, max_iter=5).fit(
        X, np.stack([y, -y], axis=1)
    )
    with pytest.raises(Exception, match=r"a prediction of 2 numbers .* give y_x="):
        several.blame(X, np.stack([y, -y], axis=1), x=X[0])


def test_what_fits_no_trace():
    net = network()
    one = trace(net, 0)
    with pytest.raises(DataError, match="what network these are of"):
        ModelTrace("", (one, one))
    with pytest.raises(DataError, match=r"rows taught 1 network\(s\)"):
        ModelTrace("", (one,), None, np.ones((9, 2), dtype=bool))
    with pytest.raises(DataError, match="of a table of 8 rows, and there are 9"):
        model_influences(net, ModelTrace("", (one,), None, np.ones((8, 1), dtype=bool)), Data(X, Y), Data(X, Y))
    known = ModelTrace(digest_of_weights(one.thetas[-1]), (one,))
    known.check_of(one.thetas[-1])
    with pytest.raises(DataError, match="the trace is of another model"):
        known.check_of(one.thetas[0])
    with pytest.raises(DataError, match="the trace is of another model"):  # the same numbers in another precision
        known.check_of(one.thetas[-1].astype(np.float32))


def test_rows_are_told_as_they_are_done():
    net, done = network(), []
    taught = rows_that_taught([np.arange(4), np.arange(2, 9)], 9)
    kept = ModelTrace("", (trace(net, 0), trace(net, 1)), net, taught)
    model_influences(net, kept, Data(X, Y), Data(X[:1], Y[:1]), on_rows=done.append)
    assert sum(done) == 3 * 4 + 3 * 7
