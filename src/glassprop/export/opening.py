"""Opening a model file, of whatever format: which it is, its record, and one line for every way in which it is none."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from glassprop.errors import ModelFileError
from glassprop.export import container, document
from glassprop.export.archive import check_directory
from glassprop.export.container import FORMAT, FileArrays
from glassprop.export.foreign import NotTrusted
from glassprop.export.format_1_record import record_of
from glassprop.export.schema.misfit import Misfit, OtherFile
from glassprop.export.sniff import what_it_is
from glassprop.ground.atomic import NoName, named
from glassprop.ground.text import quoted
from glassprop.ground.version import VERSION


def read_record(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The record of the model file at `path`, without loading the model.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    dict
        What ``save`` was given as ``record``, with ``format``, ``saved``, ``versions`` and ``model``.

    Raises
    ------
    ModelFileError
        As for `load`, as far as it shows without reading the model itself.

    Examples
    --------
    >>> import os, tempfile
    >>> import glassprop
    >>> from glassprop.saving import read_record
    >>> clf = glassprop.MLPClassifier((2,), solver="lbfgs", max_iter=200, random_state=0)
    >>> clf = clf.fit([[0.0], [1.0]], ["no", "yes"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "m.glassprop")
    ...     glassprop.save(clf, path, {"about": "a first try"})
    ...     record = read_record(path)
    >>> record["about"], record["model"]
    ('a first try', ...)
    """
    with opened(path) as (file, is_archive):
        if not is_archive:
            described, arrays = container.opened(file)
            document.checked(described)
            return document.facts(described, dtype_of(described, arrays))
        with archive_of(file) as (_, record):
            return record


def dtype_of(described: dict[str, Any], arrays: FileArrays) -> str:
    """The dtype of the parameters of the first network in a file, by name.

    Raises
    ------
    Misfit
    """
    node = document.network_node(described["model"])
    try:
        return str(arrays.entries[node["_state"]["theta"]["array"]].dtype.name)
    except (KeyError, TypeError) as error:
        raise Misfit("model", "its theta is missing") from error


@contextmanager
def archive_of(file: BinaryIO) -> Iterator[tuple[Any, dict[str, Any]]]:
    """An archive of format 1, and its record."""
    check_directory(file)
    try:
        with ZipFile(file) as archive:
            yield archive, record_of(archive, os.fstat(file.fileno()).st_size)
    except RecursionError:  # a RuntimeError, too
        raise
    except (BadZipFile, EOFError, zlib.error, RuntimeError, UnicodeDecodeError) as error:  # a password, odd names
        raise Misfit("", f"it is truncated ({str(error)[:100]})") from error


@contextmanager
def opened(path: str | os.PathLike[str], what: str = "model") -> Iterator[tuple[BinaryIO, bool]]:
    """The file at `path`, and whether it is an archive of format 1; every way in which it is none becomes one line.

    what: "model" or "trace", whichever is to be read.
    """
    shown = quoted(os.fspath(path))
    try:
        with open(named(path), "rb") as file:
            ours = container.is_ours(file.read(64))
            file.seek(0)
            kind = "" if ours else what_it_is(file, what)
            if kind:
                raise OtherFile(kind)
            file.seek(0)
            yield file, not ours
    except (FileNotFoundError, NoName) as error:
        raise ModelFileError(f"there is no {what} file {shown}") from error
    except IsADirectoryError as error:
        raise ModelFileError(f"{shown} is a folder, not a {what} file") from error
    except OSError as error:
        raise ModelFileError(f"cannot read {shown}: {error.strerror or error}") from error
    except container.NewerFormat as newer:
        raise ModelFileError(
            f"{shown} has format {newer}, and glassprop {VERSION} reads up to {FORMAT}: pip install --upgrade glassprop"
        ) from newer
    except OtherFile as other:
        raise ModelFileError(f"{shown} {other}") from other
    except NotTrusted as error:
        raise ModelFileError(f"{shown} is not loaded, for {error}") from error
    except Misfit as misfit:
        raise ModelFileError(f"{shown} is damaged or was not written by glassprop: {misfit}") from misfit
    except (MemoryError, RecursionError) as error:
        raise ModelFileError(f"{shown} is not loaded: it needs more memory than there is") from error
