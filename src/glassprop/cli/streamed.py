"""Tables that predict and score read piece by piece: large ones, and those of which it is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.output import console_for
from glassprop.errors import MissingPackageError, TableError

if TYPE_CHECKING:
    from glassprop.tables.streaming.row_source import RowSource

LARGE = 512 << 20  # bytes that learning from it in memory would take: some million rows of twenty columns

Stream = Annotated[
    bool | None,
    Parameter(
        name="--stream",
        negative="--no-stream",
        help="Read the table piece by piece, so that it may be larger than memory. Default: on for large .parquet, "
        ".arrow and text files.",
        show_default=False,
    ),
]


def source_of(model: tuple[Any, dict[str, Any]], data: Sequence[str], stream: bool | None) -> RowSource | None:
    """The rows, where they are to be read piece by piece, their columns as a model wants them; None: in memory.

    Raises
    ------
    TableError, MissingPackageError
        Streaming is asked for, or the only way, and cannot be done.
    """
    from glassprop.tables.streaming.would_fit import room_for

    if stream is False:
        return None
    fits = True
    if stream is None:
        room = room_for(data)
        if room is None or room.needed < LARGE:
            return None
        fits = room.fits
    from glassprop.tables import row_source, text_columns

    try:
        return row_source(list(data), as_text=text_columns(*model))
    except (TableError, MissingPackageError):
        if stream or not fits:
            raise
        return None  # whoever reads it whole may manage, or has more to say


@contextmanager
def rows_passing(rows: int, doing: str, *, hidden: bool = False) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; call what it gives with numbers of rows that are done."""
    console = console_for(sys.stderr)
    if hidden or not console.is_terminal or console.is_dumb_terminal:
        yield lambda done: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(doing),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} rows"),
        BarColumn(bar_width=None),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("", total=rows)
        yield lambda done: bar.advance(task, done)
