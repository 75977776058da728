"""What one pass over a long table shows that a sample of it did not, and how exact it is: told as notes."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw
import numpy as np

from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted, shown
from glassprop.tables.encoding.findings import Finding, notes_of
from glassprop.tables.encoding.news import as_told, far_from, seen_in
from glassprop.tables.encoding.read_column import part_names, read_column
from glassprop.tables.fitting.examples import without_target
from glassprop.tables.schema.readings import Reading
from glassprop.tables.streaming.sample import Sample
from glassprop.tables.streaming.statistics import Statistics
from glassprop.tables.streaming.uses import HELD_OUT, TRAINED, WATCHED
from glassprop.tables.values.cells import BEYOND
from glassprop.tables.values.texts import Texts

_SHOWN = 5
_INEXACT = 0.005  # of the rows: ranks that are further off are told


def tell_statistics(found: Statistics, sample: Sample, say: Say) -> None:
    """Say what the whole table has that its sample had not, and which rows are left out."""
    _tell_left_out(found, say)
    _tell_classes(found, sample, say)
    findings = [*found.tally.findings, *_unvaried(found), *_beyond(found, sample), *_estimated(found)]
    for note in notes_of(findings):
        say(note)


def _tell_left_out(found: Statistics, say: Say) -> None:
    target, rows = found.tally.target, int(found.tally.rows.sum())
    if target.without_target:
        say(without_target(found.target.name, target.without_target, rows, target.infinite, BEYOND))
    if target.without_time and found.reader.time is not None:
        name = found.reader.time.name
        line = f"{target.without_time} rows have no time {quoted(name)} and are left out"
        say(Note(line, "no-time", name, target.without_time))


def _tell_classes(found: Statistics, sample: Sample, say: Say) -> None:
    classes, name = found.tally.target.classes, found.target.name
    if not classes:
        return
    values = found.target.values(nw.from_native(sample.table.frame, eager_only=True)[name])
    known = set(values.known) if isinstance(values, Texts) else set()
    new = {label: int(rows[TRAINED]) for label, (rows, _) in classes.items() if label not in known and rows[TRAINED]}
    if new:
        some = ", ".join(f"{shown(label)} ({rows:,} row(s))" for label, rows in list(new.items())[:_SHOWN])
        line = f"{len(new)} class(es) of {quoted(name)} are learned that {_the(sample)} did not have: {some}"
        say(Note(line, "beyond-sample", name, len(new), tuple(list(new)[:_SHOWN])))
    lost = {label: rows for label, (rows, _) in classes.items() if not rows[TRAINED]}
    rows = int(sum(of[HELD_OUT] + of[WATCHED] for of in lost.values()))
    if rows:
        some = ", ".join(shown(label) for label in list(lost)[:_SHOWN])
        line = f"{rows} row(s) are neither watched nor scored: their class is in no training row ({some})"
        say(Note(line, "unseen-class", name, rows, tuple(list(lost)[:_SHOWN])))


def _unvaried(found: Statistics) -> Iterator[Finding]:
    for column in found.wanted.unvaried:
        if column.name in found.tally.changed:
            rows, example = found.tally.changed[column.name]
            why = (
                "it is empty in the sample" if column.value is None else f"all the sample holds {quoted(column.value)}"
            )
            yield Finding(column.name, "not-constant", why, rows, (example,) if example else ())


def _beyond(found: Statistics, sample: Sample) -> Iterator[Finding]:
    frame = nw.from_native(sample.table.frame, eager_only=True)
    for reading in found.wanted.counted:
        values = read_column(frame[reading.name], reading, [])
        if isinstance(values, Texts):
            yield from _new_categories(reading, values, found, sample)
        else:
            yield from _new_range(reading, frame[reading.name], values[0], found, sample)


def _new_categories(reading: Reading, values: Texts, found: Statistics, sample: Sample) -> Iterator[Finding]:
    known = {*values.known, ""}
    new = {name: rows for name, rows in found.tally.categories[reading.name].counts.items() if name not in known}
    if new:
        rows = sum(new.values())
        said = f"has {len(new):,} categories, in {rows:,} row(s), that {_the(sample)} did not have; they count, too"
        yield Finding(reading.name, "beyond-sample", said, rows, tuple(list(new)[:_SHOWN]))


def _new_range(
    reading: Reading, series: nw.Series, values: np.ndarray, found: Statistics, sample: Sample
) -> Iterator[Finding]:
    numbers = found.tally.numbers[part_names(reading)[0]]
    seen = seen_in(series, reading, values)
    if numbers.rows and far_from(np.array(numbers.ends()), seen).any():
        ends = [as_told(reading, value) for value in (*numbers.ends(), seen["low"], seen["high"])]
        said = f"reaches from {ends[0]} to {ends[1]}, and in {_the(sample)} only from {ends[2]} to {ends[3]}"
        yield Finding(reading.name, "beyond-sample", said)


def _estimated(found: Statistics) -> Iterator[Finding]:
    """What is not exact, and matters."""
    for name, numbers in found.tally.numbers.items():
        if numbers.error > _INEXACT * numbers.rows:
            share = numbers.error / numbers.rows
            said = f"its median and quantiles are estimates, off by at most {share:.2%} of the rows"
            yield Finding(name, "estimated", said)
    for name, counts in found.tally.categories.items():
        if counts.error:
            said = f"of its many categories the {len(counts.counts):,} most frequent are counted one by one,  "
            yield Finding(name, "estimated", f"{said}their counts too low by at most {counts.error:,}")


def _the(sample: Sample) -> str:
    return f"the sample of {len(sample.rows):,} rows"
