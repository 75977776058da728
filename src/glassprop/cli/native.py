"""What native code writes to standard error by itself, kept from the user where one line is promised."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def native_code_quiet() -> Iterator[None]:
    """Drop what native code writes to standard error: before a panic can be caught, pages of it are written there.

    For as long as a file is read: this holds for all of the process.
    """
    try:
        number = sys.stderr.fileno()
        sys.stderr.flush()
        kept = os.dup(number)
    except (AttributeError, ValueError, OSError):  # no file behind it
        yield
        return
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, number)
        os.close(sink)
        yield
    finally:
        with suppress(ValueError, OSError):
            sys.stderr.flush()
        os.dup2(kept, number)
        os.close(kept)
