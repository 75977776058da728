"""Whether a column of many different texts holds text to be learned from: words that come again in other rows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from glassprop.tables.values.texts import Texts
from glassprop.tables.values.words import WORD, plain_text

_LEAST_WORDS = 2.5  # a text has on average, of those between blanks
_LEAST_ROWS = 20  # with a text
_LEAST_SHARE = 0.5  # of the rows have a word that comes again
_EVERYWHERE = 0.9  # of the rows have it: it tells nothing
_LOOKED_AT = 2_000  # rows, evenly over the column
_CHARACTERS = 2_000  # of each
_WORD = re.compile(WORD)
_ALONE = re.compile(WORD.partition("|")[0])


@dataclass(frozen=True)
class FreeText:
    """What was seen of a column.

    Attributes
    ----------
    words : float
        On average.
    share : float
        Of the rows: those with a word that comes again elsewhere.
    """

    words: float
    share: float

    @property
    def is_text(self) -> bool:
        """Whether its words can be learned from."""
        return self.words >= _LEAST_WORDS and self.share >= _LEAST_SHARE

    @property
    def why_not(self) -> str:
        """Of a column that is none; empty where it has no words at all, as codes have none."""
        return "" if self.words < _LEAST_WORDS else f"; words that come again stand in {self.share:.0%} of them"


def look_at(texts: Texts) -> FreeText:
    """Look at a column: its words, and how many of them come again."""
    codes = texts.codes[texts.there]
    if len(codes) < _LEAST_ROWS:
        return FreeText(0.0, 0.0)
    codes = codes[np.linspace(0, len(codes) - 1, min(len(codes), _LOOKED_AT)).astype(np.intp)]
    rows = [plain_text(texts.known[code][:_CHARACTERS]) for code in codes]
    written = [len(row.split()) + len(_ALONE.findall(row)) for row in rows]
    words = [{word for word in _WORD.findall(row) if not word.isdigit()} for row in rows]
    seen = Counter(word for row in words for word in row)
    again = {word for word, count in seen.items() if 2 <= count <= _EVERYWHERE * len(rows)}
    return FreeText(float(np.mean(written)), float(np.mean([not again.isdisjoint(row) for row in words])))
