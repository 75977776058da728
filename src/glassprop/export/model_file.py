"""The model file: a fitted model and a record of it, in a closed format of known keys and checked sizes.

Format 2 is described in ``docs/model-file.md``: ``container.py`` has its bytes, ``document.py`` what stands in it,
``kinds/`` the steps and estimators it knows. Files of format 1 are read by ``format_1.py``. To change the format:
raise `FORMAT`, keep a reader of every earlier number, and a file of each in the tests.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from sklearn.base import is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from glassprop.errors import ArchitectureError, ModelFileError
from glassprop.export import container, document, foreign
from glassprop.export.kinds import table_steps
from glassprop.export.kinds.all_kinds import kind_of, read_node, write_node
from glassprop.export.kinds.searches import best_of, is_search, why_none, written_for
from glassprop.export.kinds.within import end_of, is_tabular, networks_in
from glassprop.export.opening import archive_of, dtype_of, opened, read_record
from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Held, Writing
from glassprop.export.table_record import is_of_a_table
from glassprop.ground.atomic import replacing
from glassprop.ground.json_values import to_json
from glassprop.ground.note import Note, NoteWarning
from glassprop.ground.text import quoted
from glassprop.ground.version import version_of, versions_here

WHAT_IS_SAVED = (
    "a model file holds a glassprop MLPClassifier or MLPRegressor, a scikit-learn Pipeline that ends in one, or one of "
    "scikit-learn's models that are made of them (calibrated, voting, stacked, bagged, …)"
)
__all__ = ["load", "load_with_record", "read_record", "save"]


def save(model: Any, path: str | os.PathLike[str], record: dict[str, Any] | None = None, *, date: bool = False) -> None:
    """Write a fitted model to `path`: whole or not at all, replacing what was there.

    Equal models give equal bytes.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, a Pipeline that ends in one, or a model that is made of them; fitted
        Of scikit-learn's: calibrated, with a transformed target or another threshold, voting, stacked, bagged, one for
        each output or class. Of a search, its ``best_estimator_`` is saved; of a TabularClassifier or
        TabularRegressor, its ``pipeline_`` with its ``report_``. Steps that ``docs/model-file.md`` does not
        list are written by skops, if it is installed, and are loaded only where they are named
        (``load(…, trusted=[…])``).
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
        written, described = _written(model, record or {}, saved)
    except Misfit as misfit:
        raise ModelFileError(f"cannot save this model: {misfit}") from misfit
    with replacing(path) as file:
        for chunk in container.chunks(described, written):
            file.write(chunk)
    for search in written.searches:
        _tell_of(search)


def _written(model: Any, record: dict[str, Any], saved: str | None) -> tuple[Writing, dict[str, Any]]:
    """The arrays and the document of a model, once it is sure that they can be read again."""
    steps: dict[str, Any] = {}
    written = Writing()
    through_skops = foreign.writer(written)

    def keep(step: Any, at: str) -> Any:
        steps[at] = step
        return through_skops(step, at)

    written.foreign = keep
    model = written_for(model, "model", written)
    if is_tabular(model):  # as its own `save` does
        model, record = model.pipeline_, {**record, **model.report_}
    node = write_node(model, "model", written)
    plain = json.loads(to_json(record, ascii_only=True))
    described = document.document_of(node, plain, _versions(bool(steps)), saved, written.searches)
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
        Names of the types in steps of other packages, such as ``"sklearn.feature_extraction.text.CountVectorizer"``, as
        the error lists them. Name only what you would import, from people whose code you would run.

    Returns
    -------
    estimator, Pipeline or other model
        As it was saved, fitted. Of a tabular estimator it is the Pipeline, which takes the same tables.

    Raises
    ------
    ModelFileError
        No such file; truncated, damaged, forged, not a model, a pickle; a newer format; types that are not named.
    MissingPackageError
        A step needs skops, and it is not installed.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_iris
    >>> import glassprop
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = glassprop.MLPClassifier((4,), solver="lbfgs", max_iter=300, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "iris.glassprop")
    ...     glassprop.save(clf, path)
    ...     again = glassprop.load(path)
    >>> bool((again.predict_proba(X) == clf.predict_proba(X)).all())
    True
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
    try:
        model = read_node(described["model"], "model", arrays)
    except foreign.NotTrusted as error:
        arrays.taken.clear()
        names = foreign.names_asked_for(described["model"], arrays) - set(trusted)  # of all steps, not of the first
        raise foreign.NotTrusted(sorted(names) or error.names) from None
    _check_whole(model, described["record"])
    if arrays.left():
        raise Misfit("", f"array {arrays.left()[0][:60]!r} belongs to nothing")
    return model, document.facts(described, dtype_of(described, arrays))


