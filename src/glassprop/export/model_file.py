"""The model file: a fitted model in skops' form (a zip, no pickle) and our record of it beside it.

The record, ``glassprop.json``, is one JSON object: ``format`` (the number below), ``saved`` (UTC),
``versions``, ``model`` (class, network, number of parameters) and whatever the caller adds. To change the
format: raise `FORMAT`, teach `_checked` to read every earlier number, keep a file of each in the tests.
"""

from __future__ import annotations

import copy
import json
import os
import platform
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from glassprop.errors import ArchitectureError, ModelFileError
from glassprop.export.needs import import_skops, need_skops
from glassprop.export.plain import to_json
from glassprop.export.sniff import what_it_is
from glassprop.export.trusted import TRUSTED
from glassprop.ground.atomic import replacing

FORMAT = 1
RECORD = "glassprop.json"
_RESERVED = ("format", "saved", "versions", "model")
_LARGEST = 1 << 30  # bytes a file may unpack to, unless it is itself large: no small file fills the memory


def save(model: Any, path: str | os.PathLike[str], record: dict[str, Any] | None = None) -> None:
    """Write a fitted model to `path`: whole or not at all, replacing what was there.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, or a scikit-learn Pipeline that ends in one; fitted
    path : str or path-like
        The usual ending is ``.skops``.
    record : dict, optional
        JSON-able facts to keep with the model; `read_record` gives them back. The keys format, saved,
        versions and model are ours and written anew.

    Raises
    ------
    ModelFileError
        The model is of another kind, not fitted, or holds something a file cannot carry without carrying
        code (own activations, costs, scorers); the path cannot be written; the disk is full.
    MissingPackageError
        skops is not installed.
    """
    need_skops()  # before its version is asked for
    facts = _describe(model)
    data = BytesIO(_skops_bytes(model))
    entry = {**(record or {}), **facts}
    with ZipFile(data, "a", compression=ZIP_DEFLATED) as archive:
        archive.writestr(RECORD, to_json(entry, indent=1).encode("utf-8", "backslashreplace"))
    with replacing(path) as file:
        file.write(data.getbuffer())


def load(path: str | os.PathLike[str]) -> Any:
    """The model saved at `path`. No code from the file runs: it holds data and the names of trusted types.

    Raises
    ------
    ModelFileError
        No such file; truncated, damaged, not a model, a pickle; a newer format; types that are not trusted.
    MissingPackageError
        skops is not installed.
    """
    from sklearn.exceptions import InconsistentVersionWarning

    skops_io = import_skops()
    with _opened(path) as archive:
        record = _checked(archive, path)
        try:
            with warnings.catch_warnings():  # one word of ours instead of one for each step of a Pipeline
                warnings.simplefilter("ignore", InconsistentVersionWarning)
                model = skops_io.load(archive.fp, trusted=list(TRUSTED))
            known = hasattr(_estimator_of(model), "network_")
        except Exception as error:  # a damaged or forged file can fail anywhere in the reader
            raise ModelFileError(_unreadable(path, error)) from error
    if not known:
        raise ModelFileError(f"{os.fspath(path)!r} holds a {type(model).__name__}, not a fitted glassprop model")
    _warn_of_versions(record, path)
    return model


def read_record(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The record of the model file at `path`, without loading the model.

    Raises
    ------
    ModelFileError
        As for `load`, as far as it shows without reading the model itself.
    """
    with _opened(path) as archive:
        return _checked(archive, path)


def _warn_of_versions(record: dict[str, Any], path: str | os.PathLike[str]) -> None:
    """Say so if another scikit-learn wrote the file: its steps may have changed their meaning since."""
    saved, here = str(record.get("versions", {}).get("scikit-learn")), version("scikit-learn")
    if saved.split(".")[:2] != here.split(".")[:2]:
        warnings.warn(
            f"{os.fspath(path)!r} was saved with scikit-learn {saved} and is read with {here}: its predictions may "
            "differ; train it again if in doubt",
            UserWarning,
            stacklevel=3,
        )


def _describe(model: Any) -> dict[str, Any]:
    """Our part of the record; refuses what is no fitted model of ours or has functions of the user's own."""
    estimator = _estimator_of(model)
    if estimator is None:
        raise ModelFileError(
            f"cannot save a {type(model).__name__}: a model file holds a glassprop MLPClassifier or "
            "MLPRegressor, or a scikit-learn Pipeline that ends in one"
        )
    if not hasattr(estimator, "network_"):
        raise ModelFileError(f"cannot save this {type(estimator).__name__}: it is not fitted; call fit first")
    try:
        network = estimator.network_.spec()
    except ArchitectureError as error:
        raise ModelFileError(f"cannot save this model: {error}; a model file carries no code") from error
    return {
        "format": FORMAT,
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "glassprop": version("glassprop"),
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scikit-learn", "skops")},
        },
        "model": {
            "class": type(estimator).__name__,
            "network": network,
            "parameters": int(estimator.theta_.size),
            "dtype": str(estimator.theta_.dtype),
            "epochs": int(estimator.n_iter_),
        },
    }


