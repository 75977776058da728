"""Which rows of a table drove what a model says of one of them, or of a row of another table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.errors import DataError
from glassprop.estimator.explaining import row_numbers
from glassprop.ground.note import Say
from glassprop.influence.blame import Blame, Pull
from glassprop.tables.fitting.examples import Examples, refuse_lacking
from glassprop.tables.fitting.spoken import quiet, told
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.target import Target
from glassprop.tables.use.apply import labelled
from glassprop.tables.use.explain_table import targets_of

if TYPE_CHECKING:
    from glassprop.influence.model_trace import ModelTrace

OnDone = Callable[[int, int], None]  # done, of


class _Asked(NamedTuple):
    """Whose prediction: its place among the examples, or its inputs and, where it has one, its target."""

    place: int | None
    x: Any = None
    y: Any = None


def blame_table(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    row: int,
    *,
    of: Table | None = None,
    top: int = 10,
    trace: ModelTrace | None = None,
    on_message: Say | None = None,
    on_done: OnDone | None = None,
) -> Blame:
    """Say which rows of the table that a model was trained on drove one prediction.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, or read from a model file.
    table : Table
        What it was trained on, in the same order, with its target.
    row : int
        Whose prediction is asked for, counted from 0; of a row without a target it is the likeliest class that is
        taken for it, or, of an amount, the prediction itself that is asked for.
    of : Table, optional
        The table that this is a row of, where it is another one.
    top : int
        How many rows are listed for and against.
    trace : ModelTrace, optional
        What the training passed through, and which rows it was on.
    on_message : callable, optional
        Called with each thing that a user should know, a `Note`.
    on_done : callable (int, int), optional
        Is told as the work goes on how much of it is done, of how much.

    Returns
    -------
    Blame
        Its rows are numbered as in the table; ``taught`` are those that were trained on, or, without a trace, those
        that have a target that the model knows.

    Raises
    ------
    TableError
        The table has no target, or lacks columns.
    DataError, SettingsError
        There is no such row, or the trace is of another model or table.
    """
    with told(on_message, table.notes) as say:
        examples = labelled(pipeline, record, table, say)
    n_rows = len(examples.source)
    if trace is not None:
        trace.check_of(pipeline[-1].theta_)
        if trace.taught is not None:
            _check_rows(trace.taught, n_rows, table.name)
            trace = trace.of_rows(examples.rows)
    with quiet():  # what is odd in these rows was said when they were read
        asked = _asked(pipeline, record, (table, examples), of, row)
        X = pipeline[:-1].transform(examples.frame.to_native())
        found = pipeline[-1].blame(
            X,
            examples.y,
            row=asked.place,
            x=asked.x,
            y_x=asked.y,
            sample_weight=examples.weights,
            top=top,
            trace=trace,
            on_rows=None if on_done is None else _Counted(on_done, len(examples) if trace is None else _work(trace)),
        )
    return _numbered(found, examples.rows, n_rows, row if of is None else None)


def _check_rows(taught: np.ndarray, n_rows: int, name: str) -> None:
    if len(taught) != n_rows:
        raise DataError(
            f"the trace is of a training run on a table of {len(taught):,} rows, and {name} has {n_rows:,}: give the "
            "table that the model was trained on"
        )


def _asked(
    pipeline: Pipeline, record: dict[str, Any], given: tuple[Table, Examples], of: Table | None, row: int
) -> _Asked:
    table, examples = given
    if of is None:
        row_numbers(len(examples.source), row, None)
        place = np.flatnonzero(examples.rows == row)
        if len(place):
            return _Asked(int(place[0]))
    else:
        table = of
        refuse_lacking(of.name, of.columns, None, pipeline[0].columns(), "blaming")
    frame = nw.from_native(table.frame, eager_only=True)
    one = frame[row_numbers(len(frame), row, None)]
    target = Target.from_dict(record["target_reading"])
    y = targets_of(one, target, [row], table.name, pipeline, record)
    return _Asked(None, pipeline[:-1].transform(one.to_native()), None if y is None else y[0])


def _numbered(found: Blame, rows: np.ndarray, n_rows: int, row: int | None) -> Blame:
    """With the rows' numbers in the table in place of those among its examples."""

    def named(pulls: tuple[Pull, ...]) -> tuple[Pull, ...]:
        return tuple(replace(pull, row=int(rows[pull.row])) for pull in pulls)

    scores, taught = np.zeros(n_rows), np.zeros(n_rows, dtype=bool)
    scores[rows], taught[rows] = found.scores, True if found.taught is None else found.taught
    found = replace(found, proponents=named(found.proponents), opponents=named(found.opponents))
    return replace(found, row=row, scores=scores, taught=taught)


def _work(trace: ModelTrace) -> int:
    """How many rows are looked at, at any of the weights."""
    each = (0 if trace.taught is None else int(trace.taught[:, k].sum()) for k in range(len(trace.traces)))
    return sum(rows * int(np.count_nonzero(one.rates)) for rows, one in zip(each, trace.traces, strict=True))


class _Counted:
    """Adds up rows as they are done."""

    def __init__(self, on_done: OnDone, of: int) -> None:
        self._on_done, self._done, self._of = on_done, 0, of

    def __call__(self, rows: int) -> None:
        self._done += rows
        self._on_done(self._done, self._of)
