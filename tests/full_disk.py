"""Folders in which no file can be made, and what lies in others: for tests of what happens at the end of a training."""

from __future__ import annotations

import errno
import os

from glassprop.ground import draft


def full(monkeypatch, *folders, number=errno.ENOSPC):
    """No file can be made in these folders, nor in those below."""
    real = draft.new_temporary

    def sometimes(folder):
        if any(folder.is_relative_to(name) for name in folders):
            raise OSError(number, os.strerror(number))
        return real(folder)

    monkeypatch.setattr(draft, "new_temporary", sometimes)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
