"""Suspected labels made by hand: of a small table, of one with hostile names, of digits, of numbers, of many rows."""

from __future__ import annotations

import numpy as np
import polars as pl
from sklearn.datasets import load_digits

from glassprop.influence.suspects import Suspects

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "=HYPERLINK(\"http://a.b\",\"c\")",
    "שלום, \"עולם\"",
    "nul\0and\u202eover",
    "long " * 200,
]  # fmt: skip


def suspects(given, suggested, listed, *, unusual=(), task="classes", seed=0, epochs=30):
    """Those rows are listed, in this order; all numbers are drawn by chance."""
    rng = np.random.default_rng(seed)
    n = len(given)
    kinds = np.full(n, "", dtype="<U5")
    kinds[list(listed)], kinds[list(unusual)] = "label", "row"
    scores = rng.uniform(0, 0.5, n)
    scores[list(listed)] = np.linspace(0.99, 0.51, len(listed)) if len(listed) else []
    confidence = rng.beta(6, 1, n)
    confidence[list(listed)] = rng.beta(1, 6, len(listed))
    return Suspects(
        task=task,
        scores=scores,
        given=np.asarray(given),
        suggested=np.asarray(suggested),
        kinds=kinds,
        margin=np.log(confidence / (1 - confidence)),
        confidence=confidence,
        spread=np.sqrt(confidence * (1 - confidence)) * rng.uniform(0.1, 0.9, n),
        forgotten=rng.integers(0, 3, n) * (confidence < 0.8),
        learned=np.where(confidence < 0.15, -1, rng.integers(0, epochs, n)),
        pull=rng.normal(0.1, 0.2, n).clip(-1, 1),
        self_influence=rng.exponential(size=n),
        suspected=np.asarray(listed, dtype=np.int64),
        unusual=np.asarray(unusual, dtype=np.int64),
        epochs=epochs,
    )


def flowers(n=120, kinds=("rose", "lily", "iris"), names=("width", "color"), seed=0):
    """A table with a gap, and its labels, of which rows 7, 3 and 50 are listed as wrong and 11 as unusual."""
    rng = np.random.default_rng(seed)
    width = [None if i == 7 else float(v) for i, v in enumerate(rng.normal(size=n).round(3))]
    frame = pl.DataFrame({names[0]: width, names[1]: rng.choice(["red", "blue"], n)})
    given = np.asarray(kinds, dtype=object)[np.arange(n) % len(kinds)]
    suggested = given.copy()
    suggested[[7, 3, 50]] = [kinds[0], kinds[2], kinds[1]]
    return suspects(given, suggested, [7, 3, 50], unusual=[11]), frame


def digits(flipped=40):
    data = load_digits()
    rng = np.random.default_rng(0)
    rows = rng.choice(len(data.target), flipped, replace=False)
    given = data.target.copy()
    given[rows] = (given[rows] + rng.integers(1, 10, flipped)) % 10
    return suspects(given, data.target, rows), data.data, list(data.feature_names)


def amounts(n=150):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4)).round(3)
    y = (X @ [1.0, 2.0, 0.5, 0.0]).round(2)
    return suspects(y, y + rng.normal(size=n).round(4), [5, 9, 2], task="numbers"), X


def many(n=20_000, listed=1000, columns=20):
    rng = np.random.default_rng(0)
    X, given = rng.normal(size=(n, columns)), rng.integers(0, 5, n)
    return suspects(given, (given + 1) % 5, rng.choice(n, listed, replace=False)), X
