"""Rows of classes that training never saw: left out of scores and told, or refused where a class is needed."""

from __future__ import annotations

import numpy as np

from glassprop.errors import TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import listed, quoted
from glassprop.tables.schema.target import Target
from glassprop.tables.values.texts import Texts


def rows_seen(texts: Texts, labels: np.ndarray, target: Target, name: str, say: Say) -> np.ndarray:
    """bool (n_rows,): where the class is one of `labels`; the others are told, and refused where they are all."""
    seen, unknown = _unknown(texts, labels)
    if unknown:
        tell_unseen(int((texts.there & ~seen).sum()), int(texts.there.sum()), unknown, target, name, say)
    return seen


def tell_unseen(rows: int, known: int, unknown: list[str], target: Target, name: str, say: Say) -> None:
    """Say that so many of the `known` rows are of `unknown` classes.

    Raises
    ------
    TableError
        All of them are.
    """
    if rows == known:
        raise TableError(
            f"{name}: all {rows} row(s) with a {quoted(target.name)} have one that training never saw "
            f"({listed(unknown, 5)}): there is nothing to score; train again with such rows"
        )
    text = (
        f"{name}: {rows} of {known} row(s) are not scored: their {quoted(target.name)} was never "
        f"seen in training ({listed(unknown, 5)}), so the model cannot say it"
    )
    say(Note(text, "unseen-class", target.name, rows, tuple(unknown[:5])))


def _unknown(texts: Texts, labels: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Where the class is one of `labels`, and the names of those that are none."""
    names = {str(label) for label in labels}
    return texts.each(lambda text: text in names, False, bool), [text for text in texts.known if text not in names]


def refuse_unknown(texts: Texts, labels: np.ndarray, target: Target, name: str) -> None:
    """Raise a TableError if there are classes, as text, that a model does not know."""
    seen, unknown = _unknown(texts, labels)
    if unknown:
        rows = int((texts.there & ~seen).sum())
        raise TableError(
            f"{name}: {rows} row(s) have a {quoted(target.name)} that training never saw ({listed(unknown, 5)}): "
            "leave those rows out, or train again with them"
        )
