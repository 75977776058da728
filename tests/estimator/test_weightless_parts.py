"""Weights of examples on one side of a split alone: refused before the first step, by the name of the side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassprop import Layer, MLPClassifier, MLPRegressor, Network
from glassprop.errors import DataError
from glassprop.training.train_settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X[:, :1] ** 2
NETWORK = Network(3, [Layer(4, "tanh"), Layer(1, "identity")])
WORDS = {"train": "the examples to train on: the weights of the examples sum to 0; give at least one",
         "aside": "the examples to validate with: the weights of the examples sum to 0; give at least one"}  # fmt: skip


def weights_off(part: str, aside: np.ndarray) -> np.ndarray:
    """Weights that are all 0 in one part."""
    weight = np.zeros(len(X))
    weight[aside] = 1
    return 1 - weight if part == "aside" else weight


def begun(epochs: int = 3, **more: Any) -> Any:
    """A training of the core, and the states of its epochs."""
    states: list[Any] = []
    rng = np.random.default_rng(1)
    theta = NETWORK.initial(rng)
    keep = lambda report: states.append(report.state)  # noqa: E731
    made = NETWORK.train(theta, X, Y, rng=rng, settings=Settings(epochs=epochs), on_epoch=keep, **more)
    return made, states


@pytest.mark.parametrize("part", WORDS)
def test_the_core_looks_at_both_parts(part: str) -> None:
    state, _ = begun(1, validation=0.25)
    weight = weights_off(part, state.aside)
    told: list[Any] = []
    rng = np.random.default_rng(1)
    with pytest.raises(DataError, match=WORDS[part]):
        NETWORK.train(NETWORK.initial(rng), X, Y, weight, rng=rng, validation=0.25, on_epoch=told.append)
    before = state.theta.copy()
    with pytest.raises(DataError, match=WORDS[part]):
        NETWORK.resume(state, X, Y, weight, settings=Settings(epochs=3), on_epoch=told.append)
    np.testing.assert_array_equal(state.theta, before)
    assert told == []


def test_the_core_names_validation_data_of_ones_own() -> None:
    for weight, words in ((np.zeros(40), "sum to 0"), (np.r_[-1.0, np.ones(39)], "got -1 for example 0")):
        with pytest.raises(DataError, match=f"^validation: .*{words}"):
            begun(validation=(X, Y, weight))


def rows_aside(seed: int) -> np.ndarray:
    model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=1, early_stopping=True, random_state=seed)
    found: list[Any] = []

    class Rows:
        setup = teardown = on_fit_task_begin = lambda self, estimator, context: None

        def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
            found.append(estimator._left.aside)
            return True

    model.set_callbacks(Rows()).fit(X, Y.ravel())
    return np.asarray(found[0])


@pytest.mark.parametrize("part", WORDS)
def test_an_estimator_looks_at_both_parts_of_its_split(part: str) -> None:
    weight = weights_off(part, rows_aside(5))
    model = MLPRegressor(hidden_layer_sizes=(3,), early_stopping=True, random_state=5)
    with pytest.raises(DataError, match=WORDS[part]):
        model.fit(X, Y.ravel(), sample_weight=weight)
    assert not hasattr(model, "theta_")


def test_weights_of_classes_count_too() -> None:
    """The one example of a class that has a weight is on one side, so that the other has none."""
    y = np.arange(40) == 7
    words = set()
    for seed in range(12):
        model = MLPClassifier(
            hidden_layer_sizes=(3,), early_stopping=True, random_state=seed, stratify=False, class_weight={0: 0, 1: 1}
        )
        with pytest.raises(DataError, match=r"weights of the examples sum to 0") as caught:
            model.fit(X, y.astype(int))
        words.add(str(caught.value).split(":")[0])
    assert "the examples to validate with" in words


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("early", [True, False])
def test_validation_data_of_ones_own_are_named(solver: str, early: bool) -> None:
    for weight, words in ((np.zeros(40), "sum to 0"), (np.r_[-1.0, np.ones(39)], "got -1 for example 0")):
        model = MLPRegressor(hidden_layer_sizes=(3,), solver=solver, early_stopping=early)
        with pytest.raises(DataError, match=f"the examples to validate with: .*{words}"):
            model.fit(X, Y.ravel(), X_val=X, y_val=Y.ravel(), sample_weight_val=weight)
        assert not hasattr(model, "theta_")
