"""How rows taught the network of a table: which pull against the others, which drove single predictions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import SettingsError
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.outcome import Outcome

if TYPE_CHECKING:
    from glassprop.influence.model_trace import ModelTrace

_SOME_ROWS = 20_000  # of those trained on, spread over the table
_TOP = 5  # rows for a prediction, and as many against it


def pulls_of_outcome(outcome: Outcome) -> NDArray[np.float64] | None:
    """The cosine of each row's gradient with the mean of all, at the final weights. (n_train,)

    NaN for rows that were not looked at, of a long table. None where rows have no gradient of their own.
    """
    from glassprop.influence.suspicion import pulls

    at, train, estimator = _looked_at(outcome)
    found = np.full(len(outcome.parts.train), np.nan)
    data = _examples(outcome, train)
    try:
        found[at] = pulls(estimator.network_, estimator.theta_, data.X, data.Y, data.sample_weight)
    except SettingsError:
        return None
    return found


def drove_outcome(outcome: Outcome, numbers: Sequence[int], trace: ModelTrace | None = None) -> list[dict[str, Any]]:
    """Which rows trained on drove the predictions for some held-out rows, as plain data.

    Parameters
    ----------
    outcome : Outcome
    numbers : sequence of int
        Of the held-out rows, in their table.
    trace : ModelTrace, optional
        What the training passed through; without, it is told at the final weights.

    Returns
    -------
    list of dict
        For each proponents and opponents, lists of row (its number in the table), label and score. Empty where rows
        have no gradient of their own.
    """
    from glassprop.influence.blame import strongest
    from glassprop.influence.model_influences import model_influences
    from glassprop.influence.model_trace import ModelTrace
    from glassprop.influence.trace import Trace

    _, train, estimator = _looked_at(outcome)
    held_out = outcome.parts.held_out
    places = {int(number): place for place, number in enumerate(held_out.rows)}
    asked = held_out.of(np.array([places[number] for number in numbers], dtype=np.intp))
    data, one = _examples(outcome, train), _examples(outcome, asked)
    try:
        final = ModelTrace("", (Trace.of_final(estimator.theta_),))
        kept = final if trace is None else trace.of_rows(train.rows)
        scores = model_influences(estimator.network_, kept, data, one)
    except SettingsError:
        return []

    def told(i: int, score: float) -> dict[str, Any]:
        value = train.y[i]
        label = f"{value:.6g}" if isinstance(value, float) else str(value)
        return {"row": int(train.rows[i]), "label": label, "score": float(score)}

    return [
        {
            name: [told(i, of[i]) for i in strongest(of.copy(), sign, _TOP, None)]
            for name, sign in (("proponents", 1), ("opponents", -1))
        }
        for of in scores
    ]


def _looked_at(outcome: Outcome) -> tuple[NDArray[np.intp], Examples, Any]:
    """Which of the rows trained on, these rows, and the estimator."""
    train = outcome.parts.train
    at = np.arange(len(train))
    if len(at) > _SOME_ROWS:
        at = np.linspace(0, len(at) - 1, _SOME_ROWS).astype(int)
        train = train.of(at)
    return at, train, outcome.pipeline[-1]


def _examples(outcome: Outcome, rows: Examples) -> Any:
    """Rows as the network takes them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd in these rows was said when they were read
        X = outcome.pipeline[:-1].transform(rows.frame.to_native())
        return outcome.pipeline[-1]._as_examples(X, rows.y, rows.weights)
