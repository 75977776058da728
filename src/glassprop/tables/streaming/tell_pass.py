"""What a user should know of all rows of a long table, beyond what was told of its sample."""

from __future__ import annotations

from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted
from glassprop.tables.encoding.findings import notes_of, together
from glassprop.tables.fitting.examples import without_target
from glassprop.tables.streaming.statistics import Statistics
from glassprop.tables.values.cells import BEYOND


def tell_pass(found: Statistics, time: str | None, rows: int, sample_rows: int, say: Say) -> None:
    """Say how many rows are left out, and where the whole table is not as its sample.

    Parameters
    ----------
    found : Statistics
    time : str or None
        The column of times.
    rows, sample_rows : int
        How many the table has, and how many its sample has.
    say : callable
    """
    lost = found.tally.target
    if lost.without_target:
        far = (lost.infinite, BEYOND) if lost.infinite else (0, "")
        say(without_target(found.target.name, lost.without_target, rows, *far))
    if lost.without_time and time is not None:
        line = f"{lost.without_time} rows have no time {quoted(time)} and are left out"
        say(Note(line, "no-time", time, lost.without_time))
    if rows == sample_rows:  # all of it has been told
        return
    for note in notes_of(together(found.tally.findings, found.schema.names(), rows)):
        say(note)
    for name, (others, example) in found.tally.changed.items():
        text = (
            f"column {quoted(name)} is left out, for it has one value or none in the {sample_rows:,} rows that were "
            f"looked at: in {others:,} of all {rows:,} it has others, the first {quoted(example)}"
        )
        say(Note(text, "unlike-sample", name, others, (example,)))
