"""Rows of a table for people: cells as text, what is typical of a column, a picture where columns make one up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from glassprop.errors import DataError, MissingPackageError
from glassprop.ground.nothing import is_nothing
from glassprop.ground.number_text import shortest
from glassprop.ground.text import quoted, shown
from glassprop.insight.image import Picture, find_picture
from glassprop.training_report.gray_picture import gray_picture

MOST_COLUMNS = 100  # that are shown of a row
_DIGITS = 9  # of a number


@dataclass(frozen=True)
class ShownRows:
    """A table whose rows are looked at one by one.

    Attributes
    ----------
    names : list of str
        Of its columns.
    columns : list of array (n_rows,), or of what NumPy can take rows of
    n_rows : int
    """

    names: list[str]
    columns: list[Any]
    n_rows: int

    @property
    def picture(self) -> Picture | None:
        """The picture that the columns make up."""
        if not all(_is_numeric(column) for column in self.columns):
            return None
        return find_picture(self.names)

    def cells(self, rows: Sequence[int]) -> list[list[str | None]]:
        """Of each of some rows, what stands in its columns; None where nothing does. At most 100 columns."""
        at = np.asarray(rows, dtype=np.intp)
        taken = [_taken(column, at) for column in self.columns[:MOST_COLUMNS]]
        return [[_cell(column[i]) for column in taken] for i in range(len(at))]

    def typical(self, rows: Sequence[int]) -> list[str | None]:
        """Of each column the median of some rows, or what stands in most of them. At most 100 columns."""
        at = np.asarray(rows, dtype=np.intp)
        return [_typical(_taken(column, at)) for column in self.columns[:MOST_COLUMNS]]

    def pictures(self, rows: Sequence[int], picture: Picture) -> list[str]:
        """Of each of some rows its picture, dark where values are high."""
        return [gray_picture(row, picture) for row in self._values(rows)]

    def mean_picture(self, rows: Sequence[int], picture: Picture) -> str:
        """The mean of the pictures of some rows."""
        return gray_picture(self._values(rows).mean(axis=0), picture) if len(rows) else ""

    def _values(self, rows: Sequence[int]) -> np.ndarray:
        """Numbers from 0 to 1, by the least and the most of all of the table. (len(rows), n_columns)"""
        at = np.asarray(rows, dtype=np.intp)
        values = np.stack([np.asarray(_taken(column, at), dtype=np.float64) for column in self.columns], axis=1)
        least, most = self._ends
        return np.nan_to_num((values - least) / (most - least) if most > least else np.zeros_like(values)).clip(0, 1)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        finite = [column[np.isfinite(column)] for column in (np.asarray(c, np.float64) for c in self.columns)]
        there = [column for column in finite if column.size]
        return min(map(np.min, there), default=0.0), max(map(np.max, there), default=0.0)


def rows_to_show(rows: Any, names: Sequence[str] | None = None) -> ShownRows:
    """A data frame of any library that narwhals reads, an array or a CSR matrix.

    Parameters
    ----------
    rows : data frame, or array (n_rows, n_columns)
    names : sequence of str, optional
        Of the columns of an array; without, "x0", "x1", …

    Raises
    ------
    DataError
        What has no rows and columns, or another number of names.

    Examples
    --------
    >>> import numpy as np
    >>> table = rows_to_show(np.array([[0.5, 1.0], [0.25, np.nan]]), ["width", "height"])
    >>> table.cells([1]), table.typical([0, 1])
    ([['0.25', None]], ['0.375', '1'])
    """
    if hasattr(rows, "columns"):
        return _of_frame(rows)
    if hasattr(rows, "tocsc"):
        sparse = rows.tocsc()
        columns: list[Any] = [sparse[:, [j]] for j in range(sparse.shape[1])]
        shape = sparse.shape
    else:
        array = np.asarray(rows)
        shape = array.shape
        if array.ndim != 2:
            raise DataError(f"rows to show are a data frame or an array (n_rows, n_columns), got an array {shape}")
        columns = list(array.T)
    names = [f"x{j}" for j in range(shape[1])] if names is None else [str(name) for name in names]
    if len(names) != shape[1]:
        raise DataError(f"there are {shape[1]} columns and {len(names)} names")
    return ShownRows(names, columns, shape[0])


def _of_frame(frame: Any) -> ShownRows:
    try:
        import narwhals as nw
    except ImportError as error:
        raise MissingPackageError("data frames need the package narwhals: pip install 'glassprop[cli]'") from error
    if len({*map(str, frame.columns)}) < len(list(frame.columns)):
        raise DataError("several columns of the rows to show have one name: give each its own")
    table = frame if isinstance(frame, nw.DataFrame) else nw.from_native(frame, eager_only=True, pass_through=True)
    if not isinstance(table, nw.DataFrame):
        raise DataError(f"rows to show are a data frame in memory or an array, got {quoted(type(frame).__name__)}")
    columns = [table[:, j] for j in range(table.shape[1])]
    return ShownRows([str(name) for name in table.columns], [_as_array(column) for column in columns], len(table))


def _as_array(series: Any) -> np.ndarray:
    """Numbers as they are, all else as objects: a list keeps what each cell is."""
    if series.dtype.is_numeric() and not series.is_null().any():
        return series.to_numpy()
    found = np.empty(len(series), dtype=object)
    found[:] = series.to_list()
    return found


def _taken(column: Any, at: np.ndarray) -> np.ndarray:
    return column[at].toarray().ravel() if hasattr(column, "toarray") else column[at]


def _is_numeric(column: Any) -> bool:
    return column.dtype.kind in "buif"


def _cell(value: Any) -> str | None:
    value = value.item() if isinstance(value, np.generic) else value
    if is_nothing(value):
        return None
    if isinstance(value, float):
        short = float(f"{value:.{_DIGITS}g}")
        return shortest(short) if abs(short) < 1e15 else repr(short)
    return shown(value)


def _typical(column: np.ndarray) -> str | None:
    if _is_numeric(column) and column.dtype.kind != "b":
        there = column[~np.isnan(column)] if column.dtype.kind == "f" else column
        return _cell(np.median(there)) if there.size else None
    values = [value for value in column.tolist() if not is_nothing(value)]
    if not values:
        return None
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return _cell(float(np.median(values)))
    counted = Counter(map(str, values))
    return shown(min(counted, key=lambda text: (-counted[text], text)))
