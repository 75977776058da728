"""Targets as pictures take them: of arrays, lists and series of any library; what they are called."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.displays.picture_options import whole_number
from glassprop.errors import DataError, SettingsError
from glassprop.ground.nothing import is_nothing
from glassprop.ground.text import listed, quoted


def labels_given(y: Any, who: str) -> NDArray[Any]:
    """Classes, one a row. (n,)

    Raises
    ------
    SettingsError
        Several labels a row.
    DataError
        Some are missing.
    """
    values = as_array(y)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise SettingsError(f"{who} shows one label a row, got y of shape {values.shape}: give one column at a time")
    known = values == values  # NaN is not
    if values.dtype.kind == "O":
        known = np.array([not is_nothing(label) for label in values.tolist()], dtype=bool)
        if known.all() and all(isinstance(label, str) for label in values.tolist()):
            return values.astype(str)  # as scikit-learn's labels are
    if not np.all(known):
        raise DataError(
            f"{len(values) - np.count_nonzero(known)} of {len(values)} labels are missing: leave such rows out"
        )
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
        values = np.asarray(as_array(y), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{what} are no numbers: of classes draw a ConfusionMatrixDisplay") from None
    if values.ndim not in (1, 2):
        raise DataError(f"{what} are to be one number a row, or several, got shape {values.shape}")
    if values.ndim == 1 or values.shape[1] == 1:
        values = values.reshape(len(values), 1)
    elif output is None:
        places = ", ".join(f"output={place}" for place in range(min(values.shape[1], 3)))
        raise SettingsError(f"{what} have {values.shape[1]} outputs, and one is drawn: give {places}, …")
    place = 0 if output is None else whole_number(output, "output")
    if place >= values.shape[1]:
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
    place = 0 if output is None else int(output)
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


def refuse_unknown_classes(y: NDArray[Any], classes: NDArray[Any]) -> None:
    """Refuse labels that a model does not know.

    Raises
    ------
    DataError
    """
    unknown = np.flatnonzero(~np.any([np.asarray(y == label) & np.ones(len(y), bool) for label in classes], axis=0))
    if len(unknown):
        known = listed(classes.tolist())
        raise DataError(f"y has classes that the model does not know, as {quoted(y[unknown[0]])}: it knows {known}")


def place_of(label: Any, classes: Any) -> int:
    """Which of the classes.

    Raises
    ------
    SettingsError
        None of them.
    """
    known = np.asarray(classes).tolist()
    if not isinstance(label, Hashable) or label not in known:
        raise SettingsError(f"there is no class {quoted(label)}: they are {listed(known)}")
    return known.index(label)


def refuse_unknown(values: NDArray[np.float64], what: str) -> None:
    """Refuse amounts that are missing or infinite.

    Raises
    ------
    DataError
    """
    if unknown := np.count_nonzero(~np.isfinite(values)):
        raise DataError(f"{unknown} of {len(values)} {what} are missing or infinite: leave such rows out")


def as_array(y: Any) -> NDArray[Any]:
    """Values of any library as an array."""
    whole = hasattr(y, "to_numpy") and not hasattr(y, "__array__")
    return np.asarray(y.to_numpy() if whole else y)  # Arrow's to_numpy refuses to copy
