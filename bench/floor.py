"""The floor of a shape: its bare matrix products at the best BLAS there is, and one pass of the optimizer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import blis.py
import numpy as np
import torch
from threadpoolctl import threadpool_limits

_ADAM_BYTES = 28  # a parameter: θ, g, m, v read, θ, m, v written, 4 bytes each


def best_time(call: Callable[[], Any], seconds: float) -> float:
    """The least time of one call, over some rounds."""
    call()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def bandwidth() -> float:
    """Bytes a second of a triad over arrays that no cache holds: two read, one written."""
    n = 16_000_000
    a, b, c = (torch.ones(n) for _ in range(3))
    best = 0.0
    for threads in (1, 2):
        torch.set_num_threads(threads)
        best = max(best, 12 * n / best_time(lambda: torch.add(b, c, out=a), 1.0))
    return best


def product_time(m: int, n: int, k: int, seconds: float) -> tuple[float, str]:
    """The best time of an (m, k) by (k, n) product in float32, and who had it."""
    rng = np.random.default_rng(0)
    a, b = rng.random((m, k), dtype=np.float32), rng.random((k, n), dtype=np.float32)
    out = np.empty((m, n), dtype=np.float32)
    ta, tb, tout = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(out)
    found = [(best_time(lambda: blis.py.gemm(a, b, out=out), seconds), "BLIS x1")]
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append((best_time(lambda: np.matmul(a, b, out=out), seconds), f"NumPy x{threads}"))
        torch.set_num_threads(threads)
        found.append((best_time(lambda: torch.mm(ta, tb, out=tout), seconds), f"torch x{threads}"))
    return min(found)


def floor(case: Any, bytes_a_second: float, seconds: float) -> float:
    """Seconds that an epoch of this case cannot do without."""
    steps = -(-case.rows // case.batch)
    a_step = 0.0
    for l, (n_in, n_out) in enumerate(case.products):
        shapes = [(case.batch, n_out, n_in), (n_out, n_in, case.batch)] + ([(case.batch, n_in, n_out)] if l else [])
        a_step += sum(product_time(*shape, seconds)[0] for shape in shapes)
    return steps * (a_step + _ADAM_BYTES * case.parameters / bytes_a_second)
