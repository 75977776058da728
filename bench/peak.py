"""What the machine's arithmetic units can do at most: a loop of nothing but multiply-adds, by width of vectors."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

_AT_ONCE = 12  # chains of sums: more than two units and four cycles of waiting need, fewer than 16 registers
_TURNS = 200_000
_KINDS = {"float32": ir.FloatType(), "float64": ir.DoubleType()}
_BITS = {"float32": 32, "float64": 64}
WIDTHS = (128, 256, 512)


def peak(dtype: str, seconds: float = 0.4) -> dict[int, float]:
    """GFLOP/s of all cores together, by bits of a vector; one that the CPU has not becomes several narrower ones."""
    cores = len(os.sched_getaffinity(0))
    found = {}
    with ThreadPoolExecutor(cores) as pool:
        for bits in WIDTHS:
            lanes = bits // _BITS[dtype]
            run = _loop(lanes, dtype)
            times = list(pool.map(lambda _, run=run: _least_time(run, seconds), range(cores)))
            found[bits] = sum(2.0 * _AT_ONCE * lanes * _TURNS / took for took in times) / 1e9
    return found


def _least_time(run: Any, seconds: float) -> float:
    """Of one thread's calls, while the others make theirs."""
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        run(_TURNS)
        best = min(best, time.perf_counter() - start)
    return best


def _loop(lanes: int, dtype: str) -> Any:
    """Compiled code that makes ``_AT_ONCE`` multiply-adds of so many numbers, as often as it is told."""

    @intrinsic
    def chains(typingctx, turns):
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return _multiply_adds(builder, args[0], lanes, dtype)

        return getattr(types, dtype)(types.int64), codegen

    @njit(nogil=True)
    def run(turns):
        return chains(turns)

    run(1)
    return run


def _multiply_adds(builder: Any, turns: Any, lanes: int, dtype: str) -> Any:
    """IR: sums that are halved and added to in each turn, and a number of them all, lest they be left out."""
    vector, i64 = ir.VectorType(_KINDS[dtype], lanes), ir.IntType(64)
    name = f"llvm.fma.v{lanes}f{_BITS[dtype]}"
    fma = builder.module.declare_intrinsic(name, (), ir.FunctionType(vector, [vector] * 3))
    half = ir.Constant(vector, [0.5] * lanes)
    starts = [ir.Constant(i64, 0), *(ir.Constant(vector, [float(k)] * lanes) for k in range(_AT_ONCE))]
    before, body, after = builder.block, *(builder.append_basic_block(name) for name in ("body", "after"))
    builder.branch(body)
    builder.position_at_end(body)
    turn, *sums = (builder.phi(start.type) for start in starts)
    ends = [builder.add(turn, ir.Constant(i64, 1)), *(builder.call(fma, [total, half, half]) for total in sums)]
    for phi, start, end in zip([turn, *sums], starts, ends, strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(end, body)
    builder.cbranch(builder.icmp_signed("<", ends[0], turns), body, after)
    builder.position_at_end(after)
    total = ends[1]
    for value in ends[2:]:
        total = builder.fadd(total, value)
    return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))
