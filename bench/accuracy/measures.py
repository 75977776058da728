"""The error of predictions, one number a table, and the other scores that are kept beside it."""

from __future__ import annotations

import numpy as np
from sklearn import metrics

FLOOR = 1e-3  # of an error: below it tables are solved, and ratios say nothing
_LEAST = 1e-15  # of a probability


def error_of(scores: dict[str, float]) -> float:
    """1 - AUC for two classes, log loss for more, root mean squared error over the standard deviation for amounts."""
    if "rmse_by_sd" in scores:
        return scores["rmse_by_sd"]
    return 1 - scores["roc_auc"] if "roc_auc" in scores else scores["log_loss"]


def scores_of_amounts(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Of what was predicted for rows of these amounts."""
    wrong = float(np.sqrt(np.mean((y - predicted) ** 2)))
    return {"rmse_by_sd": wrong / float(np.std(y)), "mae": float(np.mean(np.abs(y - predicted)))}


def scores_of_classes(y: np.ndarray, shares: np.ndarray, classes: np.ndarray, n_classes: int) -> dict[str, float]:
    """Of a probability for each row of y and each of these classes, those that a model was trained on."""
    all_shares = np.zeros((len(y), n_classes))
    all_shares[:, np.asarray(classes, dtype=int)] = shares
    all_shares = np.clip(all_shares, _LEAST, 1)
    all_shares /= all_shares.sum(axis=1, keepdims=True)
    found = {
        "log_loss": float(-np.log(all_shares[np.arange(len(y)), y]).mean()),
        "accuracy": float((all_shares.argmax(axis=1) == y).mean()),
    }
    if n_classes == 2:
        found["roc_auc"] = float(metrics.roc_auc_score(y, all_shares[:, 1]))
    return found
