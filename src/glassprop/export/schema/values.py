"""What values of a model file may be: each kind of field writes a value as JSON and arrays, and reads it back checked.

A field takes what it knows and raises `Misfit` at all else, in both directions: so what is written can be read, and
what is read is of the type and within the bounds that the schema states.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.ground.text import quoted

LARGEST = 2**53  # whole numbers up to here are the same in every language's JSON
_FINITE = sys.float_info.max
_MOST_ITEMS = 1_000_000
_MOST_TEXT = 1 << 26


class Field(Protocol):
    """``write`` gives JSON and may add arrays; ``read`` undoes it. ``at`` is the place, for the message."""

    def write(self, value: Any, at: str, arrays: Writing) -> Any: ...

    def read(self, node: Any, at: str, arrays: Reading) -> Any: ...


def told(value: Any) -> str:
    """A value, shortly, for a message: never its whole text."""
    if isinstance(value, bool | int | float | str | None):
        return quoted(value, 60)
    name = getattr(value, "__name__", None)
    return f"a {type(value).__name__}" + (f" {quoted(name, 60)}" if isinstance(name, str) else "")


class Same:
    """A field whose JSON is the value itself: `check` does for both directions."""

    def check(self, value: Any, at: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self.check(value.item() if isinstance(value, np.generic) else value, at)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self.check(node, at)


@dataclass(frozen=True)
class Flag(Same):
    """true or false."""

    def check(self, value: Any, at: str) -> bool:
        if not isinstance(value, bool):
            raise Misfit(at, f"it must be true or false, not {told(value)}")
        return value


@dataclass(frozen=True)
class Exactly(Same):
    """One value, and no other."""

    value: Any

    def check(self, value: Any, at: str) -> Any:
        if type(value) is not type(self.value) or value != self.value:
            raise Misfit(at, f"it must be {self.value!r}, not {told(value)}")
        return value


@dataclass(frozen=True)
class Whole(Same):
    """A whole number from `low` to `high`."""

    low: int = 0
    high: int = LARGEST

    def check(self, value: Any, at: str) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            raise Misfit(at, f"it must be a whole number from {self.low} to {self.high}, not {told(value)}")
        return value


@dataclass(frozen=True)
class Real:
    """A number from `low` to `high`; with `infinite` also ±infinity, as the texts "inf" and "-inf"."""

    low: float = -math.inf
    high: float = math.inf
    infinite: bool = False

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        value = value.item() if isinstance(value, np.generic) else value
        if isinstance(value, float) and self.infinite and math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return self._checked(value, at)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if self.infinite and node in ("inf", "-inf"):
            return float(node)
        return self._checked(node, at)

    def _checked(self, value: Any, at: str) -> float:
        good = type(value) in (int, float) and abs(value) <= _FINITE and self.low <= value <= self.high
        if not good:
            raise Misfit(at, f"it must be a finite number from {self.low:g} to {self.high:g}, not {told(value)}")
        return value if abs(value) <= LARGEST else float(value)  # what computes has no whole numbers beyond these


@dataclass(frozen=True)
class Text(Same):
    """Any text of at most `most` characters."""

    most: int = _MOST_TEXT

    def check(self, value: Any, at: str) -> str:
        if type(value) is not str or len(value) > self.most:
            raise Misfit(at, f"it must be text of at most {self.most} characters, not {told(value)}")
        return value


class Word(Same):
    """One of some words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def check(self, value: Any, at: str) -> str:
        if type(value) is not str or value not in self.words:
            raise Misfit(at, f"it must be one of {', '.join(self.words)}, not {told(value)}")
        return value


