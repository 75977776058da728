"""Which row of a table each value of a category has, from what encoders learned, whatever the values are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassprop.errors import ExportError
from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.portable.plan_of_columns import Column, Known, Named, Number, Raw, Sources
from glassprop.portable.whole_model import EXACT, PLAIN_NUMBER, Fill, Lookup, Source
from glassprop.tables.schema.readings import Reading
from glassprop.tables.values.absent import numbers_among
from glassprop.tables.values.cells import MISSING_CATEGORY

_PLAIN = re.compile(PLAIN_NUMBER)
_WHOLE = re.compile(r"-?[0-9]+")


def looked_up(
    column: Column, rows: Mapping[Any, int], others: int, table: np.ndarray, at: str, sources: Sources
) -> list[Column]:
    """The columns of a table, (n_rows, n_columns), by a category.

    Parameters
    ----------
    column : Column
    rows : mapping
        The row of each known value; that of a missing one under None, if it has one.
    others : int
        That of all else.
    table : array (n_rows, n_columns)
    at : str
        How messages call the step.

    Raises
    ------
    ExportError
        The values cannot be told apart by number or text.
    """
    if isinstance(column, Named):
        lookup, place = _of_names(column.reading, sources.by_schema[column.place], rows, others), column.place
    elif isinstance(column, Raw):
        lookup, place = _of_values(column.place, column.fill, rows, others, at, sources), column.place
    elif isinstance(column, Number) and not column.wave and all(isinstance(step, Fill) for step in column.steps):
        fill = next((step.value for step in column.steps if isinstance(step, Fill)), None)
        lookup, place = _of_values(column.place, fill, rows, others, at, sources), column.place
    else:
        raise ExportError(f"{at} encodes what a step before it has made: let it be the first step of its columns")
    return [Known(place, lookup, values) for values in np.asarray(table, np.float64).T]


# --- names of categories, as tables are read --------------------------------------------------------------------


def _of_names(reading: Reading, source: Source, rows: Mapping[str, int], others: int) -> Lookup:
    """By the names that values go by: the same for 1, 1.0 and " 1"."""
    missing = rows.get(MISSING_CATEGORY, others)
    rows = {name: row for name, row in rows.items() if name != MISSING_CATEGORY}
    rows = {**rows, **{other: rows.get(name, others) for other, name in reading.aliases.items()}}
    if source.given == "truth":
        truths = {1.0: rows.get("true", others), 0.0: rows.get("false", others)}
        return Lookup({}, truths, others, missing)
    numbers = {value: row for name, row in rows.items() if (value := _number(name)) is not None}
    if source.given == "number":
        _refuse_rounded(reading.name, rows)
        return Lookup({}, numbers, others, missing)
    numbers = {value: row for value, row in numbers.items() if abs(value) < EXACT}
    numbers |= dict.fromkeys(numbers_among(reading.words()), missing)  # 1.0 is missing, where the word for it is 1
    texts = {name: row for name, row in rows.items() if not _is_plain(name)}
    return Lookup(texts, numbers, others, missing)


def _number(name: str) -> float | None:
    """The number whose name this is."""
    try:
        value = float(name)
    except ValueError:
        return None
    return value if np.isfinite(value) and shortest(value) == name else None


def _is_plain(name: str) -> bool:
    return bool(_PLAIN.fullmatch(name)) and abs(float(name)) < EXACT


def _refuse_rounded(name: str, rows: Mapping[str, int]) -> None:
    for known in rows:
        if _WHOLE.fullmatch(known) and len(known) < 400 and abs(int(known)) > EXACT and _number(known) is None:
            raise ExportError(
                f"column {quoted(name)} has categories that are whole numbers beyond 2^53, as {quoted(known)}, which "
                "doubles cannot distinguish: train on the column as text"
            )


# --- values as they are, as scikit-learn's encoders take them ---------------------------------------------------


def _of_values(place: int, fill: Any, rows: Mapping[Any, int], others: int, at: str, sources: Sources) -> Lookup:
    known = [value for value in rows if value is not None]
    if fill is not None:
        known.append(fill)
    kinds = {_kind(value) for value in known}
    if len(kinds) > 1 or "other" in kinds:
        name = quoted(sources.names[place])
        raise ExportError(f"{at} has categories of several types in column {name}: make all of them text, or numbers")
    given = kinds.pop() if kinds else "text"
    missing = rows.get(None, others) if fill is None else rows.get(fill, others)
    sources.ask(place, given, gaps=fill is not None or None in rows)
    if given == "text":
        if "" in rows and None in rows:
            raise ExportError(
                f"{at} distinguishes an empty text from a missing one in column {quoted(sources.names[place])}: make "
                "them one"
            )
        texts = {str(key): row for key, row in rows.items() if key is not None}
        return Lookup(texts, {}, others, texts.pop("", missing))
    numbers = {float(key): row for key, row in rows.items() if key is not None}
    if any(float(key) != key for key in rows if key is not None):
        raise ExportError(
            f"{at} has categories that doubles cannot distinguish in column {quoted(sources.names[place])}: train on "
            "the column as text"
        )
    return Lookup({}, numbers, others, missing)


def _kind(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "truth"
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, int | float | np.number) else "other"
