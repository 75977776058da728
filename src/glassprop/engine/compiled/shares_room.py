"""What sums that are made lane by lane need of a room: where shares are, their tree, and room for the roots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.compiled.shares import OF_SHARE
from glassprop.engine.plan import EpochPlan
from glassprop.equations.arrays import Array


@dataclass
class SharesRoom:
    """Where sums are made lane by lane: see ``handed.py``. before: phases of a step that go before the sums over all lanes."""

    table: Array
    weights: Array
    roots: Array
    before: int = 2

    @classmethod
    def of(cls, plan: EpochPlan, steps: int, size: int, n_roots: int) -> SharesRoom | None:
        """For so many steps of such epochs; size: of θ."""
        if plan.shares is None:
            return None
        roots = aligned_zeros(n_roots * (size + 3), np.float64).reshape(n_roots, size + 3)
        chunks = plan.shares.rows.shape[1]
        return cls(np.zeros((steps, chunks, OF_SHARE), np.int64), np.zeros((steps, chunks)), roots)


def table_of(plan: EpochPlan) -> NDArray[np.int64]:
    """The shares of every step as kernels read them. -> (steps, chunks, 4)."""
    assert plan.shares is not None
    edges, shape = plan.share_edges, plan.shares.rows.shape
    starts, stops = edges[:-1].reshape(shape), edges[1:].reshape(shape)
    whole = np.broadcast_to(plan.shares.totals[:, None], shape)
    return np.ascontiguousarray(np.stack([starts, stops, starts - plan.shares.firsts, whole], axis=2), dtype=np.int64)


def tree_table(adds: Sequence[tuple[int, int]], roots: Sequence[int]) -> NDArray[np.int64]:
    """The tree as kernels read it: how many adds and roots there are, then both."""
    return np.array([len(adds), len(roots), *(lane for add in adds for lane in add), *roots], dtype=np.int64)


def aligned_zeros(n: int, dtype: Any) -> Array:
    """n zeros from the beginning of a cache line on: a wide vector that lies across two of them takes twice as long."""
    line, dtype = 64, np.dtype(dtype)
    raw = np.zeros(n * dtype.itemsize + line, dtype=np.uint8)
    start = -raw.ctypes.data % line
    return raw[start : start + n * dtype.itemsize].view(dtype)
