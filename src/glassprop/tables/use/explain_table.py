"""Explaining a model on rows of a table: `explain_table` for a table's own, `explain_steps` for any Pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from glassprop.errors import TableError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.explaining import Question, explain_rows, row_numbers
from glassprop.ground.note import Say
from glassprop.ground.text import quoted
from glassprop.insight.explanation import MOST_PATHS, Explanation
from glassprop.insight.names import Column
from glassprop.insight.prediction import Of
from glassprop.tables.encoding.columns import as_it_stands, inputs_of
from glassprop.tables.encoding.encode import TypedColumns, frame_of
from glassprop.tables.encoding.scalings import scalings_of
from glassprop.tables.encoding.slopes import numbers_in, slopes_of
from glassprop.tables.fitting.examples import refuse_lacking
from glassprop.tables.fitting.spoken import told
from glassprop.tables.fitting.unseen import refuse_unknown
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.target import Target, there
from glassprop.tables.use.nudged import columns_by_differences
from glassprop.tables.values.texts import Texts


def explain_table(
    pipeline: Pipeline,
    record: Mapping[str, Any],
    table: Table,
    rows: Sequence[int],
    *,
    numbers: Sequence[int] | None = None,
    on_message: Say | None = None,
    top: int = MOST_PATHS,
    output: str | None = None,
    of: Of | None = None,
) -> Explanation:
    """The chain rule with the numbers of some rows of a table, for a model that was trained from a table.

    A regression network is explained in units of the standardized target, in which it was trained; targets and
    predictions are reported in the target's own. For rows without a target the prediction is explained, in its own
    units.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, or read from a model file.
    table : Table
    rows : sequence of int
        Counted from 0, as they stand in the table.
    numbers : sequence of int, optional
        What these rows are called, where the table holds but some of the rows of another.
    on_message : callable, optional
        Called with each thing that a user should know, a `Note`.
    top : int
        How many paths are listed for each derivative.
    output : str, optional
        A class: the prediction of it is explained, whether there are targets or not.
    of : {"probability", "score", "amount"}, optional
        The same, by what of the prediction.

    Returns
    -------
    Explanation

    Raises
    ------
    TableError
        The table lacks columns, or of the rows asked for some have a target and some have none, or one has a target
        that training never saw.
    DataError, SettingsError
        There is no such row, or no such class.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, explain_table, fit_table, read_table
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> explain_table(outcome.pipeline, outcome.record, read_table("iris"), [0])
    <Explanation of 1 example(s), network 4-2-3, cost ...>
    """
    refuse_other_steps(pipeline)
    frame = nw.from_native(table.frame, eager_only=True)
    target = Target.from_dict(record["target_reading"])
    refuse_lacking(table.name, table.frame.columns, None, _needed(pipeline), "explaining")
    places = row_numbers(len(frame), None, rows)
    part, called = frame[places], places if numbers is None else list(numbers)
    with_targets = output is None and of is None
    y = targets_of(part, target, called, table.name, pipeline, record) if with_targets else None
    with told(on_message, table.notes):
        return _explain_typed(
            pipeline, part, y, called, Question(top, output, of), target=target.name,
            history=_history(record.get("history", {})),
        )  # fmt: skip


def targets_of(
    part: nw.DataFrame, target: Target, called: Sequence[int], name: str, pipeline: Pipeline, record: Mapping[str, Any]
) -> np.ndarray | None:
    """The targets of some rows; None where there are none.

    Raises
    ------
    TableError
        Some have one and others have none, or one is a class that training never saw.
    """
    if target.name not in part.columns:
        return None
    values = target.values(part[target.name])
    known = there(values)
    if not known.any():
        return None
    if not known.all():
        lacking = [number for number, there in zip(called, known, strict=True) if not there]
        which = f"row {lacking[0]} has" if len(lacking) == 1 else f"rows {', '.join(map(str, lacking[:5]))} have"
        raise TableError(
            f"{name}: {which} no target {quoted(target.name)}, and others have one: explain them separately, since "
            "rows without a target are explained by their prediction"
        )
    if record["labels"] is not None and isinstance(values, Texts):
        refuse_unknown(values, pipeline[-1].classes_, target, name)
    return target.labels(values) if isinstance(values, Texts) else values


def refuse_other_steps(pipeline: Pipeline) -> None:
    """Refuse a Pipeline whose inputs cannot be followed back to the table's columns.

    Raises
    ------
    TableError
    """
    steps = [step for _, step in pipeline.steps[:-1]]
    built = [type(step) for step in steps] == [TypedColumns, ColumnTransformer]
    if not built or {name for name, _, _ in steps[1].transformers_} - {"numbers", "categories", "texts"}:
        raise TableError(
            "this model has steps that glassprop train does not make, and cannot be explained by a table's columns: "
            "use glassprop.explain in Python"
        )


def explain_steps(steps: list[Any], X: Any, y: Any, numbers: Sequence[int], question: Question) -> Explanation:
    """Through the steps of a Pipeline, at least one before its network: of these rows, all of them.

    Columns are the table's, where it is known how each input moves with its column: of steps that are made here, and of
    scikit-learn's scalers. Else they are what the network is given.
    """
    if isinstance(steps[0], TypedColumns) and len(steps) == 3:
        targets = None if y is None else np.asarray(y)
        return _explain_typed(_pipeline(steps), frame_of(X), targets, numbers, question, target=_name_of(y))
    return _through_other_steps(steps, X, y, numbers, question)


def steps_of(model: Any) -> list[Any] | None:
    """The steps of a Pipeline, those of Pipelines in it too; None unless it ends in an estimator of ours."""
    steps = [model]
    while isinstance(steps[-1], Pipeline) and steps[-1].steps:
        steps[-1:] = [step for _, step in steps[-1].steps]
    return steps if isinstance(steps[-1], BaseMLP) else None


def _pipeline(steps: list[Any]) -> Pipeline:
    return Pipeline([(str(k), step) for k, step in enumerate(steps)])


def _name_of(y: Any) -> str:
    name = getattr(y, "name", None)
    return name if isinstance(name, str) and name else "output"


def _needed(pipeline: Pipeline) -> list[str]:
    columns = pipeline[0]
    return columns.columns()


def _explain_typed(
    pipeline: Pipeline,
    frame: nw.DataFrame,
    y: np.ndarray | None,
    numbers: Sequence[int],
    question: Question,
    *,
    target: str = "output",
    history: Mapping[str, Any] | None = None,
) -> Explanation:
    """Through a Pipeline of ours, in terms of the table's columns."""
    inputs, model = inputs_of(pipeline[:-1], frame), pipeline[-1]
    return explain_rows(
        model.to_explain(), inputs.X, y, numbers, question, inputs=inputs.names, columns=tuple(inputs.columns),
        target=target, history=history,
    )  # fmt: skip