class Only:
    """A value that is always the same, and not written."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if type(value) is not type(self.value) or value != self.value:
            raise Misfit(at, f"only {self.value!r} can be written, not {told(value)}")

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if node is not None:
            raise Misfit(at, "it must be null")
        return self.value


class NotKept(Only):
    """What belongs to the machine and not to the model: whatever it is, the file has null, and None comes back."""

    def __init__(self) -> None:
        super().__init__(None)

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return None


@dataclass(frozen=True)
class Maybe:
    """The field, or None."""

    of: Field

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return None if value is None else self.of.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return None if node is None else self.of.read(node, at, arrays)


class Either:
    """The first of the fields that takes the value."""

    def __init__(self, *fields: Field) -> None:
        self.fields = fields

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self._first(lambda field: field.write(value, at, arrays), at)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._first(lambda field: field.read(node, at, arrays), at)

    def _first(self, attempt: Callable[[Field], Any], at: str) -> Any:
        reasons = []
        for candidate in self.fields:
            try:
                return attempt(candidate)
            except Misfit as misfit:
                reasons.append(misfit.reason)
        raise Misfit(at, "; or ".join(reasons))


@dataclass(frozen=True)
class Several:
    """A list of one field, from `least` to `most` long; read as `into`."""

    of: Field
    into: type = list
    least: int = 0
    most: int = _MOST_ITEMS

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, list | tuple | range | np.ndarray):
            raise Misfit(at, f"it must be a list, not {told(value)}")
        return [self.of.write(item, f"{at}[{k}]", arrays) for k, item in enumerate(self._counted(value, at))]

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is not list:
            raise Misfit(at, f"it must be a list, not {told(node)}")
        return self.into(self.of.read(item, f"{at}[{k}]", arrays) for k, item in enumerate(self._counted(node, at)))

    def _counted(self, values: Any, at: str) -> Any:
        if not self.least <= len(values) <= self.most:
            raise Misfit(at, f"it must have from {self.least} to {self.most} entries, and has {len(values)}")
        return values


@dataclass(frozen=True)
class Object:
    """An object of certain keys, each with its field; `optional` ones may be missing."""

    keys: Mapping[str, Field]
    optional: Mapping[str, Field] = field(default_factory=dict)

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self._each(value, at, lambda of, item, place: of.write(item, place, arrays))

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._each(node, at, lambda of, item, place: of.read(item, place, arrays))

    def _each(self, value: Any, at: str, turn: Callable[[Field, Any, str], Any]) -> dict[str, Any]:
        if type(value) is not dict:
            raise Misfit(at, f"it must be an object, not {told(value)}")
        known = {**self.keys, **self.optional}
        odd = [key for key in value if key not in known]
        lost = [key for key in self.keys if key not in value]
        if odd:
            raise Misfit(at, f"{told(odd[0])} is not part of it")
        if lost:
            raise Misfit(at, f"{lost[0]!r} is missing")
        return {key: turn(known[key], item, f"{at}.{key}") for key, item in value.items()}


@dataclass(frozen=True)
class Mapped:
    """An object whose keys are any texts (column names, say), and whose values are of one field."""

    of: Field
    most: int = _MOST_ITEMS

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return {key: self.of.write(item, at, arrays) for key, item in self._checked(value, at).items()}

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return {key: self.of.read(item, at, arrays) for key, item in self._checked(node, at).items()}

    def _checked(self, value: Any, at: str) -> dict[str, Any]:
        if type(value) is not dict or len(value) > self.most or not all(type(key) is str for key in value):
            raise Misfit(at, f"it must be an object of at most {self.most} entries with texts as keys")
        return value


@dataclass(frozen=True)
class Plain(Same):
    """JSON of any form, `levels` deep at most: what is kept for people, and never computed with."""

    levels: int = 32

    def check(self, value: Any, at: str) -> Any:
        self._look(value, at, self.levels)
        return value

    def _look(self, value: Any, at: str, levels: int) -> None:
        if levels < 0:
            raise Misfit(at, f"it is nested more than {self.levels} levels deep")
        if isinstance(value, dict):
            for item in value.values():
                self._look(item, at, levels - 1)
        elif isinstance(value, list):
            for item in value:
                self._look(item, at, levels - 1)
        elif isinstance(value, float) and not math.isfinite(value):
            raise Misfit(at, "it has a number beyond float64")
        elif value is not None and not isinstance(value, bool | int | float | str):
            raise Misfit(at, f"{told(value)} is no JSON")
