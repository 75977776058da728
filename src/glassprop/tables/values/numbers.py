"""Numbers written as text: plain, with a decimal comma, in groups, with a currency, negative in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from glassprop.tables.values.cells import LARGEST, MISSING_NUMBER, SMALLEST
from glassprop.tables.values.characters import plain_characters
from glassprop.tables.values.currencies import CURRENCIES
from glassprop.tables.values.texts import Texts

# Every repetition is possessive (++): what it took it keeps, so that text which is no number is told in one pass.
_PLAIN = re.compile(r"[+-]?([0-9]++\.?[0-9]*+|\.[0-9]++)([eE][+-]?[0-9]++)?$")
_DECIMAL_COMMA = re.compile(r"([0-9]++,[0-9]*+|,[0-9]++)([eE][+-]?[0-9]++)?$")
# Groups of three, in India of two before the last; the first has no leading zero, so 0,123 is never one.
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})++(\.[0-9]*+)?$")
_INDIAN_GROUPS = re.compile(r"[1-9][0-9]?(,[0-9]{2}(?![0-9]))++,[0-9]{3}(\.[0-9]*+)?$")
_DOT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})++(,[0-9]*+)?$")
_OTHER_GROUPS = re.compile(r"[1-9][0-9]{0,2}([ '][0-9]{3})++([.,][0-9]*+)?$")
# The digits with the marks between them; what may stand before and behind them: signs, brackets, one unit or two.
_DIGITS = re.compile(r"[.,]?[0-9][0-9.,' ]*+((?<=[0-9.,])[eE][+-]?[0-9]++)?+")
_BEFORE = re.compile(r"\(?+ *+[+-]?+ *+(?P<unit>[^-+() ]*+( [^-+() ]++)?+) *+\(?+ *+[+-]?+ *+")
_BEHIND = re.compile(r" *+-?+ *+\)?+ *+(?P<unit>[^-+() ]*+( [^-+() ]++)?+) *+-?+ *+\)?+")
_TRUTHS = {"true": 1.0, "false": 0.0}
_LONGEST = 20  # characters before or behind the digits
_UNITS = CURRENCIES | {"%"}
_CODE = re.compile(r"0[0-9]++$")
_FEW = 0.1  # of the rows


def parse_number(text: str, mark: str) -> float:
    """One number, NaN if it is none.

    Parameters
    ----------
    text : str
    mark : {".", ","}
        The decimal mark of its column. It decides only where both readings are possible (1,234).
    """
    if mark == "." and _PLAIN.match(text):  # the usual case
        return _float(text)
    bare, negative = taken_apart(text)
    value = _float(_with_point(bare, mark))
    return 0.0 - value if negative else value  # (0) is 0, not -0


def taken_apart(text: str) -> tuple[str, bool]:
    """The digits of a number with their marks, "" if it is none; and whether a minus or brackets make it negative."""
    text = plain_characters(text)
    found = _DIGITS.search(text)
    if found is None or found.start() > _LONGEST or len(text) - found.end() > _LONGEST:
        return "", False
    before, bare, behind = text[: found.start()], found[0].rstrip(), text[found.end() :]
    if bare[0] == "." and before.lstrip("(+- ") + "." in CURRENCIES:  # Rs.500
        before, bare = before + ".", bare[1:]
    if bare[-1] in ".,":  # 12,- and 12.-- have no cents
        behind = behind.removeprefix("-").removeprefix("-")
    start, end = _BEFORE.fullmatch(before), _BEHIND.fullmatch(behind)
    if start is None or end is None or not (_is_unit(start["unit"]) and _is_unit(end["unit"])):
        return "", False
    around = before + behind
    minus, brackets = around.count("-"), before.count("(")
    if minus + around.count("+") + brackets > 1 or brackets != behind.count(")"):
        return "", False
    return bare, minus + brackets > 0


def _is_unit(text: str) -> bool:
    """Nothing, a currency, a percent sign, or a code and a sign (AUD $)."""
    return not text or text in _UNITS or all(part in CURRENCIES for part in text.split(" "))


def _with_point(bare: str, mark: str) -> str:
    """Digits as a programming language has them; "" if they are no number."""
    commas, points = bare.count(","), bare.count(".")
    if _OTHER_GROUPS.match(bare):
        bare = bare.replace(" ", "").replace("'", "")
    elif _INDIAN_GROUPS.match(bare) or (_COMMA_GROUPS.match(bare) and (mark == "." or commas > 1 or points)):
        return bare.replace(",", "")
    elif _DOT_GROUPS.match(bare) and (mark == "," or points > 1 or commas):
        return bare.replace(".", "").replace(",", ".")
    if _PLAIN.match(bare):
        return bare
    return bare.replace(",", ".") if _DECIMAL_COMMA.match(bare) else ""


def _float(text: str) -> float:
    value = float(text or "nan")
    if abs(value) > LARGEST:
        return float("nan")
    return 0.0 if abs(value) < SMALLEST else value


def to_numbers(texts: Texts, mark: str) -> np.ndarray:
    """float64 (n_rows,); NaN where missing or no number."""
    return texts.each(lambda text: parse_number(text, mark), np.nan, np.float64)


def read_numbers(texts: Texts, mark: str) -> np.ndarray:
    """As `to_numbers`, in a column that is known to be one of numbers: true is 1 and false is 0, as of a type."""
    return texts.each(lambda text: _TRUTHS.get(text.lower(), parse_number(text, mark)), np.nan, np.float64)


def missing_number(text: str) -> bool:
    """Whether a text stands for "no number here"."""
    return text.lower() in MISSING_NUMBER


def is_code(text: str) -> bool:
    """Whether a text of digits starts with a zero that a number would lose (01234)."""
    return _CODE.match(text) is not None


def hold_codes(texts: Sequence[str], counts: Sequence[int]) -> bool:
    """Whether digits are codes rather than amounts, some of which were only written with a zero in front.

    Codes have one length (01234, 98765), or start with a zero in more than a few of their rows.
    """
    if not all(text.isdigit() for text in texts):
        return False
    zeros = sum(count for text, count in zip(texts, counts, strict=True) if is_code(text))
    return zeros > 0 and (zeros > _FEW * sum(counts) or len({len(text) for text in texts}) == 1)
