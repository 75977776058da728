"""``glassprop.diagnose``: what keeps the network at the end of any model of ours from learning."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone

from glassprop.diagnosis.finding import Diagnosis
from glassprop.estimator.diagnose_estimator import diagnose_estimator
from glassprop.tables.encoding.names_behind import names_behind
from glassprop.tables.tabular.base_tabular import BaseTabular
from glassprop.tables.tabular.before_and_last import before_and_last, is_fitted


def diagnose(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    X_val: Any = None,
    y_val: Any = None,
    budget: float = 1.0,
) -> Diagnosis:
    """Find what keeps the network of a model from learning.

    A fitted model is examined as it is, which takes three passes over the data at most. Of an unfitted one a copy is
    trained once; the model itself stays unfitted. For a Pipeline and tabular estimators, the diagnosis says which
    column of X an input of the network is made of. For an unfitted tabular estimator, one network is trained, the first
    that ``fit`` would train: if several are averaged, ``looked_at`` of the diagnosis says which one it is.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline that ends in one of them
    X, y, sample_weight
        What ``fit`` was given, or would be.
    X_val, y_val : optional
        Validation rows.
    budget : float, default=1.0
        How many training runs may be spent on trying remedies; 0: none is tried.

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
    before, last = before_and_last(model, "cannot diagnose a {}")
    if before is None:
        found: Diagnosis = last.diagnose(X, y, sample_weight, X_val, y_val, budget)
        return found
    if not is_fitted(last):
        before = clone(before).fit(X, y)
    made, held = (part if part is None else before.transform(part) for part in (X, X_val))
    if isinstance(last, BaseTabular):
        return last.diagnose(made, y, sample_weight, held, y_val, budget)
    names = names_behind(before, X)
    return diagnose_estimator(last, (made, y, sample_weight, held, y_val), budget, inputs=names)
