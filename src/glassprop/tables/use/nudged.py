"""Columns of numbers behind steps that the user chose: how the network's inputs move with them, by differences."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from glassprop.insight.names import Column
from glassprop.tables.encoding.columns import as_it_stands

_STEP = 1e-5  # of a value, or of 1 where it is smaller


def columns_by_differences(before: Any, X: Any, given: Any) -> tuple[Column, ...] | None:
    """A ``Column`` for every column of numbers in X, whatever the steps before the network make of it.

    ∂x/∂column is a central difference through ``before.transform``, row by row. A column of something else has no
    derivative and is left out.

    Parameters
    ----------
    before : fitted transformer
    X : array, or data frame that narwhals knows, (n, n_columns)
    given : what ``before.transform(X)`` gives, (n, n_inputs)

    Returns
    -------
    tuple of Column, or None where nudged values cannot be put through the steps
    """
    found = []
    try:
        for name, values in _numbers(X).items():
            steps = _STEP * np.maximum(np.abs(np.nan_to_num(values)), 1.0)
            up, down = (_dense(before.transform(_with(X, name, values + way * steps))) for way in (1, -1))
            slopes = (up - down) / (2 * steps[:, None])
            parts = np.flatnonzero(slopes.any(axis=0)) if slopes.any() else np.zeros(1, dtype=int)
            shown = as_it_stands(values.tolist())
            found.append(Column(str(name), tuple(map(int, parts)), shown, slopes[:, parts]))
    except Exception:  # a step that takes no such values, or is no function of single rows: whatever it raises
        return None
    return tuple(found) if found else None


def _numbers(X: Any) -> dict[Any, np.ndarray]:
    """Columns of numbers by name (of an array: x0, x1, …)."""
    if not hasattr(X, "columns"):
        values = _dense(X)
        return {f"x{k}": values[:, k] for k in range(values.shape[1])}
    frame = nw.from_native(X, eager_only=True)
    numeric = [name for name in frame.columns if frame[name].dtype.is_numeric()]
    return {name: np.asarray(frame[name].cast(nw.Float64).to_numpy(), dtype=np.float64) for name in numeric}


def _with(X: Any, name: Any, values: np.ndarray) -> Any:
    if not hasattr(X, "columns"):
        changed = _dense(X).copy()
        changed[:, int(str(name)[1:])] = values
        return changed
    frame = nw.from_native(X, eager_only=True)
    series = nw.new_series(name, values, nw.Float64, backend=frame.implementation)
    if hasattr(X, "assign"):  # pandas goes by its index
        return X.assign(**{name: values})
    return frame.with_columns(series).to_native()


def _dense(X: Any) -> np.ndarray:
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
