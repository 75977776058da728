"""The steps before the network, fitted from the statistics of a long table: what their own fit makes of its rows.

Numbers and categories are those of the whole table; the terms of texts are those of a sample's rows to train on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from glassprop.tables.encoding.encode import TypedColumns
from glassprop.tables.encoding.fit_encoder import fit_categories, fit_fill, fit_groups, fit_texts
from glassprop.tables.encoding.news import Seen
from glassprop.tables.encoding.one_hot import counts_of
from glassprop.tables.encoding.read_column import part_names, read_column
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.schema.readings import Reading
from glassprop.tables.streaming.number_statistics import KeptColumn
from glassprop.tables.streaming.statistics import Statistics
from glassprop.tables.values.cells import type_of
from glassprop.tables.values.texts import Texts


def fitted_steps(found: Statistics, unfitted: Pipeline, trained: nw.DataFrame) -> TablePipeline:
    """A Pipeline of fitted steps that takes tables, and gives arrays.

    Parameters
    ----------
    found : Statistics
    unfitted : Pipeline
        As ``encoder`` or ``recipe_encoder`` makes it for the schema that was found.
    trained : narwhals.DataFrame
        Those rows of a sample that are trained on.
    """
    steps = TablePipeline(clone(unfitted).steps)
    typed, inputs = (step for _, step in steps.steps)

    def fitted(group: str, step: Any, names: list[str]) -> Any:
        if group == "numbers":
            return _fit_numbers(step, names, found)
        if group == "categories":
            return _fit_categories(step, names, found, typed, trained)
        return fit_texts(step, [_texts_of(trained, typed, name) for name in names], names)

    fit_groups(typed, inputs, trained, fitted)
    typed.seen_ = {reading.name: _seen(reading, found, trained) for reading in found.schema}
    return steps


def _fit_numbers(steps: Pipeline, names: list[str], found: Statistics) -> Pipeline:
    fill, scale, bound = (step for _, step in steps.steps)
    numbers = [found.tally.numbers[name] for name in names]
    medians = np.array([of.column().median() if of.rows else np.nan for of in numbers])
    fit_fill(fill, names, medians, np.array([of.missing > 0 for of in numbers]))
    marked = [] if fill.indicator_ is None else fill.indicator_.features_

    def columns() -> Iterator[KeptColumn]:  # as the imputer gives them: filled, and after them the marks of gaps
        for of, value in zip(numbers, fill.statistics_.tolist(), strict=True):
            yield of.column(value, of.missing)
        for place in marked:
            rows = np.array([numbers[place].rows, numbers[place].missing])
            yield KeptColumn(np.flatnonzero(rows).astype(np.float64), rows[rows > 0])

    scale.fit_kept(columns())
    bound.fit(np.empty((0, scale.n_outputs)))
    return steps


def _fit_categories(step: Any, names: list[str], found: Statistics, typed: TypedColumns, trained: nw.DataFrame) -> Any:
    counts = [found.tally.categories[name].counts for name in names]
    # Where no name is frequent enough to be kept, those of the sample stand for all of them, which are rare.
    known = [
        of or dict.fromkeys(counts_of(_texts_of(trained, typed, name)), 1)
        for of, name in zip(counts, names, strict=True)
    ]
    return fit_categories(step, known, names)


def _texts_of(frame: nw.DataFrame, typed: TypedColumns, name: str) -> Texts:
    reading = next(reading for reading in typed.schema if reading.name == name)
    texts = read_column(frame[name], reading, [])
    assert isinstance(texts, Texts), "categories and texts are read as texts"
    return texts


def _seen(reading: Reading, found: Statistics, trained: nw.DataFrame) -> Seen:
    """What later tables are compared with."""
    kind = found.tally.types.get(reading.name) or type_of(trained[reading.name])
    seen: Seen = {} if kind is None else {"type": kind}
    names = part_names(reading)
    if names and found.tally.numbers[names[0]].rows:
        seen["low"], seen["high"] = found.tally.numbers[names[0]].ends()
    return seen
