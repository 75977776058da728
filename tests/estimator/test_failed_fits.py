"""A fit that fails leaves the estimator as it was: fitted models keep their model, others stay unfitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from glassprop import Activation, MLPClassifier, MLPRegressor
from glassprop.errors import DivergenceError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0}

# What is found wrong at different stages: in scoring, split, settings, a user-defined function, by the engine.
FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "scoring": ({"early_stopping": True, "scoring": "no such"}, {}),
    "a scorer that fails": ({"early_stopping": True, "scoring": lambda estimator, X, y: 1 / 0}, {}),
    "split": ({"early_stopping": True, "validation_fraction": 0.001}, {}),
    "validation data": ({}, {"X_val": np.zeros((3, 3)), "y_val": np.zeros(3)}),
    "user-defined function": ({"activation": Activation("wrong", np.sin, lambda z, a: z)}, {}),
    "engine": ({"engine": "compiled", "activation": Activation("own", np.tanh, lambda z, a: 1 - a * a)}, {}),
    "lbfgs": ({"solver": "lbfgs", "dropout": 0.5}, {}),
    "network": ({"hidden_layer_sizes": (4, 4), "dropout": [0.1]}, {}),
    "loss": ({"loss": "poisson", "output_activation": "identity"}, {}),
}


def attributes(model: Any) -> dict[str, Any]:
    """What a fit leaves behind, and nothing that set_params does."""
    return {name: value for name, value in vars(model).items() if name not in model.get_params()}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_model_survives_a_fit_that_fails(kind: Any, fault: str, binary: Any, multiclass: Any) -> None:
    settings, more = FAULTS[fault]
    X, y = binary.X, (binary.y == "yes").astype(int)
    model = kind(**QUICK).fit(X, y)
    before, theta, predicted = attributes(model), model.theta_.copy(), model.predict(X)
    with pytest.raises(Exception):  # noqa: B017, PT011 - which one it is, other tests say
        model.set_params(**settings).fit(multiclass.X[:, :4], multiclass.y, **more)
    assert attributes(model) == before
    np.testing.assert_array_equal(model.theta_, theta)
    np.testing.assert_array_equal(model.predict(X), predicted)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_first_fit_that_fails_does_not_count(kind: Any, fault: str, binary: Any) -> None:
    settings, more = FAULTS[fault]
    model = kind(**{**QUICK, **settings})
    with pytest.raises(Exception):  # noqa: B017, PT011
        model.fit(binary.X, (binary.y == "yes").astype(int), **more)
    assert attributes(model) == {}
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    with pytest.raises(NotFittedError):
        model.predict(binary.X)


def test_a_first_partial_fit_that_fails_does_not_count(multiclass: Any) -> None:
    model = MLPClassifier(**QUICK, activation=Activation("wrong", np.sin, lambda z, a: z))
    with pytest.raises(ValueError, match="slope is wrong"):
        model.partial_fit(multiclass.X, multiclass.y, classes=[0, 1, 2])
    assert attributes(model) == {}
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.set_params(activation="relu").partial_fit(multiclass.X, multiclass.y)
    model.partial_fit(multiclass.X, multiclass.y, classes=[0, 1, 2, 3])
    assert list(model.classes_) == [0, 1, 2, 3]


def test_a_warm_start_that_fails_keeps_the_network_it_had(binary: Any) -> None:
    model = MLPClassifier(**QUICK, warm_start=True).fit(binary.X, binary.y)
    network, theta = model.network_, model.theta_.copy()
    with pytest.raises(ValueError, match="not a valid scoring value"):
        model.set_params(activation="tanh", early_stopping=True, scoring="no such").fit(binary.X, binary.y)
    assert model.network_ is network
    np.testing.assert_array_equal(model.theta_, theta)


def test_divergence_in_the_first_epoch_leaves_nothing_behind(one_output: Any) -> None:
    settings = {**QUICK, "solver": "sgd", "learning_rate_init": 1e200, "batch_size": 10}
    with pytest.raises(DivergenceError) as caught:
        MLPRegressor(**settings).fit(one_output.X, one_output.y)
    assert caught.value.epoch == 1
    model = MLPRegressor(**QUICK).fit(one_output.X, one_output.y)
    before, theta = attributes(model), model.theta_.copy()
    with pytest.raises(DivergenceError):
        model.set_params(**settings).fit(one_output.X, one_output.y)
    assert attributes(model) == before
    np.testing.assert_array_equal(model.theta_, theta)


def test_callbacks_are_torn_down_all_the_same(binary: Any) -> None:
    told = []

    class Watch:
        def setup(self, estimator: Any, context: Any) -> None:
            told.append("setup")

        def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
            pass

        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            1 / 0  # noqa: B018

        def teardown(self, estimator: Any, context: Any) -> None:
            told.append("teardown")

    model = MLPClassifier(**QUICK).set_callbacks(Watch())
    with pytest.raises(ZeroDivisionError):
        model.fit(binary.X, binary.y)
    assert told == ["setup", "teardown"]
    assert model.n_iter_ == 1  # what was trained is kept, and can be gone on with
    straight = MLPClassifier(**QUICK).fit(binary.X, binary.y)
    np.testing.assert_array_equal(model.set_callbacks().resume(binary.X, binary.y).theta_, straight.theta_)


def test_a_model_there_was_comes_back_when_a_callback_fails(binary: Any) -> None:
    class Fails:
        def setup(self, estimator: Any, context: Any) -> None: ...
        def teardown(self, estimator: Any, context: Any) -> None: ...
        def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...

        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            raise OSError("disk full")

    model = MLPClassifier(**QUICK).fit(binary.X, binary.y)
    theta = model.theta_.copy()
    with pytest.raises(OSError, match="disk full"):
        model.set_callbacks(Fails()).fit(-binary.X, binary.y)
    np.testing.assert_array_equal(model.theta_, theta)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_", "theta_", "out_activation_"])
def test_what_is_not_fitted_says_so(name: str) -> None:
    model = MLPClassifier()
    assert not hasattr(model, name)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(model, name)
