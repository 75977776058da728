"""Which recipe a table of few rows is learned by: the one whose networks say best what they have not seen.

Networks of each are trained on the same folds; those of the least loss out of fold are the model, or say how the one
network that is the model is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassprop.errors import DivergenceError
from glassprop.ground.note import Note, Say, as_note
from glassprop.ground.number_text import number
from glassprop.tables.encoding.columns import tell_terms
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.manner import FEW_ROWS, Builder, Manner
from glassprop.tables.fitting.many_categories import tell_means, tell_shared
from glassprop.tables.fitting.small_tables import FoldsChoice
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.fitting.table_network import TableNetwork
from glassprop.tables.fitting.traced import TracedNetwork
from glassprop.tables.schema.readings import Schema


@dataclass(frozen=True)
class Inputs:
    """What networks of one manner have: a table's columns as inputs, and what builds networks for these.

    X, X_inner: of the rows to train on, and of those that are watched, if any.
    """

    name: str
    steps: TablePipeline
    X: Any
    X_inner: Any
    builder: Builder

    def of(self, manner: Manner) -> Inputs:
        """The same, with networks of another manner that makes the same inputs."""
        return replace(self, builder=manner.builder(self.steps, self.X.shape[1]))

    def tell(self, say: Say) -> None:
        """What a user should know of them."""
        tell_shared(self.steps[-1], say)
        tell_means(self.steps[-1], say)
        tell_terms(self.steps, say)


def inputs_of(manner: Manner, schema: Schema, dtype: str, parts: Parts, *, classification: bool) -> Inputs:
    """Steps fitted on the rows to train on."""
    steps = manner.steps(schema, dtype, classification=classification)
    train, inner = parts.train, parts.inner
    with quiet():  # what is odd in these columns has been told for the table as a whole
        X = steps.fit_inputs(train.source.to_native(), train.rows, train.y)
        X_inner: Any = None if inner is None else steps.inputs(inner.frame.to_native())
    return Inputs(manner.name, steps, X, X_inner, manner.builder(steps, X.shape[1]))


@dataclass(frozen=True)
class Learned:
    """A network, and what it was trained with.

    by_folds, said, traced: as `TableNetwork.train` gives them. notes: what was told of it. watched: the network, or the
    first of several.
    """

    inputs: Inputs
    estimator: Any
    by_folds: FoldsChoice | None
    said: np.ndarray | None
    watched: Any
    notes: list[Note]
    traced: list[TracedNetwork] | None = None


def best_of(
    tried: Sequence[Inputs], network_of: Callable[[Inputs], TableNetwork], callbacks: Sequence[Any], say: Say
) -> Learned:
    """The network of the first, or that of another whose loss out of fold is less.

    Raises
    ------
    DivergenceError, KeyboardInterrupt
        Of the first.
    """
    network = network_of(tried[0])
    joined = len(tried) == 1 or network.joins_folds(tried[0].X.shape[1])
    best, lost = (_by_models if joined else _by_lessons)(tried, network_of, callbacks)
    _tell(best, lost, len(network.parts.train), say)
    return best


def _by_lessons(
    tried: Sequence[Inputs], network_of: Callable[[Inputs], TableNetwork], callbacks: Sequence[Any]
) -> tuple[Learned, dict[str, float]]:
    """The one network, of the recipe whose networks of folds do better; and what these lose."""
    lessons = [network_of(inputs).by_folds(inputs.X, callbacks) for inputs in tried]
    # Of a wide table there may be one fold: then other rows are kept apart than by several.
    several = [by_folds is not None and by_folds.folds > 1 for by_folds in lessons]
    known = {k: one for k, one in enumerate(lessons) if one is not None and several[k] == several[0]}
    best = min(known, key=lambda k: known[k].loss, default=0)
    lost = {tried[k].name: one.loss for k, one in known.items()}
    return _learned(tried[best], network_of, callbacks, lessons[best]), lost


def _by_models(
    tried: Sequence[Inputs], network_of: Callable[[Inputs], TableNetwork], callbacks: Sequence[Any]
) -> tuple[Learned, dict[str, float]]:
    """The networks of folds that do better, and what those of each recipe lose."""
    best = first = _learned(tried[0], network_of, callbacks)
    lost = {} if first.by_folds is None else {first.inputs.name: first.by_folds.loss}
    for inputs in tried[1:]:
        if first.said is None or getattr(first.estimator, "interrupted_", False):
            break
        try:
            other = _learned(inputs, network_of, callbacks)
        except DivergenceError:
            continue
        except KeyboardInterrupt:
            best.estimator.be_interrupted()
            break
        if getattr(other.estimator, "interrupted_", False):  # its other networks might have been worse
            best.estimator.be_interrupted()
            break
        if other.by_folds is None or other.said is None or best.by_folds is None:
            continue
        lost[inputs.name] = other.by_folds.loss
        best = other if other.by_folds.loss < best.by_folds.loss else best
    return best, lost


def _learned(
    inputs: Inputs,
    network_of: Callable[[Inputs], TableNetwork],
    callbacks: Sequence[Any],
    by_folds: FoldsChoice | None = None,
) -> Learned:
    notes: list[Note] = []
    network = network_of(inputs)
    found = network.train(inputs.X, inputs.X_inner, callbacks, lambda line: notes.append(as_note(line)), by_folds)
    watched = found.estimator if found.first is None else found.first
    return Learned(inputs, found.estimator, found.by_folds, found.said, watched, notes, found.traced)


def _tell(best: Learned, lost: dict[str, float], rows: int, say: Say) -> None:
    """Which recipe is followed, where more than one might be; and what its own networks have to tell."""
    name = best.inputs.name
    if len(lost) > 1:
        losses = ", ".join(f"{other} {number(loss)}" for other, loss in lost.items())
        text = f"networks of both recipes were trained on the same folds (loss out of fold: {losses})"
        model = "are the model" if best.said is not None else "say how the one that is the model is trained"
        say(Note(f"{text}; those of the recipe {name!r} {model}", "recipe", number=rows, examples=(name,)))
    best.inputs.tell(say)
    for note in best.notes:
        say(note)


def tell_few(name: str, rows: int, say: Say) -> None:
    """That another recipe is followed than was asked for, and no more than one is tried."""
    text = f"{rows} rows to train on are fewer than {FEW_ROWS}: inputs and networks are those of the {name} recipe"
    say(Note(text, "plain-recipe", number=rows))
