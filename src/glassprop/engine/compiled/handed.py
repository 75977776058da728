"""What an entry point is handed: a table of addresses and numbers, by the names of its entries."""

from __future__ import annotations

from ctypes import addressof, c_char
from typing import Any

import numpy as np

from glassprop.equations.arrays import Array

# touched (chunks, n_inputs): in which step a chunk has last written to the gradient by the weights of an input; added:
# where in θ these end.
# Where sums are made lane by lane, a chunk is the share of a lane, else these are 0: shares (steps, chunks, 4), see
# ``shares.py``; share_weights (steps, chunks): Σ weight of each; tree: see there; roots (their number, size + 3): Σ weight ∇C;
# meeting (chunks, chunks, ``shares.AT_ONCE``): where they are added up; whole (size + 3,): Σ weight ∇C over all lanes.
# X (n, n_inputs), or if it is sparse the values of its entries, their columns, int32, and where in them each example
# starts (n + 1,). Y (n, n_L), weight (n,) or 0, order (n,), or (members, n); m, v (size,) like θ; gradients (chunks, size).
# schedule (steps, 5); bounds (steps + 1,): where batches begin in the order. rooms: a block's costs for each thread.
# costs (steps, chunks): Σ weight · C_0 by chunk, of a prediction (n,) or 0. squares, lengths (steps, chunks): Σ w², and
# the squared length of the gradient, by segment. out (n, n_L): predictions; of an epoch (members, n_rows, n_L), what its
# forward passes give of each row, or 0. seen (n, 7 + n_L), or 0: where they add that up, judged by ``judged`` and ``given``
# (n,), see ``SeenSums``. The rest is in ``lowering.py``.
NAMES = (
    "x", "columns", "starts", "touched", "y", "weight", "order", "m", "v", "schedule", "bounds", "gradients", "plan", "fixed", "layers", "numbers",
    "blocks", "factors", "places", "work", "rooms", "costs", "squares", "lengths", "control", "out", "orders",
    "n_rows", "n_in", "n_out", "size", "depth", "n_blocks", "added", "shares", "share_weights", "tree", "roots", "meeting", "whole",
    "seen", "judged", "given",
)  # fmt: skip
(
    X, COLUMNS, STARTS, TOUCHED, Y, WEIGHT, ORDER, M, V, SCHEDULE, BOUNDS, GRADIENTS, PLAN, FIXED, LAYERS, NUMBERS, BLOCKS, FACTORS, PLACES, WORK,
    ROOMS, COSTS, SQUARES, LENGTHS, CONTROL, OUT, ORDERS, N_ROWS, N_IN, N_OUT, SIZE, DEPTH, N_BLOCKS, ADDED, SHARES, SHARE_WEIGHTS, TREE, ROOTS, MEETING, WHOLE,
    SEEN, JUDGED, GIVEN,
) = range(len(NAMES))  # fmt: skip
_AT = {name: place for place, name in enumerate(NAMES)}
# what arrays are of, where that is not the kind of number that θ is of
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("order", "bounds", "plan", "layers", "blocks", "places", "control", "orders", "starts", "touched", "shares", "tree", "given"), np.dtype(np.int64)),
    **dict.fromkeys(
        ("weight", "schedule", "fixed", "numbers", "factors", "rooms", "costs", "squares", "lengths", "share_weights", "roots", "meeting", "whole", "seen", "judged"), np.dtype(np.float64)
    ),
    "columns": np.dtype(np.int32),
}  # fmt: skip


class Handed:
    """The table of one call or of many, which holds the arrays that it leads to.

    Attributes
    ----------
    control : array
        By which its threads find each other: see ``control.py``.
    """

    def __init__(self, theta: Array, **things: Array | int) -> None:
        self._table = np.zeros(len(NAMES), dtype=np.int64)
        self._held: dict[str, Any] = {}
        self._dtype, self.theta_at, self.table_at = theta.dtype, 0, self._table.ctypes.data
        self._theta: Any = None
        self.control: Array
        self.put(theta, **things)

    def put(self, theta: Array, **things: Array | int) -> None:
        """Hand over θ and these things, by name: arrays in the layout that kernels read, or numbers.

        Raises
        ------
        TypeError
            If an array is not contiguous, or not of the kind that kernels take it for.
        """
        if theta is not self._theta:
            self.theta_at, self._theta = self._address("theta", theta), theta
        for name, thing in things.items():
            self._held[name] = thing
            self._table[_AT[name]] = thing if isinstance(thing, int) else self._address(name, thing)
        if "control" in things:
            self.control = self._held["control"]

    def let_go(self, *names: str) -> None:
        """Hold these no longer: nobody is to be called with them again."""
        for name in names:
            del self._held[name]

    def _address(self, name: str, array: Any) -> int:
        kind: Any = _KINDS.get(name, self._dtype)
        if array.dtype != kind or not array.flags.c_contiguous or not array.flags.aligned:
            raise TypeError(f"kernels read {name} as contiguous {kind}, got {array.dtype}, {array.strides}")
        try:
            return addressof(c_char.from_buffer(array))
        except (TypeError, ValueError):  # read-only, or empty; which takes three times as long
            return int(array.ctypes.data)
