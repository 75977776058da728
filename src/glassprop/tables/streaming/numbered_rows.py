"""Columns that number the rows of a long table: of a sample they are any numbers, if its rows are not looked up."""

from __future__ import annotations

import narwhals as nw
import numpy as np

from glassprop.ground.text import in_shell
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.row_labels import ENOUGH_ROWS, CalledIndex, called_by, is_run
from glassprop.tables.streaming.sample import Sample


def numbered_rows(sample: Sample, options: FitOptions) -> list[ColumnRole]:
    """Those that count up with the rows, or hold their numbers in any order and are called so.

    Columns of which the options say something are none, nor is anything where the sample is the whole table.
    """
    if len(sample.rows) == sample.of or len(sample.rows) < ENOUGH_ROWS:
        return []
    table = sample.table
    called = CalledIndex(table.noted("unnamed-column"), table.noted("index-column"))
    frame, said = nw.from_native(table.frame, eager_only=True), _said(options)
    found = []
    for place, (name, kind) in enumerate(frame.schema.items()):
        if name in said or not kind.is_numeric():
            continue
        values = np.asarray(frame[name].cast(nw.Float64).to_numpy(), dtype=np.float64)
        if why := _why(values, sample, called_by(name, place, called)):
            found.append(ColumnRole(name, "dropped", f"{why} (to learn from it: --keep {in_shell(name)})"))
    return found


def _why(values: np.ndarray, sample: Sample, called: str | None) -> str:
    if (values - values[0] == sample.rows - sample.rows[0]).all():
        return "identifier-like: it counts the rows"
    if called is None or not (values == np.floor(values)).all():
        return ""
    different = np.unique(values)
    run = len(different) == len(values) and is_run(different, len(sample.rows) / sample.of)
    return f"row labels: a whole number of its own in every row, {called}" if run else ""


def _said(options: FitOptions) -> set[str]:
    read = [] if options.schema is None else [reading.name for reading in getattr(options.schema, "readings", ())]
    named = [options.target, options.weight, options.group, options.time]
    lists = (options.drop, options.number, options.category, options.date, options.keep, read)
    return {name for name in named if name is not None} | {name for names in lists for name in names}
