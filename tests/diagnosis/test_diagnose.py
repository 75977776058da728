"""``diagnose``, ``Doctor`` and ``glassprop.diagnose``: what they take, cost, leave as it was, and say."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from planted_faults import amounts, classes, clf, reg, standard
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_wine, make_multilabel_classification
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import glassprop
from glassprop import Doctor, MLPClassifier
from glassprop.errors import SettingsError
from glassprop.tables.fitting.manner import PlainBuilder

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# --- what it costs and leaves -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [40, 150, 1000])
@pytest.mark.parametrize("lr", [0.01, 1e-6])  # also where it looks for what holds the network back
def test_on_a_fitted_model_it_takes_three_epochs_at_most(n, lr):
    X, y = classes(n)
    model = clf((16,), learning_rate_init=lr, learning_rate="cosine", random_state=3).fit(X, y)
    theta = model.theta_.copy()
    diagnosis = model.diagnose(X, y, budget=0)
    assert 0 < diagnosis.cost <= 3
    assert diagnosis.trained == 0
    np.testing.assert_array_equal(model.theta_, theta)


def test_one_that_is_not_fitted_stays_so():
    X, y = classes()
    model = clf((8,))
    before = repr(model.get_params())
    diagnosis = model.diagnose(X, y, budget=0)
    assert diagnosis.trained == 60
    assert not hasattr(model, "network_")
    assert repr(model.get_params()) == before


def test_a_doctor_changes_no_bit_and_sees_what_diagnose_sees():
    X, y = classes()
    doctor, model = Doctor(), clf((16,), learning_rate_init=1e-6)
    alone = clone(model).fit(X, y)
    watched = model.set_callbacks(doctor).fit(X, y)
    np.testing.assert_array_equal(watched.theta_, alone.theta_)
    seen = doctor.diagnosis()
    assert seen.kinds == ("rate-too-low",)
    assert seen.cost <= 3
    asked = alone.diagnose(X, y, budget=0)
    assert seen.measured.start == asked.measured.start  # drawn anew by the seed, there
    assert [epoch for epoch, _ in seen.measured.course.updates] == [0, 1, 2, 5, 10]  # of 12 epochs


class Listener:
    """Another callback, for which each epoch is a task."""

    def __init__(self) -> None:
        self.epochs = 0

    def setup(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        self.epochs += context.task_name == "epoch"

    def teardown(self, estimator, context): ...


def test_a_doctor_sees_the_same_beside_another_callback_and_within_a_pipeline():
    X, y = classes()
    alone, beside, within, listener = Doctor(), Doctor(), Doctor(), Listener()
    clf((16,)).set_callbacks(alone).fit(X, y)
    clf((16,)).set_callbacks(beside, listener).fit(X, y)
    make_pipeline(StandardScaler(), clf((16,)).set_callbacks(within)).fit(X, y)
    assert listener.epochs == alone.diagnosis().measured.course.epochs
    assert set(alone.watched.kept) == set(beside.watched.kept) >= {0, 1, 2, 5, 10}
    for epoch, kept in alone.watched.kept.items():
        np.testing.assert_array_equal(kept.theta, beside.watched.kept[epoch].theta)
    assert alone.diagnosis().to_dict() == beside.diagnosis().to_dict()
    assert within.diagnosis().healthy


def test_a_doctor_that_saw_nothing_says_so_and_one_that_is_pickled_holds_no_data():
    doctor = Doctor()
    with pytest.raises(SettingsError, match="has watched no fit of a network: set it with set_callbacks"):
        doctor.diagnosis()
    X, y = classes()
    clf((16,)).set_callbacks(doctor).fit(X, y)
    with pytest.raises(SettingsError, match="has watched no fit"):
        pickle.loads(pickle.dumps(doctor)).diagnosis()


def test_a_fifth_is_held_out_of_whole_amounts_too_and_no_class_is_lost():
    X, y = amounts()
    whole = np.round(1000 * y).astype(int)
    assert reg(hidden_layer_sizes=(8,), max_iter=2).diagnose(X, whole, budget=0).measured.rows == 320
    X, y = classes()
    rare = np.where(np.arange(400) == np.random.default_rng(0).permutation(400)[0], 3, y)  # would be set aside
    assert clf((8,), max_iter=2).diagnose(X, rare, budget=0).measured.rows == 400
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf((8,)).diagnose(X, y[:-1], budget=0)


# --- where training fails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", ["first", "later"])
def test_training_that_diverges_is_told_of(epochs):
    X, y = amounts()
    settings = {"solver": "sgd", "momentum": 0.0, "max_iter": 2000, "n_iter_no_change": 2000}
    model = reg(hidden_layer_sizes=(), learning_rate_init=1e200 if epochs == "first" else 2.0, **settings)
    diagnosis = model.diagnose(X, y, budget=0)
    assert diagnosis.measured.course.diverged
    assert diagnosis.kinds == ("rate-too-high",)
    assert "exploding-gradients" in {one.kind for one in diagnosis.consequences}
    assert "stopped being a finite number" in diagnosis.consequences[0].sentence
    json.dumps(diagnosis.to_dict(), allow_nan=False)


def test_missing_values_are_a_finding_and_no_error():
    X, y = classes()
    X[3:40, 1] = np.nan
    diagnosis = clf((8,)).diagnose(X, y)
    assert diagnosis.kinds == ("marks-for-missing",)
    assert diagnosis.findings[0].where == "column 1"
    assert diagnosis.measured.columns[1].missing == pytest.approx(37 / 400)


# --- all kinds of models -----------------------------------------------------------------------------------------


def test_several_labels_outputs_members_and_sparse_rows():
    X, Y = make_multilabel_classification(300, 12, n_classes=4, random_state=0)
    labels = clf((32,)).diagnose(standard(X), Y, budget=0)
    assert (labels.measured.target.task, labels.measured.outputs) == ("labels", 4)
    X, y = amounts()
    several = reg(hidden_layer_sizes=(32,)).diagnose(X, np.column_stack([y, -y, y]), budget=0)
    assert several.healthy
    assert several.measured.target.base == pytest.approx(0.5 * several.measured.target.spread**2)  # a mean of outputs
    X, y = classes()
    assert clf((16,), n_members=3, member="network").diagnose(X, y, budget=0).healthy
    dense, sparse = (clf((16,)).diagnose(data, y, budget=0).to_dict() for data in (X, csr_matrix(X)))
    assert sparse["findings"] == dense["findings"] == []
    assert sparse["measured"]["target"]["base"] == pytest.approx(dense["measured"]["target"]["base"])
    for settings in (
        {"solver": "lbfgs", "alpha": 3.0},
        {"early_stopping": True},
        {"activation": "logistic", "solver": "adamw"},
    ):
        assert clf((16,), **settings).diagnose(X, y, budget=0).healthy


def test_columns_are_called_by_their_names():
    X, y = load_wine(return_X_y=True, as_frame=True)
    diagnosis = clf((16,)).diagnose(X, y, budget=0)
    assert diagnosis.findings[0].where == "column 'proline'"
    named = clf((16,)).fit(X, y).diagnose(X, y, budget=0)
    assert named.findings[0].where == "column 'proline'"


def test_a_pipeline_is_diagnosed_behind_its_steps():
    X, y = load_wine(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), clf((16,)))
    assert glassprop.diagnose(pipeline, X, y, budget=0).healthy
    assert not hasattr(pipeline[0], "mean_")
    assert glassprop.diagnose(pipeline.fit(X, y), X, y, budget=0).healthy
    assert glassprop.diagnose(clf((16,)), X, y, budget=0).kinds == ("inputs-unscaled",)
    with pytest.raises(SettingsError, match="cannot diagnose a StandardScaler: give a glassprop MLPClassifier"):
        glassprop.diagnose(StandardScaler(), X, y)


@pytest.mark.parametrize("fitted", [False, True])
def test_steps_before_a_tabular_estimator_are_passed_first(fitted):
    X, y = load_wine(return_X_y=True, as_frame=True)
    steps = FunctionTransformer(lambda frame: frame.assign(proline=frame["proline"] - 700))
    last = glassprop.TabularClassifier(recipe="plain", cross_fit=None, random_state=0, epochs=3)
    pipeline = make_pipeline(steps, last)
    if fitted:
        pipeline.fit(X, y)
    given = pipeline[0].transform(X), y
    found = glassprop.diagnose(pipeline, X, y, X_val=X[::3], y_val=y[::3], budget=0)
    direct = pipeline[-1].diagnose(*given, X_val=given[0][::3], y_val=y[::3], budget=0)
    assert found.kinds == direct.kinds
    assert found.measured.moments[-1].cost == direct.measured.moments[-1].cost
    assert hasattr(last, "pipeline_") == fitted


def test_tabular_estimators_are_diagnosed_by_the_network_that_they_end_in():
    X, y = load_wine(return_X_y=True, as_frame=True)
    names = y.map({0: "red", 1: "white", 2: "none"})
    model = glassprop.TabularClassifier(recipe="plain", random_state=0, epochs=40)
    fresh = glassprop.diagnose(model, X, names, budget=0)
    assert fresh.healthy
    assert not hasattr(model, "pipeline_")
    fitted = glassprop.diagnose(model.fit(X, names), X, names, budget=0)
    assert fitted.healthy
    assert set(fitted.measured.target.names) == {"red", "white", "none"}
    amounts_of = glassprop.TabularRegressor(recipe="plain", random_state=0, epochs=20)
    regression = glassprop.diagnose(amounts_of, X, 1000 * X["alcohol"], budget=0)  # standardized within
    assert "target-unscaled" not in regression.kinds


def frame_of_all_kinds(n=300):
    """A table with a number that has gaps, a category, a date and a text; and its target."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "income": np.where(rng.random(n) < 0.1, np.nan, 1000 * rng.random(n)),
            "color": rng.choice(["red", "green", "blue"], n),
            "seen": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "note": [" ".join(rng.choice(["late", "early", "cold", "warm", "dry"], 4)) for _ in range(n)],
        }
    )
    return frame, np.where((frame["income"].fillna(500) > 500) ^ (frame["color"] == "red"), "p", "q")


