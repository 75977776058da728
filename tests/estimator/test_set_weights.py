"""``coefs_`` and the like set before or after ``fit``: as in scikit-learn, or refused whole; never half written."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from weights_cases import COEFS, INTERCEPTS, KINDS, WRONG, theirs

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backwards", [False, True])
def test_set_on_an_unfitted_estimator_as_in_scikit_learn(problem_of: Any, kind: str, backwards: bool) -> None:
    """The attributes that scikit-learn's own predict needs, in either order; its estimator is the reference."""
    problem, sk = theirs(problem_of, kind)
    names = ["coefs_", "intercepts_", "n_layers_", "n_outputs_", "out_activation_"]
    names += ["classes_", "_label_binarizer"] if problem.classifier else []
    loss = {"loss": "poisson"} if kind == "poisson" else {}
    model = (MLPClassifier if problem.classifier else MLPRegressor)(hidden_layer_sizes=(4, 3), **loss)
    reference = type(sk)()
    for name in reversed(names) if backwards else names:
        setattr(reference, name, getattr(sk, name))
        setattr(model, name, getattr(sk, name))
    if problem.classifier:
        np.testing.assert_array_equal(model.predict(problem.X), reference.predict(problem.X))
    else:
        np.testing.assert_allclose(model.predict(problem.X), reference.predict(problem.X), rtol=1e-10)
    if problem.classifier:
        np.testing.assert_allclose(model.predict_proba(problem.X), reference.predict_proba(problem.X), rtol=1e-9)
    assert model.out_activation_ == sk.out_activation_
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(problem.X), model.predict(problem.X))


def test_classes_alone_are_enough_and_needed(multiclass: Any) -> None:
    model = MLPClassifier((4, 3))
    model.coefs_ = COEFS
    with pytest.raises(NotFittedError):
        model.predict(multiclass.X)
    model.intercepts_ = INTERCEPTS
    assert model.predict_proba(multiclass.X).shape == (53, 3)
    with pytest.raises(NotFittedError, match=r"has weights but knows no classes: set classes_, or use from_weights"):
        model.predict(multiclass.X)
    model.classes_ = np.array(["a", "b"])
    with pytest.raises(DataError, match="3 outputs go with 3 classes"):
        model.predict(multiclass.X)
    model.classes_ = np.array(["a", "b", "c"])
    assert set(model.predict(multiclass.X)) <= {"a", "b", "c"}


def test_other_sizes_than_the_arguments_predict_and_say_so_when_trained(one_output: Any) -> None:
    """scikit-learn predicts by the weights whatever ``hidden_layer_sizes`` says."""
    model = MLPRegressor(warm_start=True)
    model.intercepts_, model.coefs_ = INTERCEPTS, COEFS
    assert model.predict(one_output.X).shape == (53, 3)
    with pytest.raises(SettingsError, match="sizes"):
        model.fit(one_output.X, np.c_[one_output.y, one_output.y, one_output.y])
    assert model.predict(one_output.X).shape == (53, 3)


def test_training_starts_from_what_was_set(three_outputs: Any) -> None:
    settings: dict[str, Any] = {"hidden_layer_sizes": (4, 3), "solver": "sgd", "learning_rate_init": 1e-300}
    for warm in (True, False):
        model = MLPRegressor(max_iter=1, warm_start=warm, **settings)
        model.coefs_, model.intercepts_ = COEFS, INTERCEPTS
        model.fit(three_outputs.X, three_outputs.y)
        assert np.array_equal(model.coefs_[1], COEFS[1]) == warm
    half = MLPRegressor(warm_start=True, **settings)
    half.coefs_ = COEFS
    for act in (half.fit, half.partial_fit):
        with pytest.raises(SettingsError, match="coefs_ was set, but intercepts_ was not"):
            act(three_outputs.X, three_outputs.y)
    np.testing.assert_array_equal(half.coefs_[0], COEFS[0])


def attempts() -> list[tuple[str, Any]]:
    parts = [
        (kind, "coefs_", WRONG[kind][0]) for kind in ("chain", "vector", "NaN", "complex", "object", "text", "dict")
    ]
    parts += [(kind, "intercepts_", WRONG[kind][1]) for kind in ("one too few", "bias", "None")]
    return [pytest.param(name, values, id=kind) for kind, name, values in parts]


@pytest.mark.parametrize("when", ["before fit", "set", "fitted"])
@pytest.mark.parametrize(("name", "values"), attempts())
def test_nothing_is_half_written(when: str, name: str, values: Any, three_outputs: Any) -> None:
    model = MLPRegressor(hidden_layer_sizes=(4, 3), max_iter=2)
    if when == "fitted":
        model.fit(three_outputs.X, three_outputs.y)
    else:
        model.coefs_ = COEFS
    if when == "set":
        model.intercepts_ = INTERCEPTS
    before = pickle.dumps(model)
    with pytest.raises(DataError):
        setattr(model, name, values)
    assert pickle.dumps(model) == before


