"""How a step makes inputs of numbers, output by output, where that can be written down: center, spread and limit."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from glassprop.insight.names import Scaling
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded
from glassprop.tables.encoding.slopes import sources_of


def scalings_of(step: Any, width: int) -> list[Scaling | None]:
    """By output of a fitted step that is given so many columns; None where it is no such function of its column.

    Outputs come from the columns that ``sources_of`` says. By rank, bent, and clipped ones have none, nor those of
    steps that are not known here.
    """
    kind = type(step)
    if step is None or step == "passthrough":
        return _each(np.zeros(width), np.ones(width))
    if kind is Pipeline:
        return _through_all(step, width)
    if kind is StandardScaler:
        return _each(_or(step.mean_ if step.with_mean else None, 0.0, width), _or(step.scale_, 1.0, width))
    if kind is RobustScaler:
        return _each(_or(step.center_, 0.0, width), _or(step.scale_, 1.0, width))
    if kind is MaxAbsScaler and not getattr(step, "clip", False):
        return _each(np.zeros(width), step.scale_)
    if kind is MinMaxScaler and not step.clip:
        return _each(-step.min_ / step.scale_, 1 / step.scale_)
    if kind is Bounded:
        return [Scaling(0.0, 1.0, step.limit)] * width
    if kind is ColumnScaler:
        return _of_columns(step)
    return [None] * width


def _or(values: np.ndarray | None, otherwise: float, width: int) -> np.ndarray:
    return np.full(width, otherwise) if values is None else values


def _each(centers: np.ndarray, spreads: np.ndarray) -> list[Scaling | None]:
    return [Scaling(float(c), float(s)) for c, s in zip(centers, spreads, strict=True)]


def _of_columns(step: ColumnScaler) -> list[Scaling | None]:
    found = _each(step.center_, step.scale_) + [None] * (step.n_outputs - step.n_features_in_)
    others = [*(column for column, _ in step.bends()), *(place for place, *_ in step.by_rank()), *step.constant()]
    for place in others:
        found[place] = None
    return found


def _through_all(steps: Pipeline, width: int) -> list[Scaling | None]:
    found: list[Scaling | None] = [Scaling(0.0, 1.0)] * width
    for _, step in steps.steps:
        after = scalings_of(step, len(found))
        sources = sources_of(step, len(found))
        found = [_then(found[k], one) for k, one in zip(sources, after, strict=True)]
    return found


def _then(first: Scaling | None, second: Scaling | None) -> Scaling | None:
    """One after the other."""
    if first is None or second is None:
        return None
    if first.limit is not None:
        return first if second == Scaling(0.0, 1.0) else None
    return Scaling(first.center + first.spread * second.center, first.spread * second.spread, second.limit)
