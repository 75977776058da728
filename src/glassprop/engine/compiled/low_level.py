"""What Numba lacks and the kernels need: atomic counters, pointers into arrays, bits as numbers, waiting that yields."""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import ir
from numba import config, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from glassprop.engine.compiled.vector_width import WIDTH

if config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and these kernels do not run uncompiled")

_I64 = ir.IntType(64)

# no check of each division, which would keep loops from becoming vector code; a product and a sum may be one step
_PRECISE: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
OPTIONS = _PRECISE | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # for what only kernels call: half the time
# for what is called in one place or two: a call with some arrays as arguments costs 30 ns and more
INLINE = OPTIONS | {"forceinline": True}
# for what is called in one place of a part: it is written out there before anything is compiled. Else Numba makes it machine
# code by itself as well, with all that it calls, and nobody runs that
WRITTEN_OUT: dict[str, Any] = {"inline": "always"}
ALONE = INLINE | {"fastmath": False}  # for a product that is rounded by itself
SUMS = OPTIONS | {"fastmath": {"contract", "reassoc"}}  # for sums in whatever order is fastest
SUMS_INLINE = SUMS | {"forceinline": True}


def data_pointer(context: Any, builder: Any, array_type: Any, array: Any, offset: Any) -> Any:
    """IR: the address of entry ``offset`` of a contiguous array, or from a pointer."""
    start = array
    if not isinstance(array_type, types.CPointer):
        start = context.make_array(array_type)(context, builder, array).data
    return builder.gep(start, [offset])


@intrinsic
def fetch_add(typingctx, array, index, amount):
    """Atomically add to an entry of an int64 array; returns what was there before."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = data_pointer(context, builder, sig.args[0], args[0], args[1])
        return builder.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(array, types.int64, types.int64), codegen


@intrinsic
def compare_and_swap(typingctx, array, index, expected, value):
    """Atomically: if the entry is ``expected``, set it to ``value``. Returns whether it was."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = data_pointer(context, builder, sig.args[0], args[0], args[1])
        pair = builder.cmpxchg(place, args[2], args[3], "seq_cst", "seq_cst")
        return builder.extract_value(pair, 1)

    return types.boolean(array, types.int64, types.int64, types.int64), codegen


@intrinsic
def atomic_read(typingctx, array, index):
    """Read an entry of an int64 array that other threads write."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = data_pointer(context, builder, sig.args[0], args[0], args[1])
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(array, types.int64), codegen


@intrinsic
def pointer(typingctx, array, offset):
    """A C pointer to an entry of a contiguous array, or so many entries from a pointer."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return data_pointer(context, builder, sig.args[0], args[0], args[1])

    return types.CPointer(array.dtype)(array, types.int64), codegen


@intrinsic
def bring_near(typingctx, array, offset):
    """Have the cache line with an entry brought near, to be written to before long. Waits for nothing."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = builder.bitcast(
            data_pointer(context, builder, sig.args[0], args[0], args[1]), ir.IntType(8).as_pointer()
        )
        kind = ir.FunctionType(ir.VoidType(), [place.type, *[ir.IntType(32)] * 3])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [place, *(ir.Constant(ir.IntType(32), code) for code in (1, 2, 1))])
        return context.get_dummy_value()

    return types.void(array, types.int64), codegen


@intrinsic
def pointer_like(typingctx, like, address):
    """A C pointer of the kind of ``like`` to what lies at an address."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.inttoptr(args[1], args[0].type)

    return like(like, types.int64), codegen


def _pointer_at(kind: Any) -> Any:
    """An intrinsic: a C pointer to numbers of a kind at an address."""
    at = types.CPointer(kind)

    @intrinsic
    def pointer_at(typingctx, address):
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(at))

        return at(types.int64), codegen

    return pointer_at


doubles_at, integers_at = _pointer_at(types.float64), _pointer_at(types.int64)
short_integers_at = _pointer_at(types.int32)


def _loops_as_wide(function: Any) -> None:
    """Have loops that become vector code by themselves take vectors of our width, which are narrower by default on some CPUs.

    For every function that makes an array of a part: it is those that have loops. llvmlite knows no attribute with a value.
    """
    set.add(function.attributes, f'"prefer-vector-width"="{WIDTH.bits}"')


ROOM = 1024  # numbers


