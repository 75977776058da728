"""What instructions this CPU has, and how every library is kept from using those above AVX2."""

from __future__ import annotations

import os
import platform
from typing import Any

import llvmlite.binding
from numpy._core import _multiarray_umath as core

AS_FOUND, LIMITED = "as found", "limited to AVX2"
AVX512, AVX2 = "AVX-512", "AVX2"
_NUMPY = "NPY_DISABLE_CPU_FEATURES"
_AVX512 = ("avx512f", "avx512bw", "avx512dq", "avx512vl")
# Each library's own switch. What a library does with its switch shows in the speed of its products (`facts.py`).
_AT_MOST_AVX2 = {
    "GLASSPROP_VECTOR_BITS": "256",
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "",  # else those of this CPU are added to the name's
    "OPENBLAS_CORETYPE": "Haswell",
    "BLIS_ARCH_TYPE": "haswell",
    "ATEN_CPU_CAPABILITY": "avx2",  # of torch, eager and compiled
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # of torch and of jax
    # The second: jax makes large products by YNNPACK, which looks at the CPU itself and cannot be told; without it they
    # are oneDNN's, which reach 94 % of AVX2's peak.
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2 --xla_cpu_experimental_ynn_fusion_type=",
}


def level() -> str:
    """The instructions that this CPU has: those that anything was asked of by name, or else the machine's."""
    has: dict[str, Any] = llvmlite.binding.get_host_cpu_features()
    if all(has.get(name) for name in _AVX512):
        return AVX512
    return AVX2 if has.get("avx2") and has.get("fma") else platform.machine()


def columns() -> dict[str, str]:
    """The columns that this CPU can run, and the level of each."""
    found = level()
    return {AS_FOUND: found} | ({LIMITED: AVX2} if found == AVX512 else {})


def switches(column: str) -> dict[str, str]:
    """What a process of this column is told of instructions."""
    if column == AS_FOUND:
        return {}
    above = [name for name in core.__cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))]
    there = [name for name in above if core.__cpu_features__[name]]
    return _AT_MOST_AVX2 | ({_NUMPY: " ".join(there)} if there else {})


def set_aside() -> dict[str, str]:
    """What the environment tells the peers of instructions and caches, which no column takes over: they choose."""
    return {name: value for name, value in os.environ.items() if _chooses(name)}


def environment(column: str) -> dict[str, str]:
    """The environment of a process of this column."""
    kept = {name: value for name, value in os.environ.items() if not _chooses(name)}
    return kept | switches(column)


def _chooses(name: str) -> bool:
    if name.startswith("OPENBLAS_"):
        return not name.endswith("_THREADS")
    return name == _NUMPY or (name in _AT_MOST_AVX2 and not name.startswith("GLASSPROP_"))
