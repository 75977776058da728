"""Rows of delimited text whose quotes are as they should be, made rows without quotes: these are read much faster."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_QUOTE, _NEWLINE, _RETURN, _SPACE, _TAB = b'"\n\r \t'
# What stands for signs within quotes, until the text is read: no text has these.
_FOR_SEPARATOR, _FOR_NEWLINE, _FOR_RETURN, _FOR_QUOTE = b"\x1f\x1e\x1d\x1c"
_STAND_INS = re.compile(rb"[\x1c-\x1f]")


@dataclass(frozen=True)
class WithoutQuotes:
    """Rows.

    Attributes
    ----------
    data : bytes
    marked, unmarked : array (n_columns,) of bool
        Columns in which something stands in quotes, and in which something stands without.
    signs : dict of str to str
        What is to be put in place of signs in texts, once they are read.
    """

    data: bytes
    marked: np.ndarray
    unmarked: np.ndarray
    signs: dict[str, str]

    def put_back(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Texts with the signs that stood in them."""
        pl = need_polars()
        if not self.signs:
            return frame
        texts = pl.col(pl.String)
        for stand_in, sign in self.signs.items():
            texts = texts.str.replace_all(stand_in, sign, literal=True)
        return frame.with_columns(texts.str.strip_chars())


def without_quotes(data: bytes, separator: str, width: int, words: Collection[str]) -> WithoutQuotes | None:
    """Leave out the quotes; None if it takes more care to read these rows.

    Parameters
    ----------
    data : bytes
    separator : str
        One ASCII character.
    width : int
        How many columns there are: each row must have as many fields.
    words : collection of str
        In lower case: what must not stand in quotes, for it means something else there.
    """
    if _STAND_INS.search(data) or _in_quotes(words).search(data):
        return None
    codes = np.frombuffer(data if data.endswith(b"\n") else data + b"\n", dtype=np.uint8)
    quote = codes == _QUOTE
    opening, closing = np.flatnonzero(quote)[0::2], np.flatnonzero(quote)[1::2]
    if len(opening) != len(closing) or not len(opening):
        return None
    doubled = closing[:-1][closing[:-1] + 1 == opening[1:]]
    if not _are_cells(codes, opening, closing, doubled, ord(separator)):
        return None
    within = np.logical_xor.accumulate(quote) & ~quote
    marks = _marks(codes, ~within, ord(separator), width)
    if marks is None:
        return None
    made, signs = codes.copy(), dict[str, str]()
    for sign, stand_in in ((ord(separator), _FOR_SEPARATOR), (_NEWLINE, _FOR_NEWLINE), (_RETURN, _FOR_RETURN)):
        places = within & (codes == sign)
        if places.any():
            made[places] = stand_in
            signs[chr(stand_in)] = chr(sign)
    if len(doubled):
        made[doubled], quote[doubled] = _FOR_QUOTE, False
        signs[chr(_FOR_QUOTE)] = '"'
    return WithoutQuotes(made[~quote].tobytes(), *marks, signs)


def _in_quotes(words: Collection[str]) -> re.Pattern[bytes]:
    any_of = b"|".join(re.escape(word.encode()) for word in sorted(words) if word)
    return re.compile(rb'"\s*(?:' + any_of + rb')\s*"', re.IGNORECASE)


def _are_cells(codes: np.ndarray, opening: np.ndarray, closing: np.ndarray, doubled: np.ndarray, sign: int) -> bool:
    """Whether what is in quotes are whole cells, but for doubled quotation marks within them."""
    before = codes[np.setdiff1d(opening, doubled + 1, assume_unique=True) - 1]  # of the first byte: the last, a newline
    after = codes[np.setdiff1d(closing, doubled, assume_unique=True) + 1]
    return bool(np.isin(before, [sign, _NEWLINE]).all() and np.isin(after, [sign, _NEWLINE, _RETURN]).all())


def _marks(codes: np.ndarray, outside: np.ndarray, sign: int, width: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Columns in which something stands in quotes, and in which something stands without; None if rows are uneven."""
    ends = np.flatnonzero(outside & ((codes == sign) | (codes == _NEWLINE)))
    if len(ends) % width:
        return None
    lines = (codes[ends] == _NEWLINE).reshape(-1, width)
    if not lines[:, -1].all() or lines[:, :-1].any():
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    first = codes[starts]
    if ((first == _SPACE) | (first == _TAB)).any():
        return None
    lengths = ends - starts - (codes[ends - 1] == _RETURN)
    marked = ((first == _QUOTE) & (lengths > len('""'))).reshape(-1, width)
    empty = ((lengths <= 0) | ((first == _QUOTE) & (lengths == len('""')))).reshape(-1, width)
    return marked.any(axis=0), (~marked & ~empty).any(axis=0)