def _skops_bytes(model: Any) -> bytes:
    """The model in skops' form; refuses what `load` would not take back."""
    skops_io = import_skops()
    try:
        data: bytes = skops_io.dumps(_plain(model), compression=ZIP_DEFLATED)
        foreign = sorted(set(skops_io.get_untrusted_types(data=data)) - set(TRUSTED))
    except Exception as error:  # skops raises whatever the odd object raises while it is taken apart
        raise ModelFileError(f"cannot save this model: {_first_line(error)}") from error
    if foreign:
        raise ModelFileError(
            f"cannot save this model: it holds {', '.join(foreign)}, which loading would have to "
            "run or trust; use built-in functions and scikit-learn's own transformers"
        )
    return data


def _plain(model: Any) -> Any:
    """`model`, or a shallow copy without what no file takes: callbacks that scikit-learn keeps, a range of sizes."""
    if hasattr(model, "steps"):
        steps = [(name, _plain(step)) for name, step in model.steps]
        if any(new is not old for (_, new), (_, old) in zip(steps, model.steps, strict=True)):
            model = copy.copy(model)
            model.steps = steps
    if getattr(model, "_skl_callbacks", None):
        model = copy.copy(model)
        del model._skl_callbacks
    if isinstance(getattr(model, "hidden_layer_sizes", None), range):
        model = copy.copy(model)
        model.hidden_layer_sizes = list(model.hidden_layer_sizes)
    return model


def _estimator_of(model: Any) -> Any:
    """The glassprop estimator that `model` is or ends in; None where there is none."""
    from sklearn.pipeline import Pipeline

    from glassprop.estimator.classifier import MLPClassifier
    from glassprop.estimator.regressor import MLPRegressor

    while isinstance(model, Pipeline) and model.steps:
        model = model.steps[-1][1]
    return model if isinstance(model, MLPClassifier | MLPRegressor) else None


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[ZipFile]:
    """The zip at `path`; every way in which it is not one becomes one line."""
    shown = os.fspath(path)
    try:
        with open(path, "rb") as file:
            kind = what_it_is(file)
            if kind:
                raise ModelFileError(f"{shown!r} {kind}")
            with ZipFile(file) as archive:
                yield archive
    except FileNotFoundError as error:
        raise ModelFileError(f"there is no model file {shown!r}") from error
    except IsADirectoryError as error:
        raise ModelFileError(f"{shown!r} is a folder, not a model file") from error
    except (BadZipFile, EOFError, zlib.error, RuntimeError) as error:  # the last: encrypted, odd compression
        raise ModelFileError(f"{shown!r} is truncated or damaged: {_first_line(error)}") from error
    except OSError as error:
        raise ModelFileError(f"cannot read {shown!r}: {error.strerror or error}") from error


def _checked(archive: ZipFile, path: str | os.PathLike[str]) -> dict[str, Any]:
    """The record in `archive`, once its format is one that this version reads."""
    shown = os.fspath(path)
    members = {info.filename: info.file_size for info in archive.infolist()}
    if RECORD not in members or "schema.json" not in members:
        raise ModelFileError(f"{shown!r} {_other_archive(set(members))}")
    if sum(members.values()) > max(_LARGEST, 20 * os.path.getsize(path)):
        raise ModelFileError(f"{shown!r} would unpack to {sum(members.values()):,} bytes: not a model file")
    try:
        record = json.loads(archive.read(RECORD))
        number = record["format"]
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ValueError(f"format {number!r}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{shown!r} is damaged: its record cannot be read ({_first_line(error)})") from error
    if number > FORMAT:
        raise ModelFileError(
            f"{shown!r} has format {number}, and glassprop {version('glassprop')} reads up to {FORMAT}: "
            "pip install --upgrade glassprop"
        )
    return dict(record)


def _other_archive(members: set[str]) -> str:
    if any(name.endswith((".pkl", ".pickle", ".joblib")) for name in members):
        return "is an archive with a Python pickle inside, which is never opened: loading one runs its code"
    if "schema.json" in members:
        return "is a skops file that glassprop did not write: open it with skops.io.load"
    return "is a zip archive, but not a glassprop model file"


def _unreadable(path: str | os.PathLike[str], error: Exception) -> str:
    shown, reason = os.fspath(path), _first_line(error)
    if type(error).__name__ == "UntrustedTypesFoundException":
        return f"{shown!r} is not loaded, for it asks for types that glassprop does not trust. {reason}"
    if "pickle" in reason.lower():
        return f"{shown!r} holds a Python pickle, which is never opened: loading one runs its code"
    return f"{shown!r} is damaged or was not written by glassprop: {type(error).__name__}: {reason}"


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
