"""Which recipe few rows are learned by, and how sure a mean of networks is, with something to know and with nothing."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop import TabularClassifier, TabularRegressor
from glassprop.tables import FitOptions
from glassprop.tables.fitting import fit_pipeline, tried_manners
from glassprop.tables.fitting.manner import manners_of
from glassprop.tables.fitting.small_tables import SURE, FoldsChoice
from glassprop.tables.fitting.table_network import Trained
from glassprop.tables.fitting.tried_manners import Learned, best_of
from glassprop.tables.fitting.unseen_folds import LEAST_SURE, FoldLoss, are_few, sure_of, unseen
from glassprop.tables.schema.defaults import Defaults

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(
    ("rows", "folds", "asked", "names"),
    [
        (149, True, {}, ["plain"]),
        (150, True, {}, ["tabular", "plain"]),
        (1_999, True, {}, ["tabular", "plain"]),
        (2_000, True, {}, ["tabular"]),
        (500, False, {}, ["tabular"]),
        (500, True, {"cross_fit": 8}, ["tabular"]),
        (500, True, {"recipe": "plain"}, ["plain"]),
    ],
)
def test_two_recipes_are_tried_where_rows_are_few_and_folds_tell_them_apart(rows, folds, asked, names):
    found = manners_of(FitOptions("y", **{"recipe": "tabular"} | asked), Defaults(), rows, folds=folds)
    assert [manner.name for manner in found] == names


def test_the_recipe_of_less_loss_out_of_fold_is_the_model_and_it_is_told(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 3))
    y = np.sin(3 * x[:, 0]) + 0.1 * rng.normal(size=160)
    learned: list[Learned] = []
    whole = tried_manners._learned
    monkeypatch.setattr(tried_manners, "_learned", lambda *given: learned.append(whole(*given)) or learned[-1])
    model = TabularRegressor(random_state=0, epochs=4).fit(x, y)
    assert [one.inputs.name for one in learned] == ["tabular", "plain"]
    best = min(learned, key=lambda one: one.by_folds.loss)
    np.testing.assert_array_equal(model.pipeline_[-1].theta_, best.estimator.theta_)
    np.testing.assert_allclose(model.oof_prediction_, y.mean() + y.std() * best.said[:, 0], atol=1e-6)
    (note,) = [note for note in model.notes_ if note.kind == "recipe"]
    assert note.examples == (best.inputs.name,)
    assert note.number == 160
    again = TabularRegressor(random_state=0, epochs=4).fit(x, y)
    np.testing.assert_array_equal(again.pipeline_[-1].theta_, model.pipeline_[-1].theta_)


@pytest.mark.parametrize(("losses", "chosen"), [((1.0, 0.9), "second"), ((0.9, 1.0), "first"), ((1.0, 1.0), "first")])
def test_ties_go_to_the_first(monkeypatch, losses, chosen):
    class Of:
        def __init__(self, **what):
            self.__dict__.update(what)

    def tell(say): ...

    def learned(inputs, network_of, callbacks):
        return Learned(inputs, Of(interrupted_=False), Of(loss=inputs.loss), np.zeros(1), None, [])

    monkeypatch.setattr(tried_manners, "_learned", learned)
    tried = [
        Of(name=name, loss=loss, tell=tell, X=np.zeros((1, 1)))
        for name, loss in zip(("first", "second"), losses, strict=True)
    ]
    told: list = []
    best = best_of(tried, lambda inputs: Of(parts=Of(train=[0]), joins_folds=lambda n_inputs: True), (), told.append)
    assert best.inputs.name == chosen
    assert [note.examples for note in told] == [(chosen,)]


@pytest.mark.parametrize(("losses", "folds", "chosen"), [
    ((0.2, 0.1), (5, 3), "second"), ((0.1, 0.1), (5, 5), "first"), ((0.2, 0.1), (5, 1), "first"),
    ((0.2, 0.1), (1, 1), "second"), ((0.2, None), (5, 5), "first"), ((None, None), (5, 5), "first"),
])  # fmt: skip
def test_one_network_is_of_the_recipe_whose_folds_lose_less(losses, folds, chosen):
    """Where folds are not the model, they choose before it is trained; one fold and several say different things."""

    class Of:
        def __init__(self, **what):
            self.__dict__.update(what)

    trained = []

    def network(inputs):
        by_folds = None if inputs.loss is None else FoldsChoice(0.1, 3, 1.0, inputs.folds, inputs.loss, 1.0)

        def train(X, X_inner, callbacks, say, known):
            trained.append((inputs.name, known))
            return Trained(Of(), known)

        return Of(
            parts=Of(train=[0]), joins_folds=lambda n_inputs: False, by_folds=lambda X, callbacks: by_folds, train=train
        )

    named = zip(("first", "second"), losses, folds, strict=True)
    tried = [
        Of(name=name, loss=loss, folds=count, tell=lambda say: None, X=np.zeros((1, 1)), X_inner=None)
        for name, loss, count in named
    ]
    best = best_of(tried, network, (), lambda note: None)
    assert best.inputs.name == chosen
    ((name, known),) = trained
    assert name == chosen
    assert known is best.by_folds


def _folds(curves, guess=10.0):
    """By the loss after each epoch, however sure."""
    return [FoldLoss(np.repeat(np.array(curve, float)[:, None], len(SURE), axis=1), guess) for curve in curves]


def test_rows_are_few_beside_many_inputs():
    assert [are_few(rows, inputs) for rows, inputs in [(1_999, 2), (2_000, 400), (3_000, 1_000), (4_999, 1_000)]] == [
        True,
        False,
        True,
        True,
    ]
    assert not are_few(5_000, 1_000)


def test_a_fold_is_judged_after_the_epoch_that_the_others_choose():
    found = unseen(
        _folds([[9, 1, 9, 9, 9, 9], [9, 9, 9, 5, 5, 4], [9, 9, 9, 7, 6, 8], [9, 9, 9, 5, 5]]), tempered=False
    )
    # Of the others' sums, averaged over three epochs, the least: the fifth epoch for all, but the sixth for the third.
    assert found[:, 0].tolist() == [9, 5, 8, 5]
    assert unseen(_folds([[9, 4, 3, 5]]), tempered=False)[0, 0] == 3


def test_folds_that_do_not_agree_make_a_mean_the_guess():
    agreed = _folds([[1.0], [2.0], [1.5], [2.5]])
    assert sure_of(agreed, unseen(agreed, tempered=False)) == 1.0
    split = _folds([[1.0], [19.0], [1.0], [18.9]])
    assert unseen(split, tempered=False)[:, 0].sum() < 40  # less than the guess, by chance
    assert sure_of(split, unseen(split, tempered=False)) == LEAST_SURE


@pytest.mark.parametrize(("rows", "seeds", "most"), [(20, 8, 3), (200, 2, 1)])
def test_noise_ends_at_the_mean(rows, seeds, most):
    """Of tables without anything to know, few are taken for something: by chance it is one of ten."""
    excess = []
    for seed in range(seeds):
        rng = np.random.default_rng(1_000 * rows + seed)
        x, y, other = rng.normal(size=(rows, 6)), rng.normal(size=rows), rng.normal(size=(500, 6))
        said = TabularRegressor(random_state=seed).fit(x, y).predict(other)
        excess.append(np.mean((said - y.mean()) ** 2))
    assert np.sum(np.array(excess) > 1e-3) <= most


def test_what_is_there_to_know_is_still_known():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 4))
    y = x[:, 0] + 0.5 * x[:, 1] + 0.3 * rng.normal(size=60)
    other = rng.normal(size=(500, 4))
    true = other[:, 0] + 0.5 * other[:, 1]
    assert np.mean((TabularRegressor(random_state=0).fit(x, y).predict(other) - true) ** 2) < 0.3 * true.var()
    model = TabularClassifier(random_state=0).fit(x, y > 0)
    assert np.mean(model.predict(other) == (true > 0)) > 0.8


def test_max_time_counts_the_networks_of_both(monkeypatch):
    asked = []

    def planned(network, X, X_inner, seconds, more, say):
        asked.append((network.trainings(X.shape[1]), more))
        return 3

    monkeypatch.setattr(fit_pipeline, "planned_epochs", planned)
    x = np.random.default_rng(0).normal(size=(200, 3))
    TabularClassifier(max_time=100, random_state=0).fit(x, x[:, 0] > 0)
    ((own, more),) = asked
    assert own == 8
    assert more >= 8
