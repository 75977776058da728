"""Columns that name or number the rows: what programs write as their index. A model must not learn from them.

Sorted by class, numbered, shuffled and split, a table's numbers tell the class of each held-out row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from glassprop.tables.values.cells import Cells

ENOUGH_ROWS = 20
# A run of numbers, rows of which are left out, still has this share of them.
_NEARLY = 0.8
# Names of rows have few words; what has more says something. So many of them are looked at.
_WORDS, _SOME = 4, 1000
# Names that programs give to an index without one: pandas, R and its packages. A name of blanks is none.
_WRITERS = re.compile(r"(unnamed: ?\d+(\.\d+)*|__index_level_\d+__|\.\.\.\d+|row[._ ]?names?|_row_?index_?|\s*)", re.I)
# What people, spreadsheets and data frames call the numbers of rows.
_NUMBERS = re.compile(
    r"(#|№|n[o°º]\.?|nr\.?|s(l|r|er)?[. ]*no\.?|serial([ _]?(no\.?|num(ber)?))?|lfd\.?[ _]?nr\.?|index|level_\d+|rows?|"
    r"row[ _]?(id|no\.?|nr\.?|num(ber)?|index)|obs(ervation)?(_?no)?\.?|line[ _]?(no|number)?)",
    re.I,
)
# What people call them, too, but also amounts: those that are 0 to n - 1 or 1 to n number the rows.
_COUNTED = re.compile(
    r"(s/n|seq(uence)?|rn|i|num|number|num[eé]ro|número|nummer|case|sample|specimen|entry|item|instance|example|unit|"
    r"subject|subj|patient|participant|respondent|person|student|proband|fall|zeile)([ _.]?(no|nr|num(ber)?))?\.?|_\d+",
    re.I,
)
# What R and its packages call a first column without a name, where it numbers the rows: they may be amounts, too.
_FIRST = re.compile(r"X|X\.?1|V1")


@dataclass(frozen=True)
class CalledIndex:
    """What the file says of its columns.

    Attributes
    ----------
    unnamed : frozenset of str
        Those without a name, by the names that they were given.
    index : frozenset of str
        Those that were the index of a data frame.
    """

    unnamed: frozenset[str] = frozenset()
    index: frozenset[str] = frozenset()


def row_label(name: str, place: int, cells: Cells, called: CalledIndex) -> str | None:
    """Why a column names or numbers its rows; None where it does not.

    Parameters
    ----------
    name : str
    place : int
        Among all columns, from 0.
    cells : Cells
    called : CalledIndex
    """
    by = called_by(name, place, called)
    if by is None or len(cells) - cells.missing < 3:
        return None
    surely = name in called.unnamed or name in called.index or _WRITERS.fullmatch(name) is not None
    if cells.kind == "text":
        own = len(cells.texts.known) == len(cells) - cells.missing and not cells.logical
        short = np.median([len(text.split()) for text in cells.texts.known[:_SOME]]) <= _WORDS
        return f"row labels: a text of its own in every row, {by}" if surely and own and short else None
    if cells.kind != "number":
        return None
    present = cells.values[~np.isnan(cells.values)]
    if (present != np.floor(present)).any():
        return None
    different = np.unique(present)
    own = len(different) == len(present)
    if own and (surely or _NUMBERS.fullmatch(name) or (len(present) >= ENOUGH_ROWS and is_run(different))):
        return f"row labels: a whole number of its own in every row, {by}"
    several = len(different) >= ENOUGH_ROWS and (is_run(different) or 2 * len(different) > len(present))
    return f"row labels: {len(different)} whole numbers, {by}" if not own and surely and several else None


def called_by(name: str, place: int, called: CalledIndex) -> str | None:
    """What the name of a column, or the want of one, says of numbers of rows; None: nothing."""
    if name in called.unnamed:
        return "in a column without a name"
    if name in called.index:
        return "in what was the index of a data frame"
    if _WRITERS.fullmatch(name):
        return "under a name that programs give to their index"
    if _NUMBERS.fullmatch(name.strip()):
        return "under a name for the numbers of rows"
    if _COUNTED.fullmatch(name.strip()):
        return "under a name that the numbers of rows often have"
    if place == 0 and _FIRST.fullmatch(name):
        return "in the first column, under a name that R gives to the numbers of rows"
    return None


def is_run(different: np.ndarray, share: float = 1.0) -> bool:
    """Whether these are 0 to n - 1 or 1 to n, in any order, but for rows that were left out; or so large a share of
    them, drawn at random."""
    low, high = different[0], different[-1]
    span = high - min(low, 1.0) + 1
    return bool(low >= 0 and len(different) >= _NEARLY * span * share)
