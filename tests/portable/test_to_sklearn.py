"""``to_sklearn``: scikit-learn's network predicts what ours does, and is one that its own ``fit`` could have left."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from copy import deepcopy
from typing import Any

import numpy as np
import polars as pl
import pytest
from estimator.conftest import Problem, make_problem
from rounding import OF_A_TRAINING, assert_rounded
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from weights_cases import KINDS

from glassprop import (
    CategoryEmbedding,
    Layer,
    MLPClassifier,
    MLPRegressor,
    OwnUnits,
    PeriodicEmbedding,
    Scale,
    TabularRegressor,
    from_sklearn,
    to_sklearn,
)
from glassprop.errors import ExportError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def ours(kind: str, **settings: Any) -> tuple[Problem, Any]:
    """A problem, and our network fitted to it."""
    problem = make_problem(kind)
    more = {"loss": "poisson"} if kind == "poisson" else {}
    if "layers" in settings:
        more["hidden_layer_sizes"] = (100,)  # as it is where nobody gives sizes
    made = (MLPClassifier if problem.classifier else MLPRegressor)(
        **{"hidden_layer_sizes": (6, 4), "max_iter": 7, "batch_size": 20, "random_state": 3, **more, **settings}
    )
    return problem, made.fit(problem.X, problem.y)


def assert_says_the_same(sk: Any, model: Any, problem: Problem) -> None:
    for verb in ("predict_proba", "predict_log_proba") if problem.classifier else ("predict",):
        np.testing.assert_allclose(getattr(sk, verb)(problem.X), getattr(model, verb)(problem.X), rtol=1e-9, atol=1e-12)
    if problem.classifier:
        np.testing.assert_array_equal(sk.predict(problem.X), model.predict(problem.X))
    np.testing.assert_allclose(sk.score(problem.X, problem.y), model.score(problem.X, problem.y), rtol=1e-9)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_says_the_same_with_the_attributes_of_its_own_fit(kind: str, solver: str) -> None:
    problem, model = ours(kind, solver=solver)
    sk = to_sklearn(model)
    own = clone(sk).fit(problem.X, problem.y)
    assert_says_the_same(sk, model, problem)
    assert vars(sk).keys() == vars(own).keys()
    for name, value in vars(own).items():  # its own training is ours to rounding
        if name in ("best_loss_", "loss_"):
            assert getattr(sk, name) == pytest.approx(value, rel=1e-4 if solver == "lbfgs" else 1e-9), name
        elif isinstance(value, int | float | str | None) or name.endswith("_indptr"):
            assert getattr(sk, name) == value, name
        elif isinstance(value, list):
            assert [np.shape(one) for one in getattr(sk, name)] == [np.shape(one) for one in value], name
    if solver != "lbfgs":
        np.testing.assert_allclose(sk.loss_curve_, own.loss_curve_, rtol=1e-9)
    for mine, its in zip(sk.coefs_, own.coefs_, strict=True):
        assert mine.flags.c_contiguous
        if solver != "lbfgs":
            assert_rounded(mine, its, 1.0, OF_A_TRAINING)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_its_activations(activation: str) -> None:
    problem, model = ours("multiclass", activation=activation)
    sk = to_sklearn(model)
    assert sk.activation == activation
    assert_says_the_same(sk, model, problem)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"solver": "sgd"},
        {"solver": "sgd", "momentum": 0.0},
        {"solver": "sgd", "nesterovs_momentum": False},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 10.0, "n_iter_no_change": 1},
    ],
    ids=str,
)
def test_partial_fit_goes_on_from_where_ours_stands(settings: dict[str, Any]) -> None:
    problem, model = ours("multiclass", **settings)
    sk = to_sklearn(model)
    for _ in range(4):
        sk.partial_fit(problem.X, problem.y)
        model.partial_fit(problem.X, problem.y)
        for its, mine in zip([*sk.coefs_, *sk.intercepts_], [*model.coefs_, *model.intercepts_], strict=True):
            assert_rounded(its, mine, 1.0, OF_A_TRAINING)
    assert sk.t_ == model.t_
    np.testing.assert_allclose(sk.loss_curve_, model.loss_curve_, rtol=1e-9)


def test_a_warm_start_goes_on_too() -> None:
    problem, model = ours("binary", warm_start=True, early_stopping=True, n_iter_no_change=3)
    sk = to_sklearn(model)
    sk.fit(problem.X, problem.y)
    model.fit(problem.X, problem.y)
    np.testing.assert_allclose(sk.validation_scores_, model.validation_scores_)
    assert_says_the_same(sk, model, problem)


def test_there_and_back_is_the_same() -> None:
    _, model = ours("three_outputs")
    again = from_sklearn(to_sklearn(model))
    np.testing.assert_array_equal(again.theta_, model.theta_)
    assert again.get_params() == model.get_params()
    for mine, back in zip(model._state.optimizer.vectors, again._state.optimizer.vectors, strict=True):
        np.testing.assert_array_equal(mine, back)
    assert again.loss_curve_ == model.loss_curve_


FOLDED: dict[str, dict[str, Any]] = {
    "scale first": {"scale_inputs": True},
    "scale between": {"layers": [Layer(5, "tanh"), Scale(), Layer(4, "tanh")]},
    "affine among others": {"layers": [Layer(5, "identity"), Layer(4, "relu"), Layer(3, "identity")]},
    "affine alone": {"layers": [Layer(5, "identity"), Scale(), Layer(4, "identity")]},
    "scale alone": {"layers": [Scale()]},
    "residual and affine": {"layers": [Layer(5, "tanh"), Layer(5, "identity", residual=True)]},
    "relu by another name": {"layers": [Layer(5, "leaky_relu(0)"), Layer(4, "relu")]},
    "affine by another name": {"layers": [Layer(5, "leaky_relu(1)"), Layer(4, "tanh")]},
}


@pytest.mark.filterwarnings("ignore:predictions are the same")
@pytest.mark.parametrize("case", FOLDED)
@pytest.mark.parametrize("kind", ["multiclass", "three_outputs"])
def test_what_can_be_folded_into_weights_is(kind: str, case: str) -> None:
    problem, model = ours(kind, **FOLDED[case])
    sk = to_sklearn(model)
    assert_says_the_same(sk, model, problem)
    before = deepcopy(sk)
    sk.partial_fit(problem.X, problem.y)  # the sizes it was given are those that it has
    assert np.abs(sk.coefs_[0] - before.coefs_[0]).max() > 0
    clone(sk).fit(problem.X, problem.y)


def test_hidden_layers_that_are_affine_stay_as_they_are_where_all_of_them_are() -> None:
    _, model = ours("one_output", activation="identity")
    assert [w.shape for w in to_sklearn(model).coefs_] == [w.shape for w in model.coefs_]


UNITS = {
    "standardized": ({}, OwnUnits(mean=300.0, spread=17.0)),
    "counts": ({"loss": "poisson"}, OwnUnits(mean=0.0, spread=4.0, scale="poisson")),
}


@pytest.mark.parametrize("case", UNITS)
def test_own_units_are_folded_into_the_last_layer(case: str) -> None:
    settings, units = UNITS[case]
    problem, model = ours("poisson", **{"loss": "squared_error", **settings})
    model.set_units(units)
    sk = to_sklearn(model)
    np.testing.assert_allclose(sk.predict(problem.X), model.predict(problem.X), rtol=1e-12)
    sk.partial_fit(problem.X, problem.y + 300)


def test_float32_stays_so() -> None:
    problem = make_problem("one_output")
    X = problem.X.astype(np.float32)
    model = MLPRegressor(hidden_layer_sizes=(5,), max_iter=3, random_state=0).fit(X, problem.y)
    sk = to_sklearn(model)
    assert {array.dtype for array in (*sk.coefs_, *sk.intercepts_, *sk._optimizer.ms)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(sk.predict(X), model.predict(X), rtol=1e-4, atol=1e-5)


SMALL: dict[str, Any] = {"max_iter": 2, "random_state": 0}
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "members": ("binary", {"n_members": 3}, "3 members: "),
    "activation": (
        "binary",
        {"activation": "gelu"},
        r"the activation gelu \(layer 1\), the activation gelu \(layer 2\)",
    ),
    "several": ("binary", {"activation": ["relu", "tanh"]}, r"hidden layers of different activations \(relu, tanh\)"),
    "residual": (
        "binary",
        {"hidden_layer_sizes": (5, 5), "residual": True},
        r"a residual layer \(layer 1\), a residual layer \(layer 2\)",
    ),
    "trained": (
        "binary",
        {"layers": [Layer(3, "leaky_relu(0.1)", parametric=True)]},
        r"the activation leaky_relu with trained parameters \(layer 1\)",
    ),
    "waves": ("binary", {"layers": [PeriodicEmbedding()]}, r"a PeriodicEmbedding \(layer 1\)"),
    "all": (
        "one_output",
        {"n_members": 2, "layers": [PeriodicEmbedding([0]), Layer(4, "elu")], "output_activation": "softplus"},
        r"2 members, a PeriodicEmbedding \(layer 2\), the activation elu\(1.0\) \(layer 3\), the output activation "
        "softplus: ",
    ),
    "sigmoids": (
        "multiclass",
        {"output_activation": "sigmoid", "loss": "binary_cross_entropy"},
        "one sigmoid for each",
    ),
    "output": ("one_output", {"output_activation": "tanh"}, "the output activation tanh: "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_all_that_stands_in_the_way_is_named(case: str) -> None:
    kind, settings, said = REFUSED[case]
    _, model = ours(kind, **{**SMALL, **settings})
    with pytest.raises(ExportError, match=f"have no place for .*{said}") as raised:
        to_sklearn(model)
    assert "glassprop.to_onnx(model)" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_codes_and_bent_targets_are_refused() -> None:
    problem = make_problem("one_output")
    X = np.c_[problem.X, np.arange(len(problem.X)) % 3]
    model = MLPRegressor(layers=[CategoryEmbedding([5], [3], 2)], max_iter=2, random_state=0).fit(X, problem.y)
    with pytest.raises(ExportError, match=r"a CategoryEmbedding \(layer 1\)"):
        to_sklearn(model)
    _, model = ours("one_output")
    model.set_units(OwnUnits(mean=0.0, spread=1.0, scale="log", shift=1.0, knots=(0.0, 5.0)))
    with pytest.raises(ExportError, match="a target on the scale 'log'"):
        to_sklearn(model)
    _, counts = ours("one_output", output_activation="exp", loss="squared_error")
    counts.set_units(OwnUnits(mean=1.0, spread=4.0))  # 4 exp(z) + 1 is no exp of anything affine
    with pytest.raises(ExportError, match="the target's own units"):
        to_sklearn(counts)


def test_what_training_would_lack_is_said() -> None:
    lacking = {"dropout": 0.1, "solver": "adamw", "learning_rate": "cosine", "clip_norm": 1.0}
    problem, model = ours("binary", **lacking)
    said = r"train without solver='adamw', learning_rate='cosine', dropout=0.1, clip_norm=1.0$"
    with pytest.warns(UserWarning, match=said) as caught:
        sk = to_sklearn(model)
    assert caught[0].filename == __file__
    assert_says_the_same(sk, model, problem)
    assert (sk.solver, sk.learning_rate) == ("adam", "constant")
    sk.partial_fit(problem.X, problem.y)
    _, model = ours("one_output", loss="huber")
    with pytest.warns(UserWarning, match="without loss='huber'$"):
        assert to_sklearn(model).loss == "squared_error"


def test_nothing_is_said_of_what_the_network_is_anyway() -> None:
    problem, model = ours("binary", activation=["tanh", "tanh"], engine="reference", output_activation="sigmoid")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_says_the_same(to_sklearn(model), model, problem)


def test_they_share_nothing_and_it_is_pickled() -> None:
    problem, model = ours("multiclass")
    sk = to_sklearn(model)
    expected = model.theta_.copy()
    pickle.loads(pickle.dumps(sk)).partial_fit(problem.X, problem.y)
    sk.partial_fit(problem.X, problem.y)
    sk.classes_[0] = 7
    np.testing.assert_array_equal(model.theta_, expected)
    assert model.classes_[0] == 0
    assert len(model.loss_curve_) == 7


@pytest.mark.parametrize("hidden", [(6, 4), (1,)])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_go_on_by_themselves_whatever_the_shapes(kind: str, solver: str, hidden: tuple[int, ...]) -> None:
    problem, model = ours(kind, solver=solver, hidden_layer_sizes=hidden)
    sk, alone = to_sklearn(model), deepcopy(model)
    model.partial_fit(problem.X, problem.y)  # theirs has to stand where ours stood
    sk.partial_fit(problem.X, problem.y)
    alone.partial_fit(problem.X, problem.y)
    np.testing.assert_array_equal(model.theta_, alone.theta_)
    for one, other in zip([*sk.coefs_, *sk.intercepts_], [*model.coefs_, *model.intercepts_], strict=True):
        assert_rounded(one, other, 1.0, OF_A_TRAINING)
    before = pickle.dumps(sk)
    from_sklearn(sk).partial_fit(problem.X, problem.y)
    assert pickle.dumps(sk) == before


def test_it_needs_no_glassprop(tmp_path: Any) -> None:
    problem, model = ours("multiclass")
    pipeline = make_pipeline(StandardScaler(), model).fit(problem.X, problem.y)
    (tmp_path / "sk.pickle").write_bytes(pickle.dumps((to_sklearn(pipeline), problem.X)))
    code = (
        "import pickle, sys; sk, X = pickle.load(open('sk.pickle', 'rb')); print(sk.predict(X).tolist()); "
        "assert 'glassprop' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(pipeline.predict(problem.X).tolist())


def test_of_pipelines_and_searches_the_last_step_is_another() -> None:
    problem = make_problem("binary")
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=5, random_state=0))
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.0, 1.0]}, cv=2).fit(problem.X, problem.y)
    sk = to_sklearn(search)
    assert type(sk.estimator[-1]) is type(sk.best_estimator_[-1]) is TheirClassifier
    assert_says_the_same(sk, search, problem)
    assert type(search.best_estimator_[-1]) is MLPClassifier


def test_of_a_tables_estimator_it_is_the_pipeline() -> None:
    problem = make_problem("one_output")
    frame = pl.DataFrame({"a": problem.X[:, 0], "town": ["Ulm", "Bonn", None] * 17 + ["Ulm", "Jena"]})
    model = TabularRegressor(recipe="plain", n_members=1, random_state=0, epochs=3).fit(frame, 100 + 5 * problem.y)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "predictions are the same")
        sk = to_sklearn(model)
    assert type(sk[-1]) is TheirRegressor
    np.testing.assert_allclose(sk.predict(frame), model.predict(frame), rtol=1e-6)  # in float32


def test_one_that_is_not_fitted_has_the_arguments() -> None:
    sk = to_sklearn(MLPClassifier((3,), alpha=0.5, early_stopping=True))
    assert type(sk) is TheirClassifier
    assert (sk.hidden_layer_sizes, sk.alpha, sk.early_stopping) == ((3,), 0.5, True)
    with pytest.raises(NotFittedError):
        sk.predict([[0.0]])
    with pytest.raises(ExportError, match="no place for activation='gelu', residual=True: "):
        to_sklearn(MLPClassifier(activation="gelu", residual=True))


@pytest.mark.parametrize(
    "model", [LogisticRegression(), TheirClassifier(), None], ids=lambda model: type(model).__name__
)
def test_what_is_no_network_of_ours_is_refused(model: Any) -> None:
    with pytest.raises(ExportError, match=r"to_sklearn takes a glassprop .* got a \w+$"):
        to_sklearn(model)
