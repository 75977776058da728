"""The model file: a fitted model and a record of it, in a closed format of known keys and checked sizes.

Format 2 is described in ``docs/model-file.md``: ``container.py`` has its bytes, ``document.py`` what stands in it,
``kinds/`` the steps and estimators it knows. Files of format 1 are read by ``format_1.py``. To change the format:
raise `FORMAT`, keep a reader of every earlier number, and a file of each in the tests.
"""

from __future__ import annotations

import copy
import json
import os
import platform
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, BinaryIO

from sklearn.base import is_classifier

from glassprop.errors import ArchitectureError, ModelFileError
from glassprop.export import container, document, foreign
from glassprop.export.kinds import table_steps
from glassprop.export.kinds.all_kinds import read_node, write_node
from glassprop.export.opening import archive_of, opened, read_record
from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Held, Writing
from glassprop.export.table_record import is_of_a_table
from glassprop.ground.atomic import replacing
from glassprop.ground.json_values import to_json
from glassprop.ground.text import quoted

__all__ = ["load", "load_with_record", "read_record", "save"]


def save(model: Any, path: str | os.PathLike[str], record: dict[str, Any] | None = None, *, date: bool = False) -> None:
    """Write a fitted model to `path`: whole or not at all, replacing what was there.

    Equal models give equal bytes.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, or a scikit-learn Pipeline that ends in one; fitted
        Steps that ``docs/model-file.md`` does not list are written by skops, if it is installed, and are loaded
        only where they are named (``load(…, trusted=[…])``).
    path : str or path-like
        The usual ending is ``.glassprop``.
    record : dict, optional
        JSON-able facts to keep with the model; `read_record` gives them back. The keys format, saved,
        versions and model are ours.
    date : bool
        Whether the file says when it was saved; then no two are equal.

    Raises
    ------
    ModelFileError
        The model is of another kind, not fitted, or holds something a file cannot carry (user-defined
        activations, costs, scorers; further attributes; numbers that are not finite); the path cannot be written; the
        disk is full.
    MissingPackageError
        A step needs skops, and it is not installed.

    Examples
    --------
    >>> import glassprop, os, tempfile
    >>> clf = glassprop.MLPClassifier((2,), solver="lbfgs", random_state=0).fit([[0.0], [1.0]], ["no", "yes"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     glassprop.save(clf, os.path.join(folder, "m.glassprop"))
    ...     glassprop.load(os.path.join(folder, "m.glassprop")).predict([[1.0]])
    array(['yes'], dtype='<U3')
    """
    _refuse_unsaved(model)
    saved = datetime.now(UTC).isoformat(timespec="seconds") if date else None
    try:
        written, described = _written(_plain(model), record or {}, saved)
    except Misfit as misfit:
        raise ModelFileError(f"cannot save this model: {misfit}") from misfit
    with replacing(path) as file:
        for chunk in container.chunks(described, written):
            file.write(chunk)


def _written(model: Any, record: dict[str, Any], saved: str | None) -> tuple[Writing, dict[str, Any]]:
    """The arrays and the document of a model, once it is sure that they can be read again."""
    steps: dict[str, Any] = {}
    written = Writing()
    through_skops = foreign.writer(written)

    def keep(step: Any, at: str) -> Any:
        steps[at] = step
        return through_skops(step, at)

    written.foreign = keep
    node = write_node(model, "model", written)
    plain = json.loads(to_json(record, ascii_only=True))
    described = document.document_of(node, plain, _versions(bool(steps)), saved)
    budget = Budget(sum(array.nbytes for array in written.values()))
    again = container.from_text(container.to_bytes(described).decode("ascii"), "document", budget)
    made = read_node(again["model"], "model", Held(written, lambda node, at: steps[at], budget, alone=False))
    _check_whole(made, again["record"])
    return written, described


def load(path: str | os.PathLike[str], *, trusted: Sequence[str] = ()) -> Any:
    """The model saved at `path`. No code from the file runs, and all its sizes and numbers are checked first.

    Parameters
    ----------
    path : str or path-like
    trusted : sequence of str
        Names of types that steps of other packages are made of, such as
        ``"sklearn.feature_extraction.text.CountVectorizer"``, as the error lists them. Name only what you would
        import, from people whose code you would run.

    Raises
    ------
    ModelFileError
        No such file; truncated, damaged, forged, not a model, a pickle; a newer format; types that are not named.
    MissingPackageError
        A step needs skops, and it is not installed.
    """
    return load_with_record(path, trusted=trusted)[0]