def _load_format_1(file: BinaryIO, trusted: Iterable[str]) -> tuple[Any, dict[str, Any]]:
    with archive_of(file) as (archive, record):
        from glassprop.export import format_1  # few files need it

        model = format_1.read(file, archive, frozenset(trusted))
    _check_whole(model, record)
    return model, record


def _check_whole(model: Any, record: dict[str, Any]) -> None:
    """Refuse what is no model, and a table's record beside a model that was not made for one."""
    if not any(True for _ in networks_in(model)) or not hasattr(end_of(model), "predict"):
        raise Misfit("model", f"it is a {type(model).__name__}, not a network, and does not end in one")
    if is_of_a_table(record):
        table_steps.check_table_model(model, record)


def _warn_of_versions(record: dict[str, Any], path: str | os.PathLike[str]) -> None:
    """Say so if another scikit-learn wrote the file: its steps may have changed their meaning since."""
    saved, here = str(record["versions"].get("scikit-learn")), version_of("scikit-learn")
    if here is not None and saved.split(".")[:2] != here.split(".")[:2]:
        warnings.warn(
            f"{quoted(os.fspath(path))} was saved with scikit-learn {saved} and is read with {here}: its predictions "
            "may differ; train it again if in doubt",
            UserWarning,
            stacklevel=3,
        )


def _refuse_unsaved(model: Any) -> None:
    """Refuse what is no fitted model of ours, or has user-defined functions."""
    end, estimators = end_of(model), list(networks_in(model))
    if is_search(end):
        raise ModelFileError(f"cannot save this model: {why_none(end)}")
    if is_tabular(end):
        _refuse_unfitted(end)
        if end is best_of(model):
            return
    if kind_of(end) is not None:
        _refuse_unfitted(end)
    if not estimators or not hasattr(end, "predict"):
        raise ModelFileError(f"cannot save a {type(model).__name__}: {WHAT_IS_SAVED}")
    for estimator in estimators:
        _refuse_unfitted(estimator)
        try:
            estimator.network_.spec()
        except ArchitectureError as error:
            raise ModelFileError(f"cannot save this model: {error}; a model file carries no code") from error
        if is_classifier(estimator):
            _find_labels(estimator)


def _refuse_unfitted(estimator: Any) -> None:
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise ModelFileError(
            f"cannot save this {type(estimator).__name__}: it is not fitted; call fit first"
        ) from error


def _find_labels(estimator: Any) -> None:
    """Labels that were set before ``fit`` are looked at when they are first needed: now."""
    try:
        estimator._binarizer()
    except ValueError as error:  # NotFittedError is one, too
        raise ModelFileError(f"cannot save this model: {error}") from error


def _versions(with_skops: bool) -> dict[str, str]:
    return versions_here("numpy", "scikit-learn", *(("skops",) if with_skops else ()))


def _tell_of(search: dict[str, Any]) -> None:
    """Say that a file has what a search found, and not the search."""
    where = "" if search["at"] == "model" else f" at {search['at']}"
    note = Note(
        f"a model file keeps what a search has found: of the {search['class']}{where}, its best_estimator_ is saved, "
        "and its best_params_ and best_score_ stand in the record",
        "search",
    )
    warnings.warn(NoteWarning(note), stacklevel=3)