def test_entries_and_slices_are_checked_before_they_are_written(three_outputs: Any) -> None:
    model = MLPRegressor.from_weights(COEFS, INTERCEPTS)
    before = model.theta_.copy()
    for index, value, message in (
        (slice(0, 2), [np.zeros((5, 4)), np.zeros((4, 4))], r"coefs_ must have shapes \(5, 4\), \(4, 3\), as"),
        (slice(0, 2), [np.zeros((5, 4))], r"got \(5, 4\); from_weights"),
        (slice(1, None), [np.zeros((4, 3)), np.full((3, 3), np.inf)], r"coefs_\[2\] holds NaN or infinity"),
        (-1, np.zeros((3, 4)), r"coefs_\[2\] must have shape \(3, 3\), as the network has, got \(3, 4\)"),
        (0, 0.0, r"coefs_\[0\] must have shape \(5, 4\), as the network has, got \(\)"),
        (1, "zeros", r"coefs_\[1\] must be a NumPy array, got a str"),
        (1, np.zeros((4, 3), complex), r"coefs_\[1\] must hold real numbers, got dtype complex128"),
    ):
        with pytest.raises(DataError, match=message):
            model.coefs_[index] = value
        np.testing.assert_array_equal(model.theta_, before)
    model.coefs_[::2] = [np.ones((5, 4)).tolist(), np.ones((3, 3), dtype=int)]
    model.intercepts_[-1] = [1, 2, 3]
    assert [w.mean() for w in model.coefs_[::2]] == [1.0, 1.0]
    np.testing.assert_array_equal(model.coefs_[1], COEFS[1])
    with pytest.raises(IndexError):
        model.coefs_[3] = COEFS[0]
    narrow = MLPRegressor.from_weights([np.ones((1, 1), np.float32)], [np.ones(1, np.float32)])
    with pytest.raises(DataError, match="too large for the float32"):
        narrow.coefs_[0] = [[1e300]]
    assert narrow.coefs_[0] == 1


@pytest.mark.parametrize("act", ["append", "extend", "insert", "pop", "remove", "clear", "reverse", "sort"])
def test_the_number_of_layers_is_fixed(act: str) -> None:
    model = MLPRegressor.from_weights(COEFS, INTERCEPTS)
    with pytest.raises(SettingsError, match="coefs_ lists the 3 layers of this network, and their number is fixed"):
        getattr(model.coefs_, act)([COEFS[0]])
    with pytest.raises(SettingsError, match="fixed"):
        model.coefs_ += [COEFS[0]]
    with pytest.raises(SettingsError, match="fixed"):
        del model.intercepts_[0]
    assert len(model.coefs_) == 3


def test_the_output_is_what_the_arguments_make_it(multiclass: Any) -> None:
    model = MLPClassifier((4,), max_iter=1).fit(multiclass.X, multiclass.y)
    model.out_activation_ = "softmax"
    with pytest.raises(
        SettingsError, match="out_activation_ is softmax, which follows from loss and output_activation"
    ):
        model.out_activation_ = "logistic"
    for wrong in ("softmix", 3, None):
        with pytest.raises(SettingsError, match="out_activation_"):
            model.out_activation_ = wrong
    unfitted = MLPRegressor(hidden_layer_sizes=(4, 3))
    unfitted.out_activation_ = "tanh"
    unfitted.coefs_ = COEFS
    before = pickle.dumps(unfitted)
    with pytest.raises(SettingsError, match=r"out_activation_ is identity, .* got tanh; set output_activation="):
        unfitted.intercepts_ = INTERCEPTS
    assert pickle.dumps(unfitted) == before
    other = MLPRegressor(hidden_layer_sizes=(4, 3), output_activation="tanh")
    other.coefs_, other.intercepts_, other.out_activation_ = COEFS, INTERCEPTS, "tanh"
    assert np.abs(other.predict(multiclass.X)).max() <= 1


def test_federated_averaging(binary: Any) -> None:
    """Two clients train on halves, a server averages, rounds go on: what people do with ``coefs_``."""
    clients = [MLPClassifier((4,), solver="sgd", random_state=i) for i in range(2)]
    server = MLPClassifier((4,))
    for _ in range(3):
        for i, client in enumerate(clients):
            client.partial_fit(binary.X[i::2], binary.y[i::2], classes=["no", "yes"])
        coefs, intercepts = (
            [np.mean(of_layer, axis=0) for of_layer in zip(*(getattr(c, name) for c in clients), strict=True)]
            for name in ("coefs_", "intercepts_")
        )
        for each in (*clients, server):
            each.coefs_, each.intercepts_ = coefs, intercepts
    server.classes_ = np.array(["no", "yes"])
    np.testing.assert_array_equal(server.predict(binary.X), clients[0].predict(binary.X))
    assert isinstance(server.coefs_, list)


def test_warnings_of_convergence_are_as_ever(binary: Any) -> None:
    model = MLPClassifier.from_weights(
        [np.zeros((5, 1))], [np.zeros(1)], classes=["no", "yes"], warm_start=True, max_iter=2
    )
    with pytest.warns(ConvergenceWarning):
        model.fit(binary.X, binary.y)


def test_theta_is_assigned_whole_or_not_at_all(tmp_path: Any) -> None:
    model = MLPRegressor.from_weights(COEFS, INTERCEPTS)
    before = model.theta_
    with pytest.raises(NotFittedError):
        MLPRegressor().theta_ = before
    for wrong, message in (
        (before[:-1], r"theta_ must have shape \(51,\), as the network has, got \(50,\)"),
        (before[:, None], r"theta_ must have shape \(51,\)"),
        (before * np.nan, "theta_ holds NaN"),
        (before + 1j, "theta_ must hold real numbers, got dtype complex128"),
        (None, "theta_ must be a NumPy array, got a NoneType"),
    ):
        kept = before.copy()
        with pytest.raises(DataError, match=message):
            model.theta_ = wrong
        np.testing.assert_array_equal(model.theta_, kept)
    model.theta_ = np.arange(51).tolist()
    np.testing.assert_array_equal(model.theta_, np.arange(51.0))
    assert model.theta_ is before  # written, not replaced


def test_arrays_may_come_one_by_one() -> None:
    model = MLPRegressor(hidden_layer_sizes=(4, 3))
    model.coefs_, model.intercepts_ = (w for w in COEFS), map(np.array, INTERCEPTS)
    model.coefs_ = (w * 2 for w in COEFS)
    np.testing.assert_array_equal(model.coefs_[2], COEFS[2] * 2)
