"""Whether validation data lie where training data lie; they do not where only one of them was scaled."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis

from glassprop.engine.plan import is_elsewhere
from glassprop.equations.arrays import Rows, on_host

FENCE = 4.0  # standard deviations of training's column
_SHARE = 0.5  # of validation's rows that must lie beyond
_FEWEST, _FEWEST_VAL = 20, 10  # rows of training and validation below which nothing can be said
_MOST = 10_000  # rows looked at, evenly spaced


def warn_if_far(X: Rows, X_val: Rows, names: Any = None) -> None:
    """Warn where more than half of the rows of ``X_val`` lie beyond training's fence in some column.

    The fence of a column holds all of training's numbers, and its mean ± 4 standard deviations, whichever is wider. By
    Chebyshev's inequality no more than 1/16 of the rows of any distribution lie beyond the latter, however heavy its
    tails; half of them do where the median has moved by as much, or the standard deviation is six times as
    large (of a normal distribution). Columns that are constant in training say nothing, nor do fewer than 20 rows of
    training or 10 of validation.

    X, X_val : arrays or CSR matrices (n, n_features), (n_val, n_features)
    """
    X, X_val = (_few(some) for some in (X, X_val))
    if X.shape[0] < _FEWEST or X_val.shape[0] < _FEWEST_VAL:
        return
    with np.errstate(all="ignore"):
        low, high = _fence(X)
        far = np.flatnonzero(_share_outside(X_val, low, high) > _SHARE)
    if not len(far):
        return
    named = [str(column if names is None else names[column]) for column in far[:3]]
    and_more = ", ..." if len(far) > len(named) else ""
    warnings.warn(
        f"X_val lies far outside X in {len(far)} of {X.shape[1]} columns ({', '.join(named)}{and_more}): it would be "
        "judged by numbers that training never saw. Transform X_val as X was; a Pipeline does that with "
        "Pipeline(..., transform_input=['X_val']), see docs/estimators.md, but not with step__X_val",
        UserWarning,
        stacklevel=6,
    )


def _few(X: Rows) -> Rows:
    """Rows of X, evenly spaced, as NumPy or SciPy has them."""
    step = max(1, -(-X.shape[0] // _MOST))
    return on_host(X[::step, :]) if is_elsewhere(X) else X[::step]


def _fence(X: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and the highest number of each column that is not far; infinite where the column is constant."""
    if hasattr(X, "tocsr"):
        mean, variance = mean_variance_axis(X, axis=0)
        least, most = min_max_axis(X, axis=0)
    else:
        mean, variance = X.mean(axis=0, dtype=np.float64), X.var(axis=0, dtype=np.float64)
        least, most = X.min(axis=0), X.max(axis=0)
    reach = np.where(least < most, FENCE * np.sqrt(variance), np.inf)
    return np.minimum(least, mean - reach), np.maximum(most, mean + reach)


def _share_outside(X: Rows, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each column, the part of its rows that lie outside. -> (n_features,)."""
    if not hasattr(X, "tocsr"):
        return ((low > X) | (high < X)).mean(axis=0)
    columns = X.indices
    outside = (X.data < low[columns]) | (X.data > high[columns])
    n = np.bincount(columns[outside], minlength=X.shape[1])
    zeros = X.shape[0] - np.bincount(columns, minlength=X.shape[1])  # those that are not stored
    return (n + np.where((low > 0) | (high < 0), zeros, 0)) / X.shape[0]