def load_with_record(path: str | os.PathLike[str], *, trusted: Sequence[str] = ()) -> tuple[Any, dict[str, Any]]:
    """The model and the record saved at `path`, of one reading. Arguments and errors: as for `load`."""
    listed = isinstance(trusted, Iterable) and not isinstance(trusted, str)
    if not listed or not all(isinstance(name, str) for name in trusted):
        raise ModelFileError(f"trusted must be a list of names of types, got {trusted!r}")
    with opened(path) as (file, is_archive):
        model, record = (_load_format_1 if is_archive else _load_format_2)(file, trusted)
    _warn_of_versions(record, path)
    return model, record


def _load_format_2(file: BinaryIO, trusted: Iterable[str]) -> tuple[Any, dict[str, Any]]:
    described, arrays = container.opened(file)
    document.checked(described)
    if arrays.digest() != described["sha256"]:
        raise Misfit("", "its checksum is another")
    arrays.foreign = foreign.reader(arrays, trusted)
    model = read_node(described["model"], "model", arrays)
    _check_whole(model, described["record"])
    if arrays.left():
        raise Misfit("", f"array {arrays.left()[0][:60]!r} belongs to nothing")
    return model, document.facts(described, model_dtype(model))


def model_dtype(model: Any) -> str:
    """The dtype of a model's parameters, by name."""
    return str(_estimator_of(model).theta_.dtype.name)


def _load_format_1(file: BinaryIO, trusted: Iterable[str]) -> tuple[Any, dict[str, Any]]:
    with archive_of(file) as (archive, record):
        from glassprop.export import format_1  # few files need it

        model = format_1.read(file, archive, frozenset(trusted))
    _check_whole(model, record)
    return model, record


def _check_whole(model: Any, record: dict[str, Any]) -> None:
    """Refuse what is no model, and a table's record beside a model that was not made for one."""
    if _estimator_of(model) is None:
        raise Misfit("model", f"it is a {type(model).__name__}, not a network, and does not end in one")
    if is_of_a_table(record):
        table_steps.check_table_model(model, record)


def _warn_of_versions(record: dict[str, Any], path: str | os.PathLike[str]) -> None:
    """Say so if another scikit-learn wrote the file: its steps may have changed their meaning since."""
    saved, here = str(record["versions"].get("scikit-learn")), version("scikit-learn")
    if saved.split(".")[:2] != here.split(".")[:2]:
        warnings.warn(
            f"{quoted(os.fspath(path))} was saved with scikit-learn {saved} and is read with {here}: its predictions "
            "may differ; train it again if in doubt",
            UserWarning,
            stacklevel=3,
        )


def _refuse_unsaved(model: Any) -> None:
    """Refuse what is no fitted model of ours, or has user-defined functions."""
    estimator = _estimator_of(model)
    if estimator is None:
        raise ModelFileError(
            f"cannot save a {type(model).__name__}: a model file holds a glassprop MLPClassifier or "
            "MLPRegressor, or a scikit-learn Pipeline that ends in one"
        )
    if not hasattr(estimator, "network_"):
        raise ModelFileError(f"cannot save this {type(estimator).__name__}: it is not fitted; call fit first")
    try:
        estimator.network_.spec()
    except ArchitectureError as error:
        raise ModelFileError(f"cannot save this model: {error}; a model file carries no code") from error
    if is_classifier(estimator):
        _find_labels(estimator)


def _find_labels(estimator: Any) -> None:
    """Labels that were set before ``fit`` are looked at when they are first needed: now."""
    try:
        estimator._binarizer()
    except ValueError as error:  # NotFittedError is one, too
        raise ModelFileError(f"cannot save this model: {error}") from error


def _versions(with_skops: bool) -> dict[str, str]:
    names = ("numpy", "scikit-learn", *(("skops",) if with_skops else ()))
    return {
        "glassprop": version("glassprop"),
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }


def _plain(model: Any) -> Any:
    """`model`, or a shallow copy without the callbacks that scikit-learn keeps on estimators."""
    if hasattr(model, "steps"):
        steps = [(name, _plain(step)) for name, step in model.steps]
        if any(new is not old for (_, new), (_, old) in zip(steps, model.steps, strict=True)):
            model = copy.copy(model)
            model.steps = steps
    if getattr(model, "_skl_callbacks", None):
        model = copy.copy(model)
        del model._skl_callbacks
    return model


def _estimator_of(model: Any) -> Any:
    """The glassprop estimator that `model` is or ends in; None where there is none."""
    from sklearn.pipeline import Pipeline

    from glassprop.estimator.classifier import MLPClassifier
    from glassprop.estimator.regressor import MLPRegressor

    while isinstance(model, Pipeline) and model.steps:
        model = model.steps[-1][1]
    return model if isinstance(model, MLPClassifier | MLPRegressor) else None
