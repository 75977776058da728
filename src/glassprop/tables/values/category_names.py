"""The names that categories and classes go by: the same for the same value, whatever kind of table it stands in."""

from __future__ import annotations

import re

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted
from glassprop.tables.values.cells import (
    EXACT,
    MISSING_CATEGORY,
    Cells,
    cells_of,
    out_of_categories,
    texts_of,
    values_of,
)
from glassprop.tables.values.packages import panics_as
from glassprop.tables.values.texts import MISSING_CODE, Texts

_PLAIN_NUMBER = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)", re.ASCII)


def category_name(text: str | None) -> str:
    """The name a category goes by: 1.0, 1 and " 1" are one, but 01 and 1 are two."""
    if text is None:
        return MISSING_CATEGORY
    if _PLAIN_NUMBER.fullmatch(text) and abs(value := float(text)) < EXACT:
        return shortest(value)
    return text


def names_of(series: nw.Series, words: frozenset[str] = frozenset(), cells: Cells | None = None) -> Texts:
    """The name of each value, missing where there is none; `words`, in lower case, stand for a missing one.

    cells : what ``cells_of(series, words)`` gave, if it is at hand.
    """
    return _without(_all_names(series, words, cells), words)


def _all_names(series: nw.Series, words: frozenset[str], cells: Cells | None) -> Texts:
    series = out_of_categories(series)
    if series.dtype.is_integer():
        return _of_whole_numbers(series)
    if series.dtype == nw.Decimal:
        return _named(texts_of(values_of(series), words))
    cells = cells or cells_of(series, words)
    if cells.kind == "number":
        return Texts.of_numbers(cells.values, shortest)
    if cells.kind == "date":
        return Texts.of_numbers(cells.values, moment_name)
    return _named(cells.texts)


def _without(names: Texts, words: frozenset[str]) -> Texts:
    if not words or words.isdisjoint(names.known):
        return names
    return Texts.of_values(names.codes, names.known, lambda name: None if name in words else name)


def _named(texts: Texts) -> Texts:
    return Texts.of_values(texts.codes, texts.known, category_name)


def moment_name(seconds: float) -> str:
    """A date, with its time of day if it has one."""
    text = str(np.datetime64(round(seconds * 1e6), "us")).replace("T", " ")
    return text.removesuffix(".000000").removesuffix(" 00:00:00")


def _of_whole_numbers(series: nw.Series) -> Texts:
    """Exact, however large they are."""
    with panics_as(TableError, f"column {quoted(series.name)} cannot be read"):
        missing = np.asarray(series.is_null().to_numpy(), dtype=bool)
        there = series.filter((~missing).tolist()) if missing.any() else series
        names = Texts.of_numbers(_exactly(there), str)
    codes = np.full(len(missing), MISSING_CODE, dtype=np.intp)
    codes[~missing] = names.codes
    return Texts(codes, names.known)


def _exactly(series: nw.Series) -> np.ndarray:
    """int64 or uint64; of wider types, objects."""
    if series.dtype in (nw.Int128, nw.UInt128):
        return np.array([int(value) for value in series.to_list()], dtype=object)
    wide = series.cast(nw.UInt64 if series.dtype == nw.UInt64 else nw.Int64)
    return np.asarray(wide.to_numpy())
