"""What a page needs to tell anew what is predicted, and what each column adds to it: as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.equations.arrays import Array
from glassprop.insight.contributions import apart
from glassprop.insight.packed import packed
from glassprop.insight.prediction import Prediction, most_points
from glassprop.insight.prediction_record import most_columns

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_AS_THEY_ARE = {"none", "poisson"}  # scales on which a prediction is a straight line in a


def live_prediction(explanation: Explanation) -> dict[str, Any] | None:
    """docs/explain-json.md; None where the page, which holds one network, cannot follow it."""
    predictor = explanation.what_predicts
    asked = (explanation if explanation.predictions is not None else explanation.prediction()).predictions
    assert asked is not None
    line = straight_line(asked[0].units)
    if explanation.members is not None or line is None:
        return None
    outputs = predictor.every(asked[0].of)
    baseline = predictor.baseline
    return {
        "of": asked[0].of,
        "outputs": [{"output": p.output, "name": p.name, "opposite": p.opposite} for p in outputs],
        "asked": [_number(outputs, one) for one in asked],
        "likeliest": predictor.likeliest_by if explanation.predictions is None else None,
        "mean": line[0],
        "spread": line[1],
        "baseline": packed(baseline.x),
        "baseline_is": baseline.said,
        "shares": {str(k): packed(share) for k, share in baseline.shares.items()},
        "columns": [
            {"name": column.name, "parts": list(column.parts), "unit": column.unit, "slopes": _slopes(column.slopes)}
            for column in apart(explanation.names)
        ],
        "most_columns": most_columns(explanation.n_examples),
        "most_points": most_points([explanation.architecture]),
    }


def straight_line(units: OwnUnits | None) -> tuple[float, float] | None:
    """Mean and spread, where a prediction is mean + spread · a; None where it is no straight line in a."""
    if units is None:
        return 0.0, 1.0
    if units.scale not in _AS_THEY_ARE or units.knots or units.factor != 1:
        return None
    return float(units.mean), float(units.spread)


def _number(outputs: tuple[Prediction, ...], asked: Prediction) -> int:
    return next(n for n, one in enumerate(outputs) if (one.output, one.opposite) == (asked.output, asked.opposite))


def _slopes(slopes: Array | None) -> list[str] | None:
    """∂x/∂column by example; once, where it is the same for all."""
    if slopes is None:
        return None
    rows = slopes[:1] if np.array_equal(slopes, np.broadcast_to(slopes[:1], slopes.shape)) else slopes
    return [packed(row) for row in rows]
