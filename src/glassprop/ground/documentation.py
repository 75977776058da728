"""Where the documentation can be read, in its one place: displays link to pages of it, and to nothing else."""

from __future__ import annotations

import os
import re

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted

# The address under which the site is published that `make docs` builds, with a slash at its end. "": it is not yet.
ADDRESS = ""
VARIABLE = "GLASSPROP_DOCS"  # of the environment: where else it is served, as by a company for itself
_SOUND = re.compile(r"(https?|file)://[^\s\"'<>\\{}]*", re.ASCII)  # what may stand in a link as it is


def page_of(name: str) -> str:
    """The address of the page of a public name of glassprop; "" where the documentation is published nowhere.

    Raises
    ------
    SettingsError
        If the environment names something that is no address.

    Examples
    --------
    >>> import os
    >>> os.environ[VARIABLE] = "http://localhost:8000"
    >>> page_of("MLPClassifier")
    'http://localhost:8000/docs/api/glassprop.MLPClassifier.html'
    >>> del os.environ[VARIABLE]
    """
    address = os.environ.get(VARIABLE, "") or ADDRESS
    if not address:
        return ""
    if not _SOUND.fullmatch(address):
        raise SettingsError(
            f"{VARIABLE} must be an address that begins with http://, https:// or file://, got {quoted(address, 60)}"
        )
    return f"{address.rstrip('/')}/docs/api/glassprop.{name}.html"
