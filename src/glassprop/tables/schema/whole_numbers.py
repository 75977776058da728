"""Whether whole numbers of a target are classes or amounts: by its name, how many there are, how they are spread."""

from __future__ import annotations

import re

import numpy as np

# Different values, at most, and rows of each, on average at least, for classes.
MAX_CLASSES = 10
MAX_EVEN = 20  # where all are about equally frequent
MAX_NAMED = 100  # where the name says so
ROWS_PER_CLASS = 5
# Counts: so many different values at least; the last one has at most this share of the rows of the most frequent.
_LEAST_COUNTS = 6
_THIN = 0.1
_SKEWED = 0.2
_EVEN = 0.3  # the rarest has at least this share of the rows of the most frequent
_YEARS = (1800, 2100)

_OF_AMOUNTS = """
    age ages amount amounts bedrooms children claims cost costs count counts day days frequency goals hour hours income
    kids length minutes months number orders population price prices quantity qty rooms salary sales size sum times
    total totals trips value visits weeks weight year years yr
"""
_OF_CLASSES = """
    category class classes cluster code diagnosis digit digits grade group kind label labels level outcome quality rank
    rating segment species stage stars status type
"""
_AMOUNTS, _CLASSES = frozenset(_OF_AMOUNTS.split()), frozenset(_OF_CLASSES.split())


def task_of_whole_numbers(name: str, values: np.ndarray) -> tuple[str, str]:
    """The task and why, for a target (n_rows,) of whole numbers, none missing, with three different ones or more."""
    task, why = _decided(name, *np.unique(values, return_counts=True))
    other = "regression" if task == "classification" else "classification"
    return task, f"{why}; if not, ask for --task {other}"


def _decided(name: str, known: np.ndarray, counts: np.ndarray) -> tuple[str, str]:
    several, rows = len(known), int(counts.sum())
    what = f"whole numbers with {several} different values"
    words = _words(name)
    if words & _AMOUNTS and not words & _CLASSES:
        return "regression", f"{what} under this name are quantities"
    if rows < ROWS_PER_CLASS * several:
        return "regression", f"{what} in {rows} rows are quantities"
    if words & _CLASSES and several <= MAX_NAMED:
        return "classification", f"{what} under this name are classes"
    if _YEARS[0] <= known[0] and known[-1] <= _YEARS[1]:
        return "regression", f"{what} that look like years are quantities"
    if several <= MAX_CLASSES:
        if _like_counts(known, counts):
            return "regression", f"{what} that thin out like counts are quantities"
        return "classification", f"{what} are classes"
    if several <= MAX_EVEN and _without_gaps(known) and counts.min() >= _EVEN * counts.max():
        return "classification", f"{what}, all about equally frequent, are classes"
    return "regression", f"{what} in {rows} rows are quantities"


def _words(name: str) -> set[str]:
    """numberOfRooms, number_of_rooms and "Number of rooms" have the same words."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", name[:200])
    return set(re.findall(r"[a-z]+", parted.lower()))


def _without_gaps(known: np.ndarray) -> bool:
    return bool(known[0] in (0, 1) and (np.diff(known) == 1).all())


def _like_counts(known: np.ndarray, counts: np.ndarray) -> bool:
    """From 0 or 1 without gaps, rising to one peak and thinning out to a longer side above it."""
    if len(known) < _LEAST_COUNTS or not _without_gaps(known) or counts[-1] > _THIN * counts.max():
        return False
    peak = int(counts.argmax())
    towards = np.concatenate([counts[: peak + 1], counts[peak:][::-1]])  # both sides, each read up to the peak
    steps = np.diff(towards)
    steps[peak] = 0  # from one side to the other
    by_chance = 2 * np.sqrt(towards[:-1] + 1.0)
    mean = np.average(known, weights=counts)
    spread = np.sqrt(np.average((known - mean) ** 2, weights=counts))
    skew = np.average((known - mean) ** 3, weights=counts) / spread**3
    return bool((steps >= -by_chance).all() and skew > _SKEWED)
