"""Scores of predictions under scikit-learn's names, and how far probabilities are from how often they are right."""

from __future__ import annotations

import numpy as np
from sklearn import metrics

CALIBRATION = "expected_calibration_error"
BINS = 15  # of equal width, of probabilities from 0 to 1


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
    """accuracy, log_loss, expected_calibration_error; of two classes that both occur balanced_accuracy and roc_auc.

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
    scores[CALIBRATION] = calibration_error(calibration_sums(wide, predicted == y, weights))
    scored = y if weights is None else y[weights > 0]
    if len(classes) == 2 and len(np.unique(scored)) == 2:
        scores["balanced_accuracy"] = metrics.balanced_accuracy_score(y, predicted, sample_weight=weights)
        scores["roc_auc"] = metrics.roc_auc_score(y == classes[1], wide[:, 1], sample_weight=weights)
    return {name: float(score) for name, score in scores.items()}


def calibration_sums(probabilities: np.ndarray, right: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """What ``calibration_error`` follows from: sums over rows by bins of the largest probability.

    Parameters
    ----------
    probabilities : array (n_rows, n_classes)
    right : array (n_rows,) of bool
        Whether the class with the largest probability is the true one.
    weights : array (n_rows,) or None

    Returns
    -------
    sums : array (BINS, 3)
        Of weights, and of weights times probability and times right.
    """
    sure = probabilities.max(axis=1)
    weight = np.ones(len(sure)) if weights is None else weights
    number = np.minimum((sure * BINS).astype(np.intp), BINS - 1)
    columns = weight, weight * sure, weight * right
    return np.stack([np.bincount(number, column, minlength=BINS) for column in columns], axis=1)


def calibration_error(sums: np.ndarray) -> float:
    """The expected calibration error: Σ over bins of share · |right - probability| (arXiv 1706.04599)."""
    return float(np.abs(sums[:, 2] - sums[:, 1]).sum() / sums[:, 0].sum())


def guess_scores(
    y: np.ndarray, probabilities: np.ndarray, classes: np.ndarray, weights: np.ndarray | None
) -> dict[str, float]:
    """``class_scores`` of a guess that knows no columns; not how calibrated it is, for shares of rows always are."""
    scores = class_scores(y, probabilities, classes, weights)
    del scores[CALIBRATION]
    return scores
