"""The packages that read tables: imported when first needed, and what becomes of it when their native code gives up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from glassprop.errors import MissingPackageError, is_panic
from glassprop.ground.text import first_line


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


@contextmanager
def panics_as(kind: type[Exception], message: str) -> Iterator[None]:
    """Raise an error of this kind, `message` and the first line of the cause, in place of a panic."""
    try:
        yield
    except BaseException as error:
        if not is_panic(error):
            raise
        raise kind(f"{message}: {first_line(error)}") from error
