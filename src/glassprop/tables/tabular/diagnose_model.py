"""``glassprop.diagnose``: what keeps the network at the end of any model of ours from learning."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from glassprop.diagnosis.finding import Diagnosis
from glassprop.errors import SettingsError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.diagnose_estimator import check_budget, diagnose_estimator
from glassprop.tables.encoding.names_behind import names_behind
from glassprop.tables.tabular.base_tabular import BaseTabular
from glassprop.tables.use.doctor_table import all_members, findings_of_first


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
    once, as a copy: the model stays as it was. Of a Pipeline and of tabular estimators it is told which column of X an
    input of the network is made of. Of tabular estimators that are not fitted one network is trained, the first that
    ``fit`` would train: where it averages several, ``looked_at`` of the diagnosis says which it is.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline that ends in one of them
    X, y, sample_weight
        What ``fit`` was given, or would be.
    X_val, y_val : optional
        Rows to judge by.
    budget : float, default=1.0
        How many training runs may be spent on trying remedies; with 0, none is tried.

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
    if not before.steps:
        return diagnose_estimator(last, (X, y, sample_weight, X_val, y_val), budget)
    if not vars(last).get("_state"):
        before = clone(before).fit(X, y)
    given, held = (part if part is None else before.transform(part) for part in (X, X_val))
    names = names_behind(before, X)
    return diagnose_estimator(last, (given, y, sample_weight, held, y_val), budget, inputs=names)


def _tabular(
    model: BaseTabular, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any, budget: float
) -> Diagnosis:
    """The network of the fitted Pipeline, or the first that a fit would train; its own encoding of columns and target
    is what it is given."""
    check_budget(budget)
    if not hasattr(model, "pipeline_"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            first, judging = clone(model)._first_network(X, y, sample_weight, X_val, y_val)
            return findings_of_first(first, judging, float(budget))
    steps, network = model.pipeline_[:-1], model.pipeline_[-1]
    given, held = (None if part is None else model._inputs(part) for part in (X, X_val))
    labels, labels_val = (None if part is None else np.asarray(part) for part in (y, y_val))
    data = given, labels, sample_weight, held, labels_val
    found = diagnose_estimator(network, data, budget, inputs=names_behind(steps, X))
    return replace(found, looked_at=all_members(network))