@intrinsic
def room_on_the_stack(typingctx, like):
    """A C pointer of the kind of ``like`` to room for ``ROOM`` numbers, until the function that asks for it returns."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        room = cgutils.alloca_once(builder, args[0].type.pointee, size=ROOM)
        room.align = 64  # a cache line
        return room

    return like(like), codegen


@intrinsic
def part(typingctx, array, start, size):
    """``array[start : start + size]`` of a flat array, or from a pointer, without the reference count that a slice carries."""
    flat = types.Array(array.dtype, 1, "C")

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = data_pointer(context, builder, sig.args[0], args[0], args[1])
        return _array(context, builder, flat, place, (args[2],))

    return flat(array, types.int64, types.int64), codegen


@intrinsic
def matrix(typingctx, start, rows, columns):
    """The array (rows, columns) that lies, contiguous, at a pointer."""
    kind = types.Array(start.dtype, 2, "C")

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _array(context, builder, kind, args[0], args[1:])

    return kind(start, types.int64, types.int64), codegen


def _array(context: Any, builder: Any, kind: Any, place: Any, shape: Any) -> Any:
    """IR: a contiguous array at a place, which has no reference count."""
    _loops_as_wide(builder.function)
    made = context.make_array(kind)(context, builder)
    size = ir.Constant(_I64, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides = [size] if len(shape) == 1 else [builder.mul(shape[1], size), size]
    populate_array(made, data=place, shape=shape, strides=strides, itemsize=size, meminfo=None)
    return made._getvalue()


@njit(**INLINE)
def fill(array, value):
    """Put one number everywhere. An assignment to a slice takes a second to compile, a loop does not."""
    for i in range(array.shape[0]):
        array[i] = value


@njit(**INLINE)
def copy(source, target):
    """Copy a flat array to another."""
    for i in range(target.shape[0]):
        target[i] = source[i]


@njit(**INLINE)
def plus(one, other, target):
    """The sum of two flat arrays, into a third. It may be one of them, but then there is no vector code: see ``add_to``."""
    for i in range(target.shape[0]):
        target[i] = one[i] + other[i]


@njit(**INLINE)
def add_to(source, target):
    """Add a flat array to another."""
    for i in range(target.shape[0]):
        target[i] += source[i]


@intrinsic
def round_to_even(typingctx, x):
    """The nearest whole number, as a float of the same kind; becomes one vector instruction."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = args[0].type
        name = "llvm.rint.f32" if sig.args[0] == types.float32 else "llvm.rint.f64"
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind]), name)
        return builder.call(function, [args[0]])

    return x(x), codegen


@intrinsic
def power_of_two(typingctx, n, like):
    """2^n for whole n within the exponent range, of the kind of ``like``, by writing the exponent's bits.

    n is added to 1.5 · 2^mantissa, whose last bits then are n: AVX2 has no conversion of float64 to integers.
    """
    bits, mantissa, bias = (32, 23, 127) if like == types.float32 else (64, 52, 1023)
    whole = ir.IntType(bits)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        shifted = builder.fadd(args[0], ir.Constant(args[0].type, 1.5 * 2.0**mantissa))
        exponent = builder.bitcast(shifted, whole)
        exponent = builder.shl(builder.add(exponent, ir.Constant(whole, bias)), ir.Constant(whole, mantissa))
        return builder.bitcast(exponent, args[1].type)

    return like(like, like), codegen


@intrinsic
def upper_half(typingctx, x):
    """x with the lower half of its digits 0, toward 0: its square is exact, and so is what it lacks of x."""
    bits, lower = (32, 12) if x == types.float32 else (64, 27)
    whole = ir.IntType(bits)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kept = builder.and_(builder.bitcast(args[0], whole), ir.Constant(whole, -1 << lower))
        return builder.bitcast(kept, args[0].type)

    return x(x), codegen


@intrinsic
def exponent_and_fraction(typingctx, x):
    """e, a whole number as a float, and f between √½ and √2 with x = f 2^e; for positive normal x."""
    bits, mantissa = (32, 23) if x == types.float32 else (64, 52)
    whole = ir.IntType(bits)
    root_half = 0x3F3504F3 if x == types.float32 else 0x3FE6A09E667F3BCD  # the bits of √½
    magic = 1.5 * 2.0**mantissa  # its last bits hold whole numbers: AVX2 turns no 64-bit integers into floats

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = args[0].type
        x_bits, shift = builder.bitcast(args[0], whole), ir.Constant(whole, mantissa)
        e = builder.ashr(builder.sub(x_bits, ir.Constant(whole, root_half)), shift)
        f = builder.bitcast(builder.sub(x_bits, builder.shl(e, shift)), kind)
        shifted = builder.add(builder.bitcast(ir.Constant(kind, magic), whole), e)
        number = builder.fsub(builder.bitcast(shifted, kind), ir.Constant(kind, magic))
        return context.make_tuple(builder, sig.return_type, (number, f))

    return types.UniTuple(x, 2)(x), codegen


_SPINS = 2000  # about a microsecond: longer than any wait between threads that both run

if sys.platform == "win32":

    @njit(**OPTIONS)
    def yield_processor() -> None:
        """Windows has no sched_yield in the C library: keep spinning."""

else:
    _sched_yield = types.ExternalFunction("sched_yield", types.int32())

    @njit(**OPTIONS)
    def yield_processor() -> None:
        """Yield to another thread of the machine."""
        _sched_yield()


@njit(**OPTIONS)
def pause(spins):
    """One turn of a waiting loop; from some turn on, yield the processor. Returns the turns so far."""
    if spins > _SPINS:
        yield_processor()
    return spins + 1


@njit(**OPTIONS)
def wait_until(control, index, value):
    """Return once the counter has reached ``value``."""
    spins = 0
    while atomic_read(control, index) < value:
        spins = pause(spins)


@njit(**ALONE)
def product(x, y):
    """x y, rounded by itself, never one step with a sum.

    For sums of two products, a b + c d: either may be made one step with the sum, and which one is the compiler's choice,
    made anew for each copy of a function. The process that compiles a kernel runs other copies than those that load it.
    """
    return x * y
