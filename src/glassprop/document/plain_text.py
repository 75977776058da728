"""A document as plain text at 80 columns, for what Python prints: in characters that every stream can write."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

from glassprop.document.blocks import Document
from glassprop.document.text_pieces import ASCII_MARKS, WIDTH, Piece, pieces_of

_GAP = "  "
_LEAST = 6  # columns of the screen that a cell has


def plain_text(document: Document) -> str:
    """All of it, without a line break at the end."""
    return "\n\n".join("\n".join(_lines(piece)) for piece in pieces_of(document, ASCII_MARKS))


def _lines(piece: Piece) -> list[str]:
    if not piece.columns:
        return [line.strip() for line in piece.lines]
    widths = _widths(piece)
    right = set(piece.right)
    lines = []
    for row in (piece.columns, *piece.rows):
        folded = [[cell] if k in piece.whole else _folded(cell, widths[k]) for k, cell in enumerate(row)]
        for cells in zip_longest(*folded, fillvalue=""):
            padded = [_padded(cell, widths[k], k in right) for k, cell in enumerate(cells)]
            lines.append(_GAP.join(padded).rstrip())
    return lines


def _widths(piece: Piece) -> list[int]:
    """Of each column what its longest cell takes; where that is too much, cells of words are folded, the longest
    first."""
    found = [max(map(_width, cells)) for cells in zip(piece.columns, *piece.rows, strict=True)]
    may_fold = [k for k in range(len(found)) if k not in (*piece.right, *piece.whole)]
    over = sum(found) + len(_GAP) * (len(found) - 1) - WIDTH
    while over > 0 and (wide := [k for k in may_fold if found[k] > _LEAST]):
        found[max(wide, key=found.__getitem__)] -= 1
        over -= 1
    return found


def _folded(text: str, width: int) -> Sequence[str]:
    """A cell in lines of this width, broken between words where that can be."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and _width(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines


def _padded(text: str, width: int, right: bool) -> str:
    room = " " * (width - _width(text))
    return room + text if right else text + room


def _width(text: str) -> int:
    """How many columns of a screen it takes: some characters take two, and marks upon others none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
