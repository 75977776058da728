"""In which folders compiled kernels are kept, and Numba's cache over all of them, which reads those it cannot write to.

Folders are gone through in their order, up to the first that can be written to: what is in none of them is compiled into
that one. So a folder that came with an image, read-only, is used for what it has. Files lie in a folder that is named
after the sources that they are made from, or are stamped with them, and not by where the package lies: they can be
copied from one machine to another.
"""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from numba import config
from numba.core.caching import Cache, CompileResultCacheImpl
from numba.misc.appdirs import AppDirs

from glassprop.engine.compiled.sealed import Files
from glassprop.ground.text import first_line

SETTING = "GLASSPROP_CACHE_DIR"
_NAME = "kernels-"


def folders(function: Any, sources: str) -> list[Path]:
    """Where to look for a function's machine code, in this order.

    sources: a fingerprint of all that it is made from. Folders that are shared are divided by it, so that several
    versions of glassprop do not write over each other; in ``__pycache__`` there is but one.
    """
    own = _NAME + sources[:16]
    wished = os.environ.get(SETTING) or config.CACHE_DIR  # type: ignore[attr-defined]
    users = AppDirs(appname="glassprop", appauthor=False).user_cache_dir
    beside = Path(inspect.getfile(function)).parent / "__pycache__"
    return [*([Path(wished, own)] if wished else []), beside, Path(users, own)]


class Kept:
    """What a dispatcher asks of its cache, for one function, and what came of it.

    Attributes
    ----------
    home : Place or None
        The first folder that can be written to, once all before it were looked into.
    damaged, foreign : Place or None
        One whose files were not as they were written; one that has kernels, and for another processor or version.
    fault : str
        Why nothing could be kept, in words.
    """

    def __init__(self, function: Any, sources: str) -> None:
        self._places = [Place(function, sources, folder) for folder in folders(function, sources)]
        self.home: Place | None = None
        self.damaged: Place | None = None
        self.foreign: Place | None = None
        self.fault = ""
        self._found: Place | None = None

    @property
    def cache_path(self) -> str | None:
        """Where the code was found or is kept."""
        at = self._found or self.home
        return None if at is None else str(at.files.folder)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The machine code for a signature, from the first folder that has it; None if there is none."""
        for place in self._places:
            found = place.load(signature, target)
            if found is not None:
                self._found = place
                return found
            if place.damaged:
                self.damaged = self.damaged or place
            elif place.foreign:
                self.foreign = self.foreign or place
            if place.takes:
                self.home = place
                break
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep it at home; ``fault`` says why it is not kept."""
        if self.home is not None:
            self.fault = self.home.save(signature, result)

    def distrust(self) -> bool:
        """Look elsewhere for what was loaded, if something was: it looked whole, and cannot be used."""
        place, self._found = self._found, None
        if place is None:
            return False
        place.files.remove()
        self.damaged = place
        self._places = [each for each in self._places if each is not place or not place.files.there()]
        return True

    def enable(self) -> None:
        """Nothing to do."""

    disable = flush = enable


class Place:
    """The machine code of one function in one folder."""

    def __init__(self, function: Any, sources: str, folder: Path) -> None:
        self.files = Files(function, str(folder))
        self._cache, self._locator = _numbas_cache(function, str(folder), sources)
        self.damaged = self.foreign = False

    def load(self, signature: Any, target: Any) -> Any:
        """The code for a signature, or None. Damaged files are removed."""
        if not self.files.there():
            self.foreign = _others_beside(self.files.folder)
            return None
        self.damaged = not self.files.whole()
        try:
            found = None if self.damaged else self._cache.load_overload(signature, target)
            if found is not None and tuple(found.signature.args) != tuple(signature.args):
                raise ValueError("another function's code")
        except Exception:  # whatever Numba and pickle raise: whole, and cannot be loaded all the same
            found, self.damaged = None, True
        if self.damaged:
            self.files.remove()
        self.foreign = found is None and not self.damaged
        return found

    @property
    def takes(self) -> bool:
        """Whether it can be written to, and nothing damaged stands there that cannot be removed."""
        try:
            self._locator.ensure_cache_path()
        except OSError:
            return False
        return not (self.damaged and self.files.there())

    def save(self, signature: Any, result: Any) -> str:
        """Keep and seal it; returns what went wrong, if something did, and then leaves nothing."""
        try:
            self._cache.save_overload(signature, result)
            fault = self.files.seal()
        except Exception as error:
            fault = first_line(error)
        if fault:
            self.files.remove()
        return fault


def _others_beside(folder: Path) -> bool:
    """Whether a shared folder has kernels of other sources."""
    try:
        return folder.name.startswith(_NAME) and any(folder.parent.glob(f"{_NAME}*/*.seal"))
    except OSError:
        return False


def _numbas_cache(function: Any, folder: str, sources: str) -> tuple[Any, Any]:
    """Numba's own cache of one function in a certain folder, and what finds it that folder."""

    class Locator:
        """Answers what Numba asks: where, of which sources, and which of several functions of one name."""

        def get_cache_path(self) -> str:
            return folder

        def get_source_stamp(self) -> str:
            return sources

        def get_disambiguator(self) -> str:
            return "0"

        def ensure_cache_path(self) -> None:
            os.makedirs(folder, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()

    class Impl(CompileResultCacheImpl):
        def __init__(self, function: Any) -> None:  # without Numba's search for a folder, or the user's way of it
            self._lineno = function.__code__.co_firstlineno
            self._locator = Locator()
            name = f"{Path(inspect.getfile(function)).stem}.{function.__qualname__}"
            self._filename_base = self.get_filename_base(name, getattr(sys, "abiflags", ""))

    class Here(Cache):
        _impl_class: Any = Impl

    return Here(function), Locator()
