"""Weights that were not trained here: ``from_weights``, ``coefs_`` set before or after fit; nothing half written."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

import glassprop
from glassprop import MLPClassifier, MLPRegressor, check_gradient
from glassprop.errors import ArchitectureError, DataError, GlasspropError, SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
KINDS = ["binary", "multiclass", "multilabel", "one_output", "three_outputs", "poisson"]
QUICK: dict[str, Any] = {"hidden_layer_sizes": (4, 3), "max_iter": 8, "random_state": 0, "learning_rate_init": 0.01}
RNG = np.random.default_rng(0)
SHAPES = [(5, 4), (4, 3), (3, 3)]
COEFS, INTERCEPTS = [RNG.normal(size=s) for s in SHAPES], [RNG.normal(size=s[1]) for s in SHAPES]


def theirs(problem_of: Any, kind: str, activation: str = "relu", dtype: Any = np.float64) -> tuple[Any, Any]:
    problem = problem_of(kind)
    estimator = TheirClassifier if problem.classifier else TheirRegressor
    more = {"loss": "poisson"} if kind == "poisson" else {}
    return problem, estimator(activation=activation, **QUICK, **more).fit(problem.X.astype(dtype), problem.y)


def ours(kind: str, sk: Any, **more: Any) -> Any:
    """As the documentation has it."""
    given = {"activation": sk.activation, "out_activation": sk.out_activation_, **more}
    if hasattr(sk, "classes_"):
        return MLPClassifier.from_weights(sk.coefs_, sk.intercepts_, classes=sk.classes_, **given)
    return MLPRegressor.from_weights(sk.coefs_, sk.intercepts_, **given)


@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh", "identity"])
@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learns_network_predicts_what_it_predicts_there(problem_of: Any, kind: str, activation: str) -> None:
    problem, sk = theirs(problem_of, kind, activation)
    model = ours(kind, sk)
    if problem.classifier:
        np.testing.assert_array_equal(model.predict(problem.X), sk.predict(problem.X))
        np.testing.assert_allclose(model.predict_proba(problem.X), sk.predict_proba(problem.X), rtol=1e-10, atol=1e-14)
        np.testing.assert_array_equal(model.classes_, sk.classes_)
    else:
        np.testing.assert_allclose(model.predict(problem.X), sk.predict(problem.X), rtol=1e-10, atol=1e-12)
    assert model.score(problem.X, problem.y) == pytest.approx(sk.score(problem.X, problem.y), rel=1e-9)
    assert (model.out_activation_, model.n_layers_, model.n_outputs_) == (sk.out_activation_, 4, sk.n_outputs_)
    assert (model.n_features_in_, model.n_iter_, model.t_, model.loss_curve_) == (5, 0, 0, [])


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_a_fitted_one_can(problem_of: Any, kind: str, tmp_path: Any) -> None:
    problem, sk = theirs(problem_of, kind)
    loss = {"loss": "poisson"} if kind == "poisson" else {}
    model = ours(kind, sk, solver="sgd", random_state=0, **loss)
    outputs = model.predict_proba if problem.classifier else model.predict
    expected = outputs(problem.X)
    assert check_gradient(model.network_, model.theta_, *model.encode_targets(problem.X, problem.y)).ok
    assert model.explain(problem.X, problem.y, row=3).weight(1, 0, 0).value is not None
    path = tmp_path / "model.skops"
    glassprop.save(model, path)
    for same in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), glassprop.load(path)):
        again = same.predict_proba if problem.classifier else same.predict
        np.testing.assert_array_equal(again(problem.X), expected)
        same.partial_fit(problem.X, problem.y)
        assert (same.theta_ != model.theta_).any()
    other = clone(model)
    assert not hasattr(other, "coefs_")
    assert other.fit(problem.X, problem.y).network_ == model.network_


@pytest.mark.parametrize("way", ["warm", "partial"])
@pytest.mark.parametrize("kind", KINDS)
def test_training_goes_on_from_there(problem_of: Any, kind: str, way: str) -> None:
    """As from weights of our own: with SGD without memory the first epoch depends on θ alone."""
    problem = problem_of(kind)
    estimator = MLPClassifier if problem.classifier else MLPRegressor
    loss = {"loss": "poisson"} if kind == "poisson" else {}
    settings = {"solver": "sgd", "momentum": 0.0, "random_state": 3, "max_iter": 1, "warm_start": True, **loss}
    own = estimator(hidden_layer_sizes=(4, 3), **settings).fit(problem.X, problem.y)
    classes = {"classes": own.classes_} if problem.classifier else {}
    model = estimator.from_weights(
        own.coefs_, own.intercepts_, out_activation=own.out_activation_, **classes, **settings
    )
    before = own.theta_.copy()
    for each in (own, model):
        each.fit(problem.X, problem.y) if way == "warm" else each.partial_fit(problem.X, problem.y)
    np.testing.assert_array_equal(model.theta_, own.theta_)
    assert (model.theta_ != before).any()
    assert len(model.loss_curve_) == 1


def test_a_cold_fit_starts_anew(multiclass: Any) -> None:
    model = MLPClassifier.from_weights(COEFS, INTERCEPTS, random_state=0, max_iter=3)
    plain = MLPClassifier((4, 3), random_state=0, max_iter=3).fit(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(model.fit(multiclass.X, multiclass.y).theta_, plain.theta_)


def test_from_json_with_an_activation_for_each_layer(multiclass: Any) -> None:
    coefs, intercepts = json.loads(json.dumps([[w.tolist() for w in COEFS], [b.tolist() for b in INTERCEPTS]]))
    names = [f"column {i}" for i in range(5)]
    labels = ["high", "low", "middle"]
    model = MLPClassifier.from_weights(
        coefs, intercepts, activation=["tanh", "relu"], classes=labels, feature_names=names
    )
    X = multiclass.X
    z = np.maximum(np.tanh(X @ COEFS[0] + INTERCEPTS[0]) @ COEFS[1] + INTERCEPTS[1], 0) @ COEFS[2] + INTERCEPTS[2]
    frame = pd.DataFrame(X, columns=names)
    np.testing.assert_array_equal(model.predict(frame), np.array(labels)[z.argmax(axis=1)])
    e = np.exp(z)
    np.testing.assert_allclose(model.predict_proba(frame), e / e.sum(axis=1, keepdims=True), rtol=1e-10)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[names[::-1]])
    assert model.get_params()["hidden_layer_sizes"] == (4, 3)
    assert model.get_params()["output_activation"] == "auto"


def test_outputs_that_the_loss_does_not_imply() -> None:
    model = MLPRegressor.from_weights(COEFS, INTERCEPTS, out_activation="softplus", solver="lbfgs")
    assert (model.output_activation, model.out_activation_, model.solver) == ("softplus", "softplus", "lbfgs")
    each = MLPClassifier.from_weights(
        COEFS, INTERCEPTS, out_activation="sigmoid", classes=["a", "b", "c"], loss="binary_cross_entropy"
    )
    np.testing.assert_allclose(each.predict_proba(np.ones((2, 5))).sum(axis=1), 1)
    assert set(each.predict(np.ones((2, 5)))) <= {"a", "b", "c"}
    many = MLPClassifier.from_weights(COEFS, INTERCEPTS, out_activation="logistic")
    assert many.predict(np.ones((2, 5))).shape == (2, 3)
    settings = {"out_activation": "logistic", "multilabel": False, "loss": "binary_cross_entropy"}
    one = MLPClassifier.from_weights(COEFS, INTERCEPTS, **settings)
    assert one.predict(np.ones((2, 5))).shape == (2,)
    with pytest.raises(ArchitectureError):
        MLPClassifier.from_weights(COEFS, INTERCEPTS, out_activation="tanh")


def test_weights_are_copied_in_their_precision() -> None:
    narrow = [w.astype(np.float32) for w in COEFS]
    model = MLPRegressor.from_weights(narrow, [b.astype(np.float32) for b in INTERCEPTS])
    assert model.theta_.dtype == np.float32
    assert MLPRegressor.from_weights(narrow, INTERCEPTS).theta_.dtype == np.float64
    model.coefs_[0][...] = 0
    assert narrow[0].any()
    assert MLPRegressor.from_weights(np.zeros((2, 3, 3)), np.zeros((2, 3))).n_layers_ == 3  # stacked, all of one shape


def changed(arrays: list[Any], i: int, new: Any) -> list[Any]:
    return [new if place == i else array for place, array in enumerate(arrays)]


WRONG: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "one too few": (COEFS, INTERCEPTS[:2], {}, "there must be as many intercepts as coefs, got 2 for 3"),
    "none": ([], [], {}, "coefs must list one array a layer, got none"),
    "chain": (changed(COEFS, 1, np.ones((5, 3))), INTERCEPTS, {}, r"coefs\[1\] must have 4 rows, as coefs\[0\] has"),
    "bias": (COEFS, changed(INTERCEPTS, 1, np.ones(4)), {}, r"intercepts\[1\] must have shape \(3,\), as .*got \(4,\)"),
    "vector": (changed(COEFS, 2, np.ones(3)), INTERCEPTS, {}, r"coefs\[2\] must have two dimensions"),
    "empty": (changed(COEFS, 0, np.ones((0, 4))), INTERCEPTS, {}, r"coefs\[0\] must have two dimensions.*above 0"),
    "NaN": (changed(COEFS, 1, COEFS[1] * np.nan), INTERCEPTS, {}, r"coefs\[1\] holds NaN or infinity"),
    "complex": (changed(COEFS, 1, COEFS[1] + 1j), INTERCEPTS, {}, r"coefs\[1\] must hold real numbers, got dtype comp"),
    "object": (changed(COEFS, 1, COEFS[1].astype(object)), INTERCEPTS, {}, r"coefs\[1\] must hold real numbers"),
    "text": (changed(COEFS, 1, [["a"]]), INTERCEPTS, {}, r"coefs\[1\] must hold real numbers, got dtype <U1"),
    "ragged": (changed(COEFS, 1, [[1.0], [1.0, 2.0]]), INTERCEPTS, {}, r"coefs\[1\] .* whose rows differ in length"),
    "frame": (changed(COEFS, 1, pd.DataFrame(COEFS[1])), INTERCEPTS, {}, r"coefs\[1\] .* got a pandas DataFrame"),
    "dict": ({"coefs": COEFS}, INTERCEPTS, {}, "coefs must be a list of arrays, one a layer, got a dict"),
    "None": (COEFS, None, {}, "intercepts must be a list of arrays, one a layer, got a NoneType"),
    "classes": (COEFS, INTERCEPTS, {"classes": [1, 2]}, r"3 outputs go with 3 classes, got classes of shape \(2,\)"),
    "order": (COEFS, INTERCEPTS, {"classes": ["b", "a", "c"]}, "classes must be different and in ascending order"),
    "twice": (COEFS, INTERCEPTS, {"classes": [0, 0, 1]}, "classes must be different and in ascending order"),
    "names": (COEFS, INTERCEPTS, {"feature_names": ["a", "b"]}, "feature_names must name 5 features, got 2"),
    "no text": (COEFS, INTERCEPTS, {"feature_names": range(5)}, "feature_names must be text"),
    "sizes": (COEFS, INTERCEPTS, {"hidden_layer_sizes": (4,)}, "hidden_layer_sizes follows from the shapes of coefs"),
    "activations": (COEFS, INTERCEPTS, {"activation": ["relu"]}, "activation lists 1 entries for 2 hidden layers"),
    "activation": (COEFS, INTERCEPTS, {"activation": "relo"}, "relo"),
    "output": (COEFS, INTERCEPTS, {"out_activation": "softmix"}, "softmix"),
    "solver": (COEFS, INTERCEPTS, {"solver": "adamm"}, "The 'solver' parameter of MLPClassifier must be"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_go_together_is_refused(kind: str) -> None:
    coefs, intercepts, more, message = WRONG[kind]
    with pytest.raises(ValueError, match=message) as caught:
        MLPClassifier.from_weights(coefs, intercepts, **more)
    assert "\n" not in str(caught.value)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(DataError) as caught:
        MLPClassifier.from_weights(
            changed(COEFS, 1, np.ones((2, 3))), changed(INTERCEPTS, 0, np.ones(9)), classes=[1], feature_names=["a"]
        )
    for part in ("coefs[1] must have 4 rows", "intercepts[0] must have shape", "3 classes", "name 5 features"):
        assert part in str(caught.value)


# --- set before fit, as in scikit-learn ------------------------------------------------------------------------


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
    assert issubclass(DataError, GlasspropError)


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
