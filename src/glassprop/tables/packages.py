"""Optional packages of the tables: imported when first needed, with one line on what to install if absent."""

from __future__ import annotations

from types import ModuleType

from glassprop.errors import MissingPackageError


def need_polars() -> ModuleType:
    """Give the module polars.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    """
    try:
        import polars
    except ImportError as error:
        raise MissingPackageError(
            "reading tables needs the package polars, which is not installed: pip install 'glassprop[cli]'"
        ) from error
    return polars
