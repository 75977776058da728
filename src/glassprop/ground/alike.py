"""Sentences that differ in numbers and examples only, told as one."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MISSING = re.compile(r", (\d++) missing")
_BRACKETS = re.compile(r" \([^()]*+\)")
_VALUE = re.compile(r"(every value is ).*", re.DOTALL)
_NUMBER = re.compile(r"\d++")


def kind_of_sentence(text: str) -> str:
    """What is left of a sentence without numbers and examples: those alike in it are of one kind.

    Examples
    --------
    >>> kind_of_sentence("numbers, 3 missing") == kind_of_sentence("numbers")
    True
    """
    text = _VALUE.sub(r"\1", _MISSING.sub("", text))
    return _NUMBER.sub("#", _BRACKETS.sub("", text))


def as_one(texts: Sequence[str]) -> str:
    """Sentences of one kind as one, with the least and the largest of each number.

    Examples
    --------
    >>> as_one(["numbers, 3 missing", "numbers", "numbers, 12 missing"])
    'numbers, up to 12 missing'
    >>> as_one(["3 different texts (3% of them numbers)", "7 different texts (5% of them numbers)"])
    '3 to 7 different texts'
    """
    if len(set(texts)) == 1:
        return texts[0]
    lacking = [int(found[1]) if (found := _MISSING.search(text)) else 0 for text in texts]
    bare = [_MISSING.sub("", text) for text in texts]
    if len({tuple(_BRACKETS.findall(text)) for text in bare}) > 1:
        bare = [_BRACKETS.sub("", text) for text in bare]
    if len(set(bare)) > 1:
        bare = [_VALUE.sub(r"\1the same", text) for text in bare]
    numbers = iter(zip(*(map(int, _NUMBER.findall(text)) for text in bare), strict=True))
    return _NUMBER.sub(lambda _: _span(next(numbers)), bare[0]) + _missing(lacking)


def _span(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"


def _missing(counts: list[int]) -> str:
    if not any(counts):
        return ""
    return f", {_span(counts)} missing" if min(counts) else f", up to {max(counts)} missing"
