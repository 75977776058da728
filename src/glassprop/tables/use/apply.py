"""What a fitted Pipeline does with a new table: predict, score, give arrays for a gradient check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.ground.note import Say
from glassprop.tables.fitting.assess import Assessment, Guess, assess
from glassprop.tables.fitting.examples import Examples, labelled_examples
from glassprop.tables.fitting.spoken import told
from glassprop.tables.fitting.verdict import Circumstances, balanced, few_rows, worse_than_guessing
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.schema_file import schema_of
from glassprop.tables.schema.target import Target
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl


def text_columns(pipeline: Pipeline, record: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """For ``read_table(..., as_text=)``: the columns that must stay text for a model to read a text file by its schema.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, ``outcome.pipeline`` and ``outcome.record``, or read from a model file.

    Returns
    -------
    dict of str to tuple of str
        Column -> the words, in lower case, that stand for "missing" in it.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, read_table, text_columns
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> text_columns(outcome.pipeline, outcome.record)
    {'species': ()}
    """
    return schema_of(pipeline[0].schema, record).text_columns()


def table_schema(pipeline: Pipeline, record: dict[str, Any]) -> dict[str, Any]:
    """How a model reads the columns of a table, as plain data: what ``FitOptions(schema=...)`` takes.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, ``outcome.pipeline`` and ``outcome.record``, or read from a model file.

    Returns
    -------
    dict
        JSON-able: "target", "columns", "dropped", and "weight", "group" and "time" where they exist.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, read_table, table_schema
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> table_schema(outcome.pipeline, outcome.record)["columns"][0]
    {'name': 'sepal length (cm)', 'kind': 'number'}
    """
    return schema_of(pipeline[0].schema, record).to_dict()


def predict_table(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    *,
    on_message: Say | None = None,
) -> pl.DataFrame:
    """Predict every row.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, ``outcome.pipeline`` and ``outcome.record``, or read from a model file.
    table : Table
        Any number of rows, with the columns that the model needs.
    on_message : callable, optional
        Called with each thing that a user should know, a `Note` of one line.

    Returns
    -------
    polars.DataFrame
        ``prediction``, in the target's own units or class names; for classes also ``probability_<class>``. Where
        training balanced the classes, these are scores, as if all were equally frequent, and a note says so.

    Raises
    ------
    TableError
        Columns that the model needs are missing (named), or there is no row.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, predict_table, read_table
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> predict_table(outcome.pipeline, outcome.record, read_table("iris")).shape
    (150, 4)
    """
    regression = record["task"] == "regression"
    with told(on_message, table.notes) as say:
        weights = record.get("options", {}).get("class_weight")
        if not regression and weights is not None:
            say(balanced(record["target_reading"]["name"], weights))
        said = pipeline.predict(table.frame) if regression else pipeline.predict_proba(table.frame)
    return predictions(pipeline, record, np.asarray(said, dtype=np.float64))


def predictions(pipeline: Pipeline, record: dict[str, Any], said: np.ndarray) -> pl.DataFrame:
    """As `predict_table` gives them, of what the model says of some rows: probabilities, which it changes, or amounts.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
    record : dict
    said : array (n_rows, n_classes) or (n_rows,)
        float64.
    """
    pl = need_polars()
    if record["task"] == "regression":
        return pl.DataFrame({"prediction": said})
    said /= said.sum(axis=1, keepdims=True)  # float32 rows sum to 1 within 1e-7 only
    classes = pipeline[-1].classes_
    columns: dict[str, Any] = {"prediction": pl.Series(classes.tolist())[said.argmax(axis=1)]}
    columns |= {f"probability_{label}": said[:, k] for k, label in enumerate(classes)}
    return pl.DataFrame(columns)


def score_table(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    *,
    on_message: Say | None = None,
) -> dict[str, Any]:
    """Score the predictions for rows whose target is known.

    Rows without a target are left out, and so are those of a class that training never saw. If the model was trained
    with a weight column that the table has too, the scores are weighted by it.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, ``outcome.pipeline`` and ``outcome.record``, or read from a model file.
    table : Table
        Any number of rows, with the columns that the model needs.
    on_message : callable, optional
        Called with each thing that a user should know, a `Note` of one line.

    Returns
    -------
    dict
        task, rows (scored), metrics (by scikit-learn's names), intervals (of the metrics, [low, high], 95 %),
        baseline (the metrics of a guess that knows no columns; empty for models of earlier versions), remarks
        (sentences: metrics that are worse than the guess's, or of too few rows).

    Raises
    ------
    TableError
        No target column, no row with a target, or none of a class that training saw; missing columns.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, read_table, score_table
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> found = score_table(outcome.pipeline, outcome.record, read_table("iris"))
    >>> found["rows"], "accuracy" in found["metrics"]
    (150, True)
    """
    with told(on_message, table.notes) as say:
        examples = labelled(pipeline, record, table, say)
        found = assess(pipeline, examples.frame.to_native(), examples.y, examples.weights, *guess_and_seed(record))
    return scored(record, found)


def guess_and_seed(record: dict[str, Any]) -> tuple[Guess | None, int]:
    """The guess that scores stand beside, and the seed of their intervals."""
    classes = None if record["labels"] is None else len(record["labels"])
    return Guess.from_dict(record.get("guess"), classes), record.get("seed") or 0


def scored(record: dict[str, Any], found: Assessment) -> dict[str, Any]:
    """As `score_table` gives it."""
    sentences = (worse_than_guessing(found, _circumstances(record)), few_rows(found))
    return {
        "task": record["task"],
        "rows": found.rows,
        "metrics": found.scores,
        "intervals": {name: list(ends) for name, ends in found.intervals.items()},
        "baseline": found.baseline,
        "remarks": [said for said in sentences if said is not None],
    }


def _circumstances(record: dict[str, Any]) -> Circumstances:
    """Of the training that a record is of; rows that come later may be anything."""
    return Circumstances(
        rows=record.get("rows", {}).get("train", 0),
        interrupted=bool(record.get("interrupted")),
        epochs=record.get("history", {}).get("epochs") or 0,
        balanced=record.get("options", {}).get("class_weight") is not None,
        apart="these rows come from another file than those that the model learned from",
    )


def gradient_arrays(
    pipeline: Pipeline, record: dict[str, Any], table: Table, limit: int = 200
) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Arrays for `glassprop.check_gradient`, all float64, of at most `limit` rows spread over the table.

    A regression network is checked on the standardized target it was trained on.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, ``outcome.pipeline`` and ``outcome.record``, or read from a model file.
    table : Table
        With the target.
    limit : int, default=200
        How many rows, at most.

    Returns
    -------
    network, theta, X, Y, sample_weight

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, gradient_arrays, read_table
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> from glassprop import check_gradient
    >>> arrays = gradient_arrays(outcome.pipeline, outcome.record, read_table("iris"), limit=20)
    >>> check_gradient(*arrays).ok
    True
    """
    with told(None) as say:
        examples = labelled(pipeline, record, table, say)
        rows = np.unique(np.linspace(0, len(examples) - 1, min(limit, len(examples))).astype(int))
        examples = examples.of(rows)
        X = pipeline[:-1].transform(examples.frame.to_native())
    model, y = pipeline[-1], examples.y
    theta = np.array(model.theta_, dtype=np.float64)
    # In float64 before the targets are encoded: they take the precision of X, and may be beyond float32.
    X, Y = model.encode_targets(np.asarray(X, np.float64), y)
    return model.network_, theta, X, np.asarray(Y, np.float64), examples.weights


def labelled(pipeline: Pipeline, record: dict[str, Any], table: Table, say: Say) -> Examples:
    """The rows of a table that have a target that the model knows."""
    columns = pipeline[0]
    needed = columns.columns()
    labels = None if record["labels"] is None else pipeline[-1].classes_
    weight = record["options"]["weight"]
    return labelled_examples(table, Target.from_dict(record["target_reading"]), needed, labels, weight, say)