def test_a_doctor_watches_a_tabular_estimator_and_says_which_of_its_networks():
    frame, y = frame_of_all_kinds()
    settings = {"random_state": 0, "epochs": 5}
    doctor = Doctor()
    model = glassprop.TabularClassifier(cross_fit=3, recipe="tabular", **settings).set_callbacks(doctor).fit(frame, y)
    alone = glassprop.TabularClassifier(cross_fit=3, recipe="tabular", **settings).fit(frame, y)
    np.testing.assert_array_equal(model.predict_proba(frame), alone.predict_proba(frame))
    found = doctor.diagnosis()
    assert found.looked_at == "the first of 3 networks that are averaged, on the rows it learned from"
    assert found.measured.rows == 200
    assert [epoch for epoch, _ in found.measured.course.updates][:3] == [0, 1, 2]
    words = {column.words for column in found.measured.columns}
    assert {"column 'income'", "input 'color = red' of column 'color'", "input 'note: late' of column 'note'"} <= words
    assert {"input 'seen [days]' of column 'seen'", "input 'income is missing' of column 'income'"} <= words
    one = Doctor()
    glassprop.TabularClassifier(cross_fit=None, n_members=1, **settings).set_callbacks(one).fit(frame, y)
    assert (one.diagnosis().looked_at, one.diagnosis().measured.rows) == ("", 300)
    MLPClassifier((4,), max_iter=3).set_callbacks(one).fit(*classes())  # the fit before is forgotten
    assert one.diagnosis().measured.columns[0].words == "column 0"


