"""Our own kernels' matrix product, to be called from Python: as it lies, or cut into blocks, whichever is faster."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.large_product import ROOM, large
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.places import LANES, PLACES
from glassprop.engine.compiled.product_tile import AS_IS, NO_BIAS
from glassprop.engine.compiled.tile_parts import product

_KINDS = {"N": ctypes.c_void_p, "P": ctypes.c_void_p, "I": ctypes.c_int64}


def own_products(a: np.ndarray, b: np.ndarray) -> dict[str, Callable[[], Any]]:
    """Calls that multiply two matrices, on one thread; columns are filled up to whole vectors, as the engine does."""
    (m, k), n = a.shape, -(-b.shape[1] // LANES) * LANES
    w, x = np.ascontiguousarray(a), np.zeros((k, n), a.dtype)
    x[:, : b.shape[1]] = b
    out, room, places = np.empty((m, n), a.dtype), np.empty(ROOM, a.dtype), np.zeros(PLACES, np.int64)
    addresses = kernels.load([product, large], a.dtype.name)
    for part, address in addresses.items():
        places[part.shape.slot] = address
    sizes = (w, k, 1, x, n, out, n, m, k, n, w, NO_BIAS, 0, AS_IS)
    found = {
        "glassprop": _call(product, addresses[product], *sizes),
        "glassprop (in blocks)": _call(large, addresses[large], places, *sizes, room),
    }
    for call in found.values():
        call()
        np.testing.assert_allclose(out[:, : b.shape[1]], a @ b, rtol=1e-3)  # all that is added up here is positive
    return found


def _call(part: Part, address: int, *arguments: Any) -> Callable[[], Any]:
    """A call of a part with these arguments, without the GIL; arrays live as long as it does."""
    kinds = [ctypes.c_void_p] * 2 + [_KINDS[letter] for letter in part.shape.letters]
    function = ctypes.CFUNCTYPE(ctypes.c_int, *kinds)(address)
    handed = [argument.ctypes.data if isinstance(argument, np.ndarray) else argument for argument in arguments]
    for_errors = [ctypes.create_string_buffer(8) for _ in range(2)]

    def call(function: Any = function, kept: Any = arguments) -> None:
        function(*for_errors, *handed)

    return call