def _history(record: Mapping[str, Any]) -> dict[str, Any]:
    best = record.get("best_epoch") if record.get("validation_curve") else None  # else the last weights were kept
    return {
        "cost": record.get("loss_curve", []),
        "validation_cost": record.get("validation_curve", []),
        "best_epoch": [best] if best else [],
    }


def _through_other_steps(steps: list[Any], X: Any, y: Any, numbers: Sequence[int], question: Question) -> Explanation:
    """Through a Pipeline that the user built: in terms of X's columns of numbers, or else of the network's inputs."""
    before = _pipeline(steps[:-1])
    given = before.transform(X)
    names = _names_out(before, X)
    raw, slopes = numbers_in(X), slopes_of(before, X)
    columns = None
    if raw is not None and slopes is not None and slopes.shape == raw.shape:
        called = _column_names(X) or names or [f"x{k}" for k in range(raw.shape[1])]
        scalings = scalings_of(before, raw.shape[1])
        columns = tuple(
            Column(
                name, (k,), as_it_stands(raw[:, k].tolist()), slopes[:, [k]], numbers=tuple(raw[:, k].tolist()),
                scalings=(scalings[k],),
            )
            for k, name in enumerate(called)
        )  # fmt: skip
        names = names or called
    else:
        columns = columns_by_differences(before, X, given)
        if columns is None and names is not None:  # not to be taken for columns of the table
            names = [f"input {name}" for name in names]
    model = steps[-1]
    if names is not None and len(names) != model.n_features_in_:
        names = None
    if "feature_names_in_" not in vars(model):
        given = given.toarray() if hasattr(given, "toarray") else np.asarray(given)
    subject = model.to_explain()
    return explain_rows(subject, given, y, numbers, question, inputs=names, columns=columns, target=_name_of(y))


def _names_out(before: Pipeline, X: Any) -> list[str] | None:
    """The names of what the steps give, where they can tell."""
    try:
        return [str(name) for name in before.get_feature_names_out(_column_names(X))]
    except (AttributeError, ValueError, TypeError):  # a step that names nothing, or wants other names
        return None


def _column_names(X: Any) -> list[str] | None:
    columns = getattr(X, "columns", None)
    return None if columns is None else [str(name) for name in columns]