def test_of_a_tabular_estimator_the_first_network_is_trained_and_told():
    frame, y = frame_of_all_kinds()
    model = glassprop.TabularClassifier(random_state=0, epochs=5, cross_fit=3, recipe="tabular")
    found = glassprop.diagnose(model, frame, y, budget=0)
    assert found.looked_at == "a network of the recipe 'tabular', the first of 3: each is trained without a fold"
    assert found.measured.rows == 160  # two of three folds, of four fifths of the rows
    assert found.measured.course.epochs == found.trained == 5
    assert "Looked at: a network of the recipe" in str(found)
    assert not hasattr(model, "pipeline_")
    fitted = glassprop.diagnose(model.fit(frame, y), frame, y, budget=0)
    assert fitted.looked_at == "3 networks that are averaged, all of them together, as they are"
    numbers = 1000 * frame["income"].fillna(0).to_numpy()
    amounts_of = glassprop.TabularRegressor(random_state=0, epochs=3, recipe="plain", validation=0.2)
    assert glassprop.diagnose(amounts_of, frame, numbers, budget=0).looked_at == ""


def test_a_tabular_training_that_diverges_is_diagnosed(monkeypatch):
    frame, y = frame_of_all_kinds()

    def hot(self, wanted):
        made = build(self, wanted)
        return made.set_params(solver="sgd", learning_rate_init=1e200, early_stopping=False, learning_rate="constant")

    build = PlainBuilder.build
    monkeypatch.setattr(PlainBuilder, "build", hot)
    model = glassprop.TabularClassifier(random_state=0, epochs=5, recipe="plain")
    found = glassprop.diagnose(model, frame, y, budget=0)
    assert found.measured.course.diverged
    assert "rate-too-high" in found.kinds


