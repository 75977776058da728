"""What became of a table's columns: the names of the network's inputs, and how each input moves with its column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.number_text import shortest
from glassprop.ground.text import listed, quoted, shortened
from glassprop.insight.names import Column, Scaling, Turn
from glassprop.tables.encoding.encode import TypedColumns
from glassprop.tables.encoding.input_names import OTHERS, input_names, unlike
from glassprop.tables.encoding.scalings import scalings_of
from glassprop.tables.encoding.slopes import slopes_of, sources_of
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.encoding.told_apart import told_apart
from glassprop.tables.values.cells import MISSING_CATEGORY, values_of, written
from glassprop.tables.values.circles import date_parts, date_slopes, date_turns, time_parts, time_slopes, time_turns

_MISSING = "(missing)"


@dataclass
class Inputs:
    """What the network is given, and where it came from.

    Attributes
    ----------
    X : array (n, n_inputs)
    names : list of str (n_inputs)
    columns : list of Column
        In the order of the table.
    """

    X: np.ndarray
    names: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)


def inputs_of(steps: Pipeline, frame: nw.DataFrame) -> Inputs:
    """Run rows of a table through the steps before the network, keeping track of every column.

    Raises
    ------
    TableError
        As the steps do: columns are missing.
    """
    typed, encode = (step for _, step in steps.steps)
    native = typed.transform(frame.to_native())
    found = Inputs(np.asarray(encode.transform(native), dtype=np.float64))
    found.names = [name for name, _ in input_names(steps)]
    values = nw.from_native(native, eager_only=True)
    made: dict[str, Column] = {}
    for kind, step, names in encode.transformers_:
        places = encode.output_indices_[kind]
        if kind == "numbers":
            made |= _numbers(typed, step, values.select(list(names)), places.start)
        elif kind == "categories":
            made |= _categories(step, list(names), places.start)
        elif kind == "texts":
            made |= _texts(step, list(names), places.start)
    found.columns = [
        replace(made[name], shown=as_it_stands(values_of(frame[name]))) for name in frame.columns if name in made
    ]
    return found


@dataclass(frozen=True)
class _Numbers:
    """The inputs made of numbers: those of each number, its mark of being missing if it has one, and ∂x/∂number."""

    places: dict[str, list[int]]
    mark: dict[str, int]
    raw: dict[str, np.ndarray]
    slopes: dict[str, list[np.ndarray]]
    scalings: dict[str, list[Scaling | None]]
    mark_scalings: dict[str, Scaling | None]

    def column(self, name: str, parts: dict[str, np.ndarray], unit: str = "") -> Column:
        """A column from its parts and their slopes by it. Marks come after the parts, and do not move."""
        marks = [self.mark[part] for part in parts if part in self.mark]
        slopes = [np.nan_to_num(slope) * of for part, slope in parts.items() for of in self.slopes[part]]
        slopes += [np.zeros_like(slopes[0])] * len(marks)
        places = (*(place for part in parts for place in self.places[part]), *marks)
        return Column(name, places, slopes=np.stack(slopes, axis=1), unit=unit)

    def turned(self, name: str, parts: dict[str, np.ndarray], turns: dict[str, tuple[str, float]], unit: str) -> Column:
        """The column of a date or a time, which has parts; turns, by part: of what it is, and how long its circle."""
        made = [(*turns[part], scaling) for part in parts for scaling in self.scalings[part]]
        made += [("missing", 0.0, self.mark_scalings[part]) for part in parts if part in self.mark]
        known = [Turn(of, length, scaling) for of, length, scaling in made if scaling is not None]
        return replace(self.column(name, parts, unit), turns=tuple(known) if len(known) == len(made) else ())

    def scaled(self, name: str, one: np.ndarray) -> Column:
        """The column of a number, which is a part of itself."""
        column = self.column(name, {name: one})
        scalings = (*self.scalings[name], *[None] * (len(column.parts) - len(self.scalings[name])))
        return replace(column, numbers=tuple(self.raw[name].tolist()), scalings=scalings)


def _numbers(typed: TypedColumns, steps: Pipeline, values: nw.DataFrame, start: int) -> dict[str, Column]:
    """Numbers and parts of dates: filled where missing, scaled, bounded; marks of what was missing come after them,
    and then the inputs by rank."""
    names, fill = values.columns, steps[0]
    raw = np.asarray(values.to_numpy(), dtype=np.float64)
    through = slopes_of(steps[1:], np.asarray(fill.transform(values.to_native()), dtype=np.float64))
    assert through is not None, "the scalers of our own Pipeline are all known"
    marked = [] if fill.indicator_ is None else [names[k] for k in fill.indicator_.features_]
    given = len(names) + len(marked)
    sources = sources_of(steps[1:], given)
    outputs = {name: np.flatnonzero(sources == k) for k, name in enumerate(names)}
    written = scalings_of(steps[1:], given)
    numbers = _Numbers(
        {name: (start + out).tolist() for name, out in outputs.items()},
        {name: start + k for k, name in enumerate(marked, start=len(names))},
        {name: raw[:, k] for k, name in enumerate(names)},
        {name: list(np.where(np.isnan(raw[:, k]), 0.0, through[:, outputs[name]].T)) for k, name in enumerate(names)},
        {name: [written[k] for k in outputs[name]] for name in names},
        {name: written[k] for k, name in enumerate(marked, start=len(names))},
    )
    one = np.ones(len(raw))
    made = {r.name: numbers.scaled(r.name, one) for r in typed.schema.of_kind("number")}
    made |= {r.name: _date(r.name, numbers, clock=r.clock) for r in typed.schema.of_kind("date")}
    return made | {r.name: _time(r.name, numbers) for r in typed.schema.of_kind("time")}


def _date(name: str, numbers: _Numbers, *, clock: bool) -> Column:
    """A date moves by the day: its parts are days, and points on circles of a year, a week and a day."""
    full = {part: f"{name} [{part}]" for part in date_parts(np.zeros(1), clock=clock)}
    slopes = date_slopes({part: numbers.raw[known] for part, known in full.items()})
    turns = {full[part]: turn for part, turn in date_turns(clock=clock).items()}
    return numbers.turned(name, {full[part]: slope for part, slope in slopes.items()}, turns, "day")


def _time(name: str, numbers: _Numbers) -> Column:
    """A time of day moves by the hour: its parts are hours, and a point on the circle of a day."""
    full = {part: f"{name} [{part}]" for part in time_parts(np.zeros(1))}
    slopes = time_slopes({part: numbers.raw[known] for part, known in full.items()})
    turns = {full[part]: turn for part, turn in time_turns().items()}
    return numbers.turned(name, {full[part]: slope for part, slope in slopes.items()}, turns, "hour")


def _categories(step: Any, names: list[str], start: int) -> dict[str, Column]:
    """One input for each category, or codes and means of all in a few; the rare ones and those never seen share one of
    them, if there were any in training."""
    made = {}
    for name, of in zip(names, told_apart(step), strict=True):
        kept, few = of.own, of.shared
        shown = [unlike(_MISSING, kept) if category == MISSING_CATEGORY else category for category in kept]
        if of.table is not None:
            parts = tuple(range(start, start + of.table.shape[1]))
            stands = of.table[[-1, *range(len(kept))]]
            made[name] = Column(name, parts, categories=(unlike(OTHERS, shown), *shown), stands=stands)
            start += len(parts)
            continue
        if few:
            shown.append(unlike(OTHERS, shown))
        parts = tuple(range(start, start + len(shown)))
        made[name] = Column(name, parts, categories=tuple(shown))
        start += len(shown)
    return made


def _texts(step: TextTerms, names: list[str], start: int) -> dict[str, Column]:
    """One input for each term of a column, which has no derivative."""
    made = {}
    for name, terms in zip(names, step.terms_, strict=True):
        parts = tuple(range(start, start + len(terms)))
        made[name] = Column(name, parts)
        start += len(terms)
    return made


def as_it_stands(values: list[Any]) -> tuple[str, ...]:
    """What stands in the cells of a column, as text: nothing where it is missing, shortened where very long."""
    return tuple(_cell(value) for value in values)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else shortened(shortest(float(value)))
    return shortened(written(value))


def tell_terms(steps: Pipeline, say: Say) -> None:
    """Say what became of the columns of text, once the steps before the network are fitted.

    Raises
    ------
    TableError
        They have no words, and there are no other inputs.
    """
    groups = steps[-1]
    step = groups.named_transformers_.get("texts", None)
    if step is None:
        return
    if not step.width() and len(groups.transformers_) == 1:
        names = listed(step.feature_names_in_.tolist(), 10)
        raise TableError(f"there are no words to learn from in the training rows of {names}: give more rows")
    for name, terms, idf in zip(step.feature_names_in_, step.terms_, step.idf_, strict=True):
        common = tuple(terms[k] for k in np.argsort(idf, kind="stable")[:5])
        said = f"column {quoted(name)}: {len(terms):,} terms of text are inputs (words and pairs of words, by TF-IDF)"
        say(Note(said, "text-terms", name, len(terms), common))
