"""The commands put together, and the one place where whatever goes wrong becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cyclopts import App

from glassprop import __version__
from glassprop.cli.blame_command import blame
from glassprop.cli.check_command import check
from glassprop.cli.doctor_command import doctor
from glassprop.cli.explain_command import explain
from glassprop.cli.export_command import export
from glassprop.cli.faults import BAD_INPUT, BUG, fault
from glassprop.cli.info import info
from glassprop.cli.lesson_command import lesson
from glassprop.cli.options import DASH
from glassprop.cli.output import abandon_stdout, complain, warn
from glassprop.cli.predict import predict
from glassprop.cli.score import score
from glassprop.cli.train import train
from glassprop.cli.warmup_command import warmup
from glassprop.errors import LessonError, is_panic
from glassprop.ground.stop_signals import TERMINATED, TerminatedExit

PIPE_CLOSED = 141

app = App(
    name="glassprop",
    help="Train dense neural networks on tables, predict with them, and show their work.",
    help_epilogue="Exit codes: 0 done, 1 the gradient check failed, 2 bad input or output, 130 interrupted, 143 "
    "terminated with nothing lost.",
    help_format="plaintext",
    version=__version__,
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)
for command in (train, predict, score, check, doctor, blame, explain, lesson, info, export, warmup):
    app.command(command)


def run(argv: list[str]) -> int:
    """Run one command; never raises. Returns the exit code."""
    _forgiving_streams()
    try:
        with _warnings_as_lines():
            code = app([DASH if word == "-" else word for word in argv])
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt as error:
        return _report(error)
    except TerminatedExit as end:  # SIGTERM, after what was under way has been kept
        complain(str(end))
        return TERMINATED
    except BrokenPipeError:  # whoever read our output has seen enough
        abandon_stdout()
        return PIPE_CLOSED
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        return _report(error)


def _report(error: BaseException) -> int:
    """Say what went wrong on one line, or of a lesson a line for each fault, and return the exit code."""
    line, code = fault(error, commands=list(app))
    if isinstance(error, OSError) and code == BAD_INPUT:
        abandon_stdout()
    if code == BUG and os.environ.get("GLASSPROP_TRACEBACK"):
        traceback.print_exception(error)
    for each in error.faults if isinstance(error, LessonError) else (line,):
        complain(each)
    return code


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
