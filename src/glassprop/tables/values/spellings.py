"""How other programs write what a category is called: numbers with an exponent, moments, times of day, other truths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

import numpy as np

from glassprop.ground.number_text import shortest

_NUMBER = re.compile(r"[+-]?(\d++\.?\d*+|\.\d++)([eE][+-]?\d{1,3})?", re.ASCII)
_CLOCK = r"(?P<clock>\d\d:\d\d)(?P<seconds>:\d\d)?(?P<fraction>\.\d{1,9})?"
_TIME = re.compile(_CLOCK, re.ASCII)
_MOMENT = re.compile(rf"(?P<day>\d{{4}}-\d\d-\d\d)(?P<between>[ T]{_CLOCK})?", re.ASCII)
# Pairs of words for true and false, in lower case.
_TRUTHS = (
    ("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("on", "off"),
    ("ja", "nein"), ("wahr", "falsch"), ("oui", "non"), ("vrai", "faux"), ("sí", "no"), ("si", "no"),
    ("verdadero", "falso"), ("sim", "não"), ("verdadeiro", "falso"), ("vero", "falso"),
)  # fmt: skip
_MOST_SPELLED = 5_000  # categories: of each, a dozen spellings stand in the model file
_AS_NUMBERS = ("true", "t")  # libraries that have true and false as 1 and 0 write these


def aliases_of(known: Iterable[str]) -> dict[str, str]:
    """Other names of known ones, under which other tables have them.

    A name that is a number in another spelling ("1E2", "007") is also called by the number, where no other is the same
    number; a number that is written with an exponent, a moment and a time of day by what libraries and programs write
    for them; words for true and false by the other spellings of them.

    Examples
    --------
    >>> aliases_of(["1E2", "B07", "007"])
    {'100': '1E2', '7': '007'}
    >>> aliases_of(["True", "False"])["true"]
    'True'
    >>> aliases_of(["10:00", "9:30"])["10:00:00"]
    '10:00'
    """
    names = list(dict.fromkeys(known))
    found = _of_numbers(names)
    for spellings in (_exponents, _moments, _times) if len(names) <= _MOST_SPELLED else ():
        found |= _other_ways(names, spellings)
    return found | _of_truths(names)


def truths_as_numbers(words: Iterable[str]) -> dict[str, str]:
    """Word -> "1" or "0", in lower case, where all are the words of a pair of truths."""
    pair = _pair({word.lower() for word in words})
    return {} if pair is None else dict(zip(pair, "10", strict=True))


def _of_numbers(names: list[str]) -> dict[str, str]:
    spelled: dict[str, list[str]] = {}
    for name in names:
        if (number := _number_name(name)) is not None:
            spelled.setdefault(number, []).append(name)
    return {number: only[0] for number, only in spelled.items() if len(only) == 1 and only[0] != number}


def _number_name(name: str) -> str | None:
    if not _NUMBER.fullmatch(name):
        return None
    bare = name.removeprefix("+")
    if (digits := bare.removeprefix("-")).isdigit():
        return ("-" if bare != digits else "") + str(int(digits)) if len(digits) <= 300 else None
    return shortest(float(bare)) if np.isfinite(float(bare)) else None


def _other_ways(names: list[str], spellings: Callable[[str], list[str]]) -> dict[str, str]:
    """Spelling -> name, where it is not a name itself, nor that of two."""
    found: dict[str, set[str]] = {}
    for name in names:
        for spelling in spellings(name):
            found.setdefault(spelling, set()).add(name)
    own = set(names)
    return {way: next(iter(of)) for way, of in found.items() if way not in own and len(of) == 1}


def _exponents(name: str) -> list[str]:
    """Of a number as `shortest` has it that others write with an exponent, or without."""
    if not _NUMBER.fullmatch(name) or shortest(value := float(name)) != name or "e" not in repr(value):
        return []
    mantissa, _, power = repr(value).partition("e")
    size = int(power)
    powers = dict.fromkeys((f"{size:+03d}", f"{size:+d}", f"{size:d}", f"{size:02d}"))
    mantissas = [mantissa] if "." in mantissa else [mantissa, mantissa + ".0"]
    ways = [some + letter + one for some in mantissas for letter in "eE" for one in powers]
    plain = format(Decimal(repr(value)), "f")
    return [*ways, plain, *([] if "." in plain else [plain + ".0"])]


def _moments(name: str) -> list[str]:
    found = _MOMENT.fullmatch(name)
    if found is None:
        return []
    days = found["day"]
    clocks = _clocks(found["clock"] or "00:00", found["seconds"], found["fraction"])
    bare = [days] if any(clock == "00:00" for clock in clocks) else []
    return [*bare, *(days + mark + clock for mark in " T" for clock in clocks)]


def _times(name: str) -> list[str]:
    found = _TIME.fullmatch(name if name[1:2] != ":" else "0" + name)
    return [] if found is None else _clocks(found["clock"], found["seconds"], found["fraction"])


def _clocks(minutes: str, seconds: str | None, fraction: str | None) -> list[str]:
    """A time of day with all that may be left out where it is 0."""
    seconds, digits = seconds or ":00", (fraction or ".")[1:].rstrip("0")
    if digits:
        return [f"{minutes}{seconds}.{digits.ljust(size, '0')}" for size in (len(digits), 3, 6, 9)]
    full = [f"{minutes}{seconds}{zeros}" for zeros in ("", ".000", ".000000", ".000000000")]
    return [minutes, *full] if seconds == ":00" else full


def _of_truths(names: list[str]) -> dict[str, str]:
    lower = {name.lower(): name for name in names}
    pair = _pair(set(lower))
    if pair is None or len(lower) != len(names):
        return {}
    found: dict[str, str] = {}
    for place, word in enumerate(pair):
        if (known := lower.get(word)) is not None:
            plain = _TRUTHS[0][place]
            also = [word, word.capitalize(), word.upper(), plain, plain.capitalize(), plain.upper()]
            also += ["01"[1 - place]] if pair[0] in _AS_NUMBERS else []
            found |= {name: known for name in also if name != known}
    return found


def _pair(lower: set[str]) -> tuple[str, str] | None:
    return next((pair for pair in _TRUTHS if lower and lower <= set(pair)), None)
