"""``glassprop.diagnose``: what keeps the network at the end of any model of ours from learning."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from glassprop.diagnosis.finding import Diagnosis
from glassprop.errors import SettingsError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.trained_copy import held_out
from glassprop.tables.tabular.base_tabular import BaseTabular


def diagnose(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    X_val: Any = None,
    y_val: Any = None,
    budget: float = 1.0,
) -> Diagnosis:
    """Say what keeps the network of a model from learning.

    One that is fitted is looked at as it is, which takes three passes over the data at most. One that is not is trained
    once, as a copy: the model stays as it was. Of a Pipeline and of tabular estimators, inputs are what the network is
    given, under the names that they have there.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline that ends in one of them
    X, y, sample_weight
        What ``fit`` was given, or would be.
    X_val, y_val : optional
        Rows to judge by.
    budget : float, default=1.0
        How many trainings may be spent on trying remedies; 0: none is tried.

    Returns
    -------
    Diagnosis

    Raises
    ------
    SettingsError
        If the model is of another kind, or ``budget`` is no number of 0 or more.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import glassprop
    >>> X, y = load_wine(return_X_y=True)
    >>> clf = glassprop.MLPClassifier((16,), max_iter=100, learning_rate_init=0.01, random_state=0)
    >>> glassprop.diagnose(clf, X, y, budget=0).kinds
    ('inputs-unscaled',)
    >>> glassprop.diagnose(make_pipeline(StandardScaler(), clf), X, y, budget=0).healthy
    True
    """
    given = sample_weight, X_val, y_val, budget
    if isinstance(model, BaseMLP):
        return model.diagnose(X, y, *given)
    if isinstance(model, BaseTabular):
        return _tabular(model, X, y, *given)
    if isinstance(model, Pipeline) and model.steps and isinstance(model.steps[-1][1], BaseMLP):
        return _pipeline(model, X, y, *given)
    raise SettingsError(
        f"cannot diagnose a {type(model).__name__}: give a glassprop MLPClassifier, MLPRegressor, TabularClassifier or "
        "TabularRegressor, or a scikit-learn Pipeline that ends in one of the first two"
    )


def _pipeline(model: Pipeline, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any, budget: float) -> Diagnosis:
    """The last step, on what the steps before make of X; these are fitted to all rows where they are not yet."""
    before, last = model[:-1], model.steps[-1][1]
    if not vars(last).get("_state"):
        before = clone(before).fit(X, y) if before.steps else before
    given, held = (part if part is None or not before.steps else before.transform(part) for part in (X, X_val))
    return last.diagnose(given, y, sample_weight, held, y_val, budget)


def _tabular(
    model: BaseTabular, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any, budget: float
) -> Diagnosis:
    """The network of the fitted Pipeline; its own encoding of columns and target is what it is given."""
    if not hasattr(model, "pipeline_"):
        X, y, sample_weight, (X_val, y_val) = held_out(X, y, sample_weight, (X_val, y_val))
        model = clone(model)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, y, sample_weight)
    check_is_fitted(model)
    network = model.pipeline_[-1]
    given, held = (None if part is None else model._inputs(part) for part in (X, X_val))
    labels, labels_val = (None if part is None else np.asarray(part) for part in (y, y_val))
    return network.diagnose(given, labels, sample_weight, held, labels_val, budget)
