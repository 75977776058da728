"""Odd input: what can be used is used, and for the rest a message says what would do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.build import build_optimizer, build_schedule
from glassprop.optimizer import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov
from glassprop.training.schedule import SCHEDULES, Constant, Cosine, InvScaling, WarmUp

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"max_iter": 2, "random_state": 0}


@pytest.mark.parametrize(
    ("hidden_layer_sizes", "sizes"),
    [
        ((), [5, 3]),
        (np.int64(4), [5, 4, 3]),
        ([np.int32(4), 2], [5, 4, 2, 3]),
        ((4.0,), [5, 4, 3]),
        (np.array([4, 2]), [5, 4, 2, 3]),
        (range(3, 5), [5, 3, 4, 3]),
    ],
)
def test_sizes_that_can_be_read(hidden_layer_sizes: Any, sizes: list[int], multiclass: Any) -> None:
    model = MLPClassifier(hidden_layer_sizes, **QUICK).fit(multiclass.X, multiclass.y)
    assert model.network_.sizes == sizes


@pytest.mark.parametrize(
    "hidden_layer_sizes",
    [0, -3, 10.0, "100", None, (5, 0), (-1,), (10.5,), ("a",), (np.nan,), (np.inf,), [[3, 4]], (True,)],
)
def test_sizes_that_cannot(hidden_layer_sizes: Any, multiclass: Any) -> None:
    words = r"hidden_layer_sizes.*must be (an array-like or an int|> 0|one whole number a hidden layer, as in)"
    with pytest.raises(ValueError, match=words):
        MLPClassifier(hidden_layer_sizes, **QUICK).fit(multiclass.X, multiclass.y)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activation": "Relu"}, "no activation is called 'Relu'; did you mean 'relu'"),
        ({"activation": "swishy"}, "no activation is called 'swishy'; "),
        ({"activation": ["relu", "tanh"]}, "activation lists 2 entries for 1 hidden layers; give one a hidden layer"),
        ({"activation": [3]}, "activation must list names or Activation objects, one a hidden layer, got 3"),
        ({"output_activation": "sotfmax"}, "did you mean 'softmax'"),
        ({"solver": "adamm"}, "The 'solver' parameter .* must be a str among .*'adamw'.*Got 'adamm'"),
        ({"learning_rate": "cosin"}, "must be a str among .*'cosine'"),
        ({"loss": "hinge"}, "no cost is called 'hinge'; there are: "),
        ({"loss": "log-loss"}, "no cost is called 'log-loss'; did you mean 'log_loss'"),
        ({"dropout": 1.0}, r"a float in the range \[0.0, 1.0\)"),
        ({"dropout": [0.1, 0.2]}, "dropout lists 2 entries for 1 hidden layers"),
        ({"dropout": [1.5]}, "dropout must list numbers from 0 to less than 1, one a hidden layer, got 1.5"),
        ({"dropout": ["a"]}, "dropout must list numbers"),
        ({"clip_norm": 0}, "The 'clip_norm' parameter"),
        ({"warmup": "3"}, "a float in the range"),
        ({"max_iter": 0}, r"an int in the range \[1, inf\)"),
        ({"class_weight": "balance"}, "'balanced'"),
        ({"class_weight": {7: 1.0}}, "class_weight"),
        ({"scoring": "acc", "early_stopping": True}, "get_scorer_names"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "The validation set is too small. Increase"),
        ({"early_stopping": True, "validation_fraction": 0.0}, "choose another fraction, or give X_val and y_val"),
        ({"early_stopping": True, "stratify": True, "validation_fraction": 0.01}, "choose another .*, stratify=False"),
    ],
    ids=str,
)
def test_arguments_that_cannot_be_used(settings: dict[str, Any], words: str, multiclass: Any) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        MLPClassifier(**{**QUICK, **settings}).fit(multiclass.X, multiclass.y)
    assert "\n" not in str(caught.value)


def with_entry(array: Any, value: Any) -> Any:
    array = np.array(array, dtype=object if value is None else None)
    array[3] = value
    return array


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: {"y": with_entry(p.y, None)}, r"y contains None, first in row 3 \(1 rows in all\); drop or label"),
        (lambda p: {"y": np.linspace(0, 1, 53)}, "Unknown label type"),
        (lambda p: {"y": with_entry(np.arange(53.0) % 3, np.nan)}, "Input y contains NaN"),
        (lambda p: {"X": with_entry(p.X, np.inf)}, "Input X contains infinity"),
        (lambda p: {"X": with_entry(p.X, np.nan)}, "Input X contains NaN"),
        (lambda p: {"X": p.X[:0], "y": p.y[:0]}, "minimum of 1 is required"),
        (lambda p: {"X": p.X[:, 0]}, "Expected 2D array"),
        (lambda p: {"y": p.y[:-1]}, "inconsistent numbers of samples"),
        (lambda p: {"sample_weight": np.ones(7)}, r"sample_weight.shape == \(7,\), expected \(53,\)"),
        (lambda p: {"sample_weight": np.zeros(53)}, "at least one non-zero"),
        (lambda p: {"sample_weight": np.full(53, np.nan)}, "sample_weight contains NaN"),
        (lambda p: {"X_val": p.X}, "X_val is provided, but y_val was not"),
        (lambda p: {"y_val": p.y}, "y_val is provided, but X_val was not"),
        (lambda p: {"sample_weight_val": p.weight}, "sample_weight_val is provided, but X_val was not"),
        (lambda p: {"X_val": p.X[:, :2], "y_val": p.y}, "X has 2 features"),
        (lambda p: {"X_val": p.X, "y_val": p.y + 1}, r"classes that training did not see: \[3\]"),
        (lambda p: {"X_val": p.X, "y_val": p.y, "sample_weight_val": np.ones(3)}, "sample_weight.shape"),
    ],
    ids=range(17),
)
def test_data_that_cannot_be_used(change: Any, words: str, multiclass: Any) -> None:
    data = {"X": multiclass.X, "y": multiclass.y, **change(multiclass)}
    with pytest.raises(ValueError, match=words):
        MLPClassifier(**QUICK).fit(data.pop("X"), data.pop("y"), **data)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_validation_targets_of_another_width_are_refused(solver: str, one_output: Any) -> None:
    X, y = one_output.X, one_output.y
    with pytest.raises(ValueError, match="y_val has 2 outputs, but y has 1"):
        MLPRegressor(solver=solver, **QUICK).fit(X, y, X_val=X, y_val=np.c_[y, y])


def test_targets_outside_a_losss_domain(one_output: Any) -> None:
    with pytest.raises(ValueError, match=r"cost 'poisson' takes targets that are 0 or more; got -.* in row"):
        MLPRegressor("poisson", **QUICK).fit(one_output.X, one_output.y)


def test_one_row_is_learned_from(one_output: Any) -> None:
    model = MLPRegressor(solver="lbfgs", random_state=0).fit(one_output.X[:1], [4.0])
    assert model.predict(one_output.X[:1])[0] == pytest.approx(4.0, abs=0.01)


def test_text_labels_and_one_epoch(binary: Any) -> None:
    model = MLPClassifier(max_iter=1).fit(binary.X, binary.y)
    assert set(model.predict(binary.X)) <= {"yes", "no"}
    assert list(model.classes_) == ["no", "yes"]
    assert model.n_iter_ == 1


def test_a_warm_start_of_another_size_is_refused(binary: Any) -> None:
    model = MLPClassifier((4,), warm_start=True, **QUICK).fit(binary.X, binary.y)
    with pytest.raises(
        ValueError, match=r"\[5, 4, 1\], but the arguments now describe \[5, 3, 1\]; keep hidden_layer_sizes"
    ):
        model.set_params(hidden_layer_sizes=(3,)).fit(binary.X, binary.y)
    with pytest.raises(ValueError, match="same classes as in the previous call"):
        model.set_params(hidden_layer_sizes=(4,)).fit(binary.X, np.arange(53) % 3)


def test_a_huge_rate_is_explained(one_output: Any) -> None:
    settings = {"learning_rate_init": 1e300, "max_iter": 5, "random_state": 0}
    with pytest.raises(ValueError, match=r"learning rate 1e\+300\); try a smaller learning rate"):
        MLPRegressor(**settings).fit(one_output.X, one_output.y)


def test_partial_fit_with_another_size_is_refused_in_words_of_its_own(binary: Any) -> None:
    model = MLPClassifier((4,), random_state=0).partial_fit(binary.X, binary.y, classes=["no", "yes"])
    with pytest.raises(ValueError, match=r"^training goes on with a network of sizes \[5, 4, 1\]"):
        model.set_params(hidden_layer_sizes=(3,)).partial_fit(binary.X, binary.y)


def test_targets_that_the_dtype_of_x_cannot_hold(one_output: Any) -> None:
    X, y = one_output.X.astype(np.float32), one_output.y * 1e39
    with pytest.raises(
        DataError, match=r"more than the float32 of X can hold; scale y, or pass X as float64"
    ) as caught:
        MLPRegressor().fit(X, y)
    assert f"{np.abs(y).max():.4g}" in str(caught.value)


def test_class_weights_that_leave_nothing_are_refused(binary: Any) -> None:
    with pytest.raises(SettingsError, match=r"leaves every example with weight 0; give a class in y more than 0"):
        MLPClassifier(class_weight={"no": 0, "yes": 0}).fit(binary.X, binary.y)
    weight = (binary.y == "no").astype(float)
    with pytest.raises(SettingsError, match="weight 0"):
        MLPClassifier(class_weight={"no": 0, "yes": 1}).fit(binary.X, binary.y, sample_weight=weight)


def test_optimizers_and_schedules_of_the_tables_are_what_arguments_may_name() -> None:
    """ARCHITECTURE.md: a new one is an entry in its table."""
    constraints = MLPClassifier._parameter_constraints
    assert constraints["solver"][0].options == {"lbfgs", *OPTIMIZERS} - {"momentum", "nesterov"}
    assert constraints["learning_rate"][0].options == set(SCHEDULES)
    for name in set(OPTIMIZERS) - {"sgd", "momentum", "nesterov"}:
        assert type(build_optimizer(arguments(solver=name))) is OPTIMIZERS[name]
    for name in SCHEDULES:
        assert type(build_schedule(arguments(solver="sgd", learning_rate=name), 3)) is SCHEDULES[name]


def arguments(**given: Any) -> dict[str, Any]:
    return MLPClassifier(**given).get_params()


def test_arguments_reach_optimizers_and_schedules() -> None:
    settings = {"beta_1": 0.5, "beta_2": 0.6, "epsilon": 1e-3, "weight_decay": 0.7, "momentum": 0.4}
    made = {solver: build_optimizer(arguments(solver=solver, **settings)) for solver in ("adam", "adamw", "sgd")}
    assert made == {"adam": Adam(0.5, 0.6, 1e-3), "adamw": AdamW(0.5, 0.6, 1e-3, 0.7), "sgd": Nesterov(0.4)}
    assert build_optimizer(arguments(solver="sgd", momentum=0)) == SGD()
    assert build_optimizer(arguments(solver="sgd", momentum=0.4, nesterovs_momentum=False)) == Momentum(0.4)
    rates = {"learning_rate_init": 0.2, "power_t": 0.3, "solver": "sgd"}
    assert build_schedule(arguments(learning_rate="invscaling", **rates), 3) == InvScaling(0.2, 0.3)
    assert build_schedule(arguments(learning_rate="cosine", warmup=2.0, **rates), 3) == WarmUp(Cosine(0.2), 6)
    for name in ("invscaling", "adaptive"):
        assert build_schedule(arguments(learning_rate=name), 3) == Constant(0.001)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_network_that_gives_no_number_says_so(engine: str, binary: Any) -> None:
    X, y = binary.X, binary.y
    clf = MLPClassifier((3,), activation="identity", max_iter=1, random_state=0, engine=engine).fit(X, y)
    clf.coefs_[0][:] = 1e308  # each neuron is infinite, and the output their difference
    clf.coefs_[1][:] = np.array([[1.0], [-1.0], [1.0]])
    for predict in (clf.predict, clf.predict_proba):
        with pytest.raises(DataError, match=r"gives NaN or infinity for .* of .* rows: with weights up to 1e\+308"):
            predict(np.full((4, 5), 100.0))


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_an_optimizer_of_another_network_is_refused_before_it_steps(engine: str, binary: Any) -> None:
    """As a pickle might have it, or a user's hand: machine code would write beyond it."""
    X, y = binary.X, binary.y
    clf = MLPClassifier((3,), max_iter=1, random_state=0, engine=engine).fit(X, y)
    optimizer = clf._state.optimizer
    optimizer.vectors = tuple(vector[:2].copy() for vector in optimizer.vectors)
    before = clf.theta_.copy()
    with pytest.raises(DataError, match="it is of another network"):
        clf.partial_fit(X, y)
    np.testing.assert_array_equal(clf.theta_, before)


def test_probabilities_sum_to_one_where_every_sigmoid_is_zero(multiclass: Any) -> None:
    clf = MLPClassifier((3,), loss="squared_error", output_activation="logistic", max_iter=1, random_state=0)
    clf.fit(multiclass.X, multiclass.y)
    clf.intercepts_[-1][:] = -1e5
    np.testing.assert_array_equal(clf.predict_proba(multiclass.X[:2]), np.full((2, 3), 1 / 3))


@pytest.mark.parametrize("warmup", [1e308, 1e17])
def test_a_warm_up_without_end_is_no_error(warmup: float, binary: Any) -> None:
    clf = MLPClassifier((3,), warmup=warmup, max_iter=1, random_state=0, engine="reference")
    start = MLPClassifier((3,), learning_rate_init=1e-300, max_iter=1, random_state=0, engine="reference")
    thetas = [model.fit(binary.X, binary.y).theta_ for model in (clf, start)]
    np.testing.assert_allclose(*thetas, atol=1e-12)  # rates of 1e-3 · k / 2^53 move nothing
