"""Remedies: each entry of the table is one that the estimator takes, and what is advised is what was seen to help."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import polars as pl
import pytest
from planted_faults import amounts, classes, clf
from scipy.sparse import random_array
from sklearn.datasets import load_diabetes, load_wine
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from glassprop import Activation, Layer, MLPClassifier, MLPRegressor
from glassprop.architecture.own_units import OwnUnits
from glassprop.diagnosis.finding import Finding
from glassprop.diagnosis.symptoms import SYMPTOMS
from glassprop.errors import SettingsError
from glassprop.estimator.remedies import AGAINST, REMEDIES
from glassprop.estimator.remedy_change import Change
from glassprop.estimator.remedy_pairs import pairs_of
from glassprop.estimator.short_run import Length, Tried, cost_of_a_guess, rows_of
from glassprop.estimator.trained_copy import held_out
from glassprop.estimator.trying import with_remedies

WINE = load_wine(return_X_y=True)
SCALED = StandardScaler().fit_transform(WINE[0]), WINE[1]
DIABETES = load_diabetes(return_X_y=True)


def finding(kind):
    return Finding(kind, 1.0, 1.0, "", "", "")


def diagnosed(model, X, y, *kinds, budget=1.0, **more):
    """A diagnosis with these findings, whatever was measured, and their remedies."""
    found = model.diagnose(X, y, budget=0, **more)
    found = replace(found, findings=tuple(map(finding, kinds)), consequences=())
    return with_remedies(found, model, (X, y, None, None, None), budget)


def test_there_are_remedies_against_every_finding_and_each_is_in_the_table():
    assert set(AGAINST) == set(SYMPTOMS)
    assert {name for names in AGAINST.values() for name in names} | {"dropout", "warmup"} <= set(REMEDIES)


MODELS = {
    "classes": (MLPClassifier((16, 16, 16), max_iter=4, random_state=0), *SCALED),
    "layers": (MLPClassifier(layers=[Layer(8, "tanh"), Layer(8)], max_iter=4, random_state=0), *SCALED),
    "sgd": (MLPClassifier((16,), solver="sgd", momentum=0.5, batch_size=2, max_iter=4, random_state=0), *SCALED),
    "amounts": (MLPRegressor(hidden_layer_sizes=(16,), max_iter=4, random_state=0), *DIABETES),
    "own cost": (MLPClassifier((16,), loss="squared_error", max_iter=4, random_state=0), *SCALED),
    "lbfgs": (MLPRegressor(hidden_layer_sizes=(16,), solver="lbfgs", max_iter=4, random_state=0), *DIABETES),
}


@pytest.fixture(scope="module")
def measured():
    return {name: model.diagnose(X, y, budget=0).measured for name, (model, X, y) in MODELS.items()}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", REMEDIES)
def test_estimators_take_the_arguments_of_every_remedy(name, measured):
    changes = {of: REMEDIES[name](measured[of].arguments, measured[of]) for of in MODELS}
    assert any(changes.values()), "it is never one"
    for of, change in changes.items():
        model, X, y = MODELS[of]
        if change is not None:
            assert change.words
            said = {key: repr(value) for key, value in change.arguments.items()}
            assert not said or any(repr(getattr(model, key)) != value for key, value in said.items())
            type(model)(**{**model.get_params(), **change.arguments}).fit(X, y)


def test_what_is_advised_is_what_helped_the_best_first():
    found = MLPClassifier((16,), learning_rate_init=1e-6, max_iter=60, random_state=0).diagnose(*SCALED)
    (one,) = found.findings
    assert one.kind == "rate-too-low"
    advised = [remedy for remedy in one.remedies if remedy.advised]
    assert advised[0].tried
    assert advised[0].gain > 0
    assert [remedy.after for remedy in advised] == sorted(remedy.after for remedy in advised)
    assert 0 < found.tried <= 1.0
    told = found.to_dict()["findings"][0]["remedies"][0]
    assert told["before"] > told["after"]
    assert f"{advised[0].before:.4g} -> {advised[0].after:.4g}" in " ".join(str(found).split())


def test_of_several_that_help_the_best_stands_first():
    model = MLPClassifier((16,) * 8, "logistic", learning_rate_init=0.01, max_iter=100, random_state=0)
    (one,) = diagnosed(model, *SCALED, "vanishing-gradients").findings
    after = [remedy.after for remedy in one.remedies if remedy.helped]
    assert len(after) > 1
    assert after == sorted(after)


def test_costs_are_those_of_a_short_training_with_the_same_seed_and_rows():
    model = MLPClassifier((16,), learning_rate_init=1e-6, max_iter=40, random_state=3)
    (one,) = model.diagnose(*SCALED).findings
    X, y, _, (X_val, y_val) = held_out(*SCALED, None, (None, None))
    for remedy in (one for one in one.remedies if one.tried and " + " not in one.name):
        epochs = round(40 * remedy.cost)
        for arguments, cost in (({}, remedy.before), (remedy.arguments, remedy.after)):
            short = MLPClassifier(**{**model.get_params(), **arguments, "max_iter": epochs}).fit(X, y)
            assert cost == pytest.approx(log_loss(y_val, short.predict_proba(X_val)))


def test_what_helped_nothing_is_not_advised_but_told():
    model = MLPClassifier((16,), max_iter=40, learning_rate_init=0.01, random_state=0)
    (one,) = diagnosed(model, *SCALED, "rate-too-high").findings
    lower = next(remedy for remedy in one.remedies if remedy.name == "lower-rate")
    assert lower.after > lower.before
    assert not lower.advised
    text = " ".join(str(diagnosed(model, *SCALED, "rate-too-high")).split())
    assert "Tried without success: " in text
    assert "- lower-rate:" not in text


def test_where_nothing_is_to_be_learned_no_remedy_helps_by_learning_less():
    X, y = SCALED
    y = np.random.default_rng(0).permutation(y)
    model = MLPClassifier((32,), max_iter=40, learning_rate_init=0.05, random_state=0)
    (one,) = diagnosed(model, X, y, "no-progress").findings
    lower = next(remedy for remedy in one.remedies if remedy.name == "lower-rate")
    assert lower.gain > 0.1
    assert not lower.helped


def test_a_guess_costs_the_entropy_of_classes():
    measured = MODELS["classes"][0].diagnose(*SCALED, budget=0).measured
    y = np.array(["a", "a", "b", "c"])
    cost = cost_of_a_guess(measured, rows_of(np.zeros((4, 1)), y, None, (np.zeros((4, 1)), y), by_class=True))
    assert cost == pytest.approx(1.5 * np.log(2))
    several = np.array([[0, 1], [1, 1], [0, 1], [0, 1]])
    rows = rows_of(np.zeros((4, 1)), several, None, (np.zeros((4, 1)), several), by_class=True)
    assert cost_of_a_guess(measured, rows) == pytest.approx(-0.25 * np.log(0.25) - 0.75 * np.log(0.75))


def test_missing_values_and_a_training_that_broke_off_have_no_cost_before():
    X = WINE[0].copy()
    X[::5, 2] = np.nan
    (one,) = MLPClassifier((16,), max_iter=40, learning_rate_init=0.01, random_state=0).diagnose(X, WINE[1]).findings
    (remedy,) = one.remedies
    assert (remedy.name, remedy.before, remedy.advised) == ("mark-missing", inf, True)
    assert remedy.after < 0.5
    assert remedy.to_dict()["before"] is None
    assert np.isnan(X[0, 2])


def test_a_target_that_was_standardized_is_judged_in_its_own_units():
    X, y = StandardScaler().fit_transform(DIABETES[0]), DIABETES[1] * 1000
    found = MLPRegressor(hidden_layer_sizes=(16,), max_iter=60, learning_rate_init=0.01, random_state=0).diagnose(X, y)
    (one,) = found.findings
    remedy = one.remedies[0]
    assert (one.kind, remedy.name) == ("target-unscaled", "standardize-target")
    assert remedy.before == pytest.approx((y**2).mean() / 2, rel=0.2)  # nothing is learned yet
    assert remedy.after < y.var() / 2


def test_a_model_of_own_units_is_tried_on_the_target_as_it_was_learned():
    X, y = StandardScaler().fit_transform(DIABETES[0]), DIABETES[1]
    model = MLPRegressor(hidden_layer_sizes=(8,), max_iter=50, learning_rate_init=0.01, random_state=0)
    model.fit(X, (y - y.mean()) / y.std())
    model.set_units(OwnUnits(float(y.mean()), float(y.std())))
    found = diagnosed(model, X, y, "rate-too-high")
    assert found.findings[0].remedies[0].before < 0.5


def test_balanced_classes_are_judged_by_class():
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.08).astype(int)
    X = rng.normal(size=(600, 4)) + 0.7 * y[:, None]
    model = MLPClassifier((8,), max_iter=80, learning_rate_init=0.01, random_state=0)
    (one,) = diagnosed(model, X, y, "imbalance-ignored").findings
    assert [remedy.name for remedy in one.remedies if remedy.helped] == ["class-weight"]
    costs = np.array([0.1, 0.1, 0.1, 4.0])
    before, _, _ = Tried(costs, np.array([0, 0, 0, 1])).beside(Tried(costs), by_class=True)
    assert before == pytest.approx((0.1 + 4.0) / 2)


def test_what_shows_at_the_end_alone_is_tried_on_fewer_rows():
    assert Length.of(0.25, 200, 1000, by_rows=True) == Length(200, 250, 0.25)
    assert Length.of(0.25, 200, 1000, by_rows=False) == Length(50, 1000, 0.25)
    assert Length.of(0.25, 8, 1000, by_rows=False) == Length(5, 400, 0.25)
    assert Length.of(0.01, 1, 50, by_rows=False) == Length(1, 25, 0.5)


def test_some_of_the_rows_have_all_classes():
    y = np.array([0] * 500 + [1])
    X = np.arange(501.0)[:, None]
    given = rows_of(X, y, None, (X, y), by_class=True)
    some = given.some(50, by_class=True)
    assert some.n == 50
    assert 1 in some.y
    np.testing.assert_array_equal(some.X[:, 0] == 500, some.y == 1)


def test_rows_to_judge_by_are_held_out_of_whole_amounts_and_of_rare_classes_too():
    X = np.arange(100.0)[:, None]
    amounts = rows_of(X, np.arange(100), None, (None, None), by_class=False)
    assert (amounts.n, len(amounts.X_val)) == (80, 20)
    rare = rows_of(X, np.array(["often"] * 99 + ["once"]), np.ones(100), (None, None), by_class=True)
    assert (rare.n, len(rare.X_val), len(rare.weight)) == (80, 20, 80)
    assert "once" in rare.y
    assert not set(rare.X[:, 0]) & set(rare.X_val[:, 0])


def test_weights_that_were_given_are_what_an_unchanged_run_starts_from():
    X, y = SCALED
    start = [np.zeros((13, 8)), np.zeros((8, 3))], [np.zeros(8), np.zeros(3)]
    model = MLPClassifier.from_weights(*start, classes=[0, 1, 2], activation="tanh", warm_start=True, max_iter=40)
    (one,) = diagnosed(model.set_params(random_state=0), X, y, "bad-start").findings
    best = one.remedies[0]
    assert best.name == "other-start"
    assert best.before == pytest.approx(np.log(3), rel=0.1)
    assert best.helped


def test_the_budget_is_kept_and_0_tries_nothing():
    model = MLPClassifier((16,), max_iter=100, learning_rate_init=0.01, random_state=0)
    kinds = "no-progress", "dead-units", "oscillation"
    nothing = diagnosed(model, *SCALED, *kinds, budget=0)
    assert nothing.tried == 0
    assert not any(remedy.tried for one in nothing.findings for remedy in one.remedies)
    some, more = diagnosed(model, *SCALED, *kinds, budget=0.5), diagnosed(model, *SCALED, *kinds, budget=2)
    assert 0 < some.tried <= 0.5 < more.tried <= 2

    def tried(found):
        return {remedy.name for one in found.findings for remedy in one.remedies if remedy.tried}

    assert tried(some) < tried(more)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("budget", [0.1, 1.0, 5.0])
@pytest.mark.parametrize(("rows", "epochs"), [(12, 12), (60, 1), (143, 7)])
def test_the_budget_is_kept_by_few_rows_and_few_epochs_too(budget, rows, epochs):
    X, y = SCALED[0][::-1][:rows], SCALED[1][::-1][:rows]
    y = np.arange(rows) % 2 if rows < 20 else y
    found = diagnosed(MLPClassifier((4,), max_iter=epochs, random_state=0), X, y, *AGAINST, budget=budget)
    assert found.tried <= budget * 1.0001
    assert (found.tried > 0) == (budget >= 1)


SHORT = {"max_iter": 12, "random_state": 0}
CODES = np.arange(143) % 3
GIVEN = {
    "lists, names": (MLPClassifier((4,), **SHORT), SCALED[0][:143, :4].tolist(), ["abc"[k] for k in CODES]),
    "frame": (MLPClassifier((4,), early_stopping=True, **SHORT), pl.DataFrame(SCALED[0][:143]), pl.Series(CODES)),
    "sparse": (MLPClassifier((4,), **SHORT), random_array((143, 9), density=0.2, rng=0, format="coo"), CODES),
    "several labels": (MLPClassifier((4,), **SHORT), SCALED[0][:143], np.eye(3, dtype=int)[CODES]),
    "squared errors of classes": (MLPClassifier((4,), loss="squared_error", **SHORT), SCALED[0][:143], CODES),
    "several amounts": (MLPRegressor(hidden_layer_sizes=(4,), **SHORT), SCALED[0], SCALED[0][:, :2]),
    "counts": (MLPRegressor("poisson", hidden_layer_sizes=(4,), **SHORT), SCALED[0][:143], CODES),
    "members": (MLPClassifier((4,), n_members=2, **SHORT), SCALED[0][:143], CODES),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", GIVEN)
def test_remedies_are_tried_with_whatever_fit_takes(name):
    model, X, y = GIVEN[name]
    found = diagnosed(model, X, y, *AGAINST, budget=4)
    remedies = [remedy for one in found.findings for remedy in one.remedies if remedy.tried]
    assert len({remedy.name for remedy in remedies}) >= 10
    assert np.isfinite([remedy.before for remedy in remedies]).all()
    assert np.isfinite([remedy.after for remedy in remedies]).mean() > 0.9


def test_early_stopping_is_judged_by_rows_that_it_did_not_see():
    seen = []

    class Watching(MLPRegressor):
        _parameter_constraints = MLPRegressor._parameter_constraints

        def fit(self, X, y, sample_weight=None, X_val=None, y_val=None, **more):
            seen.append((self.early_stopping, X_val is None))
            return super().fit(X, y, sample_weight, X_val=X_val, y_val=y_val, **more)

    model = Watching(hidden_layer_sizes=(32,), max_iter=30, random_state=0)
    X, y = DIABETES
    diagnosed(model, X, y / 100, "overfitting")
    assert (True, True) in seen
    assert (True, False) not in seen


def test_advice_that_cannot_be_tried_is_said_so():
    found = diagnosed(MLPClassifier((8,), max_iter=20, random_state=0), *SCALED, "leak", "contradicting-labels")
    assert [one.remedies[0].name for one in found.findings] == ["drop-column", "check-labels"]
    assert all(not remedy.tried for one in found.findings for remedy in one.remedies)
    assert found.tried == 0
    assert "(not tried)" in " ".join(str(found).split())


def test_a_budget_that_is_none_is_refused():
    for budget in (-1, "1", True, None):
        with pytest.raises(SettingsError, match="budget must be"):
            MLPClassifier((8,)).diagnose(*SCALED, budget=budget)


def test_the_estimator_stays_as_it_is():
    model = MLPClassifier((8,), max_iter=40, learning_rate_init=0.02, random_state=0).fit(*SCALED)
    theta, arguments = model.theta_.copy(), model.get_params()
    diagnosed(model, *SCALED, "oscillation", "overfitting")
    np.testing.assert_array_equal(model.theta_, theta)
    assert model.get_params() == arguments


def test_words_are_orders_and_arguments_are_told():
    assert Change("do").tried
    change = REMEDIES["clip-norm"]({"solver": "adam", "clip_norm": None}, None)
    assert change.words.endswith("clip_norm=1")


# --- two faults at once -------------------------------------------------------------------------------------------


def best(found):
    (one,) = found.findings
    return one.remedies[0]


def test_inputs_unscaled_and_a_rate_of_next_to_nothing_need_both_remedies():
    X, y = classes(600)
    X = X * np.r_[5e3, np.ones(X.shape[1] - 1)]
    found = clf((16,), learning_rate_init=1e-9, batch_size=32).diagnose(X, y)
    assert found.kinds == ("inputs-unscaled",)
    assert best(found).name == "standardize-inputs + raise-rate"
    assert best(found).words.startswith("both together: standardize the inputs: ")
    alone = {one.name: one.after for one in found.findings[0].remedies if "+" not in one.name}
    assert best(found).after < 0.6 * min(alone.values())
    assert found.tried <= 1


def test_units_that_start_dead_and_a_rate_too_high_need_both_remedies():
    X, y = amounts(600)
    rng = np.random.default_rng(0)
    weights = [rng.uniform(-0.4, 0.4, size) for size in ((10, 32), (32, 1))]
    settings = {"warm_start": True, "solver": "sgd", "learning_rate_init": 2.0, "max_iter": 60, "random_state": 0}
    model = MLPRegressor.from_weights(weights, [np.full(32, -40.0), np.zeros(1)], **settings)
    found = model.diagnose(X, y)
    assert best(found).name == "other-start + lower-rate"
    assert best(found).arguments == {"warm_start": False, "learning_rate_init": pytest.approx(0.1)}
    alone = {one.name: one.after for one in found.findings[0].remedies if "+" not in one.name}
    assert best(found).after < 0.5 * min(alone.values())


def test_where_one_remedy_brings_much_no_pair_is_tried():
    X, y = classes(600)
    found = clf((16,), learning_rate_init=1e-6, batch_size=32).diagnose(X, y)
    assert found.consequences
    assert best(found).name == "raise-rate"
    assert not [one for one in found.findings[0].remedies if "+" in one.name]


def test_pairs_are_of_two_findings_and_of_remedies_that_go_together():
    lower, raised = Change("lower", {"rate": 0.1}), Change("raise", {"rate": 1})
    start, scale, mark = Change("start", {"start": 1}), Change("scale", inputs=len), Change("mark", inputs=len)
    changes = {
        "first": {"start": start, "lower": lower},
        "second": {"lower": lower, "raised": raised, "scale": scale},
        "third": {"mark": mark, "advice": Change("look", tried=False)},
    }
    found = pairs_of(changes)
    names = [pair.name for pair in found]
    assert names[0] in ("start + lower", "start + mark", "lower + mark")
    assert {frozenset(pair.names) for pair in found} == {
        frozenset(pair.split())
        for pair in (
            "start lower",
            "start raised",
            "start scale",
            "lower scale",
            "start mark",
            "lower mark",
            "raised mark",
        )
    }
    assert len(names) == len(set(names))
    assert next(pair for pair in found if pair.name == "start + lower").change.arguments == {"start": 1, "rate": 0.1}


def test_an_activation_of_ones_own_has_another_in_its_place():
    own = Activation("own", np.tanh, lambda z, a: 1 - a * a)
    assert not diagnosed(MLPClassifier((8,), own, max_iter=3, random_state=0), *SCALED, "saturated-units").healthy
    for activation, other in ((own, "relu"), ("relu", "leaky_relu(0.1)"), (["tanh", "relu"], "relu")):
        model = MLPClassifier((8, 8), activation, max_iter=2, random_state=0)
        found = REMEDIES["other-activation"](model._arguments(), model.diagnose(*SCALED, budget=0).measured)
        assert found.arguments == {"activation": other}
