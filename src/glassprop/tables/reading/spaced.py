"""Text whose columns are set apart by spaces, as many as it takes to align them, made text with tabs."""

from __future__ import annotations

import re

from glassprop.tables.reading.first_row import kind_of

_TRIED = 1 << 16  # bytes
_ROWS = 100
_LEAST = 3  # fields: two words are no row of a table
_GAP = re.compile(rb'("[^"\n]*+")|[ \t]++')
_SPACES = re.compile(rb"[ \t]++")
_ENDS = re.compile(rb"^\t++|\t++(?=\r?$)", re.MULTILINE)


def tabs_for_spaces(data: bytes) -> bytes | None:
    """The text with a tab between fields; None unless it is a table of this kind.

    That is: no comma, semicolon or bar in its first lines, the same number of fields in each, three at least, and at
    least half of them numbers. The first may have one less, as R writes it: no name for the names of rows.
    """
    head = data if len(data) <= _TRIED else data[: data.rfind(b"\n", 0, _TRIED)]
    lines = [line for line in head.splitlines() if line.strip() and not line.lstrip().startswith(b"#")][:_ROWS]
    if not lines or any(sign in line for line in lines for sign in b",;|") or _has_tabs(lines):
        return None
    rows = [with_tabs(line).split(b"\t") for line in lines]
    width = len(rows[-1])
    if width < _LEAST or len(rows[0]) not in (width, width - 1) or any(len(row) != width for row in rows[1:]):
        return None
    cells = [cell.decode(errors="replace").strip('"') for row in rows for cell in row]
    if sum(kind_of(cell) == "number" for cell in cells) * 2 < len(cells) or not any(b" " in line for line in lines):
        return None
    return with_tabs(data)


def _has_tabs(lines: list[bytes]) -> bool:
    """Whether tabs alone set the columns apart: as many in each line, and no spaces that align anything."""
    return b"\t" in lines[0] and len({line.count(b"\t") for line in lines}) == 1 and not any(b"  " in k for k in lines)


def with_tabs(data: bytes) -> bytes:
    """The text with a tab in place of the spaces between fields, and none around them."""
    spread = _GAP.sub(lambda found: found[1] or b"\t", data) if b'"' in data else _SPACES.sub(b"\t", data)
    return _ENDS.sub(b"", spread)
