"""Where in a thread's workspace things lie: entries of ``Lowered.places``, in the order that the kernels read them."""

from __future__ import annotations

(
    X_AT, Y_AT, SHARE_AT, DELTA_AT, OTHER_AT, SCRATCH_AT, WORK_SIZE, ROWS, ROWS_FIRST, PAIR, COST, ROWS_AT, KEPT_AT,
) = range(13)  # fmt: skip

LANES = 8  # the examples of a block are padded to a multiple of this: of a vector's numbers, of either precision
