"""Sums of long vectors by segments: each process gets one segment of all, adds it up, and hands out what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Adds = Sequence[tuple[int, int]]


def added_up(rows: NDArray[np.float64], adds: Adds) -> NDArray[np.float64]:
    """Make the adds ``rows[a] += rows[b]`` in their order, and return the row that the last one adds to."""
    for a, b in adds:
        rows[a] += rows[b]
    return rows[adds[-1][0]] if adds else rows[0]


class Segments:
    """What stays the same from one sum to the next of vectors that are as long; its arrays are used again each time.

    Parameters
    ----------
    size : int
        Of the vectors.
    rows : sequence of int
        How many vectors each process has.
    rank : int
        Which process this is.

    Attributes
    ----------
    rows, total : list of int, int
        How many vectors each process has, and all.
    widths : list of int
        Of the segments.
    sent_counts, received_counts : lists of int
        How many numbers go to, and come from, each process.
    received, whole : arrays (total, width), (size,)
        What comes from all for the segment of this process, and what came of all segments.
    """

    def __init__(self, size: int, rows: Sequence[int], rank: int) -> None:
        ranks = len(rows)
        self._bounds = [size * each // ranks for each in range(ranks + 1)]
        self.widths = [last - first for first, last in zip(self._bounds, self._bounds[1:], strict=False)]
        self.rows, self.total = list(rows), sum(rows)
        here, width = rows[rank], self.widths[rank]
        self.sent_counts = [here * each for each in self.widths]
        self.received_counts = [each * width for each in rows]
        self._sent = np.empty(here * size if here > 1 else 0)
        self.received, self.whole = np.empty((self.total, width)), np.empty(size)

    def pack(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """The vectors here (n, size), by segments. One alone lies so as it is."""
        if len(vectors) == 1:
            return np.ascontiguousarray(vectors[0])
        place = 0
        for first, last in zip(self._bounds, self._bounds[1:], strict=False):
            part = vectors[:, first:last]
            self._sent[place : place + part.size].reshape(part.shape)[...] = part
            place += part.size
        return self._sent
