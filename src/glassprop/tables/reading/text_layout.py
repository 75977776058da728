"""Where in a text file the table stands: what is above its header and below its rows, and what separates its fields."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from glassprop.tables.reading.first_row import is_data, kind_of, names_surely

_CANDIDATES = (",", ";", "\t", "|")
_TRIED = 1 << 16  # bytes to find the separator in, and more where they hold too few rows
_ROWS = 100
_FEW_ROWS, _CELLS = 5, 20_000  # looked at to tell a header from data
_MOST_CELLS = 100_000  # parsed to find the separator
_MOST_TITLES = 20
_GOOD = 0.9  # share of rows with as many fields as the first from which on nothing is looked for above the header
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_COMMENT = re.compile(r'["\s]*#')


@dataclass(frozen=True)
class Layout:
    """The place of a table in a text file.

    Attributes
    ----------
    separator : str
    start : int
        The byte at which its first row begins.
    lines : int
        Lines above it.
    titles, comments : int
        How many of these are titles, and comments.
    has_header : bool
        Whether its first row names its columns.
    in_comment : bool
        Whether it does so in a line that begins like a comment.
    """

    separator: str
    start: int = 0
    lines: int = 0
    titles: int = 0
    comments: int = 0
    has_header: bool = True
    in_comment: bool = False


@dataclass(frozen=True)
class _Top:
    """The first rows of a text that are not blank, and the number of the line at which each begins."""

    rows: list[list[str]]
    starts: list[int]


def look_at_layout(data: bytes, separator: str | None) -> Layout:
    """Find the table in a text.

    Parameters
    ----------
    data : bytes
        UTF-8.
    separator : str or None
        None: the one that the file names in its first line, or that gives most of its rows as many fields as the first.
    """
    lines = _lines(data[:_TRIED])
    named = _SEP.fullmatch(lines[0]) if lines else None
    first = 1 if named else 0
    separator = named[1] if named else separator
    while first < len(lines) and not lines[first].strip():
        first += 1
    after = first
    while after < len(lines) and (not lines[after].strip() or _COMMENT.match(lines[after])):
        after += 1
    if after == len(lines):
        after = first  # nothing else: it is for the reader to say what is wrong
    rest = data[_size(lines[:after]) :]
    separator = separator or _separator(rest)
    try:
        top = _top(rest, separator)
    except csv.Error:  # it is for the reader to say what is wrong
        top = _Top([], [])
    titles = _titles(top.rows)
    header = _in_comment(lines[first:after], top.rows[titles:], separator) if not titles else None
    if header is not None:
        lines_above = first + header
        comments = _count(lines[first:lines_above])
        return Layout(separator, _size(lines[:lines_above]), lines_above, 0, comments, in_comment=True)
    above = after + (top.starts[titles] if titles else 0)
    start = _size(_lines(data)[:above]) if above > len(lines) else _size(lines[:above])
    has_header = not top.rows or not is_data(top.rows[titles], _some(top.rows[titles + 1 :]))
    return Layout(separator, start, above, titles, _count(lines[first:after]), has_header)


def _some(rows: list[list[str]]) -> list[list[str]]:
    """As many as it takes little time to look at; where columns are many, a few will do."""
    return rows[: max(_FEW_ROWS, _CELLS // max(map(len, rows), default=1))]


def _count(comments: list[str]) -> int:
    return sum(bool(line.strip()) for line in comments)


def _lines(data: bytes) -> list[str]:
    return list(io.StringIO(data.decode(errors="ignore"), newline=""))


def _size(lines: list[str]) -> int:
    return len("".join(lines).encode())


def _top(data: bytes, separator: str) -> _Top:
    """The first hundred rows, blank ones left out, of as much of the text as they take."""
    size = _TRIED
    while True:
        text = io.StringIO(data[:size].decode(errors="ignore"), newline="")
        length = text.seek(0, io.SEEK_END)
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, skipinitialspace=True)
        top, begin = _Top([], []), 0
        for row in islice(reader, _ROWS):
            if len(top.rows) * len(row) > _MOST_CELLS and len(top.rows) > _FEW_ROWS:
                return top
            if any(cell.strip() for cell in row) or len(row) > 1:
                top.rows.append(row)
                top.starts.append(begin)
            begin = reader.line_num
        if size >= len(data) or text.tell() < length:  # else the last of them may be cut short
            return top
        size *= 8


def _separator(data: bytes) -> str:
    """Which separator gives the most rows as many fields as the header has (at least two)."""
    tops = {}
    for candidate in _CANDIDATES:
        try:
            tops[candidate] = _top(data, candidate).rows
        except csv.Error:
            continue
    scores = {candidate: _evenness(rows) for candidate, rows in tops.items()}
    if max(scores.values(), default=(0.0, 0))[0] < _GOOD:  # the header may stand further down
        below = {candidate: _evenness(rows[first:]) for candidate, rows in tops.items() if (first := _titles(rows))}
        scores = {candidate: max(score, below.get(candidate, (0.0, 0))) for candidate, score in scores.items()}
    best = max(scores.values(), default=(0.0, 0))
    return next((candidate for candidate, score in scores.items() if score == best and score[1]), ",")


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """The share of rows with as many fields as the first, and how many these are; nothing if it is one."""
    width = len(rows[0]) if rows else 0
    return (sum(len(row) == width for row in rows) / len(rows), width) if width > 1 else (0.0, 0)


def _titles(rows: list[list[str]]) -> int:
    """How many rows stand above one that names the columns, and hold less than it does."""
    if not rows:
        return 0
    counts = Counter(map(len, rows))
    width = max(counts, key=lambda length: (counts[length], length))
    for first, row in enumerate(rows[: _MOST_TITLES + 1]):
        if not _is_title(row, width):
            above = rows[:first]
            surely = any(_is_doubtful(title, width) for title in above)
            return first if first and _is_header(row, _some(rows[first + 1 :]), width, surely=surely) else 0
    return 0


def _filled(row: list[str]) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]


def _is_title(row: list[str], width: int) -> bool:
    filled = _filled(row)
    begins = filled == list(range(len(filled)))
    return begins and (len(row) < width or (width > 2 and len(filled) <= width // 2))


def _is_doubtful(title: list[str], width: int) -> bool:
    """Whether a row could as well be a header that has no name for the column of row names, or for some others."""
    return len(title) == width - 1 or (len(title) >= width and len(_filled(title)) > 1)


def _is_header(row: list[str], below: list[list[str]], width: int, *, surely: bool) -> bool:
    if len(_filled(row)) < max(2, width - 1) or len(row) > width or not any(kind_of(cell) == "text" for cell in row):
        return False
    return names_surely(row, below) or (not surely and bool(below) and not is_data(row, below))


def _in_comment(comments: list[str], rows: list[list[str]], separator: str) -> int | None:
    """Which of the lines that begin like comments names the columns, if one does: the last, where it fits."""
    rows = rows[:1] + _some(rows[1:])
    place = max((k for k, line in enumerate(comments) if line.strip()), default=None)
    if place is None or not rows:
        return None
    try:
        names = next(csv.reader([comments[place]], delimiter=separator, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return None
    if len(names) != len(rows[0]) or len(names) < 2 or names_surely(rows[0], rows[1:]):
        return None
    spaced = names[0].lstrip().startswith("# ")
    return place if not spaced or names_surely(names, rows) or is_data(rows[0], rows[1:]) else None
