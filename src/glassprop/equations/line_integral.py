"""The integral of a gradient along a straight line, part by part, on as many points as it takes (E46)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassprop.equations.arrays import Array

GAP = 1e-3  # of the difference between the two ends: what of it the parts may miss
_AIM = 0.1  # of that gap, so that each part is as good as their sum
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_ROUNDING = 1e-13  # of the sizes of what is added up: nothing can be nearer

# Points on the line, 0 to 1 (P,) -> f there (P,), and what each part adds to df/dt (P, parts).
Along = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True)
class LineIntegral:
    """What came of it.

    Attributes
    ----------
    begin, end : float
        f at both ends.
    parts : array (parts,)
        The integral of each part's share of df/dt.
    points : int
        On how many points.
    """

    begin: float
    end: float
    parts: Array
    points: int

    @property
    def rest(self) -> float:
        """What the parts miss of the difference between the ends."""
        return self.end - self.begin - float(self.parts.sum())


def integrated(along: Along, most_points: int) -> LineIntegral:
    """E46: ``∫ ∂f/∂u_k du_k`` of each part, by Gauss's rule on pieces of the line, halved where they miss most.

    A piece knows what it misses: f at its ends says what its parts must add up to. So points go to where f bends, as at
    the kinks of a relu. They are added until all that pieces miss is together less than a tenth of ``GAP`` of the whole
    difference, or there are so many.
    """
    ends = along(np.array([0.0, 1.0]))[0]
    edges, values = np.array([[0.0, 1.0]]), ends[None, :].copy()
    sums = _by_pieces(along, edges)
    points = len(_NODES)
    while True:
        missed = np.abs(values[:, 1] - values[:, 0] - sums.sum(axis=1))
        floor = _ROUNDING * (np.abs(ends).sum() + np.abs(sums).sum())
        goal = max(_AIM * GAP * abs(ends[1] - ends[0]), floor)
        some = missed > goal / (2 * len(missed))
        if not missed.sum() > goal or points + 2 * len(_NODES) * some.sum() > most_points:
            return LineIntegral(float(ends[0]), float(ends[1]), sums.sum(axis=0), points)
        middle = edges[some].mean(axis=1)
        at = along(middle)[0]
        halves = np.concatenate(
            [np.stack([edges[some, 0], middle], axis=1), np.stack([middle, edges[some, 1]], axis=1)]
        )
        new = np.concatenate([np.stack([values[some, 0], at], axis=1), np.stack([at, values[some, 1]], axis=1)])
        edges, values = np.concatenate([edges[~some], halves]), np.concatenate([values[~some], new])
        sums = np.concatenate([sums[~some], _by_pieces(along, halves)])
        points += len(_NODES) * len(halves)


def _by_pieces(along: Along, edges: Array) -> Array:
    """The integral over each piece, by parts. edges (pieces, 2) -> (pieces, parts)."""
    half = (edges[:, 1] - edges[:, 0]) / 2
    moves = along((edges.mean(axis=1)[:, None] + half[:, None] * _NODES).ravel())[1]
    return half[:, None] * np.einsum("pnk,n->pk", moves.reshape(len(edges), len(_NODES), -1), _WEIGHTS)
