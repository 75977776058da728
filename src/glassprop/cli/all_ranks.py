"""A command that runs in several processes at once: one of them speaks for all, and all end together."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from glassprop.cli.faults import BUG, fault
from glassprop.cli.output import complain
from glassprop.errors import DistributedError

if TYPE_CHECKING:
    from glassprop.distributed.mpi_group import MpiGroup

_STARTED_BY = "OMPI_COMM_WORLD_SIZE"  # there where Open MPI's mpiexec has started this process
_PASSING_ON = 0.25  # seconds that mpiexec may need to pass on what has been written, which Abort does not wait for
_PATIENCE = 20.0  # seconds within which the process with the error has ended all others


@contextmanager
def all_ranks(distributed: bool, *, fast_sums: bool = False) -> Iterator[MpiGroup | None]:
    """The processes that were started together, if the command is to run in all of them.

    Rank 0 prints; what goes wrong in any of them is told once, by rank 0 if it can, and ends all with its exit code.

    Raises
    ------
    MissingPackageError
    """
    if not distributed:
        yield None
        return
    from glassprop.distributed.mpi_group import together
    from glassprop.distributed.needs_mpi import world

    communicator = world()
    group: Any = None
    stderr = sys.stderr
    try:
        with (
            _silent(communicator.rank > 0),
            _no_terminal(communicator.size > 1 or _STARTED_BY in os.environ),
            together(communicator, fast_sums=fast_sums, told=fault) as group,
        ):
            yield group
    except BaseException as error:
        if communicator.size == 1 or group is None:
            raise
        _end_all(communicator, group, error, stderr)


def _end_all(communicator: Any, group: MpiGroup, error: BaseException, stderr: Any) -> NoReturn:
    """Have the error told, once, and all processes end with its exit code."""
    line, code = fault(error)
    if code == BUG and os.environ.get("GLASSPROP_TRACEBACK"):
        traceback.print_exception(error, file=stderr)
    of = error.rank if isinstance(error, DistributedError) else None
    if group.rank == 0:
        complain(line)
        if of is not None:
            group.alarm.say_shown(of)
    elif of is not None:
        time.sleep(_PATIENCE)
    elif not group.alarm.is_shown():
        stderr.write(f"glassprop: rank {group.rank}: {line}\n")
    for stream in (sys.stdout, stderr):
        stream.flush()
    time.sleep(_PASSING_ON)
    communicator.Abort(code)
    raise AssertionError("MPI goes on after Abort")


@contextmanager
def _no_terminal(wish: bool) -> Iterator[None]:
    """Write plain text: what mpiexec reads as if it were a terminal goes on to wherever."""
    if wish:
        with suppress(AttributeError):
            sys.stdout.isatty = lambda: False  # type: ignore[method-assign]
    try:
        yield
    finally:
        if wish:
            with suppress(AttributeError):
                del sys.stdout.isatty


@contextmanager
def _silent(wish: bool) -> Iterator[None]:
    """Let what is printed go nowhere."""
    if not wish:
        yield
        return
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before
