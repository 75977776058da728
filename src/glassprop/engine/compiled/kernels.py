"""Parts of the engine as they are asked for: compiled at first use, kept on disk for later processes, one precision at a time."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba import types
from numba.core.registry import cpu_target

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled.cache import SETTING, Cache, Key, folders
from glassprop.engine.compiled.epoch import run_steps as RUN_STEPS
from glassprop.engine.compiled.handed import Handed
from glassprop.engine.compiled.lowering import Lowered
from glassprop.engine.compiled.machine_code import Loaded, compiled
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.parts_of import TRAIN, anywhere, of_layers
from glassprop.engine.compiled.predicting import predict_blocks as PREDICT_BLOCKS
from glassprop.engine.compiled.shares import meet as MEET
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.ground.tell import Tell, Told
from glassprop.ground.version import VERSION

Kernel = Callable[[Handed, int], None]
BESIDE = Path(__file__).parent  # the folder beside whose files machine code is kept
_INSTEAD = f"set {SETTING} to a folder that can be written"
FIRST = "glassprop: compiling its kernels for this machine, once; later runs load them"
NOWHERE = f"glassprop: compiling its kernels, as every run must: there is no folder to cache them in; {_INSTEAD}"
_FEW = 3  # parts, that are compiled in less time than it takes to read of it
_SOON = 1.0  # seconds of compiling after which it is told how far it is

# what this process has compiled or loaded, by name and precision; what it has told of that
_READY: dict[tuple[str, str], Loaded] = {}
_TOLD: set[str] = set()
_LOCK = threading.Lock()
_NOTIFY: ContextVar[tuple[Tell | None, str]] = ContextVar("notify", default=(None, ""))
# as Numba's functions are called: where a result and an error go, which parts do not have, and what they are handed
_CALLED = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 4, ctypes.c_int64)
_NOWHERE = ctypes.addressof(_ROOM := ctypes.create_string_buffer(16))
_KINDS = {"float32": types.float32, "float64": types.float64}


def _digest(package: Traversable) -> str:
    """A fingerprint of the sources that go into the machine code, also where they lie in a zip file.

    Where they came without their text (compiled to byte code alone), of that.
    """
    for ending in (".py", ".pyc"):
        if found := dict(_contents(package, ending)):
            return sha256(b"".join(found[name] for name in sorted(found))).hexdigest()
    return sha256(VERSION.encode()).hexdigest()


def _contents(folder: Traversable, ending: str, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Files with this ending, by their way below the first folder."""
    for each in folder.iterdir():
        way = (*above, each.name)
        if each.is_dir() and each.name != "__pycache__":
            yield from _contents(each, ending, way)
        elif each.name.endswith(ending):
            yield way, each.read_bytes()


# As sources are imported: they may be replaced while this process runs, and what it compiles then is not of the new ones.
_DIGEST = _digest(files(__package__))


def _key() -> Key:
    """A fingerprint of all that goes into the machine code."""
    processor = cpu_target.target_context.codegen().magic_tuple()
    machine = (numba.__version__, llvmlite.__version__, sys.version_info[:2], processor, WIDTH)
    return Key(_DIGEST[:10], sha256(repr(machine).encode()).hexdigest()[:10])


@contextmanager
def told_of_compiling(notify: Tell | None, instead: str = "") -> Iterator[None]:
    """Context in which ``notify`` is told if something has to be compiled. Each thing is said once in a process.

    instead: what else can be done, where every process has to compile.
    """
    before = _NOTIFY.set((notify, instead))
    try:
        yield
    finally:
        _NOTIFY.reset(before)


def _tell(message: str, *, again: bool = False) -> None:
    """again: whether later processes will have to compile, too."""
    notify, instead = _NOTIFY.get()
    if notify is not None and message not in _TOLD:
        _TOLD.add(message)
        notify(f"{message}, {instead}" if again and instead else message)


def _with_all_they_call(parts: Iterable[Part]) -> list[Part]:
    """All that has machine code of its own."""
    found: dict[str, Part] = {}
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if part.name not in found:
            found[part.name] = part
            waiting.extend(part.calls)
    return sorted((part for part in found.values() if not part.written_out), key=lambda part: part.name)


def load(parts: Iterable[Part], dtype: str) -> dict[Part, int]:
    """Where these parts are, with all those that they call: in this process already, or loaded, or compiled and kept.

    One thread does it, others wait for it.

    Raises
    ------
    Exception
        Whatever Numba raises if one cannot be compiled.
    """
    wanted = _with_all_they_call(parts)
    if any((part.name, dtype) not in _READY for part in wanted):
        with _LOCK:
            _make_ready([part for part in wanted if (part.name, dtype) not in _READY], dtype)
    return {part: _READY[part.name, dtype].address for part in wanted}


