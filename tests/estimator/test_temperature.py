"""`temperature`: one number that makes the log loss of validation rows least, kept in the last layer's weights."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leaving import StopAfter
from rounding import assert_rounded
from sklearn.base import clone
from sklearn.metrics import log_loss

import glassprop
from glassprop import Layer, MLPClassifier
from glassprop.engine.plan import Data
from glassprop.errors import SettingsError
from glassprop.training.temperature import fit_temperature

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 4))
LABELS = {  # noisy, so that a network that trains for long is too sure
    2: (X[:, 0] + 0.8 * RNG.normal(size=400) > 0).astype(int),
    3: np.digitize(X[:, 0] + 0.8 * RNG.normal(size=400), [-0.7, 0.7]),
}
SETTINGS = {
    "hidden_layer_sizes": (20,),
    "learning_rate_init": 0.02,
    "max_iter": 60,
    "random_state": 0,
    "batch_size": 32,
}


def fitted(k: int, *, dtype: Any = np.float64, weight: Any = None, **settings: Any) -> Any:
    y, given = LABELS[k], X.astype(dtype)
    model = MLPClassifier(**{**SETTINGS, **settings})
    held = {"X_val": given[:150], "y_val": y[:150], "sample_weight_val": weight}
    return model.fit(given[150:], y[150:], **held)


def tempered_by_hand(model: Any, given: Any, temperature: float) -> Any:
    """Probabilities of the mean over members, from z of each, divided."""
    network = model.network_
    each = [network.member(m).forward(model.theta_, given).z[-1] for m in range(network.members)]
    if each[0].shape[1] == 1:
        p = np.mean([1 / (1 + np.exp(-z[:, 0] / temperature)) for z in each], axis=0)
        return np.column_stack([1 - p, p])
    powers = [np.exp(z / temperature) for z in each]
    return np.mean([power / power.sum(axis=1, keepdims=True) for power in powers], axis=0)


def loss_with_one_more_row(p: Any, y: Any, weight: Any = None) -> float:
    """The log loss where each row counts a little as one of every class."""
    n = len(y) if weight is None else np.sum(weight) ** 2 / np.sum(np.square(weight))
    k = p.shape[1]
    of_classes = np.log(p)
    each = n / (n + 1) * of_classes[np.arange(len(y)), y] + of_classes.sum(axis=1) / k / (n + 1)
    return float(-np.average(each, weights=weight))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("members", [1, 4])
@pytest.mark.parametrize("k", [2, 3])
def test_it_makes_log_loss_least(k: int, members: int, weighted: bool) -> None:
    weight = np.random.default_rng(1).uniform(0.1, 3, 150) if weighted else None
    before = fitted(k, weight=weight, n_members=members)
    after = fitted(k, weight=weight, n_members=members, temperature=True)
    y = LABELS[k][:150]
    loss = lambda t: loss_with_one_more_row(tempered_by_hand(before, X[:150], t), y, weight)  # noqa: E731
    coarse = min(np.geomspace(0.2, 20, 200), key=loss)
    best = min(coarse * np.geomspace(0.95, 1.05, 100), key=loss)  # two steps to either side, by a thousandth each
    assert after.temperature_ == pytest.approx(best, rel=2e-3)
    assert after.temperature_ > 1.2  # it was too sure
    found = after.predict_proba(X)
    assert_rounded(found, tempered_by_hand(before, X, after.temperature_), 1)
    plain = [log_loss(y, model.predict_proba(X[:150]), sample_weight=weight) for model in (before, after)]
    assert plain[1] < plain[0] - 0.01
    np.testing.assert_array_equal(after.predict(X), before.predict(X)) if members == 1 else None


@pytest.mark.parametrize("member", ["head", "network"])
def test_it_stands_in_the_last_layer_alone(member: str) -> None:
    before, after = (fitted(3, n_members=3, member=member, temperature=t) for t in (False, True))
    network, T = after.network_, after.temperature_
    for m in range(3):
        own = network.member(m)
        for l in range(1, network.depth + 1):
            by = T if l == network.depth else 1.0
            for one, other in zip(
                own.parameters(after.theta_, l).values(), own.parameters(before.theta_, l).values(), strict=True
            ):
                assert_rounded(one, other / by, np.abs(other).max())
    assert before.loss_curve_ == after.loss_curve_
    assert not hasattr(before, "temperature_")


def test_rows_that_are_all_right_do_not_make_it_sure_without_bounds() -> None:
    """20 of them: one more of either class would be 1 of 21, and probabilities end about there."""
    X = np.repeat([[-1.0], [1.0]], 10, axis=0)
    y = np.repeat([0, 1], 10)
    model = MLPClassifier((), solver="lbfgs", max_iter=3, temperature=True, random_state=0).fit(X, y, X_val=X, y_val=y)
    p = model.predict_proba(X)[np.arange(20), y]
    np.testing.assert_allclose(p, 1 - 1 / 42, atol=0.01)


def test_several_labels_at_once() -> None:
    Y = np.column_stack([LABELS[2], X[:, 1] + RNG.normal(size=400) > 0]).astype(int)
    models = [
        MLPClassifier(**SETTINGS, temperature=t).fit(X[150:], Y[150:], X_val=X[:150], y_val=Y[:150])
        for t in (False, True)
    ]
    losses = [-np.mean(np.log(np.where(Y[:150], p, 1 - p))) for p in (m.predict_proba(X[:150]) for m in models)]
    assert models[1].temperature_ > 1.1
    assert losses[1] < losses[0]


@pytest.mark.parametrize("settings", [{"early_stopping": True, "n_iter_no_change": np.inf}, {"solver": "lbfgs"}])
def test_of_rows_set_aside_and_of_lbfgs(settings: dict[str, Any]) -> None:
    y = LABELS[3]
    model = MLPClassifier(**{**SETTINGS, "temperature": True, **settings})
    model.fit(X, y, **({} if settings.get("early_stopping") else {"X_val": X[:99], "y_val": y[:99]}))
    assert model.temperature_ != 1
    again = clone(model)
    again.fit(X, y, **({} if settings.get("early_stopping") else {"X_val": X[:99], "y_val": y[:99]}))
    np.testing.assert_array_equal(again.theta_, model.theta_)


def test_it_is_fitted_at_the_end_of_a_fit_that_was_left() -> None:
    y = LABELS[3]
    make = lambda: MLPClassifier(**SETTINGS, early_stopping=True, n_iter_no_change=np.inf, temperature=True)  # noqa: E731
    straight = make().fit(X, y)
    left = make().set_callbacks(StopAfter(20)).fit(X, y).set_callbacks()
    assert not hasattr(left, "temperature_")
    left.resume(X, y)
    np.testing.assert_array_equal(left.theta_, straight.theta_)
    assert left.temperature_ == straight.temperature_


def test_files_and_copies(tmp_path: Path) -> None:
    model = fitted(3, dtype=np.float32, temperature=True)
    glassprop.save(model, tmp_path / "m.glassprop")
    for again in (glassprop.load(tmp_path / "m.glassprop"), pickle.loads(pickle.dumps(model))):
        assert (again.temperature, again.temperature_) == (True, model.temperature_)
        np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    state = MLPClassifier().__getstate__()
    assert state.pop("temperature") is False
    earlier = MLPClassifier.__new__(MLPClassifier)
    earlier.__setstate__(state)
    assert earlier.temperature is False


def test_a_later_fit_without_it_has_none() -> None:
    model = fitted(2, temperature=True, max_iter=3)
    assert hasattr(model, "temperature_")
    model.set_params(temperature=False).fit(X, LABELS[2])
    assert not hasattr(model, "temperature_")


def test_weights_of_none() -> None:
    model = fitted(3, max_iter=2)
    Y = np.eye(3)[LABELS[3]]
    assert fit_temperature(model.network_, model.theta_, Data(X, Y, np.zeros(400))) == 1.0


@pytest.mark.parametrize(
    ("settings", "val", "words"),
    [
        ({}, False, r"temperature=True needs rows to judge by: set early_stopping=True"),
        ({"solver": "lbfgs", "early_stopping": True}, False, "temperature=True needs rows to judge by"),
        ({"loss": "squared_error", "output_activation": "identity"}, True, "divides what softmax or sigmoid is given"),
    ],
)
def test_refused_before_training(settings: dict[str, Any], val: bool, words: str) -> None:
    held = {"X_val": X[:9], "y_val": LABELS[3][:9]} if val else {}
    model = MLPClassifier(**{**SETTINGS, "temperature": True, **settings})
    with pytest.raises(SettingsError, match=words):
        model.fit(X, LABELS[3], **held)
    assert not hasattr(model, "theta_")


def test_partial_fit_takes_no_notice() -> None:
    models = [
        MLPClassifier(**SETTINGS, temperature=t).partial_fit(X, LABELS[3], classes=[0, 1, 2]) for t in (True, False)
    ]
    np.testing.assert_array_equal(models[0].theta_, models[1].theta_)


def test_layers_of_ones_own() -> None:
    model = fitted(3, hidden_layer_sizes=(100,), layers=[Layer(6, "tanh")], temperature=True)
    assert model.temperature_ != 1
