"""How wide the kernels' vectors are: as wide as the CPU that Numba compiles for has them, or as wide as the user says.

The compiler is asked rather than a list of CPUs: it knows the features it was given, whatever it calls the CPU, and what
NUMBA_CPU_NAME and NUMBA_CPU_FEATURES make of them. The width decides how sums are split, and so bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import llvmlite.binding as llvm
from numba import types
from numba.core.registry import cpu_target

from glassprop.engine.variables import VECTOR_BITS, WIDTHS, asked_for, sound
from glassprop.errors import SettingsError

_NAMES = {512: "zmm", 256: "ymm"}  # what vectors are called in machine code; others have 128 bits
_MANY = 20  # vectors at work at once: more than 16 registers, fewer than 32


@dataclass(frozen=True)
class Width:
    """The bits of a vector, and how many registers hold one."""

    bits: int
    registers: int

    def lanes(self, kind: types.Float) -> int:
        """How many numbers of this kind a vector holds."""
        return self.bits // int(kind.bitwidth)


@dataclass(frozen=True)
class Target:
    """What Numba compiles for: the triple of LLVM, a CPU, and features it has beside those that its name implies."""

    triple: str
    cpu: str
    features: str

    def width(self, bits: int = max(WIDTHS)) -> Width:
        """The widest vectors it has, up to ``bits``."""
        code = self._code(bits)
        found = next((width for width, name in _NAMES.items() if name in code), min(WIDTHS))
        x86 = self.triple.startswith(("x86", "i386", "i686"))
        return Width(found, 32 if not x86 or "mm16" in code else 16)

    def widths(self) -> list[Width]:
        """All that it can run, from the narrowest."""
        return [width for bits in WIDTHS if (width := self.width(bits)).bits == bits]

    def assembly(self, ir: str) -> str:
        """The machine code of a module for it, to be read."""
        machine = llvm.Target.from_triple(self.triple).create_target_machine(
            cpu=self.cpu, features=self.features, opt=2
        )
        return str(machine.emit_assembly(llvm.parse_assembly(ir)))

    def _code(self, bits: int) -> str:
        """Machine code that has many vectors of so many bits in registers, if there are such."""
        kind = f"<{bits // 32} x float>"
        at = [f"%at{k} = getelementptr {kind}, {kind}* %p, i64 {k}" for k in range(_MANY)]
        loads = [f"%v{k} = load volatile {kind}, {kind}* %at{k}, align 4" for k in range(_MANY)]
        stores = [f"store volatile {kind} %v{k}, {kind}* %at{_MANY - 1 - k}, align 4" for k in range(_MANY)]
        return self.assembly("\n".join([f"define void @probe({kind}* %p) {{", *at, *loads, *stores, "ret void", "}"]))


def numbas_target() -> Target:
    """What Numba compiles for in this process: this CPU, unless NUMBA_CPU_NAME or NUMBA_CPU_FEATURES say otherwise."""
    return Target(*cpu_target.target_context.codegen().magic_tuple())


def chosen(target: Target, asked: str) -> Width:
    """The width for a target and what the user asks for, nothing if empty.

    Raises
    ------
    SettingsError
        If that is no width, or one that the target does not have: a narrower one would give other bits.
    """
    if not sound(VECTOR_BITS, asked):
        return target.width()
    found = target.width(int(asked))
    if found.bits != int(asked):
        raise SettingsError(
            f"{VECTOR_BITS} is {asked}, and the vectors of the CPU that Numba compiles for ({target.cpu}) have "
            f"{found.bits} bits: unset it, or set at most that"
        )
    return found


TARGET = numbas_target()
WIDTH = chosen(TARGET, asked_for(VECTOR_BITS))


def in_words() -> str:
    """For people: the width, and the CPU that it is for."""
    return f"vectors of {WIDTH.bits} bits for the CPU {TARGET.cpu}"
