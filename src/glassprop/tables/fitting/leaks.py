"""Hints that a column tells the target in a way that new rows will not: said as notes, and trained on all the same."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from glassprop.ground.note import Note, Say
from glassprop.ground.text import in_shell, quoted
from glassprop.tables.encoding.read_column import read_column
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.values.category_names import names_of
from glassprop.tables.values.texts import Texts

HINT = "leak-hint"
_KINDS = ("number", "date", "time", "category")
# So many rows are looked at, and of each class so many at least: what fewer show may be chance.
_ROWS, _FEWEST, _OF_A_CLASS = 4000, 40, 12
_WORK = 20_000_000  # rows × columns × classes that take no time to speak of
# A column tells the target if its rows explain this share of the variance of other rows' targets,
_NEARLY_ALL = 0.97
# where this share of them has a category that was seen;
_SEEN = 0.5
# it is a copy of it if so many of the values are the same.
_COPY = 0.99
_MANY_VALUES = 20
_CLASSES = 50  # the most frequent ones; of all others there is no column
_MOST = 3  # hints in full, one for each of the worst


def hint_leaks(train: Examples, schema: Schema, target: str, say: Say, seed: int = 0) -> None:
    """Say of each column that alone predicts the target nearly perfectly what may be wrong with it, and what would do.

    Half of a sample predicts the other by one column: by the mean of the rows with the same category, or with the
    nearest number. Chance predicts nothing of rows that it has not seen, however many different values a column has.
    """
    readings = [reading for reading in schema if reading.kind in _KINDS]
    rows = _sample(train, len(readings), seed)
    if len(readings) < 2 or len(rows) < _FEWEST:
        return
    Y = target_columns(train, rows)
    source = train.source[train.rows[rows]]
    half = half_of(len(rows), seed)
    found = []
    for reading in readings:
        values = read_column(source[reading.name], reading, [])
        score = _alone(values if isinstance(values, Texts) else values[0], Y, half)
        if score >= _NEARLY_ALL:
            found.append((score, reading))
    found.sort(key=lambda one: -one[0])
    for score, reading in found[:_MOST]:
        say(_hint(reading, score, source, target))
    if found[_MOST:]:
        names = tuple(reading.name for _, reading in found[_MOST:])
        text = f"{len(names)} more column(s) alone predict the target nearly perfectly, {quoted(names[0])} the first"
        say(Note(text, HINT, number=len(names), examples=names))


def sample_of(train: Examples, most: int, seed: int) -> np.ndarray:
    """So many of the rows at most, drawn at random, in their order."""
    if len(train) <= most:
        return np.arange(len(train))
    return np.sort(np.random.default_rng(seed).choice(len(train), most, replace=False))


def _sample(train: Examples, columns: int, seed: int) -> np.ndarray:
    """Rows to look at, of classes that have enough of them; fewer where columns and classes are many."""
    labels = train.keys.labels
    classes = 1 if labels is None else min(int(labels.max()) + 1, _CLASSES)
    rows = sample_of(train, min(_ROWS, max(_ROWS // 10, _WORK // (columns * classes))), seed)
    if labels is None:
        return rows
    counts = np.bincount(labels[rows])
    enough = counts >= _OF_A_CLASS
    return rows[enough[labels[rows]]] if enough.sum() > 1 else rows[:0]


def half_of(rows: int, seed: int) -> np.ndarray:
    """bool (rows,): half of them, drawn at random."""
    return np.asarray(np.random.default_rng(seed).permutation(rows) % 2 == 0)


def target_columns(train: Examples, rows: np.ndarray) -> np.ndarray:
    """(n, k): a column for each frequent class; of amounts their ranks, in which none counts for more than others."""
    labels = train.keys.labels
    if labels is not None:
        _, codes, counts = np.unique(labels[rows], return_inverse=True, return_counts=True)
        frequent = np.argsort(-counts, kind="stable")[:_CLASSES]
        return (codes[:, None] == frequent).astype(np.float64)
    y = train.y[rows]
    _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    return np.asarray(np.cumsum(counts) - counts / 2)[codes, None]


def _alone(values: np.ndarray | Texts, Y: np.ndarray, half: np.ndarray) -> float:
    """The share of the variance of Y (n, k) that a column explains in the half that is not looked at; for both."""
    wrong = right = 0.0
    for known in (half, ~half):
        mean = Y[known].mean(axis=0)
        asked = ~known & _seen(values, known)
        if asked.sum() < _SEEN * (~known).sum():
            return 0.0
        predicted = _by_value(values, Y, known, asked, mean)
        wrong += float(((Y[asked] - predicted) ** 2).sum())
        right += float(((Y[asked] - mean) ** 2).sum())
    return 1.0 - wrong / right if right > 0 else 0.0


def _seen(values: np.ndarray | Texts, known: np.ndarray) -> np.ndarray:
    """bool (n,): rows with a category that some known row has, too; of numbers all."""
    if not isinstance(values, Texts):
        return np.ones(len(values), dtype=bool)
    return np.asarray((np.bincount(values.codes[known] + 1, minlength=len(values.known) + 1) > 0)[values.codes + 1])


def _by_value(
    values: np.ndarray | Texts, Y: np.ndarray, known: np.ndarray, asked: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """What the known rows say of those that are asked for."""
    if isinstance(values, Texts):
        codes = values.codes + 1  # 0 where it is missing
        means = _means(codes[known], Y[known], int(codes.max()) + 1, mean)
        return means[codes[asked]]
    missing = np.isnan(values)
    different, codes = np.unique(values[known & ~missing], return_inverse=True)
    predicted = np.tile(Y[known & missing].mean(axis=0) if (known & missing).any() else mean, (int(asked.sum()), 1))
    if len(different):
        means = _means(codes, Y[known & ~missing], len(different), mean)
        there = ~missing[asked]
        predicted[there] = means[_nearest(different, values[asked][there])]
    return predicted


def _means(codes: np.ndarray, Y: np.ndarray, size: int, mean: np.ndarray) -> np.ndarray:
    """(size, k): the mean of the rows of each code; of those without rows, `mean`."""
    counts = np.bincount(codes, minlength=size)[:, None]
    sums = np.stack([np.bincount(codes, column, minlength=size) for column in Y.T], axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), mean)


def _nearest(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The place of the nearest of the sorted numbers, for each value."""
    right = np.clip(np.searchsorted(known, values), 1, max(len(known) - 1, 1))
    left = right - 1
    right = np.minimum(right, len(known) - 1)
    return np.where(values - known[left] <= known[right] - values, left, right)


