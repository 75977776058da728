"""Where a trained model is kept: in the file asked for, or, when that cannot be written any more, in another place.

Why no room is reserved before training: docs/decisions/0012-a-trained-model-is-kept.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassprop.cli.options import free_path
from glassprop.cli.output import say
from glassprop.errors import ModelFileError
from glassprop.ground.text import quoted

_SHARED = ("/var/tmp", "/dev/shm")  # where they exist they are often not on the disk that is full


@dataclass(frozen=True)
class Kept:
    """What became of a model. path: where it is, None if nowhere. fault: why it is not where it was to be."""

    path: str | None
    fault: Exception | None = None


@dataclass(frozen=True)
class _Place:
    """Somewhere to try. name: what messages call it; file: gives the path to write; chosen: by the user."""

    name: str
    file: AbstractContextManager[Path]
    chosen: bool = False


def keep(model: Any, record: dict[str, Any], path: str, *, named: bool) -> Kept:
    """Save `model` to `path`, or else wherever it can be, or else where the user says; a fault is returned, not raised.

    Parameters
    ----------
    named : bool
        Whether the user chose `path`. Otherwise a file that has come to be there by now is left alone.
    """
    from glassprop.export.model_file import save
    from glassprop.ground.atomic import why_not

    tried: list[str] = []
    for place in _places(path, named, tried):
        try:
            with place.file as file:
                save(model, file, record)
        except Exception as fault:
            problem = fault.__cause__ if isinstance(fault, ModelFileError) else fault
            if not isinstance(problem, OSError):
                return Kept(None, fault)  # another place would be no better
            tried.append(f"{quoted(place.name)}: {why_not(place.name, problem)}")
            continue
        if place.chosen or _same(file, path):
            return Kept(str(file))
        return Kept(str(file), ModelFileError(_moved(tried[0], str(file))))
    return Kept(None, ModelFileError(_lost(tried)))


def _same(file: Path, path: str) -> bool:
    return os.path.exists(path) and os.path.samefile(file, path)


def _moved(first: str, file: str) -> str:
    return f"cannot write {first}; the model is saved in {quoted(file)} instead: move it to where it is to stay"


def _lost(tried: list[str]) -> str:
    return f"cannot write {tried[0]}; nor is there another place ({'; '.join(tried[1:])}): the model is not saved"


def _places(path: str, named: bool, tried: list[str]) -> Iterator[_Place]:
    """The file asked for; a free name beside it, in the current, the temporary and the home folder; what is told."""
    from glassprop.ground.atomic import is_device

    wanted = Path(path)
    yield _Place(path, nullcontext(wanted) if named else _free(wanted), chosen=True)
    shared = (_temporary_folder(), *_SHARED)
    beside = [] if is_device(path) else [str(wanted.parent)]
    seen = {""}
    for folder in [*beside, os.curdir, shared[0], os.path.expanduser("~"), *shared[1:]]:
        real = _real(folder)
        if real not in seen:
            seen.add(real)
            yield _Place(real, (_private if folder in shared else _free)(Path(real, wanted.name)))
    while (answer := _answer(path, tried)) is not None:
        yield _Place(answer, nullcontext(Path(answer)), chosen=True)


def _real(folder: str) -> str:
    """The whole name of a folder; empty if it is not there, or not any more."""
    with suppress(OSError):
        return os.path.realpath(folder, strict=True) if os.path.isdir(folder) else ""
    return ""


def _temporary_folder() -> str:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:  # none can be written
        return ""


@contextmanager
def _free(path: Path) -> Iterator[Path]:
    """`path`, or the next name that is free, while no other glassprop chooses one there."""
    from glassprop.ground.temporary import alone_in

    with alone_in(path.parent):
        yield free_path(path)


@contextmanager
def _private(path: Path) -> Iterator[Path]:
    """`path`, but in a new folder that only we can read: others share that of `path`."""
    folder = Path(tempfile.mkdtemp(prefix="glassprop-", dir=path.parent))
    try:
        yield folder / path.name
    except BaseException:  # Ctrl-C too
        with suppress(OSError):
            folder.rmdir()
        raise


def _answer(path: str, tried: list[str]) -> str | None:
    """What the user names for a model that finds no place; None where nobody is asked, or nobody answers."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        return None
    say(f"The model is trained but cannot be saved. Last tried: {tried[-1]}")
    sys.stderr.write(f"Make room and press Enter to try {quoted(path)} again, or name another file (Ctrl-C gives up): ")
    sys.stderr.flush()
    with suppress(KeyboardInterrupt):
        line = sys.stdin.readline()
        return (os.path.expanduser(line.strip()) or path) if line else None
    return None
