"""Which cells of delimited text were in quotes: a mark before their text, for readers of CSV do not tell."""

from __future__ import annotations

import re

# No text has this character: data that hold it are refused as binary.
QUOTED = "\0"


def marked(text: str, separator: str) -> str:
    """The text with a mark behind every quotation mark that opens a cell, unless nothing stands in it.

    Cells are found as Python's reader of CSV finds them: quotes open a cell only at its start, spaces before them left
    out, and two of them within it are one. What is never closed gets no mark, and is for the reader to refuse.
    """
    # Possessive (++): what was taken is kept, so that each cell is looked at once.
    cells = re.compile(rf'([{re.escape(separator)}\n\r] *+)"((?:[^"]++|"")++)"')
    return cells.sub(rf'\1"{QUOTED}\2"', f"\n{text}")[1:]


def bare(cell: str) -> str:
    """A cell without its mark."""
    return cell.removeprefix(QUOTED)
