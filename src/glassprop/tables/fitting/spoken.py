"""Warnings while columns are read: handed on as messages, or kept quiet where all has been said before."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Say = Callable[[str], None]


@contextmanager
def told(on_message: Say | None, notes: Iterable[str] = ()) -> Iterator[Say]:
    """Hand notes, and then warnings, to `on_message`, where there is one; without it warnings stay warnings."""
    if on_message is None:
        yield lambda message: None
        return
    for note in notes:
        on_message(note)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        yield on_message
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        on_message(message)


@contextmanager
def quiet() -> Iterator[None]:
    """No warning at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
