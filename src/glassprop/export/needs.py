"""Optional packages of this room, imported when needed, and what to install where one is missing."""

from __future__ import annotations

from types import ModuleType

from glassprop.errors import MissingPackageError

_INSTALL = "model files with steps of other packages need the package skops: pip install 'glassprop[skops]'"


def need_skops() -> None:
    """Raise MissingPackageError, with the line that installs it, if skops is missing. Quick."""
    try:
        import skops  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(_INSTALL) from error


def import_skops() -> ModuleType:
    """``skops.io``, which takes a second to import; MissingPackageError if skops is missing."""
    need_skops()
    import skops.io

    return skops.io
