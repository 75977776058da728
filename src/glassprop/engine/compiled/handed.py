"""What an entry point is handed: a table of addresses and numbers, by the names of its entries."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.equations.arrays import Array

# X (n, n_inputs), Y (n, n_L), weight (n,) or 0, order (n,); m, v (size,) like θ; gradients (chunks, size).
# schedule (steps, 5); bounds (steps + 1,): where batches begin in the order. rooms: a block's costs for each thread.
# costs (steps, chunks): Σ weight · C_0 by chunk, of a prediction (n,) or 0. squares, lengths (steps, chunks): Σ w², and
# the squared length of the gradient, by segment. out (n, n_L): predictions. The rest is in ``lowering.py``.
NAMES = (
    "x", "y", "weight", "order", "m", "v", "schedule", "bounds", "gradients", "plan", "fixed", "layers", "numbers",
    "blocks", "factors", "places", "work", "rooms", "costs", "squares", "lengths", "control", "out", "orders",
    "n_rows", "n_in", "n_out", "size", "depth", "n_blocks",
)  # fmt: skip
(
    X, Y, WEIGHT, ORDER, M, V, SCHEDULE, BOUNDS, GRADIENTS, PLAN, FIXED, LAYERS, NUMBERS, BLOCKS, FACTORS, PLACES, WORK,
    ROOMS, COSTS, SQUARES, LENGTHS, CONTROL, OUT, ORDERS, N_ROWS, N_IN, N_OUT, SIZE, DEPTH, N_BLOCKS,
) = range(len(NAMES))  # fmt: skip
_AT = {name: place for place, name in enumerate(NAMES)}
_OF_THETA = {"x", "y", "m", "v", "gradients", "work", "out"}
_INTEGERS = {"order", "bounds", "plan", "layers", "blocks", "places", "control", "orders"}


class Handed:
    """The table of one call or of many, which holds the arrays that it leads to.

    Attributes
    ----------
    control : array
        By which its threads find each other: see ``control.py``.
    """

    def __init__(self, theta: Array, **things: Array | int) -> None:
        self._dtype = theta.dtype
        self._table = np.zeros(len(NAMES), dtype=np.int64)
        self._held: dict[str, Any] = {}
        self.theta_at, self.table_at = self._address("θ", theta, theta.dtype), self._table.ctypes.data
        self.put(**things)

    def put(self, **things: Array | int) -> None:
        """Hand over these things, by name: arrays in the layout that kernels read, or numbers.

        Raises
        ------
        TypeError
            If an array is not contiguous, or not of the kind that kernels take it for.
        """
        for name, thing in things.items():
            self._held[name] = thing
            if not isinstance(thing, int):
                kind = self._dtype if name in _OF_THETA else np.int64 if name in _INTEGERS else np.float64
                thing = self._address(name, thing, kind)
            self._table[_AT[name]] = thing

    @property
    def control(self) -> Array:
        """See above."""
        control: Array = self._held["control"]
        return control

    def _address(self, name: str, array: Array, dtype: Any) -> int:
        if array.dtype != dtype or not array.flags.c_contiguous or not array.flags.aligned:
            raise TypeError(f"kernels read {name} as contiguous {np.dtype(dtype)}, got {array.dtype}, {array.strides}")
        return int(array.__array_interface__["data"][0])
