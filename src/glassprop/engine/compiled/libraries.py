"""Libraries that multiply matrices, as they are found on this machine: what compiled code calls, and what is in them.

None is needed, and none is loaded before it is asked for. What a library is asked to do is one product on the thread that
asks; ``hold`` is the context in which it takes no others. OpenBLAS has a setting for one thread in name only where its
threads are POSIX ones: there ``openblas_set_num_threads_local`` changes the whole process (seen in 0.3.30). So the thread
that has work done holds it, and not its helpers, of which one may be late.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from glassprop.engine.blas_threads import ONE_THREAD
from glassprop.ground.text import first_line
from glassprop.ground.version import version_of

# How a function of theirs is called: CBLAS with integers of 32 or 64 bits, or as BLIS's own for Cython.
CBLAS, CBLAS_64, BLIS = 1, 2, 3
_FUNCTIONS = {"float32": "sgemm", "float64": "dgemm"}

# The bits of the vectors that kernels are made for, by what libraries call them; others have 128.
_OPENBLAS_BITS = {
    **dict.fromkeys(("SkylakeX", "Cooperlake", "SapphireRapids"), 512),
    **dict.fromkeys(("Haswell", "Zen", "Sandybridge", "Bulldozer", "Piledriver", "Steamroller", "Excavator"), 256),
}
_BLIS_BITS = {"skx": 512, "knl": 512, "haswell": 256, "zen": 256, "zen2": 256, "zen3": 256, "sandybridge": 256}
_MKL_KERNELS = {9: ("AVX", 256), 10: ("AVX2", 256), 11: ("AVX512_MIC", 512), 12: ("AVX512", 512)}
_MKL_NAMES = ("libmkl_rt.so*", "libmkl_rt*.dylib", "mkl_rt*.dll")


class Unavailable(Exception):
    """A library cannot be used here; the message says why, in words."""


@dataclass(frozen=True)
class Library:
    """A library as it was found.

    Attributes
    ----------
    name : str
        What it is asked for by.
    version, kernels : str
        Its version, and what it calls the kernels that it has chosen.
    bits : int
        Of the vectors that these use; 0 if it does not say.
    convention : int
        How its functions are called.
    addresses : dict of str to int
        Its function by precision.
    hold : callable (helper) -> context manager
        What a thread that calls it is inside meanwhile; helper: whether it helps another, which is inside too.
    """

    name: str
    version: str
    kernels: str
    bits: int
    convention: int
    addresses: dict[str, int]
    hold: Callable[[bool], AbstractContextManager[Any]] = field(default=nullcontext, compare=False)


def find(name: str) -> Library:
    """The library of that name, loaded.

    Raises
    ------
    Unavailable
        If it is not installed, or cannot be used; the message says which and what would do.
    """
    found = _found(name)
    if isinstance(found, str):
        raise Unavailable(found)
    return found


@cache
def _found(name: str) -> Library | str:
    try:
        return _FINDERS[name]()
    except Unavailable as error:
        return str(error)
    except Exception as error:  # whatever loading it raises: a broken library is done without
        return f"{name} cannot be loaded ({type(error).__name__}: {first_line(error)})"


def _openblas() -> Library:
    """The OpenBLAS that SciPy brings, or else NumPy's."""
    import scipy.linalg.cython_blas  # noqa: F401  loads it
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(internal_api="openblas").lib_controllers
    for controller in sorted(found, key=lambda each: "scipy" not in Path(each.filepath).parent.name):
        library = ctypes.CDLL(controller.filepath)
        for start, end in ((start, end) for end in ("", "64_", "_64") for start in ("scipy_", "")):
            addresses = _addresses(library, f"{start}cblas_{{}}{end}")
            if addresses:
                wide = _has_wide_integers(library, start, end)
                return Library(
                    "openblas",
                    str(controller.version or ""),
                    str(controller.architecture or ""),
                    _OPENBLAS_BITS.get(str(controller.architecture), 128),
                    CBLAS_64 if wide else CBLAS,
                    addresses,
                    lambda helper: ONE_THREAD.of_helper() if helper else ONE_THREAD,
                )
    raise Unavailable("neither SciPy nor NumPy brings an OpenBLAS here")


