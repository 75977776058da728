"""Ctrl-C at any line of the training rooms: counters, curves and weights agree, whatever the solver."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from leaving import pressed_at
from thetas import Thetas

from glassprop import MLPRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2))
Y = np.sin(X[:, 0])
SETTINGS = {"hidden_layer_sizes": (3,), "max_iter": 4, "batch_size": 30, "random_state": 0, "engine": "reference"}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "adam": ({}, {}),
    "adam, stopping early": ({"early_stopping": True, "learning_rate_init": 0.1, "batch_size": 27}, {}),
    "sgd, watching": ({"solver": "sgd"}, {"X_val": X[:9], "y_val": Y[:9]}),
    "lbfgs, watching": ({"solver": "lbfgs"}, {"X_val": X[:9], "y_val": Y[:9]}),
}


@pytest.mark.parametrize("case", CASES)
def test_wherever_it_comes_all_agree(case: str) -> None:
    settings, more = CASES[case]
    whole = Thetas()
    interrupted, number, step = 0, 1, 3  # every third line, each time another third
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        full = MLPRegressor(**{**SETTINGS, **settings}).set_callbacks(whole).fit(X, Y, **more)
        start = MLPRegressor(**{**SETTINGS, **settings, "max_iter": 1}).fit(X, Y, **more)
        assert full.n_iter_ == len(whole.seen) == 4
        while True:
            model = MLPRegressor(**{**SETTINGS, **settings})
            try:
                if not pressed_at(number, lambda model=model: model.fit(X, Y, **more)):
                    break
            except KeyboardInterrupt:  # before training or after it: there is no new model then
                assert not hasattr(model, "loss_curve_")
            else:
                check(model, full, whole.seen, start, more)
                interrupted += model.interrupted_
            number += step
    assert interrupted > 50


def check(model: Any, full: Any, thetas: list[np.ndarray], start: Any, more: dict[str, Any]) -> None:
    """A model that was interrupted, beside one that was not."""
    n = model.n_iter_
    assert n == len(model.loss_curve_)
    np.testing.assert_array_equal(model.loss_curve_, full.loss_curve_[:n])
    assert len(model.validation_curve_) == (n if more or model.early_stopping else 0)
    np.testing.assert_array_equal(model.validation_curve_, full.validation_curve_[:n])
    assert model.t_ == (0 if model.solver == "lbfgs" else n * int(start.t_))
    if model.early_stopping:
        scores = full.validation_scores_[:n]
        assert model.validation_scores_ == scores
        if n:
            best = int(np.argmax(scores))
            assert (model.best_iteration_, model.best_validation_score_) == (best + 1, scores[best])
            np.testing.assert_array_equal(model.theta_, thetas[best])
    elif n:
        np.testing.assert_array_equal(model.theta_, thetas[n - 1])
