"""Which of the rows trained on pull against the others: the cosine of each one's gradient with the mean of all."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import SettingsError
from glassprop.tables.fitting.outcome import Outcome

_SOME_ROWS = 20_000  # of those trained on, spread over the table


def pulls_of_outcome(outcome: Outcome) -> NDArray[np.float64] | None:
    """Of a training that is over, at its final weights; NaN for rows that were not looked at, of a long table.

    None where rows have no gradient of their own.
    """
    from glassprop.influence.suspicion import pulls

    train, estimator = outcome.parts.train, outcome.pipeline[-1]
    at = np.arange(len(train))
    if len(at) > _SOME_ROWS:
        at = np.linspace(0, len(at) - 1, _SOME_ROWS).astype(int)
        train = train.of(at)
    found = np.full(len(outcome.parts.train), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd in these rows was said when they were read
        X: Any = outcome.pipeline[:-1].transform(train.frame.to_native())
        data = estimator._as_examples(X, train.y, train.weights)
    try:
        found[at] = pulls(estimator.network_, estimator.theta_, data.X, data.Y, data.sample_weight)
    except SettingsError:
        return None
    return found
