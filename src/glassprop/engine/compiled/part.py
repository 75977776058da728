"""Parts of the compiled engine: functions that are made machine code by themselves, and called by their address.

A network uses a few of them, and only those are compiled, each once for all networks. Their addresses stand in the tables
that the kernels walk: in the row of a layer, among the places, in what a training is called with. They are handed pointers and
numbers alone, which are quick to compile and to hand over; ``low_level.part`` makes an array of a pointer.

What a part is handed is its shape, in letters: N for a pointer to numbers of the network's precision, P for one to int64,
D for one to float64; I for an int64, F for a float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_FIXED = {
    "P": types.CPointer(types.int64),
    "D": types.CPointer(types.float64),
    "I": types.int64,
    "F": types.float64,
}


class Shape:
    """What a kind of part is handed; ``part`` makes one of a function.

    Attributes
    ----------
    call : intrinsic (address, *arguments)
        Calls the part at an address; arguments are made numbers of the kinds that it takes.
    slot : int
        Where among the places (``places.py``) its address lies; -1: elsewhere.
    """

    def __init__(self, letters: str, slot: int = -1) -> None:
        self.letters, self.slot = letters.replace(" ", ""), slot
        self.call = _caller(self)

    def arguments(self, kind: Any) -> tuple[Any, ...]:
        """The types that a part is handed, for numbers of a precision."""
        return tuple(types.CPointer(kind) if letter == "N" else _FIXED[letter] for letter in self.letters)

    def part(self, *, calls: Iterable[Part] = (), name: str = "") -> Callable[[Callable[..., None]], Part]:
        """Decorate a function that is a part. See ``Part``."""
        return lambda function: Part(function, self, tuple(calls), name or function.__name__)


class Part:
    """A function to be compiled by itself.

    Attributes
    ----------
    function : callable
        As Python; what it calls is compiled into it.
    calls : tuple of Part
        Those that it calls by the addresses among the places.
    name : str
        Unlike that of any other part.
    """

    def __init__(self, function: Callable[..., None], shape: Shape, calls: tuple[Part, ...], name: str) -> None:
        self.function, self.shape, self.calls = function, shape, calls
        self.name = f"{Path(function.__code__.co_filename).stem}.{name}"

    def signature(self, kind: Any) -> Any:
        """What it is compiled for: numbers of a precision."""
        return types.void(*self.shape.arguments(kind))


def _caller(shape: Shape) -> Any:
    """An intrinsic that calls a part of this shape."""

    @intrinsic
    def call(typingctx: Any, address: Any, *arguments: Any) -> Any:
        kinds = [given.dtype for given, letter in zip(arguments, shape.letters, strict=True) if letter == "N"]
        handed = shape.arguments(kinds[0] if kinds else None)
        signature = types.void(types.int64, types.StarArgTuple.from_types(handed))

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            address, packed = args
            function_type = context.call_conv.get_function_type(types.void, handed)
            function = builder.inttoptr(address, function_type.as_pointer())
            result, error = function_type.args[0].pointee, ir.Constant(function_type.args[1], ir.Undefined)
            values = cgutils.unpack_tuple(builder, packed)
            builder.call(function, [cgutils.alloca_once(builder, result), error, *values])
            return context.get_dummy_value()

        return signature, codegen

    return call
