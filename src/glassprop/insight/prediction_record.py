"""What is predicted of each example, and what each column adds to it, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.equations.formula_trees import Tree
from glassprop.ground.json_values import plain_number
from glassprop.insight.prediction import Of, Prediction

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

MOST_COLUMNS = 400  # of all examples, the largest of each, of which 100 at most; what the others add is one number
_OF_ONE = 8, 100


def predictions_record(explanation: Explanation, rows: bool) -> list[dict[str, Any]]:
    """Of each example, JSON-able: docs/explain-json.md. rows: whether what stands in the table is written down."""
    asked = explanation if explanation.predictions is not None else explanation.prediction()
    with np.errstate(all="ignore"):
        return [_of(asked.of(i), rows, most_columns(asked.n_examples)) for i in range(asked.n_examples)]


def most_columns(examples: int) -> int:
    """How many columns are told of each of so many examples."""
    return int(np.clip(MOST_COLUMNS // examples, *_OF_ONE))


def _of(e: Explanation, rows: bool, most: int) -> dict[str, Any]:
    assert e.predictions is not None
    prediction, found = e.predictions[e.focus], e.contributions()
    shown, others = found.columns[:most], found.columns[most:]
    return {
        "of": prediction.of,
        "output": prediction.name,
        "value": plain_number(found.prediction),
        "baseline": plain_number(found.baseline),
        "baseline_is": found.from_,
        "columns": [
            {
                "name": one.name,
                "shown": one.shown if rows else None,
                "adds": plain_number(one.value),
                "derivative": None if one.derivative is None else plain_number(one.derivative),
                "unit": one.unit,
            }
            for one in shown
        ],
        "others": {"count": len(others), "adds": plain_number(sum(one.value for one in others))},
        "rest": plain_number(found.rest),
        "points": found.points,
    }


def prediction_trees(prediction: Prediction, mean: float, spread: float) -> dict[str, Tree]:
    """The cost that stands for a prediction, as a page computes it: y is 1 or -1 of what is asked, else 0."""
    own: Tree = ["+", mean, ["*", spread, "a"]]
    value: Tree = ["*", "y", own]
    if prediction.of == "probability":
        value = ["+", value, ["if", "<", "y", 0.0, 1.0, 0.0]]
    return {"value": value, "slope": ["*", "y", spread]}


def prediction_formulas(of: Of) -> tuple[str, str]:
    """What is written for the formula of a cost, and for its derivative, where the prediction stands in its place."""
    own = of == "amount"
    return (
        ("g(a_m), g: to the target's own units", "g'(a_m) for the output m, else 0")
        if own
        else ("a_m", "1 for the output m that is asked for, else 0")
    )
