"""The classes of some rows, counted: as Python counts them; and what follows from it is scikit-learn's own."""

from __future__ import annotations

from collections import Counter

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import log_loss

from glassprop.tables.fitting.assess import Guess
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.scores import class_scores, regression_scores
from glassprop.tables.fitting.split import SplitKeys

ROWS = 400


def _examples(rng: np.random.Generator, weights: np.ndarray | None) -> Examples:
    names = np.array(["b", "d", "e", "x"])
    labels = rng.choice(4, size=ROWS, p=[0.5, 0.1, 0.2, 0.2])
    source = nw.from_native(pl.DataFrame({"column": np.zeros(ROWS)}), eager_only=True)
    return Examples(source, names[labels], weights, SplitKeys(labels), np.arange(ROWS))


@pytest.mark.parametrize("weighted", [False, True])
def test_classes_are_counted_as_by_python(weighted):
    rng = np.random.default_rng(0)
    whole = _examples(rng, rng.uniform(0, 3, size=ROWS) if weighted else None)
    some = whole.of(np.flatnonzero(whole.y != "d"))  # a number is left out in the middle
    found = some.classes()
    counted = Counter(some.y.tolist())
    assert [one.label for one in found] == sorted(counted) == ["b", "e", "x"]
    assert {one.label: one.rows for one in found} == counted
    assert [one.first for one in found] == [some.y.tolist().index(one.label) for one in found]
    weights = np.ones(len(some)) if some.weights is None else some.weights
    expected = [weights[some.y == one.label].sum() for one in found]
    np.testing.assert_allclose([one.weight for one in found], expected, rtol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_baseline_is_that_of_all_rows(weighted):
    rng = np.random.default_rng(1)
    whole = _examples(rng, rng.uniform(0, 3, size=ROWS) if weighted else None)
    train, held_out = whole.of(np.arange(300)), whole.of(np.arange(300, ROWS))
    nothing = np.zeros((300, 1))
    dummy = DummyClassifier(strategy="prior").fit(nothing, train.y, sample_weight=train.weights)
    expected = log_loss(held_out.y, dummy.predict_proba(nothing[:100]), sample_weight=held_out.weights)
    guess = Guess.of(train).outputs(len(held_out))
    found = class_scores(held_out.y, guess, np.unique(train.y), held_out.weights)
    assert found["log_loss"] == pytest.approx(expected, rel=1e-12)


def test_amounts_have_no_classes():
    rng = np.random.default_rng(2)
    whole = _examples(rng, None)
    amounts = Examples(whole.source, rng.normal(size=ROWS), None, SplitKeys(), whole.rows)
    assert amounts.classes() == []
    scores = regression_scores(amounts.y, Guess.of(amounts).outputs(ROWS), None)
    assert scores["root_mean_squared_error"] == pytest.approx(np.std(amounts.y))
