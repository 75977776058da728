"""Scores of predictions under scikit-learn's names, and of the baseline that knows no columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

from glassprop.tables.fitting.examples import Examples


def regression_scores(y: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None) -> dict[str, float]:
    """r2 (not for a single row), root_mean_squared_error, mean_absolute_error."""
    scores = {}
    if len(y) > 1:
        scores["r2"] = metrics.r2_score(y, predicted, sample_weight=weights)
    scores["root_mean_squared_error"] = metrics.root_mean_squared_error(y, predicted, sample_weight=weights)
    scores["mean_absolute_error"] = metrics.mean_absolute_error(y, predicted, sample_weight=weights)
    return {name: float(score) for name, score in scores.items()}


def class_scores(
    y: np.ndarray, probabilities: np.ndarray, classes: np.ndarray, weights: np.ndarray | None
) -> dict[str, float]:
    """accuracy, log_loss; with two classes also balanced_accuracy and, where both occur, roc_auc.

    Parameters
    ----------
    y : array (n_rows,)
    probabilities : array (n_rows, n_classes)
    classes : array (n_classes,)
    weights : array (n_rows,) or None
    """
    predicted = classes[probabilities.argmax(axis=1)]
    # float32 rows sum to 1 within 1e-7 only, and log_loss wants better.
    wide = probabilities.astype(np.float64)
    wide /= wide.sum(axis=1, keepdims=True)
    scores = {
        "accuracy": metrics.accuracy_score(y, predicted, sample_weight=weights),
        "log_loss": metrics.log_loss(y, wide, labels=classes, sample_weight=weights),
    }
    scored = y if weights is None else y[weights > 0]
    if len(classes) == 2 and len(np.unique(scored)) == 2:
        scores["balanced_accuracy"] = metrics.balanced_accuracy_score(y, predicted, sample_weight=weights)
        scores["roc_auc"] = metrics.roc_auc_score(y == classes[1], wide[:, 1], sample_weight=weights)
    return {name: float(score) for name, score in scores.items()}


def scores_of(model: Any, X: Any, y: np.ndarray, weights: np.ndarray | None) -> dict[str, float]:
    """The scores of a fitted classifier or regressor on some rows."""
    if hasattr(model, "classes_"):
        return class_scores(y, model.predict_proba(X), model.classes_, weights)
    return regression_scores(y, model.predict(X), weights)


def baseline_scores(train: Examples, y: np.ndarray, weights: np.ndarray | None) -> dict[str, float]:
    """The scores of always saying the majority class (and the shares of the classes), or the mean."""
    classes = train.classes()
    if classes:  # each class once, with the weight of all its rows: the shares are the same
        model: Any = DummyClassifier(strategy="prior")
        labels, shares = [one.label for one in classes], [one.weight for one in classes]
        model.fit(np.zeros((len(classes), 1)), labels, sample_weight=shares)
    else:
        model = DummyRegressor(strategy="mean")
        model.fit(np.zeros((len(train), 1)), train.y, sample_weight=train.weights)
    return scores_of(model, np.zeros((len(y), 1)), y, weights)
