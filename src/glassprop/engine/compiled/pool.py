"""The threads that run kernels, the same ones for all networks of this process."""

from __future__ import annotations

from glassprop.engine.compiled.products import Products
from glassprop.engine.compiled.threads import ThreadPool

POOL = ThreadPool()
POOL.close_before("Numba")


def noted(products: Products) -> Products:
    """The same; a library that has been loaded for it may end itself with Python, and kernels must have stopped by then."""
    if products.library is not None:
        POOL.close_before(products.name)
    return products
