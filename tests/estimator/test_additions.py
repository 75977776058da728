"""What ours has beyond scikit-learn's: weights of classes, dropout, functions, solvers, schedules."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from glassprop import Activation, Cost, MLPClassifier, MLPRegressor
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.errors import ArchitectureError, DerivativeError, SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 6, "random_state": 0, "batch_size": 16, "learning_rate_init": 0.01}


def classifier(**settings: Any) -> MLPClassifier:
    return MLPClassifier(**{**QUICK, **settings})


def regressor(**settings: Any) -> MLPRegressor:
    return MLPRegressor(**{**QUICK, **settings})


# --- weights of classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("class_weight", ["balanced", {0: 1.0, 1: 5.0, 2: 0.5}, {1: 3.0}])
def test_class_weights_are_weights_of_examples(multiclass: Any, class_weight: Any) -> None:
    X, y, weight = multiclass.X, multiclass.y, multiclass.weight
    of_class = compute_sample_weight(class_weight, y)
    mine = classifier(class_weight=class_weight)
    np.testing.assert_array_equal(mine.fit(X, y).theta_, classifier().fit(X, y, sample_weight=of_class).theta_)
    np.testing.assert_allclose(
        mine.fit(X, y, sample_weight=weight).theta_,
        classifier().fit(X, y, sample_weight=weight * of_class).theta_,
    )


def test_class_weights_with_partial_fit(binary: Any) -> None:
    X, y, classes = binary.X, binary.y, ["no", "yes"]
    given = dict(zip(classes, compute_class_weight("balanced", classes=np.array(classes), y=y), strict=True))
    mine = classifier(class_weight=given).partial_fit(X, y, classes=classes)
    weighted = classifier().partial_fit(X, y, classes=classes, sample_weight=compute_sample_weight("balanced", y))
    np.testing.assert_array_equal(mine.theta_, weighted.theta_)
    with pytest.raises(SettingsError, match=r"'balanced' is not supported for partial_fit.*compute_class_weight"):
        classifier(class_weight="balanced").partial_fit(X, y, classes=classes)


def test_balanced_weights_count_all_rows_and_reach_the_split(binary: Any) -> None:
    """The validation score is weighted by them too, as explicit weights are."""
    weight = compute_sample_weight("balanced", binary.y)
    settings = {"early_stopping": True, "validation_fraction": 0.3}
    mine = classifier(class_weight="balanced", **settings).fit(binary.X, binary.y)
    other = classifier(**settings).fit(binary.X, binary.y, sample_weight=weight)
    assert mine.validation_scores_ == other.validation_scores_


# --- dropout -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dropout", [0.4, [0.4, 0.4], (0.4, np.float32(0.4))])
def test_dropout_of_hidden_layers(multiclass: Any, dropout: Any) -> None:
    model = classifier(hidden_layer_sizes=(6, 5), dropout=dropout).fit(multiclass.X, multiclass.y)
    assert [layer.dropout for layer in model.network_.layers] == pytest.approx([0.4, 0.4, 0.0])
    plain = classifier(hidden_layer_sizes=(6, 5)).fit(multiclass.X, multiclass.y)
    assert not np.array_equal(model.theta_, plain.theta_)
    np.testing.assert_array_equal(model.predict_proba(multiclass.X), model.predict_proba(multiclass.X))


def test_dropout_draws_nothing_where_it_is_off(multiclass: Any) -> None:
    """The stream of random numbers stays scikit-learn's unless there is dropout."""
    off = classifier(dropout=[0.0]).fit(multiclass.X, multiclass.y)
    np.testing.assert_array_equal(off.theta_, classifier().fit(multiclass.X, multiclass.y).theta_)


