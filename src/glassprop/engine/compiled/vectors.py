"""Building blocks for kernels written as LLVM code: a counted loop, and vectors of one kind of number."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from glassprop.engine.compiled.vector_width import Width

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_BYTE_AT = ir.IntType(8).as_pointer()
_FAST = ("fast",)


def const(n: int) -> Any:
    return ir.Constant(_I64, n)


class Loop:
    """IR: ``for i in range(start, stop - step + 1, step)``, with values carried from pass to pass."""

    def __init__(self, builder: Any, start: Any, stop: Any, step: int, carried: Any = ()) -> None:
        self.builder = builder
        function, before = builder.function, builder.block
        self._head, body, self._end = (function.append_basic_block(name) for name in ("head", "body", "end"))
        builder.branch(self._head)
        builder.position_at_end(self._head)
        self.i = builder.phi(_I64)
        self.i.add_incoming(start, before)
        self.carried = [builder.phi(value.type) for value in carried]
        for phi, value in zip(self.carried, carried, strict=True):
            phi.add_incoming(value, before)
        self._next = builder.add(self.i, const(step))
        builder.cbranch(builder.icmp_signed("<=", self._next, stop), body, self._end)
        builder.position_at_end(body)

    def close(self, carried: Any = ()) -> Any:
        """End the body; returns the first index not done, and the carried values as they ended."""
        self.i.add_incoming(self._next, self.builder.block)
        for phi, value in zip(self.carried, carried, strict=True):
            phi.add_incoming(value, self.builder.block)
        self.builder.branch(self._head)
        self.builder.position_at_end(self._end)
        return self.i, self.carried


class Vectors:
    """IR for vectors of one kind of number; ``n`` is how many a vector holds."""

    def __init__(self, builder: Any, kind: Any, width: Width) -> None:
        self.builder, self.n = builder, width.lanes(kind)
        self.type = ir.VectorType(ir.FloatType() if kind == types.float32 else ir.DoubleType(), self.n)
        self.align = 4 if kind == types.float32 else 8
        self.zero = ir.Constant(self.type, [0.0] * self.n)

    def load(self, place: Any) -> Any:
        return self.builder.load(self.builder.bitcast(place, self.type.as_pointer()), align=self.align)

    def store(self, value: Any, place: Any) -> None:
        self.builder.store(value, self.builder.bitcast(place, self.type.as_pointer()), align=self.align)

    def fetch(self, place: Any) -> None:
        """Have the cache line of a place, which need not be part of an array, brought into the first cache."""
        kind = ir.FunctionType(ir.VoidType(), [_BYTE_AT, _I32, _I32, _I32])
        function = self.builder.module.declare_intrinsic("llvm.prefetch", (_BYTE_AT,), kind)
        settings = [ir.Constant(_I32, value) for value in (0, 3, 1)]  # to be read, kept near, data
        self.builder.call(function, [self.builder.bitcast(place, _BYTE_AT), *settings])

    def splat(self, scalar: Any) -> Any:
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.Constant(_I32, 0))
        return self.builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_I32, self.n), [0] * self.n))

    def multiply_add(self, x: Any, y: Any, total: Any) -> Any:
        return self.builder.fadd(total, self.builder.fmul(x, y, flags=_FAST), flags=_FAST)

    def transposed(self, rows: list[Any]) -> list[Any]:
        """The columns of a square tile: of every square of 2 × 2 blocks, the two off the diagonal change places.

        Blocks of half the tile first, then of a quarter, down to single numbers.
        """
        rows, size = list(rows), self.n // 2
        while size:
            upper = [lane + (self.n - size if lane & size else 0) for lane in range(self.n)]
            lower = [lane + (self.n if lane & size else size) for lane in range(self.n)]
            for k in (k for k in range(self.n) if not k & size):
                pair = rows[k], rows[k + size]
                rows[k], rows[k + size] = self._shuffled(*pair, upper), self._shuffled(*pair, lower)
            size //= 2
        return rows

    def four_totals(self, rows: list[Any]) -> Any:
        """The sums of the lanes of four vectors, as a vector of four: by adding neighbors, twice, then halves."""
        n = self.n
        even = [lane for k in range(0, n, 2) for lane in (k, n + k)]
        pairs = [self._added(rows[k], rows[k + 1], even, 1) for k in (0, 2)]
        if n == 2:
            return self._shuffled(*pairs, [0, 1, 2, 3])
        low = [lane for k in range(0, n, 4) for lane in (k, k + 1, n + k, n + k + 1)]
        totals = self._added(*pairs, low, 2)
        while n > 4:
            n //= 2
            totals = self._added(totals, totals, list(range(n)), n)
        return totals

    def _shuffled(self, x: Any, y: Any, lanes: list[int]) -> Any:
        return self.builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(_I32, len(lanes)), lanes))

    def _added(self, x: Any, y: Any, lanes: list[int], further: int) -> Any:
        """Some lanes of two vectors, and to each that which lies so many lanes further."""
        others = [lane + further for lane in lanes]
        return self.builder.fadd(self._shuffled(x, y, lanes), self._shuffled(x, y, others), flags=_FAST)
