"""What the page's walk needs beside the pass itself: terms of the cost, the update, units, pictures as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.equations.cost import Cost, is_built_in
from glassprop.ground.json_values import plain_number, plain_numbers
from glassprop.insight.names import Names
from glassprop.insight.update import update_of

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained

MOST_MOVED = 12  # parameters whose step is written down: those that move most
MOST_PIXELS = 20_000  # of all examples, where a picture is written down beside the inputs shown
_ROUNDING = 1e-9


def terms_of(cost: Cost, a: Array, y: Array, whole: float) -> Array | None:
    """What each output adds to C₀; None where the cost is no such sum, or not known to be one. a, y (n_L,)"""
    if not is_built_in(cost):
        return None
    terms = cost(a[:, None], y[:, None])
    scale = float(np.abs(terms).sum()) + abs(whole)
    return terms if abs(float(terms.sum()) - whole) <= _ROUNDING * scale else None


def update_record(explanation: Explained, shown: list[Array]) -> dict[str, Any] | None:
    """One step for all parameters on these examples: the cost before and after it, and what moves most."""
    found = update_of(explanation)
    if found is None:
        return None
    view = explanation.view
    return {
        "optimizer": type(found.training.optimizer).__name__,
        "rate": plain_number(float(found.training.rate)),
        "assumed": found.assumed,
        "before": plain_number(float(view.costs.mean())),
        "after": plain_number(float(found.costs.mean())),
        "costs": plain_numbers(found.costs),
        "moved": _moved(explanation, found.theta, shown),
    }


def _moved(explanation: Explained, theta: Array, shown: list[Array]) -> list[list[Any]]:
    """[l, j, k, from, to] of the parameters shown that move most; k is -1 for a bias."""
    view, rows = explanation.view, []
    for l in range(1, view.architecture.depth + 1):
        before, after = view.of_edges(l), view.of_edges(l, theta)
        if before is not None and after is not None:
            at = np.ix_(shown[l], shown[l - 1])
            rows += _largest(l, shown[l], shown[l - 1], before[at], after[at], view.has_edges(l)[at])
        if view.has_biases(l):
            b, moved = view.b(l)[shown[l]][:, None], view.b(l, theta)[shown[l]][:, None]
            rows += _largest(l, shown[l], np.array([-1]), b, moved, np.ones(b.shape, bool))
    rows.sort(key=lambda row: -abs(row[4] - row[3]))
    return [[*row[:3], plain_number(row[3]), plain_number(row[4])] for row in rows[:MOST_MOVED]]


def _largest(l: int, js: Array, ks: Array, before: Array, after: Array, there: Array) -> list[list[Any]]:
    change = np.where(there, np.abs(after - before), -1.0)
    first = np.argsort(-change, axis=None, kind="stable")[: min(MOST_MOVED, int(there.sum()))]
    places = zip(*np.unravel_index(first, change.shape), strict=True)
    return [[l, int(js[j]), int(ks[k]), float(before[j, k]), float(after[j, k])] for j, k in places]


def units_record(explanation: Explained, rows: bool) -> dict[str, Any] | None:
    """How the target of a regression was standardized; None where the network speaks in the target's own units.

    rows: whether targets and predictions are told in these.
    """
    units = explanation.view.architecture.units
    if units is None:
        return None
    a, y = explanation.predicted, explanation.view.Y
    return {
        "mean": float(units.mean),
        "spread": float(units.spread),
        "scale": units.scale,
        "formula": units.formula,
        "own": [plain_numbers(units.own(row)) for row in a] if rows else None,
        "own_y": [plain_numbers(units.own(row)) for row in y] if rows else None,
    }


def picture_as_it_was(names: Names, examples: int) -> Array | None:
    """What stands in the table of each point of a picture, row by row; None where inputs are none, or it is not known.

    -> (examples, height · width), with NaN where the picture has no input.
    """
    if names.image is None or names.image[0] * names.image[1] * examples > MOST_PIXELS:
        return None
    found = np.full((examples, len(names.inputs)), np.nan)
    for column in names.columns:
        if len(column.parts) == 1 and column.shown:
            try:
                found[:, column.parts[0]] = [float(text) for text in column.shown]
            except ValueError:
                return None
    if not np.isfinite(found).all():
        return None
    whole = np.full((examples, names.image[0] * names.image[1]), np.nan)
    whole[:, list(range(len(names.inputs)) if names.pixels is None else names.pixels)] = found
    return whole
