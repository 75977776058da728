"""Warnings while columns are read: handed on as notes, or kept quiet where all has been said before."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from glassprop.ground.note import Note, NoteWarning, Say


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
    for note in dict.fromkeys(note_of(warning.message) for warning in caught):
        on_message(note)


def note_of(warning: Warning | str) -> Note:
    """The note that a warning carries; its text, where it is somebody else's."""
    return warning.note if isinstance(warning, NoteWarning) else Note(str(warning), "warning")


@contextmanager
def quiet() -> Iterator[None]:
    """No warning at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
