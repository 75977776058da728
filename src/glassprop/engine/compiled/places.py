"""Where in a thread's workspace things lie: entries of ``Lowered.places``, in the order that the kernels read them."""

from __future__ import annotations

from numba import types

from glassprop.engine.compiled.vector_width import WIDTH

(
    X_AT, Y_AT, SHARE_AT, DELTA_AT, OTHER_AT, SCRATCH_AT, WORK_SIZE, ROWS, ROWS_FIRST, PAIR, COST, ROWS_AT, KEPT_AT,
) = range(13)  # fmt: skip

# the examples of a block are padded to a multiple of this, and a batch is cut at such: of a vector's numbers, of either
# precision
LANES = WIDTH.lanes(types.float32)
