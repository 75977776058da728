"""Options of reading a table piece by piece, several times, rather than into memory; and when that is done unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from glassprop.cli.options import MaybeWord
from glassprop.errors import MissingPackageError, SettingsError
from glassprop.ground.note import Note
from glassprop.ground.sizes import size_of, size_text
from glassprop.ground.text import quoted


@Parameter(name="*")
@dataclass(frozen=True)
class StreamingOptions:
    """How a table is read that may be larger than memory."""

    stream: Annotated[
        bool | None,
        Parameter(
            name="--stream",
            negative="--no-stream",
            help="Read the table piece by piece, once an epoch, rather than into memory. Default: on if a .csv, "
            ".parquet or .arrow file would not fit.",
            show_default=False,
        ),
    ] = None
    budget: Annotated[
        MaybeWord, Parameter(help="With --stream: the most memory for rows that are being read, for example 256MB.")
    ] = None
    scratch: Annotated[
        MaybeWord,
        Parameter(
            help="With --stream: keep the encoded rows in a temporary file, in this folder or of at most this size "
            "(10GB), for later epochs to read; quicker for small networks."
        ),
    ] = None

    def budget_bytes(self) -> int | None:
        """What was asked for; None: nothing.

        Raises
        ------
        SettingsError
            It is no size.
        """
        if self.budget is None:
            return None
        found = size_of(self.budget)
        if not found:
            raise SettingsError(f"--budget {quoted(self.budget)}: give a size above 0, for example 256MB")
        return found

    def check(self, others: Sequence[str] = (), *, streamed: bool) -> None:
        """Refuse options that go with a stream alone, these and others that were given, where there is none.

        Raises
        ------
        SettingsError
        """
        self.budget_bytes()
        given = [*(f"--{name}" for name in ("budget", "scratch") if getattr(self, name) is not None), *others]
        if given and not streamed:
            raise SettingsError(f"{' and '.join(given)}: only for a table that is read piece by piece, add --stream")


def is_streamed(options: StreamingOptions, data: Sequence[str], say: Callable[[str], None]) -> bool:
    """Whether to read the table piece by piece: as asked, or else where it would not fit into memory, which is said.

    Raises
    ------
    MissingPackageError
        It would not fit, and what reads it in pieces is not installed.
    """
    if options.stream is not None:
        return options.stream
    lacking = without_room(data, " (--no-stream reads it into memory all the same)")
    if lacking is None:
        return False
    line = f"the table is read piece by piece, once an epoch: {lacking.sizes} (--no-stream reads it into memory)"
    say(Note(line, "streamed", number=lacking.needed))
    return True


@dataclass(frozen=True)
class Lacking:
    """What a table would take that does not fit into memory, in bytes, and as words beside what is free."""

    needed: int
    sizes: str


def without_room(data: Sequence[str], otherwise: str = "") -> Lacking | None:
    """What files would take that do not fit into memory; None where they fit, or nobody knows.

    otherwise: what else could be done, as the end of the refusal.

    Raises
    ------
    MissingPackageError
        They would not fit, and what reads them in pieces is not installed.
    """
    from glassprop.tables.streaming.would_fit import room_for

    room = room_for(data)
    if room is None or room.fits or room.free is None:
        return None
    sizes = f"in memory it would take some {size_text(room.needed)}, and {size_text(room.free)} are free"
    try:
        from glassprop.tables.streaming.arrow_package import need_pyarrow

        need_pyarrow()
    except MissingPackageError as error:
        raise MissingPackageError(f"{error}; {sizes}{otherwise}") from error
    return Lacking(room.needed, sizes)
