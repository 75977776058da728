"""What stands below the last row of a table in a text file: separators alone, comments, a word on the source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MOST = 50_000  # lines that are looked at
_SURELY = 3  # separators of a line that is alone: with fewer it may be a row whose values are all missing
_IN_QUOTES = re.compile(rb'"[^"]*+"')
_REMARK = re.compile(r"[^\W\d_]{2}.*[ :]|[*(].*[^\W\d_]", re.DOTALL)


@dataclass
class Below:
    """Where the table ends, and what follows.

    Attributes
    ----------
    end : int
        The byte behind its last row.
    empty : int
        Lines of nothing but separators.
    remarks : list of str
        Comments, and lines without any separator that a blank one sets apart from the table; from the bottom up.
    """

    end: int
    empty: int = 0
    remarks: list[str] = field(default_factory=list)


def look_below(data: bytes, separator: str) -> Below:
    """Find the end of a table whose header is the first line of the text; at least one line below it stays."""
    mark, header = separator.encode(), data.find(b"\n") + 1
    found = Below(len(data))
    if not header or mark not in data[:header]:
        return found
    width, waiting, place = data[:header].count(mark), list[str](), len(data)
    for _ in range(_MOST):
        begin = data.rfind(b"\n", 0, max(place - 1, 0)) + 1
        if begin <= header:
            break
        line, place = data[begin:place], begin
        if not line.strip(mark + b" \t\r\n"):
            found.remarks += waiting
            found.empty, found.end, waiting = found.empty + (mark in line), begin, []
        elif line.lstrip().startswith(b"#") and line.count(mark) != width:
            found.remarks += [*waiting, _shown(line)]
            found.end, waiting = begin, []
        elif _has_one_field(line, mark) and _REMARK.match(_shown(line)):
            waiting.append(_shown(line))
        else:
            break
    if found.empty == 1 and not found.remarks and data[found.end :].count(mark) < _SURELY:
        return Below(len(data))
    return found


def _has_one_field(line: bytes, mark: bytes) -> bool:
    return (mark not in line and b'"' not in line) or _IN_QUOTES.fullmatch(line.strip()) is not None


def _shown(line: bytes) -> str:
    return line.decode(errors="replace").strip().strip('"')