def _make_ready(parts: list[Part], dtype: str) -> None:
    cache = Cache(folders(BESIDE), _key())
    missing = [part for part in parts if not _loaded(part, dtype, cache)]
    if not missing:
        return
    words = _words(cache, len(missing))
    if words:
        _tell(words, again=cache.nowhere)
    began = time.monotonic()
    for done, part in enumerate(missing, start=1):
        code = compiled(part, _KINDS[dtype])
        _READY[part.name, dtype] = Loaded(code)
        cache.write(f"{part.name}-{dtype}", code)
        if time.monotonic() - began > _SOON:
            _tell(Told(done, len(missing)))
    if cache.fault:
        _tell(
            f"glassprop: its kernels cannot be cached in {cache.fault}: later runs compile too; {_INSTEAD}", again=True
        )


def _loaded(part: Part, dtype: str, cache: Cache) -> bool:
    """Load a part from the cache; whether it was there."""
    name = f"{part.name}-{dtype}"
    code = cache.read(name)
    if code is None:
        return False
    try:
        _READY[part.name, dtype] = Loaded(code)
    except Exception:  # whatever LLVM raises: whole, and cannot be loaded all the same
        cache.distrust(name)
        return False
    return True


def _words(cache: Cache, missing: int) -> str:
    """What to say before so many parts are compiled; nothing if they are few and all is well."""
    if cache.nowhere:
        return NOWHERE
    if cache.damaged is not None:
        return f"glassprop: compiling its kernels again: those in {cache.damaged} were damaged; later runs load the new ones"
    if missing <= _FEW:
        return ""
    if cache.foreign is not None:
        return (
            f"glassprop: compiling its kernels again: those in {cache.foreign} are for another processor or version; "
            "later runs load the new ones"
        )
    return FIRST


def put(
    architecture: Architecture, lowered: Lowered, use: int, dtype: str, optimizer: Any = None, *, lanes: bool = False
) -> None:
    """Write into the tables of a lowered network where the parts are that it uses, which are compiled if need be.

    lanes: whether sums are made lane by lane.
    """
    by_layer, found = _used(architecture, lowered, use, optimizer, lanes)
    at = load(found, dtype)
    for number, columns in enumerate(by_layer):
        for column, part in columns.items():
            lowered.layers[number :: lowered.depth, column] = at.get(part, 0)  # 0: it is written out
    for part, address in at.items():
        if part.shape.slot >= 0:
            lowered.places[part.shape.slot] = address


def _used(
    architecture: Architecture, lowered: Lowered, use: int, optimizer: Any, lanes: bool
) -> tuple[list[dict[int, Part]], list[Part]]:
    """The parts of each layer, and all that the network uses but for those that parts call."""
    by_layer = of_layers(architecture, lowered.ways, use)
    entry = RUN_STEPS if use == TRAIN else PREDICT_BLOCKS
    others = [*anywhere(architecture, lowered.ways, use, optimizer), *([MEET] if lanes else [])]
    return by_layer, [entry, *others, *(part for columns in by_layer for part in columns.values())]


def used(architecture: Architecture, lowered: Lowered, use: int, optimizer: Any = None) -> list[Part]:
    """All parts that a network uses, with lanes or without."""
    return _with_all_they_call(_used(architecture, lowered, use, optimizer, use == TRAIN)[1])


def keep(
    parts: Mapping[str, Iterable[Part]], places: list[Path], tell: Callable[[int, int], None]
) -> list[Path | None]:
    """Have these parts in the folders, compiled if they are not there; none is loaded. -> the file of each, if it is kept.

    parts: by precision. tell: called with how many of those that are missing are compiled, and how many there are. Nothing more is compiled
    once it shows that it cannot be kept.
    """
    cache = Cache(places, _key())
    wanted = [(part, dtype) for dtype, some in parts.items() for part in _with_all_they_call(some)]
    with _LOCK:
        missing = [(part, dtype) for part, dtype in wanted if cache.read(f"{part.name}-{dtype}") is None]
        if not cache.nowhere:
            tell(0, len(missing))
        for done, (part, dtype) in enumerate(missing, start=1):
            if cache.nowhere or cache.fault:
                break
            cache.write(f"{part.name}-{dtype}", compiled(part, _KINDS[dtype]))
            tell(done, len(missing))
    return [cache.find(f"{part.name}-{dtype}") for part, dtype in wanted]


def _entry_point(part: Part, dtype: str) -> Kernel:
    address = load([part], dtype)[part]
    function: Any = _CALLED(address)
    return lambda handed, thread: function(_NOWHERE, _NOWHERE, handed.theta_at, handed.table_at, thread)


def run_steps(dtype: str) -> Kernel:
    """``epoch.run_steps`` for "float32" or "float64"."""
    return _entry_point(RUN_STEPS, dtype)


def predict_blocks(dtype: str) -> Kernel:
    """``predicting.predict_blocks`` for "float32" or "float64"."""
    return _entry_point(PREDICT_BLOCKS, dtype)
