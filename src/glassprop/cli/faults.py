"""What went wrong, as a line for the user and an exit code: bad input is told from a bug of ours."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from cyclopts import CycloptsError, UnusedCliTokensError

from glassprop.errors import DistributedError, GlasspropError
from glassprop.ground.stop_signals import TERMINATED, TerminatedExit
from glassprop.ground.text import LONGEST_LINE, first_line, listed, quoted, shown

BAD_INPUT, BUG, INTERRUPTED = 2, 70, 130


def fault(error: BaseException, commands: Container[Any] = ()) -> tuple[str, int]:
    """The line and the exit code. commands: the names of those there are, for what was misspelled."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; nothing was saved", INTERRUPTED
    if isinstance(error, TerminatedExit):
        return str(error), TERMINATED
    if isinstance(error, DistributedError):
        return str(error), error.code
    return _bad_input(error, commands) or _bug(error)


def _bad_input(error: BaseException, commands: Container[Any]) -> tuple[str, int] | None:
    if isinstance(error, CycloptsError):
        line = f"{_misuse(error)} See: glassprop {_command_of(error, commands)}--help"
    elif isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("glassprop"):
        line = f"this command needs the package {error.name}: pip install 'glassprop[cli]'"
    elif isinstance(error, GlasspropError) or _is_refused_parameter(error):
        line = str(error)
    elif isinstance(error, OSError):
        where = quoted(error.filename) if error.filename is not None else "standard output"
        line = f"cannot read or write {where}: {error.strerror or error}"
    elif isinstance(error, MemoryError):
        line = "there is not enough memory: take fewer rows, fewer columns (--drop) or smaller layers (--hidden)"
    elif _is_refused_data(error):
        line = f"scikit-learn cannot use these data: {first_line(error)}"
    else:
        return None
    return line, BAD_INPUT


def _bug(error: BaseException) -> tuple[str, int]:
    about = f"{type(error).__name__}: {shown(error, LONGEST_LINE)}"
    return f"this is a bug in glassprop, please report it (GLASSPROP_TRACEBACK=1 shows where): {about}", BUG


def _misuse(error: CycloptsError) -> str:
    if isinstance(error, UnusedCliTokensError):
        return f"too many arguments: {listed(error.unused_tokens or ())}."
    return str(error)


def _command_of(error: CycloptsError, commands: Container[Any]) -> str:
    chain = [name for name in (error.command_chain or ()) if name in commands]
    return " ".join([*chain, ""])


def _is_refused_parameter(error: BaseException) -> bool:
    """Whether scikit-learn refused the value of a constructor argument, found without importing it."""
    return type(error).__name__ == "InvalidParameterError"


def _is_refused_data(error: BaseException) -> bool:
    """Whether scikit-learn itself raised a plain ValueError, as it does on data that it cannot use."""
    place = error.__traceback__
    if type(error) is not ValueError or place is None:
        return False
    while place.tb_next is not None:
        place = place.tb_next
    return str(place.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == "sklearn"
