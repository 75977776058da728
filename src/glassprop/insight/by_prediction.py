"""∂ŷ with respect to a column of the table: of what all members predict together, in its own units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.insight.derive import FindPaths, column_factors, difference_by_column, input_parts
from glassprop.insight.differences import NUDGE_WEIGHTS, NUDGES
from glassprop.insight.factors import ColumnDerivative
from glassprop.insight.names import Column, Names
from glassprop.insight.prediction import Prediction
from glassprop.insight.view import View


def by_column(
    prediction: Prediction, views: Sequence[View], names: Names, i: int, column: Column, paths: FindPaths
) -> ColumnDerivative:
    """∂f with respect to a column for example i. views: of all members, whose cost is what each predicts."""
    x = views[0].X[i]
    parts = input_parts(names, x, prediction.slopes(x[None, :])[0], column, i)
    value = float("nan")
    if column.slopes is not None:
        value = float(sum(part.by_x * (part.by_column or 0.0) for part in parts))

    def difference() -> tuple[float, bool]:
        if column.slopes is None:
            return float("nan"), False
        kink = difference_by_column(views, i, column)[1]
        return float(_by_nudges(prediction, x, column.parts) @ column.slopes[i]), kink

    return ColumnDerivative(
        f"∂ŷ/∂{column.name}",
        value,
        column_factors(parts),
        _paths=lambda: paths(0, column.parts[0]),
        _difference=difference,
        shown=names.shown(column, i),
        parts=parts,
        switches=switched(prediction, x, column),
        unit=column.unit,
    )


def switched(prediction: Prediction, x: Array, column: Column) -> dict[str, float]:
    """What f would change by were a column of categories another one, by passes forward."""
    if column.categories is None:
        return {}
    stands = column.by_category
    rows = np.tile(x, (len(stands) + 1, 1))
    rows[1:, list(column.parts)] = stands
    values = prediction.values(rows)
    return dict(zip(column.categories, (values[1:] - values[0]).tolist(), strict=True))


def _by_nudges(prediction: Prediction, x: Array, parts: Sequence[int]) -> Array:
    """∂f/∂x of some inputs by central differences of fourth order. (parts,)"""
    rows = np.tile(x, (4 * len(parts), 1))
    for place, k in enumerate(parts):
        rows[4 * place : 4 * place + 4, k] += NUDGES
    return prediction.values(rows).reshape(len(parts), 4) @ NUDGE_WEIGHTS
