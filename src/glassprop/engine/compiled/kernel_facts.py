"""Which kernels run here, as plain facts: vectors, CPU, and who makes large products with kernels of what kind."""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm

from glassprop.engine.compiled import product_table
from glassprop.engine.compiled.libraries import LIBRARIES, Unavailable, find
from glassprop.engine.compiled.products import unless_asked
from glassprop.engine.compiled.vector_width import TARGET, WIDTH, Target
from glassprop.engine.variables import OWN, PRODUCTS, asked_for

DTYPES = ("float32", "float64")
_USES = ("forward", "back", "outer")
_A_LARGE_LAYER = 1 << 20  # weights


def kernel_facts() -> dict[str, Any]:
    """What decides speed and bits of the compiled engine on this machine, without anything compiled.

    Raises
    ------
    SettingsError
        If the environment asks for a provider that there is none of.
    """
    own = {"available": True, "version": "", "kernels": TARGET.cpu, "bits": WIDTH.bits, "caution": narrow(WIDTH.bits)}
    return {
        "cpu": llvm.get_host_cpu_name(),
        "cpu_bits": cpu_bits(),
        "compiled_for": TARGET.cpu,
        "vector_bits": WIDTH.bits,
        "products": {dtype: _products(dtype) for dtype in DTYPES},
        "providers": {OWN: own, **{name: _provider(name) for name in LIBRARIES}},
        "table": product_table.origin(),
    }


def cpu_bits() -> int:
    """Of the widest vectors that this CPU has, whatever Numba is told to compile for."""
    return Target(TARGET.triple, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()).width().bits


def narrow(bits: int) -> str:
    """In words, if kernels use narrower vectors than this CPU has; empty if not, or it is not known."""
    here = cpu_bits()
    return f"its kernels use {bits} of the {here} bits of this CPU's vectors" if 0 < bits < here else ""


def _products(dtype: str) -> dict[str, str]:
    """Who makes each product of a large layer, where no training's record says otherwise."""
    name = asked_for(PRODUCTS) or unless_asked(dtype, _A_LARGE_LAYER).name
    return dict.fromkeys(_USES, name)


def _provider(name: str) -> dict[str, Any]:
    try:
        library = find(name)
    except Unavailable as error:
        return {"available": False, "why": str(error)}
    return {
        "available": True,
        "version": library.version,
        "kernels": library.kernels,
        "bits": library.bits,
        "caution": narrow(library.bits) if library.bits else "it does not say which kernels it takes",
    }
