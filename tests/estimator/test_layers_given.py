"""`layers`, `output_options` and factors by schedule: the network they describe, its start, its training, its file."""

from __future__ import annotations

import pickle
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from rounding import OF_A_TRAINING, assert_rounded
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.model_selection import train_test_split

import glassprop
from glassprop import Layer, MLPClassifier, MLPRegressor, Network, Scale
from glassprop.engine.plan import Data
from glassprop.errors import SettingsError
from glassprop.estimator.starting import LOOKED_AT
from glassprop.optimizers import AdamW
from glassprop.schedules import Constant, Cosine, CosLog4, FlatCos
from glassprop.settings import Objective, Settings
from glassprop.training.lanes import ArrayLanes

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"max_iter": 6, "random_state": 0, "batch_size": 16, "learning_rate_init": 0.01}
LAYERS = [
    Scale(rates={"s": 6}),
    Layer(7, "mish", 0.1, rates={"b": 0.1}, parametric=False),
    Layer(7, "leaky_relu(0.2)", parametric=True, residual=True),
]
OUTPUT = {"initial": "he", "rates": {"b": 0.1}, "decays": {"w": 0.5}}
STILL = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 1e-12, "max_iter": 1, "random_state": 0}


def test_the_network_that_they_describe(multiclass: Any) -> None:
    clf = MLPClassifier(layers=LAYERS, output_options=OUTPUT, **QUICK).fit(multiclass.X, multiclass.y)
    assert clf.network_ == Network(5, [*LAYERS, Layer(3, "softmax", **OUTPUT)], cost="cross_entropy")
    assert [w.shape for w in clf.coefs_] == [(5, 7), (7, 7), (7, 3)]
    assert clf.n_layers_ == 5


def test_layers_in_words_and_as_such_are_the_same(multiclass: Any) -> None:
    X, y = multiclass.X, multiclass.y
    words = MLPClassifier((6, 6), ["tanh", "silu"], dropout=[0.2, 0.0], residual=True, scale_inputs=True, **QUICK)
    layers = [Scale(), Layer(6, "tanh", 0.2, "glorot"), Layer(6, "silu", initial="glorot", residual=True)]
    given = MLPClassifier(layers=layers, output_options={"initial": "glorot"}, **QUICK)
    assert given.fit(X, y).network_ == words.fit(X, y).network_
    np.testing.assert_array_equal(given.theta_, words.theta_)
    assert given.loss_curve_ == words.loss_curve_


@pytest.mark.parametrize("kind", ["binary", "multilabel", "one_output"])
def test_both_engines_train_them(problem_of: Any, kind: str) -> None:
    problem = problem_of(kind)
    made = MLPClassifier if problem.classifier else MLPRegressor
    settings = {"solver": "adamw", "decay_schedule": "flat_cos", "dropout_schedule": "flat_cos"}
    thetas = [
        made(layers=LAYERS, output_options=OUTPUT, engine=engine, learning_rate="coslog4", **settings, **QUICK)
        .fit(problem.X, problem.y)
        .theta_
        for engine in ("reference", "compiled")
    ]
    assert_rounded(thetas[0], thetas[1], 1, OF_A_TRAINING)


# --- factors by schedule ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        ({"learning_rate": "coslog4"}, {"schedule": CosLog4(0.01)}),
        ({"decay_schedule": "flat_cos"}, {"decay_schedule": FlatCos(1.0)}),
        ({"decay_schedule": "cosine"}, {"decay_schedule": Cosine(1.0)}),
        ({"dropout_schedule": "flat_cos"}, {"dropout_schedule": FlatCos(1.0)}),
        ({"dropout_schedule": "coslog4"}, {"dropout_schedule": CosLog4(1.0)}),
    ],
)
def test_schedules_are_those_of_the_core(multiclass: Any, arguments: Any, settings: Any) -> None:
    """The same draws from the same generator, and the settings by hand."""
    X, y = multiclass.X, multiclass.y
    plain = {"solver": "adamw", "weight_decay": 0.5, "alpha": 0.0, "layers": LAYERS, "engine": "reference", **QUICK}
    clf, without = (MLPClassifier(**{**plain, **more}).fit(X, y) for more in (arguments, {}))
    rng = np.random.RandomState(0)
    theta = clf.network_.initial(rng)
    by_hand = Settings(
        AdamW(decay=0.5),
        Constant(0.01),
        epochs=6,
        batch_size=16,
        objective=Objective(0.0, None, True),
        engine="reference",
    )
    Y = clf.encode_targets(X, y)[1]
    result = clf.network_.train(theta, X, Y, settings=replace(by_hand, **settings), rng=rng)
    np.testing.assert_array_equal(clf.theta_, result.theta)
    assert not np.array_equal(clf.theta_, without.theta_)


