"""A network trained with what it warns of told, and anew from other weights where its units answer to no row."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from glassprop.ground.note import Note, Say
from glassprop.tables.fitting.spoken import note_of

# A network of a few narrow layers may end with units that answer to no row; then others are tried, so many in all.
_TRIES, _LOOKED_AT = 3, 1000


def trained(make: Callable[[int], Any], fit: Callable[[Any], Any], X: Any, say: Say) -> Any:
    """A fitted estimator.

    Parameters
    ----------
    make : callable (again) -> estimator
        Makes one; `again` counts those before it, which began with other weights.
    fit : callable (estimator)
        Trains it.
    X : array or CSR matrix (n_rows, n_inputs)
        Rows that it should tell apart.
    say : callable
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        for again in range(_TRIES):
            estimator = make(again)
            fit(estimator)
            if not _says_one_thing(estimator, X):
                break
            then = "it is retrained from other initial weights" if again < _TRIES - 1 else "wider layers may help"
            say(
                Note(
                    f"the network predicts the same for every row, and its hidden units react to none; {then}",
                    "dead-units",
                )
            )
    _tell_warnings(caught, estimator, say)
    return estimator


def _says_one_thing(estimator: Any, X: Any) -> bool:
    """Whether a whole training left a network whose hidden units answer to no row."""
    if getattr(estimator, "interrupted_", False):
        return False
    said = estimator.network_.predict(estimator.theta_, X[:_LOOKED_AT], engine=estimator.engine_)
    return len(said) > 1 and not np.ptp(said, axis=0).any()


def _tell_warnings(caught: list[warnings.WarningMessage], estimator: Any, say: Say) -> None:
    for note in dict.fromkeys(note_of(w.message) for w in caught if w.category is not ConvergenceWarning):
        say(note)
    if estimator.early_stopping and any(w.category is ConvergenceWarning for w in caught):
        line = f"the limit of {estimator.max_iter} epochs was reached: more epochs may or may not improve the model"
        say(Note(line, "epoch-limit", number=estimator.max_iter))
