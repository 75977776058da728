"""A frozen network as a small table of integers and one of numbers, which the compiled passes walk.

Also decides, from shapes alone, how a batch is cut: into chunks (each has a gradient of its own, and may run on a
thread of its own) and blocks (as many examples as fit the cache). The bits of a run follow from these and not from how
many threads there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.layers import Architecture
from glassprop.engine.compiled.activations import CODES as ACTIVATION_CODES
from glassprop.engine.compiled.activations import KEEPS_SLOPE
from glassprop.engine.compiled.costs import CODES as COST_CODES
from glassprop.engine.compiled.costs import NO_PAIR, PAIRS
from glassprop.layers.kind import LayerKind

# columns of the table of layers
N_IN, N_OUT, W, B, ACTIVATION, WAYS, A_AT, SLOPE_AT, OUT_AT = range(9)
# bits of WAYS: which products go to BLIS; whether the gradient by W is made from activations turned row by row;
# whether the layer's relu is done by the product that makes its z; whether the product that makes ∂C/∂a of the layer
# before also pulls it back through that layer's relu
FORWARD_BLIS, BACK_BLIS, OUTER_BLIS, OUTER_TURNED, RELU_FUSED, BACK_MASKED = 1, 2, 4, 8, 16, 32
# columns of the table of numbers
PARAMETER, DROPOUT = range(2)
# columns of the table of blocks, and of that of their factors
START, STOP = range(2)
DECAY_FACTOR, RATE_FACTOR = range(2)

_PAD = 16  # examples in a block are padded to a multiple of this: two vectors of float32
_CACHE = 192 * 1024  # bytes of activations that a block may take: well within a core's L2
_MOST_ROWS = 1024
_CHUNK_WORK = 5e5  # multiplications a step above which it is cut into two chunks: some 30 µs of work
_WIDE = 2048  # rows of a batch from which on more than two chunks pay
# Entries of W above which BLIS wins, from the measurements in `tiles.py`
_FORWARD_OWN, _BACK_OWN, _OUTER_OWN = 520_000, 150_000, 150_000


@dataclass(frozen=True)
class Lowered:
    """The tables for one architecture and the largest batch it will see.

    Attributes
    ----------
    layers : int64 (L, 9)
    numbers : float64 (L, 2)
    blocks : int64 (number of parameter blocks, 2)
        Start and stop.
    factors : float64 (number of parameter blocks, 2)
        What decay (and L2) and the rate are multiplied by.
    rows : int
        Examples of one block, a multiple of 16.
    x_at, y_at, share_at, delta_at, other_at, scratch_at, work_size : int
        Where in a thread's workspace things lie, and how long it is.
    rows_at : int
        Where the examples of a block lie as they are in X, row by row; columns are made from them at ``x_at``.
    rows_first : bool
        Whether the first layer reads them row by row, and no columns are made: when it goes to BLIS.
    """

    layers: NDArray[np.int64]
    numbers: NDArray[np.float64]
    blocks: NDArray[np.int64]
    factors: NDArray[np.float64]
    rows: int
    x_at: int
    y_at: int
    share_at: int
    delta_at: int
    other_at: int
    scratch_at: int
    work_size: int
    rows_at: int
    rows_first: bool
    pair: int
    cost: int
    cost_parameter: float
    size: int

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The offsets and codes in the order that the kernels read them."""
        return np.array(
            [
                self.x_at, self.y_at, self.share_at, self.delta_at, self.other_at, self.scratch_at, self.work_size,
                self.rows, self.rows_first, self.pair, self.cost, self.rows_at,
            ],
            dtype=np.int64,
        )  # fmt: skip


(X_AT, Y_AT, SHARE_AT, DELTA_AT, OTHER_AT, SCRATCH_AT, WORK_SIZE, ROWS, ROWS_FIRST, PAIR, COST, ROWS_AT) = range(12)


