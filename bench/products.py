"""Every library's matrix product, to be called alike: for the floor of a case, and to see what kernels it has."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np
import scipy.linalg.blas
import torch
from threadpoolctl import threadpool_limits

try:
    import blis.py as blis
except ImportError:
    blis = None

CORES = len(os.sched_getaffinity(0))
_THREADS = sorted({1, CORES})
Product = Callable[[], Any]


def best_time(call: Product, seconds: float) -> float:
    """The least time of one call, over some rounds."""
    call()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def products(m: int, n: int, k: int, dtype: str) -> dict[str, Product]:
    """Calls that multiply an (m, k) by a (k, n) matrix, by library; threads are the caller's to set."""
    rng = np.random.default_rng(0)
    a, b = (rng.random(shape).astype(dtype) for shape in ((m, k), (k, n)))
    out = np.empty((m, n), dtype=dtype)
    ta, tb, tout = (torch.from_numpy(array) for array in (a, b, out))
    gemm = scipy.linalg.blas.sgemm if dtype == "float32" else scipy.linalg.blas.dgemm
    found: dict[str, Product] = {
        "NumPy": lambda: np.matmul(a, b, out=out),
        # the transposed product of the transposed, which are in the order of Fortran and not copied
        "SciPy": lambda: gemm(1.0, b.T, a.T, c=out.T, overwrite_c=1),
        "torch": lambda: torch.mm(ta, tb, out=tout),
    }
    if blis is not None:
        found["BLIS"] = lambda: blis.gemm(a, b, out=out)
    return found


@contextmanager
def on_threads(threads: int) -> Iterator[None]:
    """Context in which the libraries of `products` use so many threads."""
    before = torch.get_num_threads()
    with threadpool_limits(threads):
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def fastest(m: int, n: int, k: int, dtype: str, seconds: float) -> tuple[float, str]:
    """The best time of an (m, k) by (k, n) product, and whose it is; each library at one thread and at all."""
    calls, found = products(m, n, k, dtype), []
    for threads in _THREADS:
        with on_threads(threads):
            found += [
                (best_time(call, seconds), f"{name} x{threads}")
                for name, call in calls.items()
                if threads == 1 or name != "BLIS"  # which makes no threads
            ]
    return min(found)


def speeds(size: int = 768, seconds: float = 0.2) -> dict[str, dict[str, float]]:
    """GFLOP/s of each library's float32 product of two squares, at one thread and, with what makes threads, at all."""
    found: dict[str, dict[str, float]] = {}
    for threads in _THREADS:
        with on_threads(threads):
            for name, call in products(size, size, size, "float32").items():
                if threads == 1 or name != "BLIS":
                    rate = 2.0 * size**3 / best_time(call, seconds) / 1e9
                    found.setdefault(name, {})[f"x{threads}"] = rate
    square = jax.numpy.ones((size, size), jax.numpy.float32)
    product = jax.jit(lambda a, b: a @ b)
    rate = 2.0 * size**3 / best_time(lambda: product(square, square).block_until_ready(), seconds) / 1e9
    return found | {"jax": {f"x{CORES}": rate}}
