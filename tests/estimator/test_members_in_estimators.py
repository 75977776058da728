"""`n_members`: the network that they make, what is trained and predicted, and what only one network has."""

from __future__ import annotations

import pickle
import re
from typing import Any

import numpy as np
import pytest
from rounding import assert_rounded
from sklearn.base import clone
from sklearn.metrics import log_loss

import glassprop
from glassprop import Layer, MLPClassifier, MLPRegressor, Network, Scale
from glassprop.errors import SettingsError
from glassprop.settings import Objective, Settings

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 5, "random_state": 0, "batch_size": 16, "learning_rate_init": 0.01}
GIVEN = {**QUICK, "hidden_layer_sizes": (100,)}


def dense(n: int, activation: str, *, own: bool = False) -> Layer:
    return Layer(n, activation, initial="glorot", own=own)


def test_heads_have_factors_in_front_and_outputs_of_their_own(multiclass: Any) -> None:
    clf = MLPClassifier(**QUICK, n_members=3).fit(multiclass.X, multiclass.y)
    layers = [Scale(own=True, initial="signs"), dense(6, "relu"), dense(3, "softmax", own=True)]
    assert clf.network_ == Network(5, layers, cost="cross_entropy", members=3)
    assert clf.theta_.size == 3 * 5 + 6 * 6 + 3 * 3 * 7


def test_networks_have_all_of_their_own(one_output: Any) -> None:
    reg = MLPRegressor(**QUICK, n_members=2, member="network").fit(one_output.X, one_output.y)
    layers = [dense(6, "relu", own=True), dense(1, "identity", own=True)]
    assert reg.network_ == Network(5, layers, cost="half_squared_error", members=2)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([Scale(rates={"s": 6}), Layer(4)], [Scale(rates={"s": 6}, own=True), Layer(4)]),
        ([Layer(4), Scale()], [Layer(4), Scale(own=True)]),
        ([Layer(4, own=True), Scale()], [Layer(4, own=True), Scale()]),
        ([Layer(4)], [Scale(own=True, initial="signs"), Layer(4)]),
    ],
)
def test_layers_that_are_given_may_say_it_themselves(one_output: Any, layers: Any, expected: Any) -> None:
    reg = MLPRegressor(**GIVEN, layers=layers, n_members=2).fit(one_output.X, one_output.y)
    output = [Layer(1, "identity", own=True)]
    assert reg.network_ == Network(5, [*expected, *output], cost="half_squared_error", members=2)
    assert not any(layer.own for layer in layers if layer not in expected)  # what was given stays as it was
    shared = MLPRegressor(**GIVEN, layers=layers, n_members=2, output_options={"own": False})
    assert not shared.fit(one_output.X, one_output.y).network_.layers[-1].own


def test_one_member_is_as_ever(multiclass: Any) -> None:
    X, y = multiclass.X, multiclass.y
    plain, said = (MLPClassifier(**QUICK, **more).fit(X, y) for more in ({}, {"n_members": 1, "member": "network"}))
    np.testing.assert_array_equal(plain.theta_, said.theta_)
    assert plain.network_ == said.network_


def test_what_is_predicted_and_judged_is_the_mean(multiclass: Any) -> None:
    X, y = multiclass.X, multiclass.y
    clf = MLPClassifier(**QUICK, n_members=4, early_stopping=True, scoring="loss").fit(X, y, X_val=X[:40], y_val=y[:40])
    each = [clf.network_.member(m).forward(clf.theta_, X).a[-1] for m in range(4)]
    assert np.ptp(each, axis=0).max() > 1e-3
    assert_rounded(clf.predict_proba(X), np.mean(each, axis=0), 1)
    loss = log_loss(y[:40], np.mean(each, axis=0)[:40])
    assert clf.best_validation_score_ == pytest.approx(-loss, rel=1e-6)


@pytest.mark.parametrize("own_batches", [True, False])
def test_training_is_that_of_the_core(one_output: Any, own_batches: bool) -> None:
    X, y = one_output.X, one_output.y
    reg = MLPRegressor(**QUICK, n_members=3, own_batches=own_batches, engine="reference").fit(X, y)
    rng = np.random.RandomState(0)
    theta = reg.network_.initial(rng)
    settings = Settings(
        epochs=5, batch_size=16, objective=Objective(1e-4), engine="reference", own_batches=own_batches,
        schedule=type(Settings().schedule)(0.01),
    )  # fmt: skip
    result = reg.network_.train(theta, X, y[:, None], settings=settings, rng=rng)
    np.testing.assert_array_equal(reg.theta_, result.theta)
    other = MLPRegressor(**QUICK, n_members=3, own_batches=not own_batches, engine="reference").fit(X, y)
    assert not np.array_equal(reg.theta_, other.theta_)


def test_copies_clones_and_files(multiclass: Any, tmp_path: Any) -> None:
    X, y = multiclass.X, multiclass.y
    clf = MLPClassifier(**QUICK, n_members=3, member="network", own_batches=False).fit(X, y)
    glassprop.save(clf, tmp_path / "m.glassprop")
    for again in (glassprop.load(tmp_path / "m.glassprop"), pickle.loads(pickle.dumps(clf)), clone(clf).fit(X, y)):
        assert (again.n_members, again.member, again.own_batches) == (3, "network", False)
        np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
        again.partial_fit(X, y)
        np.testing.assert_array_equal(again.theta_, pickle.loads(pickle.dumps(clf)).partial_fit(X, y).theta_)


def test_weights_of_one_network_are_not_those_of_several(multiclass: Any) -> None:
    clf = MLPClassifier(**QUICK, n_members=3).fit(multiclass.X, multiclass.y)
    for name in ("coefs_", "intercepts_"):
        assert not hasattr(clf, name)
        with pytest.raises(AttributeError, match=f"{name} is of one network, and this one has 3 members: take"):
            getattr(clf, name)
    assert clf.network_.member(2).w(clf.theta_, 3).shape == (3, 6)
    other = MLPRegressor(hidden_layer_sizes=(4,), n_members=2)
    other.coefs_ = [np.ones((3, 4)), np.ones((4, 1))]
    with pytest.raises(SettingsError, match="are of one network, and n_members is 2"):
        other.intercepts_ = [np.zeros(4), np.zeros(1)]


@pytest.mark.parametrize("after", [{"n_members": 2}, {"member": "network"}, {"n_members": 1}])
def test_weights_of_other_members_are_not_trained_on(multiclass: Any, after: dict[str, Any]) -> None:
    X, y = multiclass.X, multiclass.y
    clf = MLPClassifier(**QUICK, n_members=3, warm_start=True).fit(X, y)
    with pytest.raises(SettingsError, match=re.escape("× 3 members, but the arguments now describe")):
        clf.set_params(**after).fit(X, y)


@pytest.mark.parametrize("wrong", [{"n_members": 0}, {"n_members": 2.0}, {"member": "heads"}, {"own_batches": "yes"}])
def test_refused(multiclass: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter of MLPClassifier must be"):
        MLPClassifier(**wrong).fit(multiclass.X, multiclass.y)
