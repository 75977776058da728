"""A document in the terminal, at 80 columns: put together first, and printed when all of it is there."""

from __future__ import annotations

from collections.abc import Sequence

from glassprop.cli.output import encodable, print_line, print_table, print_title
from glassprop.document import text_pieces
from glassprop.document.blocks import Document
from glassprop.document.text_pieces import ASCII_MARKS, MARKS, Piece


def pieces_of(document: Document) -> list[Piece]:
    """All that is shown of it, in characters that standard output has."""
    marks = "".join(MARKS)
    return text_pieces.pieces_of(document, MARKS if encodable(marks) == marks else ASCII_MARKS)


def show(pieces: Sequence[Piece]) -> None:
    """Print them. What belongs to one thought stands together, with an empty line behind it."""
    for piece, following in zip(pieces, [*pieces[1:], Piece()], strict=True):
        if piece.title:
            print_title(piece.lines[0])
        elif piece.columns:
            print_table(piece.columns, piece.rows, right=piece.right, whole=piece.whole)
        else:
            for line in piece.lines:
                print_line(line)
            if following.columns or following.title or not following.lines:
                print_line()
