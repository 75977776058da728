"""How a model does on its held-out rows, in more than scores: what a report of a training tells.

All of it is plain data. What is said of single rows is apart, under "telling", with their numbers in the table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix

from glassprop.backprop.check import check_gradient
from glassprop.errors import GlasspropError
from glassprop.tables.fitting.outcome import Outcome
from glassprop.tables.fitting.spoken import told
from glassprop.tables.reading.table import Table
from glassprop.tables.use.apply import gradient_arrays
from glassprop.tables.use.first_layer_told import first_layer_told
from glassprop.tables.use.reliability import question_of

_CHECKED = 50  # rows of the gradient check
_POINTS = 600  # drawn of predicted against true
_CALIBRATED = 10  # bins of probabilities
_BINS = (5, 30)  # of the histogram of residuals, at least and at most


def diagnose(outcome: Outcome) -> dict[str, Any]:
    """Look at the predictions for the held-out rows.

    Parameters
    ----------
    outcome : Outcome
        As ``fit_table`` gives it.

    Returns
    -------
    dict
        JSON-able:

        * network, parameters: the architecture, and how many parameters it has
        * shares: of classes, a list of label, train and held_out (numbers of rows); None for regression
        * amounts: of a regression target in the rows trained on, rows, mean, spread (the standard deviation), least,
          most; None for classes
        * confusion: labels, and counts of rows by true (row) and predicted class (column); None for regression
        * calibration: label (the class whose probability it is of; None: the one that was predicted) and bins, a list
          of mean probability, share of rows for which it came true, and rows; and error, how far the two lie apart in
          the mean over rows; None for regression
        * first_layer: how large the weights of columns are, as `first_layer_told` has it
        * residuals: of predicted - true: rows, mean, spread, edges and counts of a histogram, and points, a list of
          [true, predicted] of at most 600 rows spread over the table; None for classes
        * telling: list of row (number in the table), true, predicted, probability of the predicted class, kind and why
        * check: ``glassprop.check_gradient`` on at most 50 held-out rows, as a dict; or error, why there is none

    Examples
    --------
    >>> from glassprop.tables import FitOptions, diagnose, fit_table, read_table
    >>> found = diagnose(fit_table(read_table("iris"), FitOptions(epochs=40, hidden=(8,))))
    >>> sum(map(sum, found["confusion"]["counts"])), found["check"]["ok"]
    (15, True)
    """
    with told(lambda _: None):  # what is odd in these rows was told when they were scored
        return _found(outcome)


def _found(outcome: Outcome) -> dict[str, Any]:
    held_out, estimator = outcome.parts.held_out, outcome.pipeline[-1]
    found: dict[str, Any] = {
        "network": estimator.network_.spec(),
        "parameters": int(estimator.theta_.size),
        "shares": None,
        "amounts": None,
        "confusion": None,
        "calibration": None,
        "first_layer": first_layer_told(outcome),
        "residuals": None,
        "check": _check(outcome),
    }
    X = held_out.frame.to_native()
    if outcome.task == "regression":
        predicted = np.asarray(outcome.pipeline.predict(X), dtype=np.float64)
        found |= {"amounts": _amounts(outcome.parts.train.y), "residuals": _residuals(held_out.y, predicted)}
        telling = _telling_amounts(held_out.y, predicted)
    else:
        probabilities = np.asarray(outcome.pipeline.predict_proba(X), dtype=np.float64)
        probabilities /= probabilities.sum(axis=1, keepdims=True)  # float32 rows sum to 1 within 1e-7 only
        found |= _classes(outcome, probabilities)
        telling = _telling_classes(held_out.y, probabilities, estimator.classes_)
    found["telling"] = [{"row": int(held_out.rows[place]), **told_of} for place, told_of in telling]
    return found


def _check(outcome: Outcome) -> dict[str, Any]:
    held_out = Table(outcome.parts.held_out.frame.to_native(), outcome.held_out_table.name)
    try:
        network, theta, X, Y, weights = gradient_arrays(outcome.pipeline, outcome.record, held_out, _CHECKED)
        return {**check_gradient(network, theta, X, Y, weights).to_dict(), "rows": len(X)}
    except GlasspropError as error:  # a report without this part is better than none
        return {"error": str(error)}


def _classes(outcome: Outcome, probabilities: np.ndarray) -> dict[str, Any]:
    classes = outcome.pipeline[-1].classes_
    labels = [str(label) for label in classes]
    held_out, train = outcome.parts.held_out.y, outcome.parts.train.y
    counts = confusion_matrix(held_out, classes[probabilities.argmax(axis=1)], labels=classes)
    shares = [
        {"label": label, "train": int((train == known).sum()), "held_out": int((held_out == known).sum())}
        for label, known in zip(labels, classes, strict=True)
    ]
    return {
        "shares": shares,
        "confusion": {"labels": labels, "counts": counts.tolist()},
        "calibration": _calibration(held_out, probabilities, classes),
    }


def _calibration(y: np.ndarray, probabilities: np.ndarray, classes: np.ndarray) -> dict[str, Any]:
    asked = question_of(y, probabilities, classes)
    true, mean = asked.bins(_CALIBRATED)
    rows = asked.rows_in_bins(_CALIBRATED)
    return {
        "label": None if asked.label is None else str(asked.label),
        "bins": [[float(m), float(t), int(n)] for m, t, n in zip(mean, true, rows, strict=True)],
        "error": float(np.average(abs(mean - true), weights=rows)),
    }


def _amounts(y: np.ndarray) -> dict[str, Any]:
    return {
        "rows": len(y),
        "mean": float(y.mean()),
        "spread": float(y.std()),
        "least": float(y.min()),
        "most": float(y.max()),
    }


def _residuals(y: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    errors = predicted - y
    bins = int(np.clip(np.sqrt(len(y)), *_BINS))
    counts, edges = np.histogram(errors, bins=bins, range=_span(errors))
    drawn = np.unique(np.linspace(0, len(y) - 1, min(_POINTS, len(y))).astype(int))
    return {
        "rows": len(y),
        "mean": float(errors.mean()),
        "spread": float(errors.std()),
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "points": [[float(y[i]), float(predicted[i])] for i in drawn],
    }


def _span(errors: np.ndarray) -> tuple[float, float]:
    """From the least to the largest; wider where they are so close that a histogram has no room between them."""
    least, most = float(errors.min()), float(errors.max())
    room = 1e-9 * max(abs(least), abs(most)) or 0.5
    return (least, most) if most - least > room else (least - room, most + room)


def _telling_classes(y: np.ndarray, probabilities: np.ndarray, classes: np.ndarray) -> list[tuple[int, dict[str, Any]]]:
    """The most confident mistakes, the most undecided rows, and a right one of usual confidence."""
    best = probabilities.argmax(axis=1)
    sure = probabilities[np.arange(len(y)), best]
    right = classes[best] == y
    places, among = np.flatnonzero(~right), np.flatnonzero(right)
    found = [(int(i), "mistake") for i in places[np.argsort(-sure[places], kind="stable")][:3]]
    taken = {i for i, _ in found}
    margin = np.sort(probabilities, axis=1)[:, -2:]
    undecided = [int(i) for i in np.argsort(margin[:, -1] - margin[:, 0], kind="stable") if int(i) not in taken]
    found += [(i, "undecided") for i in undecided[:2]]
    taken = {i for i, _ in found}
    usual = [int(i) for i in among[np.argsort(abs(sure[among] - np.median(sure[among])))] if int(i) not in taken]
    found += [(i, "typical") for i in usual[:1]]
    return [(i, _told_class(kind, y[i], probabilities[i], classes)) for i, kind in found]


def _told_class(kind: str, true: Any, row: np.ndarray, classes: np.ndarray) -> dict[str, Any]:
    order = np.argsort(-row, kind="stable")[:2]
    why = {
        "mistake": "wrong, and among the most confident of the mistakes",
        "undecided": "the two likeliest classes are closer to each other than in most rows",
        "typical": "right, and about as confident as the network usually is when it is right",
    }[kind]
    return {
        "kind": kind,
        "why": why,
        "true": str(true),
        "predicted": str(classes[order[0]]),
        "probability": float(row[order[0]]),
        "second": str(classes[order[-1]]) if len(order) > 1 else None,
        "second_probability": float(row[order[-1]]) if len(order) > 1 else None,
    }


def _telling_amounts(y: np.ndarray, predicted: np.ndarray) -> list[tuple[int, dict[str, Any]]]:
    """The worst errors to both sides, and one of usual size."""
    errors = predicted - y
    order = [int(i) for i in np.argsort(errors, kind="stable")]
    found = [(i, "too high") for i in order[::-1][:2] if errors[i] > 0]
    found += [(i, "too low") for i in order[:2] if errors[i] < 0]
    taken = {i for i, _ in found}
    sizes = abs(errors)
    usual = [int(i) for i in np.argsort(abs(sizes - np.median(sizes)), kind="stable") if int(i) not in taken]
    found += [(i, "typical") for i in usual[:1]]
    why = {
        "too high": "among the predictions that are furthest too high",
        "too low": "among the predictions that are furthest too low",
        "typical": "an error of typical size: half of the errors are smaller",
    }
    return [
        (i, {"kind": kind, "why": why[kind], "true": float(y[i]), "predicted": float(predicted[i])})
        for i, kind in found
    ]
