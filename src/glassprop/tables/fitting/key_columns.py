"""Columns that are not learned from, but rule how rows are: weights, groups and times; decided once, then read."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np

from glassprop.ground.text import quoted
from glassprop.tables.schema.recognize import MOSTLY
from glassprop.tables.values.cells import Cells, cells_of, texts_of, values_of
from glassprop.tables.values.dates import date_order, to_moments
from glassprop.tables.values.decimal_marks import decimal_mark
from glassprop.tables.values.file_mark import file_mark
from glassprop.tables.values.numbers import missing_number, to_numbers
from glassprop.tables.values.texts import Texts
from glassprop.tables.values.times import share_of_times, to_times


@dataclass(frozen=True)
class KeyReading:
    """How a column of weights or times is read, where its cells are text.

    Attributes
    ----------
    name : str
    kind : {"number", "date", "time"}
    mark : str
        The decimal mark of numbers.
    order : str
        Of day, month and year in dates.
    """

    name: str
    kind: str = "number"
    mark: str = "."
    order: str = "ymd"

    def values(self, series: nw.Series) -> np.ndarray:
        """float64 (n_rows,): numbers, seconds since 1970 or seconds since midnight, NaN where there is none."""
        return self.of_cells(cells_of(series))

    def of_cells(self, cells: Cells) -> np.ndarray:
        """The same of cells that have been read."""
        if self.kind == "number":
            return numbers_of(cells, self.mark)
        if cells.kind != "text":
            return cells.values if cells.kind == self.kind else np.full(len(cells.values), np.nan)
        return to_moments(cells.texts, self.order) if self.kind == "date" else to_times(cells.texts)


def weight_reading(frame: nw.DataFrame, name: str) -> KeyReading:
    """Weights are numbers."""
    return KeyReading(name, mark=mark_of(cells_of(frame[name]), frame))


def time_reading(frame: nw.DataFrame, name: str, faults: list[str]) -> KeyReading:
    """Dates, times of day or numbers, by what most of the cells are."""
    cells = cells_of(frame[name])
    if cells.kind in ("number", "date"):
        return KeyReading(name, cells.kind)
    texts = [text for text in cells.texts.known if not missing_number(text)]
    order, share, _ = date_order(sorted(texts)[:2000])
    if texts and share >= MOSTLY:
        return KeyReading(name, "date", order=order)
    if texts and share_of_times(cells.texts) >= MOSTLY:
        return KeyReading(name, "time")
    numbers = KeyReading(name, mark=mark_of(cells, frame))
    if not texts or np.isnan(numbers.of_cells(cells)).mean() > 1 - MOSTLY:
        faults.append(f"time column {quoted(name)} holds neither dates, times nor numbers: name one that does")
    return numbers


def mark_of(cells: Cells, frame: nw.DataFrame) -> str:
    """The decimal mark of a column of a frame."""
    if cells.kind != "text":
        return "."
    texts = cells.texts
    return decimal_mark(texts.known, texts.counts().tolist(), file_mark(frame, typed=True)).mark


def numbers_of(cells: Cells, mark: str) -> np.ndarray:
    """Cells as numbers, NaN where they are none."""
    if cells.kind == "text":
        return to_numbers(cells.texts, mark)
    return cells.values if cells.kind == "number" else np.full(len(cells.values), np.nan)


def named_groups(series: nw.Series) -> Cells:
    """What tells groups apart: text, or numbers, of which those that are too far out to be learned from are names like
    any other."""
    cells = cells_of(series)
    return Cells("text", texts_of(values_of(series))) if cells.infinite else cells


def numbered_groups(series: nw.Series) -> np.ndarray:
    """A number for each group; a row without one is a group of its own."""
    cells = named_groups(series)
    if isinstance(cells.content, Texts):
        missing = ~cells.texts.there
        rank = np.argsort(np.argsort(np.array(cells.texts.known, dtype=object)))  # counted in the order of their names
        numbers = rank[cells.texts.codes[~missing]]
    else:
        missing = np.isnan(cells.values)
        _, numbers = np.unique(cells.values[~missing], return_inverse=True)
    groups = np.empty(len(missing), dtype=np.int64)
    groups[~missing] = numbers
    groups[missing] = -1 - np.arange(int(missing.sum()))
    return groups
