"""The map of hard and easy rows as plain data: confidence against its spread, counts, and the rows at the ends.

Source: Swayamdipta et al. 2020, "Dataset Cartography" (arXiv 2009.10795). The bounds of easy and hard are those of
Seedat et al. 2022, "Data-IQ" (arXiv 2210.13043): a confidence of 3/4 and of 1/4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

EASY, HARD = 0.75, 0.25  # a confidence from here, and up to here
MOST_POINTS = 500  # that are drawn one by one
MOST_LISTED = 10  # rows of a list
BINS = 24  # of each side
GROUPS = ("steady", "forgotten", "never learned")


def row_map(
    seen: Any,
    *,
    numbers: Sequence[int] | NDArray[np.integer] | None = None,
    labels: Sequence[Any] | NDArray[Any] | None = None,
    rows: bool = True,
    pull: NDArray[np.float64] | None = None,
    networks: int = 1,
) -> dict[str, Any]:
    """What is known of how hard each row was to learn.

    Parameters
    ----------
    seen : SeenRows or Suspects
        confidence, spread, forgotten and learned, of each row (n,); trained, where there is one.
    numbers : sequence of int (n,), optional
        Of the rows, in the table; without, they are counted from 0.
    labels : sequence (n,), optional
        The target of each row, to be told of those that are listed.
    rows : bool
        Whether points and labels of single rows are told. Numbers of rows are told either way.
    pull : array (n,), optional
        The cosine of each row's gradient with the mean of all; without, that of ``seen`` if there is one. NaN where it
        is not known.
    networks : int
        Over how many networks the numbers are.

    Returns
    -------
    dict, JSON-able
        rows : how many lie on the map: those that were trained on
        networks : over how many networks
        counts : of them easy, ambiguous, hard, never learned, forgotten
        edges : spread and confidence, between which the bins lie
        bins : list of [spread's bin, confidence's bin, steady, forgotten, never learned]
        points : list of [spread, confidence, group], or None where bins are drawn
        lists : hardest, forgotten, late and against, each a list of rows
    """
    confidence = np.asarray(seen.confidence, dtype=np.float64)
    spread = np.asarray(seen.spread, dtype=np.float64)
    there = np.isfinite(confidence) & np.isfinite(spread)
    if hasattr(seen, "trained"):
        there &= np.asarray(seen.trained, dtype=bool)
    at = np.flatnonzero(there)
    groups = _groups(seen)
    edges = {"spread": np.linspace(0.0, _end(spread[at]), BINS + 1), "confidence": np.linspace(0.0, 1.0, BINS + 1)}
    told = _Told(seen, confidence, spread, numbers, labels if rows else None)
    few = rows and len(at) <= MOST_POINTS
    return {
        "rows": len(at),
        "networks": networks,
        "counts": _counts(confidence[at], groups[at]),
        "edges": {name: [float(edge) for edge in found] for name, found in edges.items()},
        "bins": _bins(spread[at], confidence[at], groups[at], edges),
        "points": [[_short(spread[i]), _short(confidence[i]), int(groups[i])] for i in at] if few else None,
        "lists": _lists(seen, at, confidence, told, pull),
    }


def has_map(seen: Any) -> bool:
    """Whether several epochs were watched: the final weights alone know no spread."""
    return bool(seen.epochs > 1)


def _groups(seen: Any) -> NDArray[np.int64]:
    """Of each row: 0 learned and never forgotten, 1 forgotten at least once, 2 never learned. (n,)"""
    groups = (np.asarray(seen.forgotten) > 0).astype(np.int64)
    groups[np.asarray(seen.learned) < 0] = 2
    return groups


def _end(spread: NDArray[np.float64]) -> float:
    most = float(spread.max()) if spread.size else 0.0
    return most if most > 0 else 1.0


def _counts(confidence: NDArray[np.float64], groups: NDArray[np.int64]) -> dict[str, int]:
    easy, hard = int((confidence >= EASY).sum()), int((confidence <= HARD).sum())
    return {
        "easy": easy,
        "ambiguous": len(confidence) - easy - hard,
        "hard": hard,
        "never_learned": int((groups == 2).sum()),
        "forgotten": int((groups == 1).sum()),
    }


def _bins(
    spread: NDArray[np.float64],
    confidence: NDArray[np.float64],
    groups: NDArray[np.int64],
    edges: dict[str, NDArray[np.float64]],
) -> list[list[int]]:
    """The bins that are not empty, with how many rows of each group they have."""
    counts = [
        np.histogram2d(spread[groups == group], confidence[groups == group], [edges["spread"], edges["confidence"]])[0]
        for group in range(len(GROUPS))
    ]
    total = sum(counts)
    return [[int(i), int(j), *(int(count[i, j]) for count in counts)] for i, j in np.argwhere(total > 0)]


class _Told:
    """What is said of a row in a list."""

    def __init__(self, seen: Any, confidence: Any, spread: Any, numbers: Any, labels: Any) -> None:
        self.seen, self.confidence, self.spread, self.numbers, self.labels = seen, confidence, spread, numbers, labels

    def __call__(self, i: int) -> dict[str, Any]:
        return {
            "row": int(i if self.numbers is None else self.numbers[i]),
            "label": None if self.labels is None else _label(self.labels[i]),
            "confidence": _short(self.confidence[i]),
            "spread": _short(self.spread[i]),
            "forgotten": int(self.seen.forgotten[i]),
            "learned": int(self.seen.learned[i]),
        }


def _lists(
    seen: Any, at: NDArray[np.int64], confidence: NDArray[np.float64], told: Callable[[int], dict[str, Any]], pull: Any
) -> dict[str, list[dict[str, Any]]]:
    """The rows at the ends; of equal ones the less confident first."""
    forgotten, learned = np.asarray(seen.forgotten), np.asarray(seen.learned)
    pull = getattr(seen, "pull", None) if pull is None else pull
    found = {
        "hardest": at,
        "forgotten": at[forgotten[at] > 0],
        "late": at[learned[at] > 0],
    }
    keys = {"hardest": confidence, "forgotten": -forgotten, "late": -learned}
    lists = {
        name: [told(i) for i in rows[np.lexsort((confidence[rows], keys[name][rows]))][:MOST_LISTED]]
        for name, rows in found.items()
    }
    pulls = np.full(len(confidence), np.nan) if pull is None else np.asarray(pull, dtype=np.float64)
    against = np.flatnonzero(pulls < 0)
    order = against[np.argsort(pulls[against], kind="stable")][:MOST_LISTED]
    return {**lists, "against": [{**told(i), "pull": _short(pulls[i])} for i in order]}


def _label(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def _short(value: Any) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None