# --- functions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_every_activation_trains(multiclass: Any, name: str) -> None:
    model = classifier(activation=name, max_iter=30, learning_rate_init=0.02).fit(multiclass.X, multiclass.y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    by_object = classifier(activation=ACTIVATIONS[name], max_iter=30, learning_rate_init=0.02)
    np.testing.assert_array_equal(by_object.fit(multiclass.X, multiclass.y).theta_, model.theta_)


def test_a_list_of_activations(multiclass: Any) -> None:
    activations = ["logistic", "leaky_relu(0.3)", ACTIVATIONS["silu"]]
    model = classifier(hidden_layer_sizes=(5, 4, 3), activation=activations).fit(multiclass.X, multiclass.y)
    specs = [layer.activation.spec for layer in model.network_.layers]
    assert specs == ["sigmoid", "leaky_relu(0.3)", "silu", "softmax"]
    assert [layer.initial for layer in model.network_.layers] == ["glorot_sigmoid", *["glorot"] * 3]


@pytest.mark.parametrize("loss", [name for name in COSTS if "entropy" not in name])
def test_every_loss_of_a_regressor_by_name_and_as_an_object(one_output: Any, loss: str) -> None:
    y = np.abs(one_output.y)
    model = regressor(loss=loss, max_iter=30).fit(one_output.X, y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.out_activation_ == ("exp" if loss == "poisson" else "identity")
    if loss != "squared_error":
        other = regressor(loss=COSTS[loss], max_iter=30).fit(one_output.X, y)
        np.testing.assert_array_equal(other.theta_, model.theta_)
        assert other.loss_ == model.loss_


def test_squared_error_by_name_is_half_of_the_notes(one_output: Any) -> None:
    """As in scikit-learn; the Cost object is the notes' own sum."""
    by_name = regressor(alpha=0.0, batch_size=53).fit(one_output.X, one_output.y)
    assert by_name.network_.cost_function.name == "half_squared_error"
    notes = regressor(alpha=0.0, batch_size=53, loss=COSTS["squared_error"]).fit(one_output.X, one_output.y)
    assert notes.loss_curve_[0] == pytest.approx(2 * by_name.loss_curve_[0])


def test_poisson_by_name_and_object_agree_for_several_outputs(three_outputs: Any) -> None:
    y = np.abs(three_outputs.y)
    curves = [regressor(loss=loss).fit(three_outputs.X, y).loss_curve_ for loss in ("poisson", COSTS["poisson"])]
    assert curves[0] == curves[1]


def test_quantile_regression_has_the_level_it_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(1500, 1))
    y = X[:, 0] + rng.exponential(size=1500)
    for level in (0.1, 0.9):
        settings = {"max_iter": 60, "random_state": 0, "learning_rate_init": 0.01, "learning_rate": "cosine"}
        model = MLPRegressor(f"quantile({level})", (8,), n_iter_no_change=np.inf, **settings).fit(X, y)
        assert (y <= model.predict(X)).mean() == pytest.approx(level, abs=0.03)


def test_classifier_under_other_losses_and_outputs(multiclass: Any, binary: Any) -> None:
    model = classifier(loss="binary_cross_entropy", output_activation="sigmoid", max_iter=40)
    probabilities = model.fit(multiclass.X, multiclass.y).predict_proba(multiclass.X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    raw = model.network_.predict(model.theta_, multiclass.X)
    np.testing.assert_allclose(probabilities, raw / raw.sum(axis=1, keepdims=True))
    brier = classifier(loss="squared_error", max_iter=40).fit(multiclass.X, multiclass.y)
    assert brier.out_activation_ == "softmax"
    assert brier.score(multiclass.X, multiclass.y) > 0.5
    linear = classifier(loss="huber", output_activation="identity", max_iter=40).fit(multiclass.X, multiclass.y)
    assert set(linear.predict(multiclass.X)) <= {0, 1, 2}
    assert not hasattr(linear, "predict_proba")
    same = classifier(loss="cross_entropy").fit(binary.X, binary.y)
    np.testing.assert_array_equal(same.theta_, classifier().fit(binary.X, binary.y).theta_)
    with pytest.raises(SettingsError, match="would always be 1; use output_activation='auto'"):
        classifier(output_activation="softmax").fit(binary.X, binary.y)
    with pytest.raises(ArchitectureError, match="use softmax with this cost"):
        classifier(output_activation="relu").fit(multiclass.X, multiclass.y)


SQUARE = Activation("square", lambda z: z**2, lambda z, a: 2 * z)
QUARTIC = Cost("quartic", lambda a, y: ((a - y) ** 4).sum(axis=1), lambda a, y: 4 * (a - y) ** 3)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_user_defined(one_output: Any, solver: str) -> None:
    model = regressor(loss=QUARTIC, activation=SQUARE, solver=solver).fit(one_output.X, one_output.y)
    assert model.network_.own_functions == ["square", "quartic"]
    hidden = (one_output.X @ model.coefs_[0] + model.intercepts_[0]) ** 2
    np.testing.assert_allclose(model.predict(one_output.X), (hidden @ model.coefs_[1] + model.intercepts_[1]).ravel())
    wrong = Activation("square", lambda z: z**2, lambda z, a: z)
    with pytest.raises(DerivativeError, match="activation 'square': slope is wrong at z = "):
        regressor(activation=wrong, solver=solver).fit(one_output.X, one_output.y)


def test_label_smoothing_moves_the_optimum() -> None:
    """Without inputs to tell classes apart, the probability that minimizes is the smoothed share."""
    y = np.repeat([0, 1, 2], [10, 20, 70])
    settings = {"solver": "lbfgs", "hidden_layer_sizes": (), "alpha": 0.0, "tol": 1e-9, "max_iter": 500}
    model = MLPClassifier(label_smoothing=0.3, **settings).fit(np.zeros((100, 1)), y)
    expected = 0.7 * np.array([0.1, 0.2, 0.7]) + 0.1
    np.testing.assert_allclose(model.predict_proba([[0.0]])[0], expected, atol=1e-4)
    with pytest.raises(SettingsError, match="set it to 0"):
        classifier(label_smoothing=0.1, loss="squared_error").fit(np.zeros((100, 1)), y)


# --- solvers and schedules ---------------------------------------------------------------------------------


def full_batch_steps(model: Any, problem: Any, step: Any, n: int) -> Any:
    """θ after n full-batch steps from scikit-learn's start, by ``step(theta, gradient, t) -> theta``."""
    still = MLPRegressor(**{**model.get_params(), "solver": "sgd", "learning_rate_init": 1e-300, "max_iter": 1})
    start = still.fit(problem.X, problem.y)
    X, Y = start.encode_targets(problem.X, problem.y)
    theta = start.theta_.copy()
    for t in range(1, n + 1):
        theta = step(theta, start.network_.gradient(theta, X, Y), t)
    return theta


def test_adamw_decays_weights_and_not_biases(one_output: Any) -> None:
    settings = {"hidden_layer_sizes": (4,), "activation": "tanh", "alpha": 0.0, "random_state": 1, "max_iter": 5}
    model = MLPRegressor(solver="adamw", weight_decay=0.3, learning_rate_init=0.05, **settings)
    weights = np.r_[np.ones(20), np.zeros(4), np.ones(4), 0]
    m, v = np.zeros(29), np.zeros(29)

    def step(theta: Any, g: Any, t: int) -> Any:
        m[:] = 0.9 * m + 0.1 * g
        v[:] = 0.999 * v + 0.001 * g**2
        rate = 0.05 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return theta - 0.05 * 0.3 * weights * theta - rate * m / (np.sqrt(v) + 1e-8)

    expected = full_batch_steps(model, one_output, step, 5)
    assert_rounded(model.fit(one_output.X, one_output.y).theta_, expected, roundings=OF_A_TRAINING)
    same = MLPRegressor(solver="adamw", weight_decay=0.0, **settings).fit(one_output.X, one_output.y)
    adam = MLPRegressor(solver="adam", **settings).fit(one_output.X, one_output.y)
    np.testing.assert_array_equal(same.theta_, adam.theta_)


def test_clip_norm_and_schedules_reach_every_step(one_output: Any) -> None:
    """Full-batch descent with warm-up, a cosine, and a clipped gradient, by hand."""
    settings = {"hidden_layer_sizes": (4,), "activation": "tanh", "alpha": 0.0, "random_state": 1, "max_iter": 8}
    model = MLPRegressor(
        solver="sgd", momentum=0.0, learning_rate="cosine", learning_rate_init=0.5, warmup=3, clip_norm=0.1, **settings
    )

    def step(theta: Any, g: Any, t: int) -> Any:
        g = g * min(1, 0.1 / np.linalg.norm(g))
        return theta - min(1, t / 3) * 0.25 * (1 + np.cos(np.pi * (t - 1) / 8)) * g

    expected = full_batch_steps(model, one_output, step, 8)
    assert_rounded(model.fit(one_output.X, one_output.y).theta_, expected, roundings=OF_A_TRAINING)


@pytest.mark.parametrize("solver", ["adam", "sgd", "adamw"])
@pytest.mark.parametrize("learning_rate", ["cosine", "one_cycle"])
def test_new_schedules_act_with_every_solver(one_output: Any, solver: str, learning_rate: str) -> None:
    plain, scheduled = (
        regressor(solver=solver, learning_rate=rate, warmup=0.5).fit(one_output.X, one_output.y)
        for rate in ("constant", learning_rate)
    )
    assert not np.array_equal(plain.theta_, scheduled.theta_)


def test_warmup_counts_epochs(one_output: Any) -> None:
    """Half an epoch of 4 steps is 2 steps: the first is taken at half the rate."""
    n_steps = ceil(53 / 16)
    first = {"solver": "sgd", "momentum": 0.0, "max_iter": 1, "shuffle": False, "batch_size": 16}
    start = regressor(**first, learning_rate_init=1e-300).fit(one_output.X, one_output.y)
    X, Y = start.encode_targets(one_output.X, one_output.y)
    theta = start.theta_.copy()
    weights = np.concatenate(
        [np.r_[np.ones(w.size), np.zeros(b.size)] for w, b in zip(start.coefs_, start.intercepts_, strict=True)]
    )
    for t in range(n_steps):
        rows = slice(16 * t, 16 * (t + 1))
        gradient = start.network_.gradient(theta, X[rows], Y[rows]) + 1e-4 * weights * theta / len(X[rows])
        theta = theta - 0.01 * min(1, (t + 1) / 2) * gradient
    model = regressor(**first, warmup=0.5).fit(one_output.X, one_output.y)
    assert_rounded(model.theta_, theta, roundings=OF_A_TRAINING)


def test_lbfgs_refuses_what_it_cannot_do(binary: Any) -> None:
    with pytest.raises(SettingsError, match=r"clip_norm .* or dropout .*; use adam or sgd"):
        classifier(solver="lbfgs", dropout=0.1, clip_norm=1.0).fit(binary.X, binary.y)


# --- bits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_same_seed_same_bits_and_another_seed_others(multiclass: Any, solver: str) -> None:
    settings = {"solver": solver} | ({"dropout": 0.2, "early_stopping": True} if solver == "adam" else {})
    first, again, other = (
        classifier(**{**settings, "random_state": seed}).fit(multiclass.X, multiclass.y) for seed in (4, 4, 5)
    )
    assert first.theta_.tobytes() == again.theta_.tobytes()
    assert first.loss_curve_ == again.loss_curve_
    assert not np.array_equal(first.theta_, other.theta_)
