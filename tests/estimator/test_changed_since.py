"""A fit that was left, and then changed: weights that are assigned, dropout switched on, layers of other kinds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from estimator.test_resume_fit import EPOCHS, X, Y, clf, same
from leaving import StopAfter

from glassprop.errors import DataError, SettingsError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def one_layer(model: Any, name: str, index: Any, factor: float = 2.0) -> None:
    """Assign some of the layers' arrays, and nothing else."""
    arrays = getattr(model, name)
    arrays[index] = [factor * array for array in arrays[index]] if isinstance(index, slice) else factor * arrays[index]


WRITES: dict[str, Any] = {
    "theta": lambda m: setattr(m, "theta_", 2 * m.theta_),
    "all weights": lambda m: one_layer(m, "coefs_", slice(None)),
    "new lists": lambda m: setattr(m, "intercepts_", [2 * b for b in m.intercepts_]),
    "a layer": lambda m: one_layer(m, "coefs_", 0),
    "the last layer": lambda m: one_layer(m, "intercepts_", -1),
    "a slice": lambda m: one_layer(m, "coefs_", slice(1, None)),
}


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("write", WRITES)
def test_weights_that_are_assigned_are_not_replaced_by_the_last_ones(write: str, early: bool) -> None:
    """Under early stopping a fit that is left has its best weights, and keeps its last ones beside them."""
    model = clf(early_stopping=early).set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()
    WRITES[write](model)
    assert "_left" not in vars(model)
    assert model._state.last_theta is None
    before = model.theta_.copy()
    with pytest.raises(SettingsError, match="nothing to resume"):
        model.resume(X, Y)
    np.testing.assert_array_equal(model.theta_, before)


def test_what_is_refused_or_written_elsewhere_leaves_the_fit_as_it_was_left(tmp_path: Path) -> None:
    straight = clf().fit(X, Y)
    model = clf().fit(X, Y)
    stale = model.coefs_
    model.set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()
    stale[0] = np.zeros_like(stale[0])  # weights of the fit before
    model.coefs_[:0] = []
    for wrong in (np.zeros((2, 2)), np.full_like(model.coefs_[0], np.nan)):
        with pytest.raises(DataError):
            model.coefs_[0] = wrong
    same(model.resume(X, Y), straight, tmp_path)


@pytest.mark.parametrize("write", WRITES)
def test_a_callback_may_assign_weights(write: str, tmp_path: Path) -> None:
    """Training goes on from them, and a fit that is left then is gone on with all the same."""

    class Assign(StopAfter):
        def epoch_ended(self, estimator: Any) -> bool:
            WRITES[write](estimator)
            return super().epoch_ended(estimator)

    straight = clf().set_callbacks(Assign(0)).fit(X, Y).set_callbacks()
    assert straight.n_iter_ == EPOCHS
    assert not np.array_equal(straight.theta_, clf().fit(X, Y).theta_)
    one = clf().set_callbacks(Assign(1)).fit(X, Y)
    one = one.set_callbacks(Assign(0)).resume(X, Y).set_callbacks()
    same(one, straight, tmp_path)


def test_dropout_that_is_switched_on_is_drawn_by_random_state() -> None:
    """Its key was 0, whatever ``random_state`` was."""
    keys: list[int] = []

    class Key(StopAfter):
        def epoch_ended(self, estimator: Any) -> bool:
            keys.append(estimator._state.dropout_key)
            return super().epoch_ended(estimator)

    ends = []
    for seed in (1, 2, 1):
        model = clf(dropout=0.0, random_state=seed).set_callbacks(StopAfter(2)).fit(X, Y)
        assert model._state.dropout_key == 0
        ends.append(model.set_params(dropout=0.5).set_callbacks(Key(3)).resume(X, Y).theta_)
    assert keys[0] == keys[2] != keys[1]
    assert 0 not in keys
    np.testing.assert_array_equal(ends[0], ends[2])


FRONT, PLAIN = {"hidden_layer_sizes": (4,), "scale_inputs": True}, {"hidden_layer_sizes": (4, 4)}
OTHER: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {  # of the same sizes, or of as many parameters
    "factors away": (FRONT, {**PLAIN, "scale_inputs": False}, "sizes [4, 4 (scale), 4, 3], but the arguments"),
    "factors in front": (PLAIN, FRONT, "[4, 4, 4, 3], but the arguments now describe [4, 4 (scale), 4, 3]"),
    "residual": (PLAIN, {"residual": True}, "now describe [4, 4 (residual), 4 (residual), 3]; keep"),
    "residual no more": ({**PLAIN, "residual": True}, {"residual": False}, "now describe [4, 4, 4, 3]; keep"),
    "other sizes": (PLAIN, {"hidden_layer_sizes": (4, 5)}, "now describe [4, 4, 5, 3]; keep"),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["resume", "partial_fit", "fit"])
@pytest.mark.parametrize("case", OTHER)
def test_weights_that_would_mean_something_else_are_not_trained_on(case: str, verb: str) -> None:
    before, after, words = OTHER[case]
    model = clf(**{"activation": "tanh", "warm_start": True, **before}).set_callbacks(StopAfter(2)).fit(X, Y)
    theta = model.set_callbacks().theta_.copy()
    with pytest.raises(SettingsError, match=re.escape(words)) as caught:
        getattr(model.set_params(**after), verb)(X, Y)
    assert "keep hidden_layer_sizes, scale_inputs and residual, or" in str(caught.value)
    np.testing.assert_array_equal(model.theta_, theta)
    getattr(model.set_params(**{"scale_inputs": False, "residual": False, **before}), verb)(X, Y)


def test_settings_that_have_no_place_in_the_weights_may_change() -> None:
    model = clf(warm_start=True).fit(X, Y)
    model.set_params(activation=["relu", "leaky_relu(0.1)"], dropout=0.0, alpha=0.1, solver="sgd").fit(X, Y)
