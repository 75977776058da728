"""Labels of a model of folds are judged by networks that have not learned from the row, of the rows of the fit."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes

from glassprop import TabularClassifier, TabularRegressor, Tracer
from glassprop.tables import FitOptions, Table, fit_table
from glassprop.tables.use.apply import labelled
from glassprop.tables.use.out_of_fold import seen_by_folds, trained_on
from glassprop.tables.use.suspect_table import suspect_model

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
ROWS = 160


def shops(seed=0):
    """A number, a column of many names, of which inputs are made by the target, groups, and two kinds."""
    rng = np.random.default_rng(seed)
    width = rng.normal(size=ROWS).round(3)
    name = np.char.add("shop ", (np.arange(ROWS) % 53).astype(str))
    kind = np.where(width + rng.normal(size=ROWS) / 3 > 0, "rose", "lily")
    return pl.DataFrame({"width": width, "name": name, "group": np.arange(ROWS) // 4, "kind": kind})


def learned(frame, *callbacks, **options):
    given = {"target": "kind", "epochs": 6, "cross_fit": 3, "drop": ("group",)} | options
    return fit_table(Table(frame, "shops"), FitOptions(**given), callbacks=callbacks)


def seen_of(outcome, frame, record=None):
    record, table, said = record or outcome.record, Table(frame, "shops"), []
    examples = labelled(outcome.pipeline, record, table, said.append)
    return seen_by_folds(outcome.pipeline, record, examples, lambda: trained_on(record, table), said.append), said


@pytest.fixture(scope="module")
def outcome():
    return learned(shops())


def by_members(outcome, frame):
    """What each of the networks says of each row: the probability of the second class. (networks, n_rows)"""
    X, network = outcome.pipeline[:-1].transform(frame), outcome.pipeline[-1]
    return np.array([
        one.predict(theta, X)[:, -1]
        for one, theta in (network.network_.of_members([k], network.theta_) for k in range(network.network_.members))
    ])  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [{}, {"drop": (), "group": "group", "recipe": "plain"}, {"validation": Table(shops(5), "more"), "seed": 3}],
    ids=["plain shares", "groups", "held-out rows of another file"],
)
def test_each_row_is_judged_by_the_networks_that_have_not_learned_from_it(options):
    frame, tracer = shops().drop("name"), Tracer(2)  # inputs are made the same way as in training
    found = learned(frame, tracer, **options)
    seen, said = seen_of(found, frame)
    assert (said, seen.folds, seen.epochs) == ([], 3, 0)
    unseen = ~tracer.model_trace().taught.T  # those held out have taught none
    assert set(unseen.sum(axis=0)) == ({1} if isinstance(options.get("validation"), Table) else {1, 3})
    expected = (by_members(found, frame) * unseen).sum(axis=0) / unseen.sum(axis=0)
    np.testing.assert_allclose(seen.outputs[:, -1], expected, atol=1e-6)


@pytest.mark.parametrize("classes", [True, False])
def test_it_is_what_was_said_out_of_fold_while_they_were_trained(classes):
    if classes:
        frame = shops().drop("group")
        X, y, model = frame.drop("kind"), frame["kind"].to_numpy(), TabularClassifier
    else:
        X, y = load_diabetes(return_X_y=True)
        X, y, model = X[:150], y[:150], TabularRegressor
    fitted = model(cross_fit=3, epochs=5, random_state=0).fit(X, y)
    seen = fitted._seen_by_folds(X, y, None)
    if classes:
        np.testing.assert_allclose(seen.outputs[:, -1], fitted.oof_prediction_[:, -1], atol=1e-6)
    else:
        own = fitted.pipeline_[-1].network_.units.own(seen.outputs[:, 0])
        np.testing.assert_allclose(own, fitted.oof_prediction_, rtol=1e-5)
    suspects = fitted.suspect_labels(X, y)
    assert (suspects.folds, suspects.epochs) == (3, 0)
    assert "Judged by the networks of 3 folds, each row by those that have not learned from it." in " ".join(
        str(suspects).split()
    )
    other = fitted.suspect_labels(X, np.roll(y, 1))
    assert other.folds == 0
    assert "Looked at by the final weights alone" in " ".join(str(other).split())


def test_rows_that_are_not_those_of_the_fit_are_told(outcome):
    frame, table_of = shops(), lambda frame: Table(frame, "shops")
    found, said = suspect_model(outcome.pipeline, outcome.record, table_of(frame)).suspects, []
    assert found.folds == 3
    assert found.to_dict()["folds"] == 3
    changed = frame.with_columns(kind=pl.when(pl.int_range(ROWS) == 9).then(pl.lit("rose")).otherwise("kind"))
    assert changed["kind"][9] != frame["kind"][9]
    for other in (changed, frame.reverse(), frame.head(150), shops(1)):
        again = suspect_model(outcome.pipeline, outcome.record, table_of(other), on_message=said.append)
        assert again.suspects.folds == 0
        note = said.pop()
        assert (note.kind, note.number) == ("unknown-folds", 3)
        assert "for these are not the rows and targets that it learned from: all of them judge every row" in note
    older = deepcopy(outcome.record)
    del older["folds"]["rows"]
    assert suspect_model(outcome.pipeline, older, table_of(frame), on_message=said.append).suspects.folds == 0
    assert "for it was saved without that" in said.pop()


def test_a_wrong_label_that_all_know_by_heart_is_found_by_those_that_have_not_learned_it():
    frame = (
        shops()
        .drop("name")
        .with_columns(kind=pl.when(pl.col("width") > 0).then(pl.lit("rose")).otherwise(pl.lit("lily")))
    )
    wrong = frame["width"].arg_sort()[-2]  # the largest is held out
    frame[wrong, "kind"] = "lily"
    found = learned(frame, recipe="plain", epochs=60)
    assert wrong in found.parts.train.rows
    suspects = suspect_model(found.pipeline, found.record, Table(frame, "shops")).suspects
    final = found.pipeline[-1].suspect_labels(found.pipeline[:-1].transform(frame), frame["kind"].to_numpy())
    assert suspects.scores[wrong] > 0.9
    assert suspects.scores[wrong] >= final.scores[wrong]


@pytest.mark.parametrize("options", [{"cross_fit": None}, {"cross_fit": None, "n_members": 3, "recipe": "plain"}])
def test_a_model_of_no_folds_has_nothing_to_tell(options):
    found = learned(shops(), **options)
    assert seen_of(found, shops()) == (None, [])
