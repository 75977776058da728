"""Building blocks for kernels written as LLVM code: a counted loop, and vectors of one kind of number."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_FAST = ("fast",)


def lanes(kind: Any) -> int:
    """How many numbers of this kind a 256-bit vector holds."""
    return 8 if kind == types.float32 else 4


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
    """IR for vectors of one kind of number."""

    def __init__(self, builder: Any, kind: Any) -> None:
        self.builder, self.n = builder, lanes(kind)
        self.type = ir.VectorType(ir.FloatType() if kind == types.float32 else ir.DoubleType(), self.n)
        self.align = 4 if kind == types.float32 else 8
        self.zero = ir.Constant(self.type, [0.0] * self.n)

    def load(self, place: Any) -> Any:
        return self.builder.load(self.builder.bitcast(place, self.type.as_pointer()), align=self.align)

    def store(self, value: Any, place: Any) -> None:
        self.builder.store(value, self.builder.bitcast(place, self.type.as_pointer()), align=self.align)

    def splat(self, scalar: Any) -> Any:
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.Constant(_I32, 0))
        return self.builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_I32, self.n), [0] * self.n))

    def multiply_add(self, x: Any, y: Any, total: Any) -> Any:
        return self.builder.fadd(total, self.builder.fmul(x, y, flags=_FAST), flags=_FAST)

    def transposed(self, rows: list[Any]) -> list[Any]:
        """The columns of a square tile, by rounds of shuffles."""
        for pairs, masks in _TRANSPOSE[self.n]:
            results: list[Any] = [None] * self.n
            for number, (first, second) in enumerate(pairs):
                for half, mask in enumerate(masks):
                    constant = ir.Constant(ir.VectorType(_I32, self.n), list(mask))
                    results[2 * number + half] = self.builder.shuffle_vector(rows[first], rows[second], constant)
            rows = results
        half = self.n // 2  # the last round leaves column k + h n/2 in place 2 k + h
        return [rows[2 * (column % half) + column // half] for column in range(self.n)]

    def four_totals(self, rows: list[Any]) -> Any:
        """The sums of the lanes of four vectors, as a vector of four: by adding neighbours, twice, then halves."""
        b, n, every = self.builder, self.n, range(0, self.n, 2)

        def added(x: Any, y: Any, first: list[int], second: list[int]) -> Any:
            masks = [ir.Constant(ir.VectorType(_I32, len(mask)), mask) for mask in (first, second)]
            return b.fadd(b.shuffle_vector(x, y, masks[0]), b.shuffle_vector(x, y, masks[1]), flags=_FAST)

        even = [lane for k in every for lane in (k, n + k)]
        pairs = [added(rows[k], rows[k + 1], even, [lane + 1 for lane in even]) for k in (0, 2)]
        low = [lane for k in range(0, n, 4) for lane in (k, k + 1, n + k, n + k + 1)]
        fours = added(pairs[0], pairs[1], low, [lane + 2 for lane in low])
        return fours if n == 4 else added(fours, fours, [0, 1, 2, 3], [4, 5, 6, 7])


_TRANSPOSE = {  # rounds of two-operand shuffles: (which vectors are paired, masks of the two results)
    8: (
        (((0, 1), (2, 3), (4, 5), (6, 7)), ((0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15))),
        (((0, 2), (1, 3), (4, 6), (5, 7)), ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15))),
        (((0, 4), (1, 5), (2, 6), (3, 7)), ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15))),
    ),
    4: (
        (((0, 1), (2, 3)), ((0, 4, 2, 6), (1, 5, 3, 7))),
        (((0, 2), (1, 3)), ((0, 1, 4, 5), (2, 3, 6, 7))),
    ),
}