def _hint(reading: Reading, score: float, source: nw.DataFrame, target: str) -> Note:
    name = quoted(reading.name)
    drop, group, time = (f"--{option} {in_shell(reading.name)}" for option in ("drop", "group", "time"))
    share = f"{min(score, 0.999):.1%}"
    if _same(source[reading.name], source[target]) >= _COPY:
        text = f"column {name} is a copy of the target: if new rows will not have it, leave it out ({drop})"
    elif reading.kind == "date":
        text = (
            f"column {name} alone predicts {share} of the target: rows near each other in time are alike; "
            f"to be scored on later ones, hold out the latest ({time})"
        )
    elif reading.kind == "category" and len(names_of(source[reading.name]).known) > _MANY_VALUES:
        text = (
            f"column {name} alone predicts {share} of the target: rows that share a value of it share their target; "
            f"if new rows have other values, keep its rows on one side ({group}), or leave it out ({drop})"
        )
    else:
        text = (
            f"column {name} alone predicts {share} of the target: "
            f"if it is not known before the target is, leave it out ({drop})"
        )
    return Note(text, HINT, reading.name, examples=(f"{score:.4f}",))


def _same(column: nw.Series, target: nw.Series) -> float:
    """The share of rows in which two columns hold the same value."""
    return float(np.mean(_names(column) == _names(target)))


def _names(series: nw.Series) -> Any:
    return names_of(series).array("")
