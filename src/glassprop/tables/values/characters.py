"""Characters that look alike made one: digits, spaces, minus signs and apostrophes of all scripts as ASCII has them."""

from __future__ import annotations

import unicodedata

_MINUS = "\u2010\u2011\u2012\u2013\u2212\ufe63"  # hyphens, dashes that stand for a minus, and the sign itself
_APOSTROPHES = "\u2018\u2019\u02bc\u00b4`"
_LIKE = {"\uffe1": "£", "\uffe5": "¥", "\uffe6": "₩"}  # wide currency signs
_WIDE = range(0xFF01, 0xFF5F)  # ! to ~, as wide as a Chinese character


class _Table(dict[int, str]):
    """What each character becomes; found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


def _plain(character: str) -> str:
    if ord(character) in _WIDE:
        return chr(ord(character) - 0xFEE0)
    digit, kind = unicodedata.decimal(character, None), unicodedata.category(character)
    if digit is not None:
        return str(digit)
    if kind == "Zs":
        return " "
    if kind == "Cf":  # marks of direction, joiners: nothing to be seen
        return ""
    if character in _MINUS:
        return "-"
    return "'" if character in _APOSTROPHES else _LIKE.get(character, character)


_PLAIN = _Table()


def plain_characters(text: str) -> str:
    """The text with digits, spaces, minus signs, apostrophes and wide letters of ASCII, without what is invisible."""
    return text if text.isascii() else text.translate(_PLAIN)
