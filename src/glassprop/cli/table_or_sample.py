"""A table that is to be looked at as a whole: read into memory, or, where it would not fit, a sample of its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from glassprop.cli.models import open_rows, read
from glassprop.cli.progress import PassProgress
from glassprop.cli.streaming_options import without_room
from glassprop.ground.note import Note

if TYPE_CHECKING:
    from glassprop.tables import Table


def table_or_sample(
    data: Sequence[str], as_text: Mapping[str, Collection[str]], seed: int, say: Callable[[str], None]
) -> Table:
    """The table; of one that would not fit into memory as many of its rows, drawn by the seed, as streams decide on.

    Raises
    ------
    MissingPackageError
        It would not fit, and what reads it in pieces is not installed.
    """
    lacking = without_room(data)
    if lacking is None:
        return read(data, as_text)
    from glassprop.tables.streaming.sample import sample_of
    from glassprop.tables.streaming.watched_pass import WatchedPass

    with PassProgress() as passes:
        sample = sample_of(WatchedPass(open_rows(data, as_text), "a sample of them", passes), seed)
    line = f"{len(sample.rows):,} of {sample.of:,} rows, drawn at random, are looked at: {lacking.sizes}"
    say(Note(line, "streamed", number=sample.of))
    return sample.table
