"""A plane through the inputs of a model: two columns of numbers vary, and all others are held where most rows are."""

from __future__ import annotations

import numbers
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import listed, quoted
from glassprop.tables.tabular.given_frame import given_frame

Ends = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Plane:
    """Where it lies.

    Attributes
    ----------
    names : (str, str)
        Of the two columns that vary.
    ends : (least, most) of each of the two
        Of the rows that it was made of, with a little room.
    points : array (n_rows, 2)
        These rows on it; NaN where a number is missing.
    rows_of : callable
        From places on it, (n, 2), to rows as the model takes them.
    held : dict of str to value
        At what each other column is held.
    """

    names: tuple[str, str]
    ends: tuple[Ends, Ends]
    points: NDArray[np.float64]
    rows_of: Callable[[NDArray[np.float64]], Any]
    held: dict[str, Any] = field(default_factory=dict)


def plane_of(
    X: Any,
    columns: Sequence[str | int] | None = None,
    hold: Mapping[Any, Any] | None = None,
    room: float | None = None,
) -> Plane:
    """The plane of two columns of a table or an array.

    Others are held at their median (whole numbers and dates at a value that is there), text and the like at what is
    most frequent.

    Parameters
    ----------
    X : table or array (n_rows, n_columns)
    columns : two names or places, optional
        May be left out where there are no others.
    hold : mapping of name or place to value, optional
        In place of medians.
    room : float, optional
        How far beyond the rows it reaches, to each side, in units of the columns; else 5 % of where they lie.

    Raises
    ------
    SettingsError
        No two such columns, or none of them to be held.
    DataError
        No numbers in one of them.
    """
    table: _Table = _Frame(X) if hasattr(X, "columns") or hasattr(X, "column_names") else _Numbers(X)
    two = _two(columns, table)
    if not isinstance(hold, Mapping | None):
        raise SettingsError(f"hold is a mapping from columns to values, got {quoted(hold)}")
    held = {table.place(name): value for name, value in (hold or {}).items()}
    if twice := set(two) & set(held):
        raise SettingsError(f"column {quoted(table.said[min(twice)])} is to vary and to be held: one of them")
    if not (room is None or (isinstance(room, numbers.Real) and 0 <= room < inf)):
        raise SettingsError(f"eps is to be a number, 0 or more, got {quoted(room)}")
    points = np.column_stack([_numbers_of(table, place) for place in two])
    others = [place for place in range(len(table.names)) if place not in two]
    values = {place: held.get(place, table.usual(place)) for place in others}

    def rows_of(places: NDArray[np.float64]) -> Any:
        return table.made(two, places, values, set(held))

    ends = tuple(_ends(points[:, k], table.said[place], room) for k, place in enumerate(two))
    shown = {table.said[place]: table.value_of(place, value) for place, value in values.items()}
    names = tuple(table.said[place] for place in two)
    return Plane(names, ends, points, rows_of, shown)  # type: ignore[arg-type]  # of two


def _two(columns: Any, table: _Table) -> tuple[int, int]:
    if columns is None:
        if (n := len(table.own)) != 2:
            raise SettingsError(f"X has {n} columns: say which two are drawn, columns=({listed(table.own[:2])})")
        return 0, 1
    chosen = [columns] if isinstance(columns, str) or not isinstance(columns, Iterable) else list(columns)
    if len(chosen) != 2 or table.place(chosen[0]) == table.place(chosen[1]):
        raise SettingsError(f"columns must be two different ones, got {quoted(columns)}")
    return table.place(chosen[0]), table.place(chosen[1])


def _is_whole(name: Any) -> bool:
    return not isinstance(name, str | bool) and hasattr(name, "__index__")


def _numbers_of(table: _Table, place: int) -> NDArray[np.float64]:
    values = table.numbers(place)
    if values is None:
        raise DataError(f"column {quoted(table.own[place])} has no numbers: choose two columns of numbers")
    return values


def _ends(values: NDArray[np.float64], name: str, room: float | None) -> Ends:
    known = values[np.isfinite(values)]
    if not len(known):
        raise DataError(f"column {quoted(name)} has no number in any row")
    least, most = float(known.min()), float(known.max())
    beyond = 0.05 * (most - least) if room is None else room
    return (least - beyond, most + beyond) if most + beyond > least - beyond else (least - 0.5, most + 0.5)


