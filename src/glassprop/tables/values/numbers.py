"""Numbers written as text: plain, with a decimal comma, in groups of thousands, with a currency sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from glassprop.tables.values.cells import LARGEST, MISSING_NUMBER, SMALLEST
from glassprop.tables.values.texts import Texts

_CURRENCIES = "$€£¥"
# Every repetition is possessive (++): what it took it keeps, so that text which is no number is told in one pass.
_PLAIN = re.compile(r"[+-]?(\d++\.?\d*+|\.\d++)([eE][+-]?\d++)?$")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d++,\d*+|,\d++)([eE][+-]?\d++)?$")
# Groups of three; the first has no leading zero, so 0,123 is never one. A space may be a narrow or fixed one.
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})++(\.\d*+)?$")
_DOT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})++(,\d*+)?$")
_OTHER_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}([ '’\u00a0\u202f]\d{3})++([.,]\d*+)?$")
_CODE = re.compile(r"0\d++$")


def parse_number(text: str, mark: str) -> float:
    """One number, NaN if it is none.

    Parameters
    ----------
    text : str
    mark : {".", ","}
        The decimal mark of its column. It decides only where both readings are possible (1,234).
    """
    bare = _without_signs(text.replace("\u2212", "-"))
    if _OTHER_GROUPS.match(bare):
        bare = re.sub(r"[ '’\u00a0\u202f]", "", bare)
    comma, dot = _COMMA_GROUPS.match(bare), _DOT_GROUPS.match(bare)
    if comma and (mark == "." or bare.count(",") > 1 or "." in bare):
        return _float(bare.replace(",", ""))
    if dot and (mark == "," or bare.count(".") > 1 or "," in bare):
        return _float(bare.replace(".", "").replace(",", "."))
    if _PLAIN.match(bare):
        return _float(bare)
    if _DECIMAL_COMMA.match(bare):
        return _float(bare.replace(",", "."))
    return float("nan")


def _without_signs(text: str) -> str:
    """Without a currency sign before the number (behind its sign), and one, or a percent sign, behind it."""
    sign = text[: text.startswith(("+", "-"))]
    rest = text[len(sign) :].lstrip()
    if rest.startswith(tuple(_CURRENCIES)):
        text = sign + rest[1:].lstrip()
    return text[:-1].rstrip() if text.endswith((*_CURRENCIES, "%")) else text


def _float(text: str) -> float:
    value = float(text)
    if abs(value) > LARGEST:
        return float("nan")
    return value if abs(value) >= SMALLEST else 0.0


def to_numbers(texts: Texts, mark: str) -> np.ndarray:
    """float64 (n_rows,); NaN where missing or no number."""
    return texts.each(lambda text: parse_number(text, mark), np.nan, np.float64)


def decimal_mark(texts: Sequence[str], counts: Iterable[int] | None = None) -> tuple[str, bool]:
    """Find the decimal mark of a column.

    Parameters
    ----------
    texts : list of str
    counts : list of int, optional
        In how many rows each of them stands; by default in one.

    Returns
    -------
    mark : {".", ","}
        The one that more values can only be read with.
    ambiguous : bool
        No value decides, and some (1,234) would mean another number with the other mark.
    """
    votes = {".": 0, ",": 0}
    unsure = 0
    for text, count in zip(texts, counts if counts is not None else [1] * len(texts), strict=True):
        bare = _without_signs(text)
        if "," not in bare and "." not in bare:
            continue
        as_dot, as_comma = parse_number(bare, "."), parse_number(bare, ",")
        if np.isnan(as_dot):
            continue
        if as_dot != as_comma:
            unsure += count * ("," in bare)
            continue
        last = max(bare.rfind(","), bare.rfind("."))
        once = bare.count(bare[last]) == 1
        votes[bare[last] if once else ".,".replace(bare[last], "")] += count
    mark = "," if votes[","] > votes["."] else "."
    return mark, unsure > 0 and votes[","] == votes["."] == 0


def missing_number(text: str) -> bool:
    """Whether a text stands for "no number here"."""
    return text.lower() in MISSING_NUMBER


def is_code(text: str) -> bool:
    """Whether a text of digits starts with a zero that a number would lose (01234)."""
    return _CODE.match(text) is not None
