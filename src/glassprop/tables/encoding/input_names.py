"""What the inputs that a table's columns become are called, and which column each is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.pipeline import Pipeline

from glassprop.insight.names import InputName
from glassprop.tables.encoding.read_column import part_names
from glassprop.tables.encoding.slopes import sources_of
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.encoding.told_apart import told_apart
from glassprop.tables.values.cells import MISSING_CATEGORY

OTHERS = "(rare or new)"  # the category that stands for all with few rows in training, and those never seen


def input_names(steps: Pipeline) -> list[InputName]:
    """Of fitted steps that `glassprop train` makes: ``TypedColumns`` and a ``ColumnTransformer``. In their order.

    An input that is a column as it is has the column's name; others say what of the column they are: "color = red",
    "seen [year sin]", "income is missing", "note: late".
    """
    typed, encode = (step for _, step in steps.steps)
    parts = {part: reading.name for reading in typed.schema for part in part_names(reading)}
    found: list[InputName] = []
    for kind, step, columns in encode.transformers_:
        names = [str(name) for name in columns]
        made = {"numbers": _of_numbers, "categories": _of_categories, "texts": _of_texts}[kind](step, names)
        found += [InputName(name, parts.get(column, column)) for name, column in made]
    return found


def _of_numbers(steps: Pipeline, names: list[str]) -> Iterator[tuple[str, str]]:
    """Each as it is, then marks of what was missing, then the inputs by rank."""
    fill = steps[0]
    marked = [] if fill.indicator_ is None else [names[k] for k in fill.indicator_.features_]
    given = [*((name, name) for name in names), *((f"{name} is missing", name) for name in marked)]
    yield from given
    for source in sources_of(steps[1:], len(given))[len(given) :]:
        name, column = given[source]
        yield f"{name} by rank", column


def _of_categories(step: Any, names: list[str]) -> Iterator[tuple[str, str]]:
    """One for each category, or codes and means of all; the rare ones and those never seen share one, if any."""
    for place, (name, of) in enumerate(zip(names, told_apart(step), strict=True)):
        if of.table is not None:
            yield from ((f"{name}: {part}", name) for part in step.parts(place))
            continue
        yield from ((f"{name} is missing" if c == MISSING_CATEGORY else f"{name} = {c}", name) for c in of.own)
        if of.shared:
            yield f"{name} = {unlike(OTHERS, of.own)}", name


def _of_texts(step: TextTerms, names: list[str]) -> Iterator[tuple[str, str]]:
    """One for each term."""
    for name, terms in zip(names, step.terms_, strict=True):
        yield from ((f"{name}: {term}", name) for term in terms)


def unlike(name: str, others: list[str]) -> str:
    """The name, or with asterisks where a category is really called so."""
    while name in others:
        name += "*"
    return name
