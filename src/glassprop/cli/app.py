"""The commands put together, and the one place where whatever goes wrong becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cyclopts import App, CycloptsError, UnusedCliTokensError

from glassprop import __version__
from glassprop.cli.check_command import check
from glassprop.cli.explain_command import explain
from glassprop.cli.info import info
from glassprop.cli.options import DASH
from glassprop.cli.output import abandon_stdout, complain, warn
from glassprop.cli.predict import predict
from glassprop.cli.score import score
from glassprop.cli.train import train
from glassprop.cli.warmup_command import warmup
from glassprop.errors import GlasspropError, is_panic
from glassprop.ground.text import LONGEST_LINE, first_line, listed, quoted, shown

BAD_INPUT, BUG, INTERRUPTED, PIPE_CLOSED = 2, 70, 130, 141

app = App(
    name="glassprop",
    help="Train dense neural networks on tables, predict with them, and show their work.",
    help_epilogue="Exit codes: 0 done, 1 the gradient check failed, 2 bad input or output, 130 interrupted.",
    help_format="plaintext",
    version=__version__,
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)
for command in (train, predict, score, check, explain, info, warmup):
    app.command(command)


def run(argv: list[str]) -> int:
    """Run one command; never raises. Returns the exit code."""
    _forgiving_streams()
    try:
        with _warnings_as_lines():
            code = app([DASH if word == "-" else word for word in argv])
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        complain("interrupted; nothing was saved")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        abandon_stdout()
        return PIPE_CLOSED
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        return _report(error)


def _report(error: BaseException) -> int:
    """Say on one line what went wrong; tell bad input from a bug of ours."""
    if isinstance(error, CycloptsError):
        complain(f"{_misuse(error)} See: glassprop {_command_of(error)}--help")
    elif isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("glassprop"):
        complain(f"this command needs the package {error.name}: pip install 'glassprop[cli]'")
    elif isinstance(error, GlasspropError) or _is_refused_parameter(error):
        complain(str(error))
    elif isinstance(error, OSError):
        abandon_stdout()
        where = quoted(error.filename) if error.filename is not None else "standard output"
        complain(f"cannot read or write {where}: {error.strerror or error}")
    elif isinstance(error, MemoryError):
        complain("there is not enough memory: take fewer rows, fewer columns (--drop) or smaller layers (--hidden)")
    elif _is_refused_data(error):
        complain(f"scikit-learn cannot use these data: {first_line(error)}")
    else:
        return _admit(error)
    return BAD_INPUT


def _misuse(error: CycloptsError) -> str:
    if isinstance(error, UnusedCliTokensError):
        return f"too many arguments: {listed(error.unused_tokens or ())}."
    return str(error)


def _admit(error: BaseException) -> int:
    if os.environ.get("GLASSPROP_TRACEBACK"):
        traceback.print_exception(error)
    complain(
        "this is a bug in glassprop, please report it (GLASSPROP_TRACEBACK=1 shows where): "
        f"{type(error).__name__}: {shown(error, LONGEST_LINE)}"
    )
    return BUG


def _command_of(error: CycloptsError) -> str:
    chain = [name for name in (error.command_chain or ()) if name in app]
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


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Show what the user should know as one line each; leave out what is meant for developers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show_warning
        yield


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    warn(str(message))


def _forgiving_streams() -> None:
    """A terminal that lacks a character gets its escape instead of an error, a closed stream takes all and drops it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # as some schedulers start their jobs
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
