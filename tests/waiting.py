"""How tests wait for another thread or process: for what it does, never for a time that it should take."""

from __future__ import annotations

import time
from collections.abc import Callable

HANG = 300  # seconds after which what is waited for will never come; no machine is as busy as that


def wait_for(happened: Callable[[], bool]) -> None:
    """Return once it has happened; fails where it never does."""
    end = time.monotonic() + HANG
    while not happened():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.001)
