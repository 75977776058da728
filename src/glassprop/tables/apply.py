"""What a fitted Pipeline does with a new table: predict, score, give arrays for a gradient check."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.errors import TableError
from glassprop.tables.examples import Examples, Say, read_examples
from glassprop.tables.network import TargetScale, in_standard_units
from glassprop.tables.options import FitOptions
from glassprop.tables.packages import need_polars
from glassprop.tables.scores import scores_of
from glassprop.tables.table import Table
from glassprop.tables.target import Target

if TYPE_CHECKING:
    import polars as pl


def predict_table(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    *,
    on_message: Callable[[str], None] | None = None,
) -> pl.DataFrame:
    """Predict every row.

    Returns
    -------
    polars.DataFrame
        ``prediction``, in the target's own units or class names; for classes also ``probability_<class>``.

    Raises
    ------
    TableError
        Columns that the model needs are missing; all of them named.
    """
    pl = need_polars()
    with _told(on_message):
        X = pipeline[:-1].transform(table.frame)
    model = pipeline[-1]
    if record["task"] == "regression":
        return pl.DataFrame({"prediction": np.asarray(model.predict(X), dtype=np.float64)})
    probabilities = np.asarray(model.predict_proba(X), dtype=np.float64)
    columns: dict[str, Any] = {"prediction": model.classes_[probabilities.argmax(axis=1)].tolist()}
    columns |= {f"probability_{label}": probabilities[:, k] for k, label in enumerate(model.classes_)}
    return pl.DataFrame(columns)


def score_table(
    pipeline: Pipeline,
    record: dict[str, Any],
    table: Table,
    *,
    on_message: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Score the predictions for rows whose target is known.

    Rows without a target are left out. If the model was trained with a weight column that the table has too,
    the scores are weighted by it.

    Returns
    -------
    dict
        task, rows (scored), metrics (by scikit-learn's names).

    Raises
    ------
    TableError
        No target column, no row with a target, or classes that training never saw; missing columns.
    """
    with _told(on_message) as say:
        examples = _labelled(pipeline, record, table, say)
        metrics = scores_of(pipeline, examples.frame.to_native(), examples.y, examples.weights)
    return {"task": record["task"], "rows": len(examples), "metrics": metrics}


def gradient_arrays(
    pipeline: Pipeline, record: dict[str, Any], table: Table, limit: int = 200
) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Arrays for `glassprop.check_gradient`, all float64, of at most `limit` rows spread over the table.

    A regression network is checked on the standardized target it was trained on.

    Returns
    -------
    network, theta, X, Y, sample_weight
    """
    with _told(None) as say:
        examples = _labelled(pipeline, record, table, say)
        rows = np.unique(np.linspace(0, len(examples) - 1, min(limit, len(examples))).astype(int))
        examples = examples.of(rows)
        X = pipeline[:-1].transform(examples.frame.to_native())
    model, y = pipeline[-1], examples.y
    theta = np.array(model.theta_, dtype=np.float64)
    if record["target_scale"] is not None:
        scale = TargetScale(**record["target_scale"])
        theta, y = in_standard_units(theta, model.coefs_[-1].shape[0], scale), scale.standard(y)
    X, Y = model.encode_targets(X, y)
    return model.network_, theta, np.asarray(X, np.float64), np.asarray(Y, np.float64), examples.weights


def _labelled(pipeline: Pipeline, record: dict[str, Any], table: Table, say: Say) -> Examples:
    columns = pipeline[0]
    needed = [*columns.numbers, *columns.dates, *columns.categories]
    labels = None if record["labels"] is None else pipeline[-1].classes_
    weight = record["options"]["weight"]
    return labelled_examples(table, Target(**record["target_reading"]), needed, labels, weight, say)


def labelled_examples(
    table: Table, target: Target, needed: list[str], labels: np.ndarray | None, weight: str | None, say: Say
) -> Examples:
    """The rows of another table that a model can be scored on.

    Parameters
    ----------
    table : Table
    target : Target
        As it was read in training.
    needed : list of str
        The columns that the model takes.
    labels : array (n_classes,) or None
        The classes that it knows.
    weight : str or None
        Used if the table has it.
    say : callable

    Raises
    ------
    TableError
        See `score_table`.
    """
    missing = [name for name in (target.name, *needed) if name not in table.frame.columns]
    if missing:
        names = ", ".join(f"{name!r} (the target)" if name == target.name else repr(name) for name in missing)
        raise TableError(f"{table.name} lacks {len(missing)} column(s) that scoring needs: {names}")
    frame = nw.from_native(table.frame, eager_only=True)
    values, known = target.values(frame[target.name])
    if not known.any():
        raise TableError(f"{table.name} has no row with a target {target.name!r} to score by")
    if labels is not None:
        _refuse_unknown(values[known], labels, target, table.name)
    has_weight = weight is not None and weight in table.frame.columns
    return read_examples(frame, target, FitOptions(weight=weight if has_weight else None), say)


def _refuse_unknown(texts: np.ndarray, labels: np.ndarray, target: Target, name: str) -> None:
    names = {str(label) for label in labels}
    unknown = [text for text in texts if text not in names]
    if unknown:
        shown = ", ".join(repr(text) for text in list(dict.fromkeys(unknown))[:5])
        raise TableError(
            f"{name}: {len(unknown)} row(s) have a {target.name!r} that training never saw ({shown}): "
            "leave those rows out, or train again with them"
        )


@contextmanager
def _told(on_message: Callable[[str], None] | None) -> Iterator[Say]:
    """Hand warnings to `on_message`, where there is one; without it they stay warnings."""
    if on_message is None:
        yield lambda message: None
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield on_message
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        on_message(message)
