"""Where there is a Chromium: for the tests of pages, and for the check of the site."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# without a window of its own to keep, the shell spends 12 % less on the same pages
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium(own: str) -> str | None:
    """The one that GLASSPROP_CHROMIUM names, or else Playwright's, or one that is installed; None if there is none.

    own: where Playwright would have its own, and beside it its shell.
    """
    named = os.environ.get("GLASSPROP_CHROMIUM")
    shells = sorted(map(str, Path(own).parents[2].glob("chromium_headless_shell-*/*/*headless*shell")))
    found = [named] if named else [*shells[-1:], own, *(shutil.which(name) for name in _NAMES)]
    return next((path for path in found if path and Path(path).is_file()), None)