def test_explanations_have_the_decay_of_the_last_step(multiclass: Any) -> None:
    X, y = multiclass.X, multiclass.y
    fades = {"solver": "adamw", "weight_decay": 0.5, "decay_schedule": "cosine", **QUICK}
    clf = MLPClassifier((4,), **fades).fit(X, y)
    steps = -(-len(X) // 16)
    last = 0.5 * (1 + np.cos(np.pi * (6 * steps - 1) / (6 * steps))) / 2
    assert clf.explain(X, y, row=0).step(1, 0, 0).settings["λ"] == pytest.approx(last)
    best = MLPClassifier((4,), **fades, early_stopping=True).fit(X[9:], y[9:], X_val=X[:9], y_val=y[:9])
    steps = -(-len(X[9:]) // 16)
    assert best.best_epoch_ < 6
    then = 0.5 * (1 + np.cos(np.pi * (best.best_epoch_ * steps - 1) / (6 * steps))) / 2
    assert best.explain(X, y, row=0).step(1, 0, 0).settings["λ"] == pytest.approx(then)
    plain = MLPClassifier((4,), **{**fades, "decay_schedule": None}).fit(X, y)
    assert plain.explain(X, y, row=0).step(1, 0, 0).settings["λ"] == 0.5


def test_factors_need_something_to_multiply(multiclass: Any) -> None:
    for arguments, words in (
        ({"decay_schedule": "cosine"}, "decay_schedule multiplies an optimizer's weight decay, and Adam has none"),
        ({"dropout_schedule": "cosine"}, "dropout_schedule was given, and no layer has dropout"),
        ({"dropout_schedule": "adaptive"}, "The 'dropout_schedule' parameter of MLPClassifier must be"),
    ):
        with pytest.raises(ValueError, match=words):
            MLPClassifier(**arguments, **QUICK).fit(multiclass.X, multiclass.y)


# --- a start that looks at examples -------------------------------------------------------------------------------


def standardized(model: Any, X: Any, rows: int | None = None) -> None:
    """z of the first layer has mean 0 and standard deviation 1 over these rows, or as those of a sample."""
    z = model.network_.forward(model.theta_, X).z[1]
    off = 1e-6 if rows is None else 6 / sqrt(rows)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=off)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=off)


def looking(**settings: Any) -> MLPRegressor:
    return MLPRegressor(layers=[Layer(8, "tanh", initial="data")], **{**STILL, **settings})


def data(n: int = 300) -> tuple[Any, Any]:
    rng = np.random.default_rng(3)
    return rng.normal(5, 3, (n, 4)) * [1, 10, 0.1, 2], rng.normal(size=n)


@pytest.mark.parametrize("sparse", [False, True])
def test_the_start_sees_the_rows_to_train_on(sparse: bool) -> None:
    X, y = data()
    given = csr_matrix(X) if sparse else X
    standardized(looking().fit(given, y), X)
    standardized(looking().partial_fit(given, y), X)


def test_it_does_not_see_those_that_judge() -> None:
    X, y = data()
    kept = looking(early_stopping=True).fit(X, y)
    far = X.copy()
    kept_rows = np.zeros(len(X), dtype=bool)
    rng = np.random.RandomState(0)
    rows, aside = train_test_split(np.arange(len(X)), random_state=rng, test_size=0.1)
    kept_rows[rows] = True
    far[aside] += 1e6
    standardized(kept, X[kept_rows])
    np.testing.assert_array_equal(looking(early_stopping=True).fit(far, y).theta_[:8], kept.theta_[:8])


def test_of_many_rows_it_sees_a_sample() -> None:
    X, y = data(3 * LOOKED_AT)
    model = looking(batch_size=5000).fit(X, y)
    standardized(model, X, LOOKED_AT)
    z = model.network_.forward(model.theta_, X).z[1]
    assert np.abs(z.mean(axis=0)).max() > 1e-6
    np.testing.assert_array_equal(looking(batch_size=5000).fit(X, y).theta_, model.theta_)


def test_it_sees_the_first_rows_of_every_lane_or_of_the_blocks() -> None:
    X, y = data(600)

    class Blocks:
        def __len__(self) -> int:
            return len(X)

        def blocks(self, epoch: int) -> Any:
            for start in range(0, len(X), 100):
                yield Data(X[start : start + 100], y[start : start + 100, None])

    lanes = ArrayLanes(Data(X, y[:, None]), np.array([0, 150, 300, 600]), 0)
    for source in (Blocks(), lanes):
        standardized(looking().fit_source(source, n_features=4), X)


def test_an_earlier_start_is_not_made_anew() -> None:
    X, y = data()
    model = looking(warm_start=True).fit(X, y)
    before = model.theta_.copy()
    model.fit(X + 100, y)
    np.testing.assert_allclose(model.theta_, before, atol=1e-6)


# --- clones, copies, files ----------------------------------------------------------------------------------------


