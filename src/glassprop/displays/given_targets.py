"""Targets as pictures take them: of arrays, lists and series of any library; what they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import listed, quoted


def labels_given(y: Any, who: str) -> NDArray[Any]:
    """Classes, one a row. (n,)

    Raises
    ------
    SettingsError
        Several labels a row.
    """
    values = _array(y)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise SettingsError(f"{who} shows one label a row, got y of shape {values.shape}: give one column at a time")
    if values.dtype.kind == "O" and all(isinstance(label, str) for label in values.tolist()):
        return values.astype(str)  # as scikit-learn's labels are
    return values


def amounts_given(y: Any, what: str, output: int | None) -> NDArray[np.float64]:
    """Amounts of one output. (n,)

    Raises
    ------
    DataError
        No numbers.
    SettingsError
        Several outputs, and none chosen; or no such output.
    """
    try:
        values = np.asarray(_array(y), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{what} are no numbers: of classes draw a ConfusionMatrixDisplay") from None
    if values.ndim == 1 or values.shape[1] == 1:
        values = values.reshape(len(values), 1)
    elif output is None:
        places = ", ".join(f"output={place}" for place in range(min(values.shape[1], 3)))
        raise SettingsError(f"{what} have {values.shape[1]} outputs, and one is drawn: give {places}, …")
    place = 0 if output is None else output
    if not 0 <= place < values.shape[1]:
        raise SettingsError(f"there is no output {quoted(output)}: {what} have {values.shape[1]}, counted from 0")
    return values[:, place]


def name_of(y: Any, output: int | None) -> str | None:
    """What a target is called: of a series, or a column of a frame."""
    name = getattr(y, "name", None)
    if isinstance(name, str) and name:
        return name
    columns = getattr(y, "columns", None)
    if columns is None or not len(columns):
        return None
    place = 0 if output is None else output
    return (
        str(list(columns)[place]) if 0 <= place < len(columns) and (output is not None or len(columns) == 1) else None
    )


def refuse_other_length(y: NDArray[Any], said: NDArray[Any]) -> None:
    """Refuse targets and predictions of different lengths.

    Raises
    ------
    DataError
    """
    if len(y) != len(said):
        raise DataError(f"{len(y)} targets and {len(said)} predictions: give one of each a row")
    if not len(y):
        raise DataError("there are no rows to draw")


def place_of(label: Any, classes: NDArray[Any]) -> int:
    """Which of the classes.

    Raises
    ------
    SettingsError
        None of them.
    """
    places = np.flatnonzero(classes == label)
    if len(places) != 1:
        raise SettingsError(f"there is no class {quoted(label)}: they are {listed(classes.tolist())}")
    return int(places[0])


def _array(y: Any) -> NDArray[Any]:
    return np.asarray(y.to_numpy() if hasattr(y, "to_numpy") else y)
