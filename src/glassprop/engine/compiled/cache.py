"""The compiled kernels on disk: loaded if they are there, else compiled, kept, and people told of it.

They lie where ``GLASSPROP_CACHE_DIR`` says, or ``NUMBA_CACHE_DIR``, else in ``__pycache__`` beside ``epoch.py``, else,
where that cannot be written, in the user's own cache folder: see ``folders.py``. What lies there is run as code, like
all in ``__pycache__``: whoever can write to that folder can run code as the user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from numba import njit
from numba.core.event import Listener, install_listener

from glassprop.engine.compiled.folders import SETTING, Kept
from glassprop.engine.compiled.low_level import ENTRY


class Tell(Protocol):
    """Takes in a message; ``again``: whether it says that later processes will have to compile, too."""

    def __call__(self, message: str, again: bool = False) -> None: ...


_INSTEAD = f"set {SETTING} to a folder that can be written"
FIRST = "glassprop: compiling its kernels for this machine, once; later runs load them"
NOWHERE = f"glassprop: compiling its kernels, as every run must: there is no folder to keep them in; {_INSTEAD}"


def compiled(function: Any, signature: Any, tell: Tell, sources: str) -> Any:
    """Load the machine code of a function, or compile it and keep it for later processes, where that can be done.

    Parameters
    ----------
    tell : callable (str, again)
        Told when something is compiled, and what later processes will find.
    sources : str
        A fingerprint of all that the function is made from.

    Raises
    ------
    Exception
        Whatever Numba raises if the function cannot be compiled.
    """
    kept = _cache_of(function, sources)
    try:
        dispatcher = _ready(function, signature, tell, kept)
    except _NotToBeUsed:
        dispatcher = _ready(function, signature, tell, kept)
    if kept is not None and kept.home is not None and kept.fault:
        folder = kept.home.files.folder
        text = f"glassprop: its kernels cannot be kept in {folder} ({kept.fault}): later runs compile too; {_INSTEAD}"
        tell(text, again=True)
    return dispatcher


class _NotToBeUsed(Exception):
    """What was loaded looked whole, and is not."""


def _ready(function: Any, signature: Any, tell: Tell, kept: Kept | None) -> Any:
    dispatcher = njit(**ENTRY)(function)
    if kept is not None:
        dispatcher._cache = kept
    watch = _Begun(dispatcher, lambda: tell(_words(kept), again=kept is None or kept.home is None))
    try:
        with install_listener("numba:compile", watch):
            dispatcher.compile(signature)
    except Exception as error:
        if kept is None or not kept.distrust():
            raise
        raise _NotToBeUsed from error
    return dispatcher


def _cache_of(function: Any, sources: str) -> Kept | None:
    try:
        return Kept(function, sources)
    except Exception:  # a Numba whose cache is made otherwise
        return None


def _words(kept: Kept | None) -> str:
    """What to say before something is compiled."""
    if kept is None or kept.home is None:
        return NOWHERE
    if kept.damaged is not None:
        return (
            f"glassprop: compiling its kernels again: those in {kept.damaged.files.folder} were damaged; later runs "
            "load the new ones"
        )
    if kept.foreign is not None:
        return (
            f"glassprop: compiling its kernels anew: those in {kept.foreign.files.folder} are for another processor or "
            "version; later runs load the new ones"
        )
    return FIRST


class _Begun(Listener):
    """Notes when Numba begins to compile a certain function, for then nothing was there to be loaded."""

    def __init__(self, dispatcher: Any, call: Callable[[], None]) -> None:
        self._dispatcher, self._call, self.begun = dispatcher, call, False

    def on_start(self, event: Any) -> None:
        if event.data["dispatcher"] is self._dispatcher and not self.begun:
            self.begun = True
            self._call()

    def on_end(self, event: Any) -> None:
        """Nothing to do."""
