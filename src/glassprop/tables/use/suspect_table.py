"""Which targets of a table are probably wrong: by one network that is trained for it, or by a model that there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.errors import TableError
from glassprop.estimator.margins import Margins
from glassprop.estimator.tracer import Tracer
from glassprop.ground.note import Say
from glassprop.influence.seen_rows import of_weights, put_together
from glassprop.tables.fitting.divide import Parts, refuse_one_value, spared
from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.fit import fit_parts, noted
from glassprop.tables.fitting.spoken import quiet, told
from glassprop.tables.fitting.task import columns_of, task_of
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.tell_far_values import tell_far_targets
from glassprop.tables.use.apply import labelled
from glassprop.tables.use.out_of_fold import seen_by_folds, trained_on

if TYPE_CHECKING:
    from glassprop.influence.suspects import Suspects

KEPT = 16  # weights of a training, by the first of which pulls are told
Progress = Callable[[int, int], None]  # of the trainings without suspected rows: done, of


@dataclass(frozen=True)
class SuspectedRows:
    """What is suspected of a table.

    Attributes
    ----------
    suspects : Suspects
        Over the rows that have a target, in their order.
    rows : array of int
        Their numbers in the table.
    task, target : str
        "classification" or "regression", and the column.
    interrupted : bool
        Whether the user ended the training; then what it saw until then serves.
    """

    suspects: Suspects
    rows: np.ndarray
    task: str
    target: str
    interrupted: bool = False


def suspect_table(
    table: Table,
    options: FitOptions,
    *,
    retrain: bool = False,
    callbacks: Sequence[Any] = (),
    on_message: Say | None = None,
    progress: Progress | None = None,
) -> SuspectedRows:
    """Train one network on a table, watched, and say which targets are probably wrong. No row is held out.

    Parameters
    ----------
    table : Table
    options : FitOptions
        As for ``fit_table``; there are no networks of folds, and ``validation`` counts for nothing.
    retrain : bool
        Whether to say what training without the suspected rows brings.
    callbacks, on_message
        As for ``fit_table``.
    progress : callable (done, of), optional
        Told of the trainings for that.

    Raises
    ------
    SettingsError, TableError, DivergenceError
        As ``fit_table``.
    KeyboardInterrupt
        The training was ended before its first epoch was.
    """
    _, say = noted(on_message)
    task = task_of(table, replace(options, cross_fit=None), None, say)
    target = task.target
    examples = read_examples(task.frame, target, task.options, say)
    if target.task == "regression":
        tell_far_targets(target.name, examples.y, examples.rows, say)
    roles, schema = columns_of(examples.frame, task, table, say)
    if len(examples) < 2:
        raise TableError(f"{len(examples)} row(s) of {table.name} have a target: at least two are needed")
    refuse_one_value(examples, target)
    parts = Parts(*spared(examples, target, task.settings, task.options.seed + 1), examples.of(np.empty(0, np.intp)))
    margins, tracer = Margins(), Tracer(KEPT)
    fitted = fit_parts(parts, roles, schema, task, (*callbacks, margins, tracer), say)
    interrupted = bool(getattr(fitted.pipeline[-1], "interrupted_", False))
    if interrupted and not fitted.pipeline[-1].n_iter_:
        raise KeyboardInterrupt  # before the first epoch was over there is nothing to be told
    again = retrain and not interrupted  # whoever ended the training does not wait for others
    found = suspects_of_parts(fitted.pipeline, parts, margins, tracer, retrain=again, progress=progress)
    return SuspectedRows(found, examples.rows, target.task, target.name, interrupted)


def suspect_model(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    *,
    retrain: bool = False,
    on_message: Say | None = None,
    progress: Progress | None = None,
) -> SuspectedRows:
    """Say which targets of a table are probably wrong, by the final weights of a model that was trained on it.

    Of a model that averages networks of folds each row is judged by those that have not learned from it, where the
    table is the one that they learned from.

    Raises
    ------
    TableError
        No target column, no row with a target, or none of a class that training saw; missing columns.
    """
    with told(on_message, table.notes) as say:
        examples = labelled(pipeline, record, table, say)
        seen = seen_by_folds(pipeline, record, examples, lambda: trained_on(record, table), say)
    with quiet():  # what is odd in these rows was said when they were read
        X = pipeline[:-1].transform(examples.frame.to_native())
        found = pipeline[-1].suspect_labels(
            X, examples.y, examples.weights, margins=seen, retrain=retrain, progress=progress
        )
    return SuspectedRows(found, examples.rows, record["task"], record["target"])


def suspects_of_parts(
    pipeline: Pipeline,
    parts: Parts,
    margins: Margins,
    tracer: Tracer,
    *,
    retrain: bool | int = False,
    progress: Progress | None = None,
) -> Suspects:
    """Over the rows that were trained on and those that early stopping watched, by their numbers.

    Of those that were watched, which training has not seen, the final weights tell.
    """
    estimator, train, inner = pipeline[-1], parts.train, parts.inner
    numbers = np.sort(train.rows if inner is None else np.concatenate([train.rows, inner.rows]))
    y, weights = _together(numbers, [train] if inner is None else [train, inner])
    with quiet():
        X = pipeline[:-1].transform(_frame_of(train, numbers))
        seen = replace(margins.rows(), rows="")  # some steps make other inputs while they are fitted
        if inner is not None:
            places = np.searchsorted(numbers, inner.rows)
            watched, Y = estimator.encode_targets(X[places], inner.y)
            said = estimator.network_.in_units(None).predict(estimator.theta_, watched)
            apart = of_weights(seen.task, said, Y)
            seen = put_together(len(numbers), [(np.searchsorted(numbers, train.rows), seen), (places, apart)])
        found: Suspects = estimator.suspect_labels(
            X, y, weights, margins=seen, trace=tracer, retrain=retrain, progress=progress
        )
    return found


def _frame_of(part: Examples, numbers: np.ndarray) -> Any:
    source = part.source
    return (source if len(numbers) == len(source) else source[numbers]).to_native()


def _together(numbers: np.ndarray, parts: Sequence[Examples]) -> tuple[np.ndarray, np.ndarray | None]:
    """Targets and weights of rows that lie in several parts, in the order of their numbers."""
    order = np.argsort(np.concatenate([part.rows for part in parts]))
    y = np.concatenate([part.y for part in parts])[order]
    weights = [part.weights for part in parts if part.weights is not None]
    return y, np.concatenate(weights)[order] if len(weights) == len(parts) else None