def _has_wide_integers(library: Any, start: str, end: str) -> bool:
    """Whether its integers have 64 bits. It says so itself; a name that says otherwise is not to be trusted.

    Raises
    ------
    Unavailable
        If it does not say, or contradicts its name.
    """
    get_config = getattr(library, f"{start}openblas_get_config{end}", None)
    if get_config is None:
        raise Unavailable("this OpenBLAS does not say how wide its integers are")
    get_config.restype = ctypes.c_char_p
    wide = b"USE64BITINT" in get_config()
    if end and not wide:
        raise Unavailable(
            "this OpenBLAS names its functions as if its integers had 64 bits, and says that they have 32"
        )
    return wide


def _blis() -> Library:
    """The BLIS in the package ``blis``."""
    try:
        import blis.cy
    except ModuleNotFoundError as error:
        raise Unavailable("the package blis is not installed: pip install 'glassprop[blis]'") from error
    library = ctypes.CDLL(blis.cy.__file__)
    kernels = _text(library, "bli_arch_string", _call(library, "bli_arch_query_id"))
    return Library(
        "blis",
        version_of("blis") or "",
        kernels,
        _BLIS_BITS.get(kernels, 128) if kernels else 0,
        BLIS,
        {kind: _of_capsule(blis.cy.__pyx_capi__[name]) for kind, name in _FUNCTIONS.items()},
    )


def _mkl() -> Library:
    """The MKL in the package ``mkl``, in the prefix of an environment of conda's, or already loaded."""
    for path in _mkl_files():
        library = ctypes.CDLL(path)
        # MKL_INTERFACE_LAYER may give `cblas_sgemm` integers of either width; these have 64 bits in any case
        addresses = _addresses(library, "cblas_{}_64")
        if addresses and hasattr(library, "MKL_Set_Num_Threads_Local"):
            kernels, bits = _MKL_KERNELS.get(_call(library, "MKL_CBWR_Get_Auto_Branch") or 0, ("", 0))
            return Library(
                "mkl", version_of("mkl") or "", kernels, bits, CBLAS_64, addresses, partial(_one_thread_of_mkl, library)
            )
    raise Unavailable("no MKL of 2022 or later is installed: pip install mkl")


def _mkl_files() -> list[str]:
    from threadpoolctl import ThreadpoolController

    loaded = [each.filepath for each in ThreadpoolController().select(internal_api="mkl").lib_controllers]
    prefix = Path(sys.prefix)
    folders = [prefix / "lib", prefix / "Library" / "bin"]
    there = [str(file) for folder in folders for name in _MKL_NAMES for file in sorted(folder.glob(name), reverse=True)]
    return [*there, *loaded]


@contextmanager
def _one_thread_of_mkl(library: Any, helper: bool) -> Iterator[None]:
    """MKL's setting of one thread is one, a helper or not: 0 means that there is none."""
    before = library.MKL_Set_Num_Threads_Local(1)
    try:
        yield
    finally:
        library.MKL_Set_Num_Threads_Local(before)


_FINDERS: dict[str, Callable[[], Library]] = {"openblas": _openblas, "blis": _blis, "mkl": _mkl}
LIBRARIES = tuple(_FINDERS)


def _addresses(library: Any, name: str) -> dict[str, int]:
    """The functions of both precisions; empty if one is missing."""
    try:
        functions = {kind: getattr(library, name.format(short)) for kind, short in _FUNCTIONS.items()}
    except AttributeError:
        return {}
    return {kind: int(ctypes.cast(function, ctypes.c_void_p).value or 0) for kind, function in functions.items()}


def _of_capsule(capsule: Any) -> int:
    """The address in what Cython exports a function as."""
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get_pointer(capsule, get_name(capsule)) or 0)


def _call(library: Any, name: str) -> int | None:
    function = getattr(library, name, None)
    return None if function is None else int(function())


def _text(library: Any, name: str, argument: int | None) -> str:
    function = getattr(library, name, None)
    if function is None or argument is None:
        return ""
    function.restype = ctypes.c_char_p
    return (function(argument) or b"").decode(errors="replace")
