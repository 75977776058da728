"""Everything that is wrong with what somebody wrote: one line each, with its place and what would do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, time
from numbers import Real
from typing import Any

from glassprop.ground.text import nearest, quoted

_KINDS: dict[Any, str] = {
    type(None): "nothing",
    Real: "a number",
    Mapping: "a table",
    list | tuple: "a list",
    date | time: "a date or time",
}
LARGEST = 1e9  # a number beyond it is of no use on a page or on paper
_MOST_LINES = 50  # of one error; more are counted


class FaultsFound:
    """Collects faults; what is well is handed back, what is not is None."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, where: str, what: str) -> None:
        """A fault, and where it is."""
        self._lines.append(f"{where}: {what}" if where else what)

    @property
    def lines(self) -> list[str]:
        """All of them; of very many, the first and how many more there are."""
        more = len(self._lines) - _MOST_LINES
        return self._lines if more <= 0 else [*self._lines[:_MOST_LINES], f"and {more:,} more faults"]

    def number(self, value: Any, where: str) -> float | None:
        """A finite number that is not huge."""
        if isinstance(value, bool) or not isinstance(value, Real):
            self.add(where, f"is {kind_of(value)}: {_instead(value)}")
            return None
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isfinite(found) and abs(found) <= LARGEST:
            return found + 0.0  # -0 is 0
        said = f"{found:g}" if math.isfinite(found) else "not a finite number"
        self.add(where, f"is {said}: give a number from {-LARGEST:g} to {LARGEST:g}")
        return None

    def numbers(self, value: Any, where: str, each: str) -> list[float | None] | None:
        """A list of numbers; each: what one of them is called, before its number."""
        values = self.items(value, where, "numbers")
        return None if values is None else [self.number(one, f"{where}, {each} {k}") for k, one in enumerate(values)]

    def items(self, value: Any, where: str, of: str) -> list[Any] | None:
        """A list that is not empty."""
        value = plain(value)
        if not isinstance(value, list | tuple):
            self.add(where, f"is {kind_of(value)}: give a list of {of}, in square brackets")
        elif not value:
            self.add(where, f"is empty: give a list of {of}")
        else:
            return list(value)
        return None

    def text(self, value: Any, where: str, most: int) -> str | None:
        """Text of at most so many characters, which can be written down."""
        if not isinstance(value, str):
            self.add(where, f"is {kind_of(value)}: give text, in quotation marks")
        elif len(value) > most:
            self.add(where, f"has {len(value):,} characters: give {most:,} at most")
        elif not _can_be_written(value):
            self.add(where, "has a character that no file can hold, half of a pair: leave it out")
        else:
            return value
        return None

    def keys(
        self, value: Any, where: str, known: Sequence[str], needed: Sequence[str], hints: Mapping[str, str]
    ) -> None:
        """A table with no other keys, and those that are needed. hints: what is said of a key that is not known."""
        for key in value:
            if key not in known:
                near = nearest(str(key), known)
                hint = hints.get(str(key)) or (
                    f"did you mean {near}?" if near else f"known keys are {', '.join(known)}"
                )
                self.add(where, f"has an unknown key {quoted(key, 60)}: {hint}")
        for key in needed:
            if key not in value:
                self.add(where, f"has no {key}: give one")


def plain(value: Any) -> Any:
    """Arrays as lists; all else as it is."""
    return value.tolist() if hasattr(value, "tolist") else value


def kind_of(value: Any) -> str:
    """What a value is, in a word or two; short text is shown."""
    if isinstance(value, str):
        return f"the text {quoted(value, 40)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return next((word for kind, word in _KINDS.items() if isinstance(value, kind)), f"a {type(value).__name__}")


def _instead(value: Any) -> str:
    if not isinstance(value, str):
        return "give a number"
    try:
        number = float(value.strip().replace(",", "."))
    except ValueError:
        return "give a number, without quotation marks"
    return f"write {number:g}, without quotation marks" if math.isfinite(number) else "give a number"


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
