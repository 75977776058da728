"""Which numbers of a column lie far from all others, and how far its numbers typically lie from its middle."""

from __future__ import annotations

import numpy as np

FAR = 3.0  # what lies beyond a gap of so many times the width of the rest is apart from it,
FEW = 0.05  # if at most this share of the rows does, on that side,
FEW_VALUES = 3  # or at most so many different values.
OF_NORMAL = 1.482602218505602  # the standard deviation of a normal distribution, in median distances from its median


def together(known: np.ndarray, counts: np.ndarray) -> tuple[int, int]:
    """Which of the values, rising and different, are not few and far from the others: known[low:high].

    What lies in the middle grows over every gap of up to `FAR` times its own width. What it does not reach is apart;
    if it is more than a few rows, and more than a few values, the column is taken whole.
    """
    low, high = _middle(known, counts)
    if high - low < 2:
        return 0, len(known)
    gaps, width = np.diff(known), -1.0
    while width < (width := known[high - 1] - known[low]):
        wide = gaps > FAR * width
        below, above = np.flatnonzero(wide[:low]), np.flatnonzero(wide[high - 1 :])
        low = int(below[-1]) + 1 if len(below) else 0
        high = high + int(above[0]) if len(above) else len(known)
    rows = counts.sum()
    for apart in (counts[:low], counts[high:]):
        if apart.sum() > FEW * rows and len(apart) > FEW_VALUES:
            return 0, len(known)
    return low, high


def _middle(known: np.ndarray, counts: np.ndarray) -> tuple[int, int]:
    """The values without those at the ends that are few: by rows and by how many they are, or by the latter alone."""
    different = len(known)
    if different < 5:  # the two that are nearest to each other
        nearest = int(np.argmin(np.diff(known))) if different > 1 else 0
        return nearest, min(nearest + 2, different)
    few = max(int(FEW * different), min(FEW_VALUES, (different - 3) // 2))
    rows = np.cumsum(counts)
    below = int(np.searchsorted(rows, FEW * rows[-1], side="right"))
    above = int(np.searchsorted(np.cumsum(counts[::-1]), FEW * rows[-1], side="right"))
    low, high = max(few, below), different - max(few, above)
    return (low, high) if high - low > 2 else (few, different - few)


def typical_distance(values: np.ndarray) -> float:
    """The median distance from the median, of the values that differ from it; that of a normal column is its standard
    deviation. 0 where all are the same."""
    distances = np.abs(values - np.median(values))
    distances = distances[distances > 0]
    return OF_NORMAL * float(np.median(distances)) if len(distances) else 0.0
