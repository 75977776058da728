"""What networks of folds that are a model say of rows that they have not seen, of the table that they learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.influence.seen_rows import SeenRows, of_weights
from glassprop.tables.fitting.examples import Examples, read_examples
from glassprop.tables.fitting.known_folds import folds_again
from glassprop.tables.fitting.split import split
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target


@dataclass(frozen=True)
class Divided:
    """The rows that a model of folds was trained on, and which of them taught which of its networks.

    Attributes
    ----------
    train : Examples
    taught : array (n_rows, n_networks) of bool
        Over all rows of the table.
    """

    train: Examples
    taught: NDArray[np.bool_]


def is_of_folds(network: Any, record: dict[str, Any]) -> bool:
    """Whether a fitted estimator is the mean of networks that were each trained without a fold of the rows."""
    count = (record.get("folds") or {}).get("folds")
    return bool(1 < network.network_.members == count and network.member == "network")


def divided_again(train: Examples | None, record: dict[str, Any], say: Say) -> Divided | None:
    """What taught what; None where these rows are not those of the fit, or the model does not know which those were.

    train: the rows to train on, where they can be told.
    """
    folds = record["folds"]
    if train is not None and folds.get("rows"):
        taught = folds_again(train, folds["folds"], record["seed"], folds["rows"])
        if taught is not None:
            return Divided(train, taught)
    why = (
        "these are not the rows and targets that it learned from" if folds.get("rows") else "it was saved without that"
    )
    say(
        Note(
            f"the model averages networks of {folds['folds']} folds, and which of them has learned from which row is "
            f"not known, for {why}: all of them judge every row, most of which they have learned from",
            "unknown-folds",
            number=folds["folds"],
        )
    )
    return None


def trained_on(record: dict[str, Any], table: Table) -> Examples | None:
    """The rows of a table that a model would be trained on, as its record has it; None where they cannot be told."""
    asked = record["options"]
    options = FitOptions(weight=asked["weight"], group=asked.get("group"), time=asked.get("time"), seed=record["seed"])
    frame, share = nw.from_native(table.frame, eager_only=True), asked.get("validation")
    if not {options.weight, options.group, options.time} - {None} <= set(frame.columns):
        return None
    try:
        with quiet():
            examples = read_examples(frame, Target.from_dict(record["target_reading"]), options, lambda note: None)
            if isinstance(share, str):  # rows of another table were held out
                return examples
            return examples.of(split(len(examples), float(share), examples.keys, options.seed)[0])
    except TableError:
        return None


def seen_out_of_fold(steps: Pipeline, network: Any, divided: Divided, examples: Examples) -> SeenRows:
    """What the model's networks say of rows of its table: of each those that have not learned from it.

    Of a row that none has learned from, and of one that all have, it is the mean of all.
    """
    with quiet():  # what is odd in these rows was said when they were read
        X, train = steps.transform(examples.frame.to_native()), divided.train
        at = np.flatnonzero(np.isin(examples.rows, train.rows))
        if len(at) == len(train) and isinstance(X, np.ndarray):
            # as inputs were in training, where no row's target counted for its own
            X[at] = clone(steps).fit_transform(train.frame.to_native(), train.y)
        X, Y = network.encode_targets(X, examples.y)
    taught = divided.taught[examples.rows]
    asked = np.where(taught.all(axis=1)[:, None], True, ~taught)
    outputs = np.zeros(Y.shape)
    for member, rows in enumerate(asked.T):
        one, theta = network.network_.of_members([member], network.theta_)
        outputs[rows] += one.in_units(None).predict(theta, X[rows])
    outputs /= asked.sum(axis=1)[:, None]
    return replace(of_weights(network._task(), outputs, Y), folds=len(asked.T))


def seen_by_folds(
    pipeline: Pipeline, record: dict[str, Any], examples: Examples, train: Callable[[], Examples | None], say: Say
) -> SeenRows | None:
    """The same of a fitted Pipeline; None where it is no mean of networks of folds, or these are not known.

    examples: the rows that are asked about; train: gives those of the same table that would be trained on.
    """
    if not is_of_folds(pipeline[-1], record):
        return None
    divided = divided_again(train(), record, say)
    return None if divided is None else seen_out_of_fold(pipeline[:-1], pipeline[-1], divided, examples)
