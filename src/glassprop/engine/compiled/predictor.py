"""Predictions, and costs of single examples, in machine code."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.control import TO, control_for
from glassprop.engine.compiled.entries import Reading, inputs
from glassprop.engine.compiled.handed import Handed
from glassprop.engine.compiled.lowering import Lowered, lower, multiplications
from glassprop.engine.compiled.parts_of import COST, PREDICT
from glassprop.engine.compiled.pool import POOL, noted
from glassprop.engine.compiled.products import Products, chosen
from glassprop.engine.compiled.row import W_TURNED
from glassprop.engine.compiled.shares_room import aligned_zeros
from glassprop.engine.compiled.turned import Turned
from glassprop.equations.arrays import Array, Rows
from glassprop.equations.domain import SIMPLEX_OPEN, UNIT_OPEN

_PREDICTED_AT_ONCE = 256  # rows of a block
_SHARED_WORK = 3e6  # multiplications of a prediction above which helper threads are asked for
_MOST_THREADS = 8


class Predictor:
    """Predictions and costs of one network in machine code; each thread has a workspace of its own."""

    def __init__(self, architecture: Architecture, dtype: str, products: Products | None = None) -> None:
        """products: who makes large ones; None: as for a training that begins."""
        self._architecture, self._dtype = architecture, np.dtype(dtype)
        self._products = noted(products or chosen(architecture, dtype))
        self.lowered = self._lowered(PREDICT)
        self._known = {(PREDICT, 0): self.lowered}
        self._kernel = kernels.predict_blocks(dtype)
        self._n_out = architecture.sizes[-1]
        self._work = multiplications(architecture)
        ends = architecture.members > 1 and architecture.cost_function.outputs in (UNIT_OPEN, SIMPLEX_OPEN)
        self._clip = float(np.finfo(dtype).eps) if ends else 0.0  # of a mean, whose cost follows from no z
        self._mine = threading.local()

    def _lowered(self, use: int, first: int = 0) -> Lowered:
        lowered = lower(self._architecture, _PREDICTED_AT_ONCE, self._dtype.itemsize, first, self._products.library)
        kernels.put(self._architecture, lowered, use, self._dtype.name)
        return lowered

    def _for(self, use: int, first: int) -> Lowered:
        """The tables of predictions, or of costs, which predictions do without; made at the first call that asks."""
        if (use, first) not in self._known:
            self._known[use, first] = self._lowered(use, first)
        return self._known[use, first]

    @property
    def works(self) -> bool:
        """Whether kernels can still be called: not when Python is ending."""
        return not POOL.closed

    def __call__(self, theta: Array, X: Rows) -> Array:
        """a of the last layer, the mean over members. X (n, n_inputs), contiguous, or CSR -> (n, n_L)."""
        out = np.empty((X.shape[0], self._n_out), self._dtype)
        self._run(PREDICT, theta, X, out=out)
        return out

    def costs(self, theta: Array, X: Rows, Y: Array) -> Array:
        """C_0 of each example, of that mean. X (n, n_inputs), Y (n, n_L), contiguous, X perhaps CSR -> (n,), float64."""
        costs = np.empty(X.shape[0])
        self._run(COST, theta, X, y=Y, costs=costs)
        return costs

    def _run(self, use: int, theta: Array, X: Rows, **results: Array) -> None:
        n, work_of_row, first = X.shape[0], self._work, 0
        if not isinstance(X, np.ndarray):
            entries, first = Reading.of(self._architecture, X, n)
            work_of_row = multiplications(self._architecture, entries)
            if first & W_TURNED:
                (theta,) = Turned(self._architecture, (theta,)).take_in()
        low = self._for(use, first)
        tasks = -(-n // low.rows)
        threads = min(tasks, _MOST_THREADS) if work_of_row * n > _SHARED_WORK else 1
        alone = threads == 1 and not first
        kept: dict[Any, Any] = self._mine.__dict__
        # one that helpers were called with is not used again: a late one may still read it
        handed = (kept.pop(use, None) if alone else None) or self._handed(low, theta, threads)
        handed.put(theta, **inputs(X), n_rows=n, **results)
        control = handed.control
        control[:], control[TO] = 0, tasks
        kernel = self._products.held(lambda thread: self._kernel(handed, thread))
        if not alone:
            POOL.run(kernel, control, threads)
            return
        POOL.run_alone(kernel, control)
        handed.let_go("x", *results)
        kept[use] = handed

    def _handed(self, low: Lowered, theta: Array, threads: int) -> Handed:
        """The table of a call, with all that is the same in every call of this thread."""
        orders, work = self._space(threads, low)
        return Handed(
            theta, layers=low.layers, numbers=low.numbers, places=low.places, depth=low.depth,
            fixed=np.array([low.cost_parameter, self._clip]), orders=orders, work=work,
            control=control_for(1),
        )  # fmt: skip

    def _space(self, threads: int, low: Lowered) -> tuple[Array, Array]:
        """Row numbers and workspace of the calling thread, made at its first call, and when one needs more."""
        mine = self._mine
        rows, size = threads * low.rows, threads * low.work_size
        if getattr(mine, "rows", 0) < rows or mine.size < size:
            mine.rows, mine.size = rows, size
            mine.orders = np.empty(rows, dtype=np.int64)
            mine.work = aligned_zeros(size, self._dtype)
        return mine.orders, mine.work
