"""pyarrow, imported when first needed, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from glassprop.errors import GlasspropError, MissingPackageError, TableError, is_panic
from glassprop.ground.text import first_line


def need_pyarrow() -> Any:
    """Give the module pyarrow, with what reads Parquet and Arrow files.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError as error:
        raise MissingPackageError(
            "reading tables larger than memory needs the package pyarrow, which is not installed: "
            "pip install 'glassprop[stream]'"
        ) from error
    return pyarrow


@contextmanager
def arrow_errors(name: str, kind: str) -> Iterator[None]:
    """Whatever pyarrow or polars raises while it reads a file becomes one line."""
    try:
        yield
    except (GlasspropError, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        raise TableError(f"{name} is {kind} that cannot be read: {first_line(error)}") from error
