"""The version of glassprop, in its one place (pyproject.toml reads it here), and those of other packages."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

# Written out, not asked of the installed metadata: an editable install keeps the metadata of the day it was made, and
# sources in a folder or a zip file on the path have none.
VERSION = "0.1.0"


def version_of(package: str) -> str | None:
    """The version of an installed package, by the name that pip knows; None if it has no metadata here.

    >>> version_of("numpy") is None
    False
    >>> version_of("no-such-package") is None
    True
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def versions_here(*packages: str) -> dict[str, str]:
    """Those of glassprop and Python, then those of packages; without the ones that are not known.

    >>> list(versions_here("numpy", "no-such-package"))
    ['glassprop', 'python', 'numpy']
    """
    known = {package: version_of(package) for package in packages}
    return {
        "glassprop": VERSION,
        "python": platform.python_version(),
        **{package: found for package, found in known.items() if found is not None},
    }
