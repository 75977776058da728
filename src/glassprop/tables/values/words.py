"""The words of a text, by one fixed rule: what columns of text are recognized by, and what their inputs are made of."""

from __future__ import annotations

import unicodedata

LONGEST_READ = 100_000  # characters of a cell that are read
LONGEST_WORD = 40  # longer runs of letters are cut into several
# Letters that are words by themselves, for these scripts have no blanks between words: kana and Han.
ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# Signs that belong to the letter before them, which Python does not count as letters: accents, vowels.
SIGNS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0981-\u0de6\u0e30-\u0e4e"
    "\u0eb0-\u0ece\u0f18-\u0fbc\u102b-\u103e\u1056-\u109d\u17b4-\u17d3"
)
WORD = rf"[{ALONE}]|(?:[^\W{ALONE}]|[{SIGNS}]){{2,{LONGEST_WORD}}}"


def plain_text(text: str) -> str:
    """A text as its words are looked for: in lower case, equal characters written alike, and not too long."""
    return unicodedata.normalize("NFKC", text[:LONGEST_READ].lower())
