"""What is known of each column on its way through the steps before a network, and the pieces that become of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np

from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.whole_model import (
    Affine,
    Bend,
    CategoryInput,
    Clip,
    Fill,
    FixedInput,
    Input,
    Knots,
    Lookup,
    MissingInput,
    NumberInput,
    Source,
    Squeeze,
    Step,
    TextInput,
    Wave,
)
from glassprop.tables.schema.readings import Reading

MARK = Lookup({}, {}, 0, 1)  # rows: it is there, it is missing


@dataclass(frozen=True)
class Raw:
    """A column as it was given, of which nothing says yet what it holds; `fill`: what stands for a missing one."""

    place: int
    fill: Any = None


@dataclass(frozen=True)
class Named:
    """A column of names of categories, or of texts, that is read by a schema."""

    place: int
    reading: Reading


@dataclass(frozen=True)
class Number:
    """A number, or a point on a circle, and the steps that it has taken."""

    place: int
    steps: tuple[Step, ...] = ()
    wave: Wave = ""
    turn: float = 1.0


@dataclass(frozen=True, eq=False)
class Known:
    """One of a few numbers, by what stands in a source: (n_rows,)."""

    place: int
    lookup: Lookup
    values: np.ndarray


@dataclass(frozen=True)
class Fixed:
    """The same number, whatever is given."""

    value: float


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of a column of text, and how many columns are made of them: all, or they cannot be told apart."""

    place: int
    terms: tuple[str, ...]
    idf: np.ndarray


@dataclass(frozen=True, eq=False)
class Term:
    """One of them."""

    of: Terms
    number: int


Column = Raw | Named | Number | Known | Fixed | Term


@dataclass
class Sources:
    """The raw columns by their place, as soon as something says what each of them holds.

    Attributes
    ----------
    names : list of str
    by_schema : dict of int to Source
        Those that a schema reads.
    all_of_them : bool
        Whether columns that nothing is made of are given, too: in a matrix each has its place.
    """

    names: Sequence[str]
    by_schema: dict[int, Source] = field(default_factory=dict)
    all_of_them: bool = False
    _asked: dict[int, str] = field(default_factory=dict)
    _without_gaps: set[int] = field(default_factory=set)

    def ask(self, place: int, given: str, *, gaps: bool = True) -> None:
        """Note that a column is used as numbers, or as text; `gaps`: whether this use knows what a missing one is.

        Raises
        ------
        ExportError
            It has been used as the other before.
        """
        before = self._asked.get(place, given)
        if place not in self.by_schema and before != given and "text" in (before, given):
            raise ExportError(
                f"column {quoted(self.names[place])} is used as {before} and as {given}: give it to the "
                "steps as two columns, one of each kind"
            )
        self._asked[place] = "truth" if "truth" in (before, given) else given
        if not gaps:
            self._without_gaps.add(place)

    def made(self, used: set[int]) -> tuple[tuple[Source, ...], dict[int, int]]:
        """Those that a caller gives, in their order, and which of them each place is."""
        found = []
        places = range(len(self.names)) if self.all_of_them else sorted(used)
        for place in places:
            given: Any = self._asked.get(place, "number")
            kind = "category" if given == "text" else "number"
            source = self.by_schema.get(place, Source(self.names[place], given, kind))
            found.append(replace(source, gaps=place not in self._without_gaps))
        return tuple(found), {place: number for number, place in enumerate(places)}


def moved(columns: Sequence[Column], steps: Sequence[tuple[Step, ...]], at: str, sources: Sources) -> list[Column]:
    """Columns that each go through some steps more.

    Raises
    ------
    ExportError
        One of them has no single numbers.
    """
    return [_moved(column, more, at, sources) for column, more in zip(columns, steps, strict=True)]


def _moved(column: Column, steps: tuple[Step, ...], at: str, sources: Sources) -> Column:
    column = as_number(column, at, sources)
    if isinstance(column, Number):
        return replace(column, steps=column.steps + steps)
    values = np.array([column.value]) if isinstance(column, Fixed) else column.values
    with np.errstate(all="ignore"):
        for step in steps:
            values = _TAKEN[type(step)](step, values)
    return Fixed(float(values[0])) if isinstance(column, Fixed) else replace(column, values=values)


def as_number(column: Column, at: str, sources: Sources) -> Number | Known | Fixed:
    """A column as one of numbers, which it may turn out to be here.

    Raises
    ------
    ExportError
    """
    if isinstance(column, Raw) and not isinstance(column.fill, str):
        sources.ask(column.place, "number")
        return Number(column.place, () if column.fill is None else (Fill(float(column.fill)),))
    if isinstance(column, Number | Known | Fixed):
        return column
    what = "terms of a text" if isinstance(column, Term) else "text"
    raise ExportError(f"{at} is given {what}, of which it makes numbers that cannot be written down: leave it out")


_TAKEN: dict[type, Callable[[Any, np.ndarray], np.ndarray]] = {
    Fill: lambda step, x: np.where(np.isnan(x), step.value, x),
    Bend: lambda step, x: np.arcsinh((x - step.origin) / (2 * step.unit)),
    Affine: lambda step, x: (x - step.center) / step.spread,
    Knots: lambda step, x: np.interp(x, step.at, step.to),
    Squeeze: lambda step, x: x / np.hypot(1.0, x / step.limit),
    Clip: lambda step, x: np.clip(x, step.low, step.high),
}


def pieces_of(columns: Sequence[Column], sources: Sources) -> tuple[tuple[Source, ...], tuple[Input, ...]]:
    """The record of sources and inputs, when all steps have been taken.

    Raises
    ------
    ExportError
        A column is no number yet.
    """
    columns = [column if isinstance(column, Term) else as_number(column, "the network", sources) for column in columns]
    used = {place for column in columns if (place := _place(column)) is not None}
    for column in columns:
        if isinstance(column, Number) and not any(isinstance(step, Fill) for step in column.steps):
            sources.ask(column.place, "number", gaps=False)
    made, numbers = sources.made(used)
    found: list[Input] = []
    for _, group in groupby(columns, key=_together):
        found += _pieces(list(group), numbers)
    return made, tuple(found)


def _place(column: Column) -> int | None:
    if isinstance(column, Term):
        return column.of.place
    return None if isinstance(column, Fixed) else column.place


def _together(column: Column) -> int:
    """Columns next to each other that are of one piece have the same."""
    if isinstance(column, Known) and column.lookup is not MARK:
        return id(column.lookup)
    return id(column.of if isinstance(column, Term) else column)


def _pieces(columns: list[Any], numbers: dict[int, int]) -> list[Input]:
    first = columns[0]
    if isinstance(first, Fixed):
        return [FixedInput(column.value) for column in columns]
    if isinstance(first, Number):
        return [NumberInput(numbers[c.place], c.steps, c.wave, c.turn) for c in columns]
    if isinstance(first, Term):
        if [column.number for column in columns] != list(range(len(first.of.terms))):
            raise ExportError("some terms of a text are left out or moved after they were weighed: take all, in order")
        return [TextInput(numbers[first.of.place], first.of.terms, first.of.idf)]
    if first.lookup is MARK:
        return [MissingInput(numbers[c.place], float(c.values[1]), float(c.values[0])) for c in columns]
    return [CategoryInput(numbers[first.place], first.lookup, np.stack([c.values for c in columns], axis=1))]
