"""Where in a thread's workspace things lie, and where the parts are that any layer uses: entries of ``Lowered.places``."""

from __future__ import annotations

from numba import types

from glassprop.engine.compiled.vector_width import WIDTH

(
    X_AT, Y_AT, SHARE_AT, DELTA_AT, OTHER_AT, SCRATCH_AT, WORK_SIZE, ROWS, COLLAPSES, ROWS_AT, KEPT_AT,
    PANEL_AT, LIBRARY, CONVENTION, MEMBERS,
) = range(15)  # fmt: skip
# addresses of parts (``part.py``); 0 for those that this network does not use
(
    PRODUCT, OUTER, SUMS, TRANSPOSE, LARGE_PRODUCT, GATHER, DROP, OUTPUT, COST_FROM_Z, COST_FROM_A, COST_SLOPE, STEP, CHUNK,
    SEGMENT, OUTER_ENTRIES, ADD_TOUCHED, MEET,
) = range(15, 32)  # fmt: skip
PLACES = 32

# the examples of a block are padded to a multiple of this, and a batch is cut at such: of a vector's numbers, of either
# precision
LANES = WIDTH.lanes(types.float32)
