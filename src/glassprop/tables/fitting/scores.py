"""Scores of predictions under scikit-learn's names."""

from __future__ import annotations

import numpy as np
from sklearn import metrics


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
