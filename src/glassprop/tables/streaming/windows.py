"""The order of a lane's rows in an epoch: pieces of the file in a new order, and windows of them, each shuffled whole.

All of it follows from the numbers of rows and (seed, epoch, lane, window), so that any place in it is found at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassprop.training.lanes import generator_of


@dataclass(frozen=True)
class Window:
    """Some of a lane's rows that are shuffled together.

    Attributes
    ----------
    number : int
        From 0.
    pieces : list of int
        Which pieces they are, in the order in which they are read.
    first : int
        The number of its first row among those of the epoch.
    rows : int
    """

    number: int
    pieces: list[int]
    first: int
    rows: int


@dataclass(frozen=True)
class LaneOrder:
    """The order of a lane in one epoch.

    Attributes
    ----------
    counts : array (n_pieces,) of int
        How many rows each piece has.
    most : int
        The most rows of a window; no piece has more.
    seed, epoch, lane : int
    """

    counts: NDArray[np.int64]
    most: int
    seed: int
    epoch: int
    lane: int

    @cached_property
    def windows(self) -> list[Window]:
        """The first is one piece, so that an epoch can begin soon; each other has as many as there is room for."""
        order = generator_of(self.seed, self.epoch, self.lane).permutation(len(self.counts))
        found: list[Window] = []
        first, rows, pieces = 0, 0, list[int]()
        for piece in order[self.counts[order] > 0].tolist():
            count = int(self.counts[piece])
            if pieces and (rows + count > self.most or not found):
                found.append(Window(len(found), pieces, first, rows))
                first, rows, pieces = first + rows, 0, []
            pieces.append(piece)
            rows += count
        return [*found, Window(len(found), pieces, first, rows)] if pieces else found

    def from_row(self, first: int) -> Iterator[Window]:
        """The window in which row `first` of the epoch stands, and those after it."""
        return (window for window in self.windows if window.first + window.rows > first)

    def shuffled(self, window: Window) -> NDArray[np.int64]:
        """In which order the rows of a window are taken: numbers among them."""
        return generator_of(self.seed, self.epoch, self.lane, 1 + window.number).permutation(window.rows)


def pieces_of(first: int, stop: int, cuts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Where the pieces of the rows [first, stop) begin, and the last ends.

    They begin at cuts; where these are close, not at each, and where they are far apart, evenly between them as well.

    Parameters
    ----------
    first, stop : int
    cuts : array of int
        Where reading begins cheaply.
    most : int
        The maximum number of rows of a piece.
    """
    edges = [first]
    for cut in [*cuts[(cuts > first) & (cuts < stop)].tolist(), stop]:
        if len(edges) > 1 and 2 * (cut - edges[-2]) <= most:
            edges[-1] = cut
        else:
            parts = -(-(cut - edges[-1]) // most)
            edges += [edges[-1] + (cut - edges[-1]) * part // parts for part in range(1, parts + 1)]
    return np.array(edges, dtype=np.int64)
