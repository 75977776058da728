"""Our own kernels' matrix product, to be called from Python: as it lies, or cut into blocks, whichever is faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from glassprop.engine.compiled import tiles
from glassprop.engine.compiled.places import LANES

try:
    from glassprop.engine.compiled.large_product import ROOM, large_product
except ImportError:
    ROOM = 0
_NO_BIAS, _AS_IS = -1, -1  # in place of where a bias, or a mask, starts


@njit(nogil=True)
def _as_it_lies(w, x, out, m, n, k, room):
    tiles.tile_product(w, 0, k, 1, x, 0, n, out, 0, n, m, k, n, w, _NO_BIAS, _AS_IS)


if ROOM:

    @njit(nogil=True)
    def _in_blocks(w, x, out, m, n, k, room):
        large_product(w, 0, k, 1, x, 0, n, out, 0, n, m, k, n, w, _NO_BIAS, _AS_IS, room, 0)


def own_products(a: np.ndarray, b: np.ndarray) -> dict[str, Callable[[], Any]]:
    """Calls that multiply two matrices, on one thread; columns are filled up to whole vectors, as the engine does."""
    (m, k), n = a.shape, -(-b.shape[1] // LANES) * LANES
    x = np.zeros((k, n), a.dtype)
    x[:, : b.shape[1]] = b
    out, room = np.empty(m * n, a.dtype), np.empty(max(ROOM, 1), a.dtype)
    arguments = (np.ascontiguousarray(a).ravel(), x.ravel(), out, m, n, k, room)
    found = {"glassprop": lambda: _as_it_lies(*arguments)}
    if ROOM:
        found["glassprop, in blocks"] = lambda: _in_blocks(*arguments)
    for call in found.values():
        call()
        got = out.reshape(m, n)[:, : b.shape[1]]
        np.testing.assert_allclose(got, a @ b, rtol=1e-3)  # all that is added up here is positive
    return found
