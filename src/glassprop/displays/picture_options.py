"""What a picture is asked for, checked: whole numbers, mappings; what libraries refuse becomes an error of ours."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any

from glassprop.errors import GlasspropError, SettingsError
from glassprop.ground.text import first_line, quoted

_REFUSALS = (ValueError, TypeError, AttributeError, LookupError)


def whole_number(value: Any, name: str, least: int = 0) -> int:
    """An option that is a whole number, of Python or NumPy.

    Raises
    ------
    SettingsError
    """
    if _is_whole(value) and int(value) >= least:
        return int(value)
    raise SettingsError(f"{name} is to be a whole number, {least} or more, got {quoted(value)}")


def whole_numbers(values: Any, name: str, count: int | None = None) -> list[int]:
    """An option that is several whole numbers. count: how many of them.

    Raises
    ------
    SettingsError
    """
    several = list(values) if isinstance(values, Iterable) and not isinstance(values, str | bytes) else None
    if several is None or not all(_is_whole(value) for value in several) or count not in (None, len(several)):
        many = "whole numbers" if count is None else f"{count} whole numbers"
        raise SettingsError(f"{name} is to be a list of {many}, got {quoted(values)}")
    return [int(value) for value in several]


def _is_whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool) and getattr(value, "ndim", 0) == 0


class OneLine(ContextDecorator):
    """Makes of what scikit-learn or matplotlib refuse an error of ours, in one line; around no call of a model.

    Parameters
    ----------
    who : str
        What was called.

    Raises
    ------
    SettingsError
    """

    def __init__(self, who: str) -> None:
        self.who = who

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Take over what was refused."""
        if isinstance(error, _REFUSALS) and not isinstance(error, GlasspropError):
            raise SettingsError(f"{self.who}: {first_line(error)}") from error