class _Table:
    """What is asked of X, whatever it is."""

    names: list[str]

    @property
    def own(self) -> list[Any]:
        """What its columns are called by whoever made it."""
        return self.names

    @property
    def said(self) -> list[str]:
        """The same, as text."""
        return [str(name) for name in self.own]

    def place(self, column: Any) -> int:
        """Where a column is, by its name or its place; where names are whole numbers, too, they are names.

        Raises
        ------
        SettingsError
        """
        own = self.own
        if not isinstance(column, bool) and isinstance(column, Hashable) and column in own:
            return own.index(column)
        named = all(_is_whole(name) for name in own) and own != list(range(len(own)))
        if not named and _is_whole(column) and -len(own) <= int(column) < len(own):
            return int(column) % len(own)
        raise SettingsError(f"there is no column {quoted(column)}: they are {listed(own)}")

    def numbers(self, place: int) -> NDArray[np.float64] | None:
        """A column as numbers, NaN where missing; None where it has others than numbers."""
        raise NotImplementedError

    def usual(self, place: int) -> Any:
        """Where a column is held: a number, or (row,) that holds it."""
        raise NotImplementedError

    def made(self, two: Sequence[int], places: NDArray[np.float64], held: Mapping[int, Any], given: set[int]) -> Any:
        """Rows. given: which of the held were asked for."""
        raise NotImplementedError

    def value_of(self, place: int, value: Any) -> Any:
        """A held value as such."""
        return value


class _Numbers(_Table):
    """An array."""

    def __init__(self, X: Any) -> None:
        self.X = np.asarray(X.toarray() if hasattr(X, "toarray") else X)
        if self.X.ndim != 2 or not len(self.X):
            raise DataError(f"X is to have rows and columns, got shape {self.X.shape}")
        self.names = [f"x{place}" for place in range(self.X.shape[1])]

    def numbers(self, place: int) -> NDArray[np.float64] | None:
        return _floats(self.X[:, place])

    def usual(self, place: int) -> Any:
        values = self.numbers(place)
        if values is None:
            return Counter(self.X[:, place].tolist()).most_common(1)[0][0]
        return _median(values, whole=self.X.dtype.kind in "iu")

    def made(self, two: Sequence[int], places: NDArray[np.float64], held: Mapping[int, Any], given: set[int]) -> Any:
        dtype = self.X.dtype if self.X.dtype.kind in "fO" else np.float64
        rows = np.empty((len(places), len(self.names)), dtype=dtype)
        for place, value in held.items():
            rows[:, place] = value
        rows[:, list(two)] = places
        return rows


class _Frame(_Table):
    """A table of any library."""

    def __init__(self, X: Any) -> None:
        self.frame, _ = given_frame(X)
        if not len(self.frame):
            raise DataError("X has no rows")
        self.names = list(self.frame.columns)
        self._own = list(X.columns) if hasattr(X, "set_axis") else None  # pandas', which may be no text

    @property
    def own(self) -> list[Any]:
        return self.names if self._own is None else self._own

    def numbers(self, place: int) -> NDArray[np.float64] | None:
        column = self.frame[self.names[place]]
        if column.dtype.is_numeric():
            return column.cast(nw.Float64).to_numpy().astype(np.float64)
        return None if column.dtype == nw.Boolean else _floats(column.to_numpy())

    def usual(self, place: int) -> Any:
        column = self.frame[self.names[place]]
        there = np.flatnonzero(~column.is_null().to_numpy())
        if not len(there):
            return (0,)
        if column.dtype.is_float():
            return _median(column.to_numpy().astype(np.float64), whole=False)
        if column.dtype.is_numeric() or column.dtype.is_temporal():
            values = column.to_numpy()[there]
            return (int(there[np.argsort(values, kind="stable")[(len(there) - 1) // 2]]),)
        values = column.to_numpy()[there].tolist()
        return (int(there[values.index(Counter(values).most_common(1)[0][0])]),)

    def made(self, two: Sequence[int], places: NDArray[np.float64], held: Mapping[int, Any], given: set[int]) -> Any:
        n = len(places)
        columns = {place: self._series(place, np.ascontiguousarray(places[:, k])) for k, place in enumerate(two)}
        for place, value in held.items():
            column = self.frame[self.names[place]]
            if place in given:
                columns[place] = self._series(place, [value] * n)
            elif isinstance(value, tuple):
                columns[place] = nw.maybe_reset_index(column[[value[0]] * n])
            else:
                columns[place] = self._series(place, np.full(n, value))
        made = nw.concat([columns[place].to_frame() for place in range(len(self.names))], how="horizontal").to_native()
        return made if self._own is None else made.set_axis(self._own, axis=1)

    def _series(self, place: int, values: Any) -> nw.Series:
        return nw.new_series(self.names[place], values, backend=self.frame.implementation)

    def value_of(self, place: int, value: Any) -> Any:
        value = self.frame[self.names[place]][value[0]] if isinstance(value, tuple) else value
        return value.item() if isinstance(value, np.bool | np.number) else value


def _median(values: NDArray[np.float64], *, whole: bool) -> float:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan")
    return float(np.percentile(known, 50, method="lower" if whole else "linear"))


def _floats(values: NDArray[Any]) -> NDArray[np.float64] | None:
    if values.dtype.kind in "bMm":
        return None
    try:
        return np.array([np.nan if value is None else value for value in values.tolist()], dtype=np.float64)
    except (TypeError, ValueError):
        return None