def multiplications(architecture: Architecture) -> int:
    """How many multiplications one example costs, forward and backward."""
    sizes = architecture.sizes
    products = [n_in * n_out for n_in, n_out in pairwise(sizes)]
    return 3 * sum(products) - products[0]


def chunks_for(architecture: Architecture, rows: int) -> int:
    """Into how many chunks a batch of so many rows is cut."""
    if rows < 32 or multiplications(architecture) * rows < _CHUNK_WORK:
        return 1
    return 4 if rows >= _WIDE else 2


def _ways(layer: LayerKind, before: LayerKind | None, n_in: int, n_out: int) -> int:
    """The bits of ``WAYS`` for a layer and the one before it."""
    entries = n_in * n_out
    ways = FORWARD_BLIS if entries > _FORWARD_OWN else RELU_FUSED * (layer.activation.name == "relu")
    if entries > _BACK_OWN:
        ways += BACK_BLIS
    elif before is not None and before.activation.name == "relu" and not before.dropout:
        ways += BACK_MASKED
    if entries > _OUTER_OWN:
        return ways + OUTER_BLIS
    return ways + OUTER_TURNED * (n_in >= 8)


def lower(architecture: Architecture, batch_rows: int, itemsize: int) -> Lowered:
    """Lay out the workspace and decide the way of each product. batch_rows: the most a chunk will see."""
    depth, sizes, layout = architecture.depth, architecture.sizes, architecture.layout
    per_row = itemsize * (sum(sizes) * 2 + 2 * max(sizes))
    rows = min(max(_CACHE // per_row, 64), _MOST_ROWS, batch_rows)
    if max(n_in * n_out for n_in, n_out in pairwise(sizes)) > _OUTER_OWN:
        rows = min(batch_rows, _MOST_ROWS)  # a BLAS wants long rows more than it minds the cache
    rows = -(-rows // _PAD) * _PAD
    layers, numbers = np.zeros((depth, 9), dtype=np.int64), np.zeros((depth, 2))
    at = 0

    def room(n: int) -> int:
        nonlocal at
        start, at = at, at + -(-n * rows // _PAD) * _PAD
        return start

    x_at, rows_at = room(sizes[0]), room(sizes[0])
    for l, layer in enumerate(architecture.layers, start=1):
        n_in, n_out = sizes[l - 1], sizes[l]
        code = ACTIVATION_CODES[layer.activation.name]
        before = architecture.layers[l - 2] if l > 1 else None
        ways = _ways(layer, before, n_in, n_out)
        a_at = room(n_out)
        slope_at = room(n_out) if code in KEEPS_SLOPE else a_at
        out_at = room(n_out) if layer.dropout else a_at
        w, b = layout.block(l, "w").start, layout.block(l, "b").start
        layers[l - 1] = (n_in, n_out, w, b, code, ways, a_at, slope_at, out_at)
        numbers[l - 1] = (layer.activation.parameters or (0.0,))[0], layer.dropout
    first = int(layers[0, WAYS])
    rows_first = bool(first & FORWARD_BLIS) and bool(first & OUTER_BLIS)
    y_at, share_at = room(sizes[-1]), room(1)
    delta_at, other_at, scratch_at = room(max(sizes[1:])), room(max(sizes[1:])), room(max(4, max(sizes[:-1])))
    cost = architecture.cost_function
    return Lowered(
        layers=layers,
        numbers=numbers,
        blocks=np.array([(block.start, block.stop) for block in layout.blocks], dtype=np.int64),
        factors=np.array([(block.decay, block.rate) for block in layout.blocks], dtype=np.float64),
        rows=rows,
        x_at=x_at,
        y_at=y_at,
        share_at=share_at,
        delta_at=delta_at,
        other_at=other_at,
        scratch_at=scratch_at,
        work_size=at,
        rows_at=rows_at,
        rows_first=rows_first,
        pair=PAIRS.get((architecture.layers[-1].activation.name, cost.name), NO_PAIR),
        cost=COST_CODES[cost.name],
        cost_parameter=(cost.parameters or (0.0,))[0],
        size=layout.size,
    )