def test_they_are_saved_and_go_on(multiclass: Any, tmp_path: Any) -> None:
    X, y = multiclass.X, multiclass.y
    factors = {"solver": "adamw", "decay_schedule": "flat_cos", "dropout_schedule": "cosine"}
    clf = MLPClassifier(layers=tuple(LAYERS), output_options=OUTPUT, **factors, **QUICK).fit(X, y)
    glassprop.save(clf, tmp_path / "m.glassprop")
    for again in (glassprop.load(tmp_path / "m.glassprop"), pickle.loads(pickle.dumps(clf)), clone(clf).fit(X, y)):
        assert list(again.layers) == LAYERS  # a Scale that takes the size it finds is none of a size
        assert again.output_options == OUTPUT
        assert {name: getattr(again, name) for name in factors} == factors
        np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
        again.partial_fit(X, y)
        np.testing.assert_array_equal(again.theta_, pickle.loads(pickle.dumps(clf)).partial_fit(X, y).theta_)
        assert not np.array_equal(again.theta_, clf.theta_)
        assert clone(again).get_params()["output_options"] == OUTPUT


def test_earlier_copies_have_none() -> None:
    state = MLPClassifier().__getstate__()
    for name in ("layers", "output_options", "decay_schedule", "dropout_schedule"):
        assert state.pop(name) is None
    again = MLPClassifier.__new__(MLPClassifier)
    again.__setstate__(state)
    assert again.get_params() == MLPClassifier().get_params()


def test_streams_take_notice_of_what_changes(multiclass: Any) -> None:
    X, y = multiclass.X, multiclass.y
    options = {"rates": {"w": 1.0}}
    clf = MLPClassifier(layers=LAYERS, output_options=options, **QUICK).partial_fit(X, y, classes=[0, 1, 2])
    before = clf.theta_.copy()
    options["rates"] = {"w": 0.0, "b": 0.0}
    clf.partial_fit(X, y)
    last = slice(-3 * 8, None)
    np.testing.assert_array_equal(clf.theta_[last], before[last])
    assert (clf.theta_[:5] != before[:5]).all()


# --- what cannot be -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layers": LAYERS, "dropout": 0.2}, r"layers takes the place of dropout=0\.2: leave it out"),
        (
            {"layers": LAYERS, "hidden_layer_sizes": (5,), "activation": "tanh"},
            r"place of hidden_layer_sizes=\(5,\), ac",
        ),
        ({"layers": [Layer(3), "relu"]}, r"layers must list layers \(Layer, Scale.*, got 'relu' in it"),
        ({"layers": Layer(3)}, "The 'layers' parameter of MLPClassifier must be"),
        ({"output_options": {"dropout": 0.2}}, "output_options may say initial, rates, decays.*, not 'dropout'"),
        ({"output_options": {"rates": {"q": 1}}}, "rates names 'q'; the layer's parameters are w, b"),
        ({"output_options": 3}, "The 'output_options' parameter of MLPClassifier must be"),
    ],
)
def test_refused_in_one_line(multiclass: Any, arguments: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        MLPClassifier(**arguments, **QUICK).fit(multiclass.X, multiclass.y)
    assert "\n" not in str(caught.value)


PLAIN = Layer(7, "leaky_relu(0.2)", residual=True)


@pytest.mark.parametrize("other", [[Layer(7, "tanh")], [LAYERS[1], Scale(), LAYERS[2]], [*LAYERS[:2], PLAIN]])
def test_weights_of_other_layers_are_not_trained_on(multiclass: Any, other: Any) -> None:
    X, y = multiclass.X, multiclass.y
    clf = MLPClassifier(layers=LAYERS, warm_start=True, **QUICK).fit(X, y)
    with pytest.raises(SettingsError, match="or layers, and n_members, or start from the beginning"):
        clf.set_params(layers=other).fit(X, y)
    clf.set_params(layers=[LAYERS[0], replace_rates(LAYERS[1]), LAYERS[2]]).fit(X, y)


def replace_rates(layer: Any) -> Layer:
    return Layer(layer.n, "tanh", 0.5, rates={"b": 2.0})


def test_weights_that_are_set() -> None:
    clf = MLPRegressor(layers=[Scale(), Layer(4, "tanh")])
    rng = np.random.default_rng(0)
    coefs, X = [rng.normal(size=(3, 4)), rng.normal(size=(4, 1))], rng.normal(size=(5, 3))
    clf.coefs_, clf.intercepts_ = coefs, [np.zeros(4), np.zeros(1)]
    np.testing.assert_allclose(clf.predict(X), (np.tanh(X @ coefs[0]) @ coefs[1]).ravel(), rtol=1e-12)
    for layers, words in (
        ([Layer(5)], r"of hidden layers of sizes \[4\], and layers has \[5\]"),
        ([Layer(4, "leaky_relu(0.2)", parametric=True)], r"are not all parameters of layer 1 \(dense\)"),
    ):
        other = MLPRegressor(layers=layers)
        other.coefs_ = coefs
        with pytest.raises(SettingsError, match=words):
            other.intercepts_ = [np.zeros(4), np.zeros(1)]
    with pytest.raises(ValueError, match="layers follows from the shapes of coefs, and activation"):
        MLPRegressor.from_weights(coefs, [np.zeros(4), np.zeros(1)], layers=[Layer(4)])
