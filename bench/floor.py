"""The floor of a case: its bare matrix products, each by whoever is fastest at it, and one pass of the optimizer."""

from __future__ import annotations

from typing import Any

import torch

from bench.cases import Case
from bench.products import CORES, best_time, fastest

# Numbers of a parameter that go to and from memory: θ, g, m, v read, θ, m, v written; or θ, g read, θ written.
_MOVED = {"adam": 7, "sgd": 3}
_BYTES = {"float32": 4, "float64": 8}


def bandwidth() -> float:
    """Bytes a second of a triad over arrays that no cache holds: two read, one written."""
    n = 16_000_000
    a, b, c = (torch.ones(n) for _ in range(3))
    best = 0.0
    for threads in {1, CORES}:
        torch.set_num_threads(threads)
        best = max(best, 12 * n / best_time(lambda: torch.add(b, c, out=a), 1.0))
    return best


def floor(case: Case, bytes_a_second: float, seconds: float) -> dict[str, Any] | None:
    """Milliseconds that an epoch of this case cannot do without, and whose products they are; None of sparse rows.

    ``others``: the same without our own products.
    """
    if case.density is not None:
        return None
    steps, products = -(-case.rows // case.batch), []
    for l, (n_in, n_out) in enumerate(case.products):
        shapes = [(case.batch, n_out, n_in), (n_out, n_in, case.batch)] + ([(case.batch, n_in, n_out)] if l else [])
        products += [_product(*shape, case.dtype, seconds) for shape in shapes]
    moved = _MOVED[case.optimizer] * _BYTES[case.dtype] * case.parameters / bytes_a_second
    least = {who: steps * (sum(found[who][1] for found in products) + moved) * 1e3 for who in ("all", "others")}
    return {"milliseconds": least["all"], "others": least["others"], "products": products}


def _product(m: int, n: int, k: int, dtype: str, seconds: float) -> dict[str, Any]:
    """Who is fastest at a product, and who is but for us: names and seconds."""
    found = fastest(m, n, k, dtype, seconds)
    others = {name: took for name, took in found.items() if not name.startswith("glassprop")}
    named = {who: min(times.items(), key=lambda entry: entry[1]) for who, times in (("all", found), ("others", others))}
    return {"m": m, "n": n, "k": k, **named, "gflops": 2 * m * n * k / named["all"][1] / 1e9}
