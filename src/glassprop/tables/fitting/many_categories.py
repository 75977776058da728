"""How many inputs a column of many categories gets: as many as the training rows show to tell more of the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from glassprop.ground.note import Note, Say
from glassprop.ground.text import listed, quoted
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.read_column import read_column
from glassprop.tables.encoding.told_apart import told_apart
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.leaks import half_of, sample_of, target_columns
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.values.texts import Texts

_ROWS = 20_000  # a sample of so many tells
_FEWEST = 40
# What more inputs must explain of the variance of other rows' targets; the second over the number of rows is chance.
_WORTH, _CHANCE = 0.005, 5.0
# The mean of a category counts as if so many rows with the mean of all were among its own: the best of these.
PULLS = (1.0, 10.0, 100.0)
_TOLD = 3
_ALIKE = 2  # categories that share an input are told of from this number on


def with_inputs(
    settings: Defaults,
    train: Examples,
    schema: Schema,
    seed: int,
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> Defaults:
    """The settings with `max_categories` for these rows: itself, or twice that, and so on up to `most_categories`.

    Half of a sample predicts the other by the mean target of each category, those beyond the most frequent ones taken
    together. The fewest inputs are taken that explain as much as any number, but for half a percent and what
    may be chance.

    counts: by column, how many rows each category has, where more rows than `train` are learned from.
    """
    least, most = settings.max_categories, settings.most_categories
    readings = [reading for reading in schema if reading.kind == "category"]
    if len(train) < _FEWEST or most <= least or not readings:
        return settings
    rows = sample_of(train, _ROWS, seed)
    source = train.source.select([reading.name for reading in readings])[train.rows[rows]]
    Y, half, taken = None, half_of(len(rows), seed), least
    for reading in readings:
        texts = read_column(source[reading.name], reading, [])
        if not isinstance(texts, Texts):
            continue
        known = None if counts is None else counts[reading.name]
        frequent = texts.counts() if known is None else np.array([known.get(name, 0) for name in texts.known])
        if int((frequent > 1).sum()) > taken:
            Y = target_columns(train, rows) if Y is None else Y
            taken = max(taken, _inputs(texts, frequent, Y, half, least, most))
    return replace(settings, max_categories=taken)


def _inputs(texts: Texts, counts: np.ndarray, Y: np.ndarray, half: np.ndarray, least: int, most: int) -> int:
    rank = np.argsort(np.argsort(-counts, kind="stable"))
    place = np.append(rank, -1)[texts.codes] + 1  # 0 where it is missing, then by how frequent it is
    sizes = [least]
    while sizes[-1] < min(most, len(texts.known)):
        sizes.append(min(2 * sizes[-1], most))
    scores = np.array([[explained(np.minimum(place, size), Y, half, pull) for size in sizes] for pull in PULLS])
    best = scores[scores.max(axis=1).argmax()]
    return sizes[int(np.argmax(best >= best.max() - _WORTH - _CHANCE / len(Y)))]


def explained(codes: np.ndarray, Y: np.ndarray, half: np.ndarray, pull: float) -> float:
    """The share of the variance of Y (n, k) that the means of codes explain in the half that is not looked at."""
    wrong = right = 0.0
    for known in (half, ~half):
        mean, size = Y[known].mean(axis=0), int(codes.max()) + 1
        counts = np.bincount(codes[known], minlength=size)[:, None]
        off = np.stack([np.bincount(codes[known], column, minlength=size) for column in (Y[known] - mean).T], axis=1)
        rest = Y[~known] - mean
        wrong += float(((rest - (off / (counts + pull))[codes[~known]]) ** 2).sum())
        right += float((rest**2).sum())
    return 1.0 - wrong / right if right > 0 else 0.0


def tell_shared(inputs: Any, say: Say) -> None:
    """Say of how many categories a column's shared input is; `inputs`: the fitted step that encodes them."""
    step = getattr(inputs, "named_transformers_", {}).get("categories")
    if step is None:
        return
    columns = zip(step.feature_names_in_, told_apart(step), strict=True)
    shared = [(name, len(of.own), of.shared) for name, of in columns if len(of.shared) >= _ALIKE]
    for name, own, few in sorted(shared, key=lambda one: -len(one[2]))[:_TOLD]:
        text = f"column {quoted(name)}: {len(few):,} of {own + len(few):,} categories, the rarest, share one input"
        say(Note(text, "shared-categories", str(name), len(few), tuple(map(str, few[:5]))))
    if more := [str(name) for name, _, _ in shared[_TOLD:]]:
        text = f"rare categories share an input in {len(more)} more column(s): {listed(more, 6)}"
        say(Note(text, "shared-categories", number=len(more), examples=tuple(more)))


def tell_means(inputs: Any, say: Say) -> None:
    """Say which columns of categories are inputs by the mean target; `inputs`: the fitted step that encodes them."""
    step = getattr(inputs, "named_transformers_", {}).get("categories")
    if not isinstance(step, CategoryInputs):
        return
    columns = zip(step.feature_names_in_, step.forms_, step.categories_, step.kept_.tolist(), strict=True)
    told = [(str(name), len(known), kept) for name, form, known, kept in columns if "means" in form]
    for name, known, kept in told[:_TOLD]:
        own = f"{kept:,} have a code of their own, and " if kept else ""
        text = f"column {quoted(name)}: of {known:,} categories {own}all are inputs by the mean target of other rows"
        say(Note(text, "category-means", name, known))
    if more := [name for name, _, _ in told[_TOLD:]]:
        text = (
            f"categories are inputs by the mean target of other rows in {len(more)} more column(s): {listed(more, 6)}"
        )
        say(Note(text, "category-means", number=len(more), examples=tuple(more)))
