"""What is said of scores: worse than a guess, and why; of too few rows; nothing where all is well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table, score_table
from glassprop.tables.fitting.assess import Assessment
from glassprop.tables.fitting.verdict import Circumstances, few_rows, worse_than_guessing

AROUND = Circumstances(rows=100, epochs=60)
CERTAIN = {"accuracy": (0.58, 0.62), "log_loss": (2.1, 2.3)}


def _found(rows=500, *, intervals=CERTAIN, **scores):
    given = {"accuracy": 0.6, "log_loss": 2.2} | scores
    return Assessment(rows, given, dict(intervals), {"accuracy": 0.7, "log_loss": 0.7})


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        ({"interrupted": True, "epochs": 3}, "interrupted after 3 epoch"),
        ({"balanced": True}, "the price of balanced classes"),
        ({"apart": "the rows are later"}, "the rows are later, and may differ"),
        ({"cost": 0.1, "cost_of_guess": 0.7}, "were memorized"),
        ({"cost": 0.69, "cost_of_guess": 0.7}, "say nothing about the target"),
        (
            {"cost": 0.69, "cost_of_guess": 0.7, "asked_epochs": 1, "epochs": 1},
            "1 epoch(s) that were asked for are too few",
        ),
        ({}, "few for so many columns"),
    ],
)
def test_worse_than_guessing_names_scores_and_the_likely_reason(around, reason):
    said = worse_than_guessing(_found(), replace(AROUND, **around))
    assert "accuracy 0.6000 against 0.7000, log_loss 2.2000 against 0.7000" in said
    assert reason in said


def test_what_may_be_chance_is_said_to_be():
    wide = {"accuracy": (0.3, 0.9), "log_loss": (0.5, 4.0)}
    assert "may be chance" in worse_than_guessing(_found(15, intervals=wide), AROUND)


def test_one_worse_score_is_enough():
    said = worse_than_guessing(_found(accuracy=0.8), AROUND)
    assert "log_loss 2.2000 against 0.7000 (other scores are not)" in said


def test_nothing_is_said_of_better_scores_or_equal_ones():
    assert worse_than_guessing(_found(accuracy=0.7, log_loss=0.7 + 1e-9), AROUND) is None
    assert worse_than_guessing(Assessment(9, {"r2": -4.0}, {}, {}), AROUND) is None  # the guess is not known


@pytest.mark.parametrize(
    ("rows", "intervals", "said"),
    [
        (
            15,
            {"accuracy": (0.6, 0.95)},
            "scores of 15 row(s) say little: accuracy may be anything from 0.6000 to 0.9500",
        ),
        (3, {}, "scores of 3 row(s) say little"),
        (1000, {"accuracy": (0.98, 0.99), "roc_auc": (0.5, 0.9)}, "scores of 1,000 row(s) say little: roc_auc may be"),
        (1000, {"accuracy": (0.98, 0.99), "roc_auc": (0.85, 0.9)}, None),
    ],
)
def test_scores_that_say_little_are_said_to(rows, intervals, said):
    found = few_rows(_found(rows, intervals=intervals))
    assert found == said if said is None else found.startswith(said)


def _noise(rows, classes):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, 6)), rng.normal(size=rows)
    target = np.where(y > 0.3, "a", "b") if classes else y
    return pl.DataFrame({f"x{k}": x[:, k] for k in range(6)} | {"y": target})


@pytest.mark.parametrize("classes", [True, False])
def test_a_table_of_noise_is_said_to_be_worse_than_guessing(classes):
    told: list[str] = []
    overdone = replace(
        Defaults(hidden=(64,), epochs=150, learning_rate_init=0.03),
        weight_decay=0.0,
        early_stopping_rows=0,
        inner_validation=0.0,
    )
    frame = _noise(700, classes)
    outcome = fit_table(
        Table(frame, "noise"), FitOptions("y", validation=0.4), defaults=overdone, on_message=told.append
    )
    assert [r for r in outcome.remarks if r.startswith("worse than the baseline") and "were memorized" in r], (
        outcome.remarks
    )
    assert set(outcome.remarks) <= set(told)
    assert outcome.record["remarks"] == outcome.remarks
    found = score_table(outcome.pipeline, outcome.record, Table(_noise(700, classes)[-200:], "later"))
    alone = {"expected_calibration_error"} & found["metrics"].keys()
    assert found["baseline"].keys() == found["metrics"].keys() - alone >= found["intervals"].keys()
    earlier = {name: value for name, value in outcome.record.items() if name != "guess"}  # as files before had it
    assert score_table(outcome.pipeline, earlier, Table(frame, "later"))["baseline"] == {}
