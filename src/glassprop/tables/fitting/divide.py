"""Which rows of a table are trained on, which early stopping watches, and which are held out for the scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted, shown
from glassprop.tables.fitting.examples import Examples, labelled_examples
from glassprop.tables.fitting.folds import are_several
from glassprop.tables.fitting.split import numbers_there, split
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target


@dataclass(frozen=True)
class Parts:
    """The rows by their use; `inner` is what early stopping watches."""

    train: Examples
    inner: Examples | None
    held_out: Examples

    def rows(self) -> dict[str, int]:
        """How many rows each use has."""
        inner = 0 if self.inner is None else len(self.inner)
        return {"train": len(self.train), "validation": inner, "held_out": len(self.held_out)}


def divide(
    examples: Examples, schema: Schema, target: Target, options: FitOptions, settings: Defaults, say: Say
) -> Parts:
    """Divide the examples into rows to train on, rows for early stopping, and held-out rows.

    Raises
    ------
    TableError
        Too few rows, or a split that leaves one class, or none of those trained on.
    """
    if len(examples) < 2:
        raise TableError(f"{len(examples)} row(s) can be learned from: at least two are needed")
    if isinstance(options.validation, Table):
        rest = examples
        held_out = held_out_table(options.validation, examples, schema, target, options, say)
    else:
        _tell_single(examples, target, say)
        train, kept = split(len(examples), options.validation, examples.keys, options.seed)
        rest, held_out = examples.of(train), _known_classes(examples.of(kept), examples.of(train), target, say)
    refuse_one_value(rest, target)
    for part, name in ((rest, "training"), (held_out, "held-out")):
        if part.weights is not None and not part.weights.any():
            raise TableError(f"the weights of all {len(part)} {name} rows are 0: choose another split")
    rest, inner = spared(rest, target, settings, options.seed + 1)
    return Parts(rest, inner, held_out)


def spared(rest: Examples, target: Target, settings: Defaults, seed: int) -> tuple[Examples, Examples | None]:
    """The rows to train on and those that early stopping watches; None where none can be spared."""
    few = len(rest) < settings.early_stopping_rows
    if few or settings.inner_validation <= 0 or (settings.crossed(len(rest)) and are_several(len(rest), rest.keys)):
        return rest, None
    try:
        train, kept = split(len(rest), settings.inner_validation, rest.keys, seed)
    except TableError:  # one group, or one moment, is left: it cannot be split again
        return rest, None
    # A class that only the inner part has could not be learned, and weights of 0 say nothing.
    labels = rest.keys.labels
    learned = labels is None or np.array_equal(numbers_there(labels[train]), numbers_there(labels))
    weighted = rest.weights is None or (rest.weights[kept].any() and rest.weights[train].any())
    return (rest.of(train), rest.of(kept)) if learned and weighted else (rest, None)


def _known_classes(held_out: Examples, trained: Examples, target: Target, say: Say) -> Examples:
    """Splits by group or time may leave a class to the held-out rows alone; it cannot be scored."""
    labels = held_out.keys.labels
    if labels is None or trained.keys.labels is None:
        return held_out
    known = np.isin(labels, trained.keys.labels)
    if not known.any():
        raise TableError("the held-out rows have none of the classes of the training rows: choose another split")
    if not known.all():
        lost, rows = [shown(label) for label in np.unique(held_out.y[~known])[:5]], int((~known).sum())
        line = f"{rows} held-out row(s) are not scored: their class is in no training row ({', '.join(lost)})"
        say(Note(line, "unseen-class", target.name, rows, tuple(lost)))
    return held_out.of(np.flatnonzero(known))


def held_out_table(
    table: Table, examples: Examples, schema: Schema, target: Target, options: FitOptions, say: Say
) -> Examples:
    """The rows of a table that was given to be held out: those that what is learned from examples can be scored by."""
    labels = np.unique(examples.y) if target.task == "classification" else None
    return labelled_examples(table, target, schema.names(), labels, options.weight, say)


def _tell_single(examples: Examples, target: Target, say: Say) -> None:
    if examples.keys.labels is None or examples.keys.groups is not None or examples.keys.times is not None:
        return
    single = [shown(found.label) for found in examples.classes() if found.rows == 1]
    if single:
        line = f"{len(single)} class(es) with one example, which is trained on, not scored: {', '.join(single[:5])}"
        say(Note(line, "single-class", target.name, len(single), tuple(single[:5])))


def refuse_one_value(rest: Examples, target: Target) -> None:
    if (rest.y != rest.y[0]).any():
        return
    raise TableError(
        f"all {len(rest)} rows to train on have the same {quoted(target.name)}, {shown(rest.y[0])}: "
        "give more rows, or another split"
    )
