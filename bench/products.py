"""Every library's matrix product, to be called alike: for the floor of a case, and to see what kernels it has."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
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
ALONE = ("BLIS", "glassprop", "glassprop (in blocks)")  # which make no threads
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


def _matrices(m: int, n: int, k: int, dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return *(rng.random(shape).astype(dtype) for shape in ((m, k), (k, n))), np.empty((m, n), dtype)


def products(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> dict[str, Product]:
    """Calls that multiply two matrices, by library; threads are the caller's to set."""
    ta, tb, tout = (torch.from_numpy(array) for array in (a, b, out))
    gemm = scipy.linalg.blas.sgemm if a.dtype == np.float32 else scipy.linalg.blas.dgemm
    found: dict[str, Product] = {
        "NumPy": lambda: np.matmul(a, b, out=out),
        # the transposed product of the transposed, which are in the order of Fortran and not copied
        "SciPy": lambda: gemm(1.0, b.T, a.T, c=out.T, overwrite_c=1),
        "torch": lambda: torch.mm(ta, tb, out=tout),
    }
    if blis is not None:
        found["BLIS"] = lambda: blis.gemm(a, b, out=out)
    return found | own(a, b)


def own(a: np.ndarray, b: np.ndarray) -> dict[str, Product]:
    """Our own kernels' calls."""
    return _own_products()(a, b)


@cache
def _own_products() -> Callable[[np.ndarray, np.ndarray], dict[str, Product]]:
    """What makes them, or nothing if kernels are not to be called in this way any more: said to standard error."""
    try:
        from bench.own_products import own_products

        own_products(np.ones((2, 2), np.float32), np.ones((2, 2), np.float32))
    except Exception as error:
        print(f"our own products cannot be called: {str(error).splitlines()[:1]}", file=sys.stderr)
        return lambda a, b: {}
    return own_products


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


def fastest(m: int, n: int, k: int, dtype: str, seconds: float) -> dict[str, float]:
    """The best times of an (m, k) by (k, n) product, by whose it is; each library at one thread and at all."""
    a, b, out = _matrices(m, n, k, dtype)
    found = {}
    for threads in _THREADS:
        with on_threads(threads):
            for name, call in products(a, b, out).items():
                if threads == 1 or name not in ALONE:
                    found[f"{name} x{threads}"] = best_time(call, seconds)
    if CORES > 1 and m >= CORES:
        found |= _shared(a, b, seconds)
    return found


def _shared(a: np.ndarray, b: np.ndarray, seconds: float) -> dict[str, float]:
    """Our own, with the rows of the result shared among threads that all work at once, as the engine's do."""
    shares = [own(rows, b) for rows in np.array_split(a, CORES)]
    found = {}
    with ThreadPoolExecutor(CORES) as pool:
        for name in shares[0]:
            times = pool.map(lambda share, name=name: best_time(share[name], seconds), shares)
            found[f"{name} x{CORES}"] = max(times)
    return found


def speeds(size: int = 768, seconds: float = 0.1) -> dict[str, dict[str, float]]:
    """GFLOP/s of each library's float32 product of two squares, at one thread and, with what makes threads, at all."""
    found: dict[str, dict[str, float]] = {}
    for name, took in fastest(size, size, size, "float32", seconds).items():
        library, threads = name.rsplit(" ", 1)
        found.setdefault(library, {})[threads] = 2.0 * size**3 / took / 1e9
    square = jax.numpy.ones((size, size), jax.numpy.float32)
    product = jax.jit(lambda a, b: a @ b)
    rate = 2.0 * size**3 / best_time(lambda: product(square, square).block_until_ready(), seconds) / 1e9
    return found | {"jax": {f"x{CORES}": rate}}
