"""Machine code of a part: compiled through Numba as the bytes of an object file, and loaded from such bytes.

Both processes, the one that compiles and those that load, run what was loaded, so that they run the same instructions. Each
part is loaded by itself: what two parts were compiled with is in both, and neither runs the other's copy.
"""

from __future__ import annotations

import re
import warnings
from typing import Any, NamedTuple

import llvmlite.binding as llvm
from numba import njit
from numba.core.errors import NumbaWarning

from glassprop.engine.compiled.low_level import OPTIONS
from glassprop.engine.compiled.part import Part


class Code(NamedTuple):
    """An object file, the name in it that the part is called by, and what it needs of the process, by name."""

    symbol: str
    needs: list[str]
    object_file: bytes


def compiled(part: Part, kind: Any) -> Code:
    """Compile a part for numbers of a precision, a type of Numba's."""
    dispatcher = njit(**OPTIONS)(part.function)
    signature = part.signature(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumbaWarning)
        dispatcher.compile(signature)
    result = dispatcher.overloads[signature.args]
    declared = re.findall(r'^declare [^@]*@"?([^"(]+)', result.library.get_llvm_str(), re.MULTILINE)
    needs = sorted({name for name in declared if not name.startswith("llvm.")})
    return Code(result.fndesc.llvm_func_name, needs, result.library.serialize_using_object_code()[2][0])


class Loaded:
    """A part in memory, for as long as this lives.

    Raises
    ------
    RuntimeError
        If it cannot be loaded.
    """

    def __init__(self, code: Code) -> None:
        lacking = [name for name in code.needs if llvm.address_of_symbol(name) is None]
        if lacking:  # LLVM would end the process
            raise RuntimeError(f"machine code needs {', '.join(lacking)}")
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code.object_file))
        self._engine.finalize_object()
        self.address = int(self._engine.get_function_address(code.symbol))
        if not self.address:
            raise RuntimeError("machine code lacks the function it is for")
