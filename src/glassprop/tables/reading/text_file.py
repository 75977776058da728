"""CSV and TSV: bytes to text, text to rows, rows to a frame, with every repair noted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import listed, quoted
from glassprop.tables.reading.below_table import Below, look_below
from glassprop.tables.reading.encoding import as_utf8
from glassprop.tables.reading.even_rows import read_even_rows
from glassprop.tables.reading.grouped import columns_in_groups
from glassprop.tables.reading.header import column_names
from glassprop.tables.reading.spaced import tabs_for_spaces
from glassprop.tables.reading.surplus import without_surplus
from glassprop.tables.reading.text_layout import Layout, look_at_layout
from glassprop.tables.reading.typed import Typed, Words, typed_columns
from glassprop.tables.reading.uneven_rows import SEPARATORS, UnevenRows

_SHOWN = 3


def read_text(data: bytes, name: str, separator: str | None, as_text: Words) -> tuple[Typed, list[Note]]:
    """Read delimited text.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        For messages.
    separator : str or None
        None: found from the text.
    as_text : dict of str to collection of str
        Columns that stay text whatever they look like, with their lower-case words for "missing".

    Returns
    -------
    columns, notes
        The repairs, one line each.

    Raises
    ------
    TableError
        Binary data, no rows, rows longer than the header, an unclosed quote.
    """
    notes: list[Note] = []
    data = as_utf8(data, name, notes)
    if separator is None and (spaced := tabs_for_spaces(data)) is not None:
        data, separator = spaced, "\t"
        notes.append(Note(f"{name}: columns are separated by spaces", "separator"))
    layout = look_at_layout(data, separator)
    below = look_below(data[layout.start :], layout.separator)
    notes += [note.of(name) for note in (*told_above(layout, separator), *told_below(below))]
    data = data[layout.start : layout.start + below.end]
    if not layout.has_header:
        data = made_header(data, layout.separator) + data
    found = columns_below(data, name, layout, as_text, notes)
    if in_groups := columns_in_groups(found.frame) if not as_text else {}:
        found = columns_below(data, name, layout, in_groups, [])
    found, left_out = without_surplus(found, as_text or in_groups)
    if found.frame.height == 0:
        raise TableError(f"{name} has a header but no rows: give a table with at least one row")
    return found, notes + [note.of(name) for note in (*told_kept(found.kept), *left_out)]


def told_above(layout: Layout, given: str | None) -> Iterator[Note]:
    """What was left out above a table, and what separates its columns."""
    separator = layout.separator
    if separator not in (",", given or "\t"):
        yield Note(f"columns are separated by {SEPARATORS.get(separator, separator)}", "separator")
    for count, what in ((layout.comments, "comment"), (layout.titles, "title")):
        if count:
            yield Note(f"{count} line(s) above the header are left out as {what}s", f"{what}-lines", number=count)
    if not layout.has_header:
        line = "the first line is data, not names: columns are called column_1, column_2, …; add a header to name them"
        yield Note(line, "header")


def told_below(below: Below) -> Iterator[Note]:
    """What was left out below a table."""
    if below.empty:
        line = f"{below.empty} line(s) of nothing but separators at the end are left out"
        yield Note(line, "empty-lines", number=below.empty)
    if below.remarks:
        told = below.remarks[::-1]
        line = f"{len(told)} line(s) below the table are left out ({listed(told, 1)})"
        yield Note(line, "lines-below", number=len(told), examples=tuple(told[:_SHOWN]))


def made_header(data: bytes, separator: str) -> bytes:
    """A line of names for a table whose first line is data."""
    first = next(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=separator, skipinitialspace=True))
    return separator.join(f"column_{k + 1}" for k in range(len(first))).encode() + b"\n"


def columns_below(data: bytes, name: str, layout: Layout, as_text: Words, notes: list[Note]) -> Typed:
    """The columns of a table whose header is the first line of the text."""

    def named(header: list[str]) -> list[str]:
        if layout.in_comment:
            header = [header[0].lstrip().removeprefix("# "), *header[1:]]
        return column_names(header, name, notes)

    found = read_even_rows(data, layout.separator, named, as_text)
    if found is not None:
        return found
    rows = UnevenRows(name, layout.separator, layout.lines - (not layout.has_header), notes)
    return typed_columns(rows.read(data.decode(), named), as_text, has_marks=b'"' in data)


def told_kept(kept: dict[str, list[str]]) -> list[Note]:
    """Which words are values in quotes."""
    notes = []
    for column, words in islice(kept.items(), _SHOWN):
        line = f"{listed(words, _SHOWN)} in quotes is a value of column {quoted(column)}, without quotes it is missing"
        notes.append(Note(line, "quoted-words", column, examples=tuple(words[:_SHOWN])))
    if (more := len(kept) - _SHOWN) > 0:
        notes.append(Note(f"the same in {more:,} more columns", "quoted-words", number=more))
    return notes
