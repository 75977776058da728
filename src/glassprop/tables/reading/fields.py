"""What the bytes of delimited text say of its columns before anything is parsed: where fields begin, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from glassprop.ground.in_order import in_order
from glassprop.tables.values.cores import threads_for

_PART = 1 << 20  # bytes that a thread takes at a time
_PIECE = 1 << 17  # bytes looked at together: larger arrays would be taken from the system, page by page, each time
_NEWLINE, _RETURN, _SPACE, _TAB, _PLUS, _MINUS, _ZERO, _NINE = b"\n\r \t+-09"


@dataclass(frozen=True)
class Fields:
    """The fields below the header, column by column.

    Attributes
    ----------
    rows : int
    empty : array (n_columns,) of int
        How many are empty.
    odd : array (n_columns,) of bool
        Whether some field begins with white space, or with a zero that a number would lose (01234): a parser of
        numbers reads over both.
    """

    rows: int
    empty: np.ndarray
    odd: np.ndarray


def look_at_fields(data: bytes, separator: str) -> Fields | None:
    """Look at text without quotes; None unless every line has as many fields as the first, and at least two.

    Parameters
    ----------
    data : bytes
    separator : str
        One ASCII character.
    """
    width = data[: data.find(b"\n") + 1 or len(data)].count(separator.encode()) + 1
    if width < 2:
        return None

    def look(part: bytes) -> Fields | None:
        return _together((_look_at(piece, ord(separator), width) for piece in _whole_lines(part, 0, _PIECE)), width)

    header = data.find(b"\n") + 1 or len(data)
    parts = _whole_lines(data, header, _PART)
    return _together(in_order(look, parts, threads_for(len(data), _PART)), width)


def _together(every: Iterable[Fields | None], width: int) -> Fields | None:
    rows, empty, odd = 0, np.zeros(width, dtype=np.int64), np.zeros(width, dtype=bool)
    for found in every:
        if found is None:
            return None
        rows, empty, odd = rows + found.rows, empty + found.empty, odd | found.odd
    return Fields(rows, empty, odd)


def _whole_lines(data: bytes, start: int, size: int) -> Iterator[bytes]:
    """All from the start on, in parts of about that size."""
    while start < len(data):
        end = data.find(b"\n", min(start + size, len(data)) - 1) + 1 or len(data)
        yield data[start:end]
        start = end


def _look_at(piece: bytes, separator: int, width: int) -> Fields | None:
    ended = piece if piece.endswith(b"\n") else piece + b"\n"
    codes = np.frombuffer(ended + b"\n\n", dtype=np.uint8)  # two more, for a look at what comes after a field's first
    ends = np.flatnonzero((codes[:-2] == separator) | (codes[:-2] == _NEWLINE))
    if len(ends) % width:
        return None
    lines = (codes[ends] == _NEWLINE).reshape(-1, width)
    if not lines[:, -1].all() or lines[:, :-1].any():
        return None
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    first = codes[starts]
    empty = ((starts == ends) | ((first == _RETURN) & (starts + 1 == ends))).reshape(-1, width)
    odd = _odd(codes, starts, first).reshape(-1, width)
    return Fields(len(empty), empty.sum(axis=0), np.asarray(odd.any(axis=0)))


def _odd(codes: np.ndarray, starts: np.ndarray, first: np.ndarray) -> np.ndarray:
    signed = (first == _PLUS) | (first == _MINUS)
    digits = starts + signed
    zero = np.where(signed, codes[digits], first) == _ZERO
    after = codes[np.where(zero, digits + 1, 0)]
    return (zero & (after >= _ZERO) & (after <= _NINE)) | (first == _SPACE) | (first == _TAB)
