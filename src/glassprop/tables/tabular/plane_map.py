"""The map of a model of two columns of numbers, as plain data: what it says all over, and held-out rows on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import DataError
from glassprop.tables.fitting.outcome import Outcome
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.tabular.plane import Plane, plane_of

ACROSS, UP = 44, 33  # cells
MOST_POINTS = 300
MOST_CLASSES = 6  # whose colors are told apart
LEVELS = 5  # how sure, or how much
_LEARNED = {"number", "category", "date", "time of day", "text"}


def plane_map(outcome: Outcome) -> dict[str, Any] | None:
    """The map; None of a model of other columns than two of numbers, or of too many classes.

    Returns
    -------
    dict
        * columns: the names; ends: least and most of each
        * labels: of classes, or None; least, most: of amounts, or None
        * cells: from below, and from the left, (class, how sure from 0 to 4), or (0, how much from 0 to 4)
        * points: held-out rows: place across, place up, number of the class or amount
    """
    used = [column for column in outcome.columns if column.role in _LEARNED]
    classes = outcome.pipeline[-1].classes_ if outcome.task == "classification" else None
    if [column.role for column in used] != ["number"] * 2 or (classes is not None and len(classes) > MOST_CLASSES):
        return None
    held_out = outcome.parts.held_out
    try:
        plane = plane_of(held_out.frame.select([column.name for column in used]).to_native())
    except DataError:  # no number in any held-out row
        return None
    with quiet():
        levels, extent = _amounts(outcome, plane) if classes is None else (_classes(outcome, plane), (None, None))
    return {
        "columns": list(plane.names),
        "ends": [list(ends) for ends in plane.ends],
        "labels": None if classes is None else [str(label) for label in classes],
        "least": extent[0],
        "most": extent[1],
        "cells": levels.tolist(),
        "points": _points(plane, held_out.y, classes),
    }


def _places(plane: Plane) -> NDArray[np.float64]:
    """The middles of the cells, row by row from below."""
    across, up = (
        least + (most - least) * (np.arange(n) + 0.5) / n
        for (least, most), n in zip(plane.ends, (ACROSS, UP), strict=True)
    )
    return np.column_stack([np.tile(across, UP), np.repeat(up, ACROSS)])


def _classes(outcome: Outcome, plane: Plane) -> NDArray[np.int64]:
    """(UP, ACROSS, 2)"""
    said = np.asarray(outcome.pipeline.predict_proba(plane.rows_of(_places(plane))), dtype=np.float64)
    least = 1 / said.shape[1]  # of the likeliest class
    sure = np.clip((said.max(axis=1) - least) / (1 - least), 0, 1 - 1e-9)
    return np.column_stack([said.argmax(axis=1), (LEVELS * sure).astype(int)]).reshape(UP, ACROSS, 2)


def _amounts(outcome: Outcome, plane: Plane) -> tuple[NDArray[np.int64], tuple[float, float]]:
    """The same, and the least and the largest amount of all."""
    said = np.asarray(outcome.pipeline.predict(plane.rows_of(_places(plane))), dtype=np.float64)
    least, most = float(said.min()), float(said.max())
    share = np.clip((said - least) / ((most - least) or 1.0), 0, 1 - 1e-9)
    cells = np.column_stack([np.zeros(len(said), dtype=int), (LEVELS * share).astype(int)])
    return cells.reshape(UP, ACROSS, 2), (least, most)


def _points(plane: Plane, y: NDArray[Any], classes: NDArray[Any] | None) -> list[list[float]]:
    known = np.flatnonzero(np.isfinite(plane.points).all(axis=1))
    known = known[np.unique(np.linspace(0, len(known) - 1, min(MOST_POINTS, len(known))).astype(int))]
    of = y if classes is None else np.searchsorted(classes, y)
    return [[float(a), float(b), float(value)] for (a, b), value in zip(plane.points[known], of[known], strict=True)]