def test_behind_a_pipeline_inputs_are_told_by_their_columns():
    frame, y = frame_of_all_kinds()
    steps = ColumnTransformer(
        [
            ("fill", SimpleImputer(add_indicator=True), ["income"]),
            ("hot", OneHotEncoder(), ["color"]),
        ]
    )
    model = make_pipeline(steps, clf((8,), max_iter=3))
    columns = glassprop.diagnose(model, frame, y, budget=0).measured.columns
    assert [column.words for column in columns] == [
        "column 'income'",
        "input 'income is missing' of column 'income'",
        "input 'color_blue' of column 'color'",
        "input 'color_green' of column 'color'",
        "input 'color_red' of column 'color'",
    ]
    wine, kinds = load_wine(return_X_y=True, as_frame=True)
    scaled = make_pipeline(StandardScaler(), clf((8,), max_iter=3))
    assert glassprop.diagnose(scaled, wine, kinds, budget=0).measured.columns[-1].words == "column 'proline'"
    turned = make_pipeline(StandardScaler(), PCA(3), clf((8,), max_iter=3))
    assert glassprop.diagnose(turned, wine, kinds, budget=0).measured.columns[0].words == "input 'pca0'"
    of_arrays = glassprop.diagnose(turned, wine.to_numpy(), kinds, budget=0).measured.columns
    assert of_arrays[0].words == "input 'pca0'"
    plain = glassprop.diagnose(scaled, wine.to_numpy(), kinds, budget=0).measured.columns
    assert plain[3].words == "column 3"


def test_missing_values_are_told_of_the_columns_names_too():
    X, y = load_wine(return_X_y=True, as_frame=True)
    X.loc[3:9, "proline"] = np.nan
    assert clf((8,)).diagnose(X, y).findings[0].where == "column 'proline'"
    piped = make_pipeline(StandardScaler(), clf((8,)))
    assert glassprop.diagnose(piped, X, y).findings[0].where == "column 'proline'"


# --- what it says ------------------------------------------------------------------------------------------------


def test_text_keeps_to_eighty_columns_and_all_of_it_is_data():
    X, y = classes()
    diagnosis = clf((16,), learning_rate_init=1e-6).diagnose(1000 * X, y, budget=0)
    text = str(diagnosis)
    assert max(map(len, text.splitlines())) <= 80
    for said in ("1. inputs-unscaled, column", "Measured: ", "(LeCun et al. 1998", "What follows from these: "):
        assert said in " ".join(text.split())
    plain = json.loads(json.dumps(diagnosis.to_dict(), allow_nan=False))
    assert plain["findings"][0]["kind"] == "inputs-unscaled"
    assert plain["findings"][0]["threshold"] == diagnosis.findings[0].threshold
    assert plain["measured"]["rows"] == 320
    assert "srcdoc" in diagnosis._repr_html_()
    well = clf((16,)).diagnose(X, y, budget=0)
    assert str(well).startswith("Nothing was found that keeps this network from learning")


@pytest.mark.parametrize("budget", [-1, "much", True, float("nan")])
def test_a_budget_is_a_number_of_trainings(budget):
    X, y = classes()
    with pytest.raises(SettingsError, match="budget must be a number of training runs, 0 or more, got"):
        MLPClassifier().diagnose(X, y, budget=budget)
