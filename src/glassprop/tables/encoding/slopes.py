"""How what comes out of a scaler moves with what goes in, entry by entry: ∂x/∂column through each step."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded

_EDGE = 1e-7  # so near to its ends scikit-learn's QuantileTransformer is flat


def slopes_of(step: Any, X: Any) -> np.ndarray | None:
    """∂out/∂in of a fitted step at X (array, sparse matrix or data frame of numbers): (n, n_outputs), float64, each
    by the one column that it comes from (`sources_of`).

    None where the step is another than these: the scalers of scikit-learn that take each column by itself, our
    ``ColumnScaler`` and ``Bounded``, ``"passthrough"``, and Pipelines of them. Subclasses are others: they may do
    anything.
    """
    values = numbers_in(X)
    kind = type(step)
    if values is None:
        return None
    if step is None or step == "passthrough":
        return np.ones(values.shape)
    if kind is Pipeline:
        return _through_all(step, X, values.shape)
    if kind in (StandardScaler, RobustScaler):
        return np.ones(values.shape) if step.scale_ is None else np.broadcast_to(1 / step.scale_, values.shape)
    if kind is MaxAbsScaler:
        return _unless_clipped(1 / step.scale_, values / step.scale_, (-1.0, 1.0), step)
    if kind is MinMaxScaler:
        return _unless_clipped(step.scale_, values * step.scale_ + step.min_, step.feature_range, step)
    if kind is Bounded:
        return np.ones(values.shape) if step.limit is None else np.hypot(1.0, values / step.limit) ** -3
    if kind is ColumnScaler:
        return _scaled_slopes(step, values)
    if kind is QuantileTransformer:
        columns = [_quantile_slope(values[:, k], step, step.quantiles_[:, k]) for k in range(values.shape[1])]
        return np.stack(columns, axis=1)
    return None


def sources_of(step: Any, width: int) -> np.ndarray:
    """The column that each output of such a step comes from, where it is given so many columns."""
    if type(step) is Pipeline:
        found = np.arange(width)
        for _, part in step.steps:
            found = found[sources_of(part, len(found))]
        return found
    return step.sources() if type(step) is ColumnScaler else np.arange(width)


def numbers_in(X: Any) -> np.ndarray | None:
    """X as float64 (n, n_columns); None where it is not all numbers."""
    try:
        array = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return array if array.ndim == 2 else None


def _through_all(steps: Pipeline, X: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """The chain rule once more: the product over the steps, each at what the one before gives."""
    product = np.ones(shape)
    for _, step in steps.steps:
        slopes = slopes_of(step, X)
        if slopes is None:
            return None
        product = product[:, sources_of(step, product.shape[1])] * slopes
        if step is not None and step != "passthrough":
            X = step.transform(X)
    return product


def _unless_clipped(scale: np.ndarray, out: np.ndarray, ends: tuple[float, float], step: Any) -> np.ndarray:
    slopes = np.broadcast_to(scale, out.shape)
    if not getattr(step, "clip", False):
        return slopes
    return np.where((out > ends[0]) & (out < ends[1]), slopes, 0.0)


def _quantile_slope(x: np.ndarray, step: QuantileTransformer, quantiles: np.ndarray) -> np.ndarray:
    """Of the piecewise linear map of quantiles onto even steps, and then, if asked, onto a normal distribution.

    At a corner of the map the slope is the mean of those to both sides; where it jumps (a quantile that stands
    several times) the same, without the jump. Beyond the outermost quantiles it is flat.
    """
    values, first = np.unique(quantiles, return_index=True)
    last = len(quantiles) - 1 - np.unique(quantiles[::-1], return_index=True)[1]
    if len(values) < 2:
        return np.zeros(len(x))
    pieces = (step.references_[first[1:]] - step.references_[last[:-1]]) / np.diff(values)
    slopes = _of_pieces(x, values, pieces)
    if step.output_distribution == "normal":
        share = _share(x, step, quantiles)
        flat = (x - _EDGE < values[0]) | (x + _EDGE > values[-1]) | (share <= _EDGE) | (share >= 1 - _EDGE)
        slopes = np.where(flat, 0.0, slopes / norm.pdf(norm.ppf(np.where(flat, 0.5, share))))
    return slopes


def _of_pieces(x: np.ndarray, corners: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """The slope of a piecewise linear map that is flat beyond its ends; at a corner the mean of those to both sides."""
    pieces = np.concatenate([[0.0], pieces, [0.0]])
    left = pieces[np.searchsorted(corners, x, side="left")]
    right = pieces[np.searchsorted(corners, x, side="right")]
    return np.asarray((left + right) / 2)


def _scaled_slopes(step: ColumnScaler, values: np.ndarray) -> np.ndarray:
    slopes = np.empty((len(values), step.n_outputs))
    slopes[:, : step.n_features_in_] = 1 / step.scale_
    for column, bend in step.bends():
        slopes[:, column] /= np.hypot(values[:, column] - bend.origin, 2 * bend.unit)
    slopes[:, step.constant()] = 0
    for place, column, at, to in step.by_rank():
        slopes[:, place] = _of_pieces(values[:, column], at, np.diff(to) / np.diff(at))
    return slopes


def _share(x: np.ndarray, step: QuantileTransformer, quantiles: np.ndarray) -> np.ndarray:
    """What the transformer has before the normal distribution: the mean of interpolating up and down."""
    up = np.interp(x, quantiles, step.references_)
    down = -np.interp(-x, -quantiles[::-1], -step.references_[::-1])
    return np.asarray((up + down) / 2)
