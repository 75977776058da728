"""Trace files: what a model's networks passed through in training, beside the model file; typed, and no data in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from glassprop.errors import ArchitectureError, DataError, ModelFileError
from glassprop.estimator.tracer import Tracer
from glassprop.export import container
from glassprop.export.container import FileArrays
from glassprop.export.opening import opened
from glassprop.export.schema.array_values import Array
from glassprop.export.schema.misfit import Misfit, OtherFile
from glassprop.export.schema.network_field import NETWORK, parameters_of
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Exactly, Field, Maybe, Object, Several, Text
from glassprop.ground.atomic import replacing
from glassprop.influence.model_trace import ModelTrace, digest_of_weights
from glassprop.influence.trace import Trace
from glassprop.network import Network

_FLOATS = ("float64", "float32")
_TRACE = Object({"thetas": Array(_FLOATS, axes=2), "rates": Array(), "epochs": Array(("int64",))})
_KEYS: dict[str, Field] = {
    "kind": Exactly("trace"),
    "version": Exactly(1),
    "model": Text(64),
    "network": Maybe(NETWORK),
    "traces": Several(_TRACE, least=1, most=10_000),
    "taught": Maybe(Array(("bool",), axes=2)),
}
_MORE: dict[str, Field] = {"rows": Text(64)}  # of one fit, and not in files of earlier versions
_BODY, _HEAD = Object(_KEYS, _MORE), Object({**_KEYS, "sha256": Text(64)}, _MORE)
_NO_TRACE = "is a glassprop file, but holds no trace: give the one that glassprop train --trace or save_trace wrote"


def save_trace(trace: Tracer | ModelTrace | Trace, path: str | os.PathLike[str]) -> None:
    """Write what a ``Tracer`` kept to `path`: whole or not at all, replacing what was there.

    A trace file has weights, learning rates, which rows taught which network by their numbers, and digests of the
    model's weights and of the rows, by which a trace of another model or fit is refused. It has no data.

    Parameters
    ----------
    trace : Tracer, ModelTrace or Trace
    path : str or path-like
        The usual ending is ``.trace``.

    Raises
    ------
    SettingsError
        If a Tracer has seen no fit that came to its end.
    ModelFileError
        If it is no trace, the network has functions of your own, or the path cannot be written.

    Examples
    --------
    >>> import glassprop, os, tempfile
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> tracer = glassprop.Tracer(5)
    >>> clf = glassprop.MLPClassifier((8,), max_iter=40, tol=0, learning_rate_init=0.02, random_state=0)
    >>> clf = clf.set_callbacks(tracer).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     glassprop.save_trace(tracer, os.path.join(folder, "m.trace"))
    ...     trace = glassprop.load_trace(os.path.join(folder, "m.trace"))
    >>> clf.blame(X, y, row=70, trace=trace).epochs
    (16, 32, 40)
    """
    found = trace.model_trace() if isinstance(trace, Tracer) else trace
    if isinstance(found, Trace):
        found = ModelTrace(digest_of_weights(found.thetas[-1]), (found,))
    if not isinstance(found, ModelTrace):
        raise ModelFileError(f"cannot save a {type(trace).__name__} as a trace: give the Tracer that was set in fit")
    arrays = Writing()
    try:
        document = _BODY.write(_plain(found), "trace", arrays)
    except ArchitectureError as error:
        raise ModelFileError(f"cannot save this trace: {error}; a file carries no code") from error
    except Misfit as misfit:
        raise ModelFileError(f"cannot save this trace: {misfit}") from misfit
    with replacing(path) as file:
        for chunk in container.chunks(document, arrays):
            file.write(chunk)


def _plain(trace: ModelTrace) -> dict[str, Any]:
    return {
        "kind": "trace",
        "version": 1,
        "model": trace.model,
        "network": None if trace.network is None else trace.network.spec(),
        "traces": [
            {"thetas": each.thetas, "rates": each.rates, "epochs": each.epochs.astype(np.int64)}
            for each in trace.traces
        ],
        "taught": trace.taught,
        **({"rows": trace.rows} if trace.rows else {}),
    }


def load_trace(path: str | os.PathLike[str]) -> ModelTrace:
    """The trace saved at `path`. No code from the file runs, and all its sizes and numbers are checked first.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    ModelTrace
        For ``clf.blame(X, y, row=7, trace=…)``.

    Raises
    ------
    ModelFileError
        No such file; truncated, damaged, forged; not a trace.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_iris
    >>> import glassprop
    >>> X, y = load_iris(return_X_y=True)
    >>> tracer = glassprop.Tracer(2)
    >>> clf = glassprop.MLPClassifier((4,), learning_rate_init=0.1, max_iter=40, random_state=0).set_callbacks(tracer)
    >>> clf = clf.fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "iris.trace")
    ...     glassprop.save_trace(tracer, path)
    ...     trace = glassprop.load_trace(path)
    >>> clf.blame(X, y, row=7, trace=trace).scores.shape
    (150,)
    """
    with opened(path, "trace") as (file, is_archive):
        if is_archive:
            raise OtherFile("is a model file of an earlier version, not a trace file")
        document, arrays = container.opened(file)
        if document.get("kind") != "trace":
            raise OtherFile(_NO_TRACE)
        return _read(document, arrays)


def _read(document: Mapping[str, Any], arrays: FileArrays) -> ModelTrace:
    if arrays.digest() != document.get("sha256"):
        raise Misfit("", "its checksum is another")
    found = _HEAD.read(document, "trace", arrays)
    if arrays.left():
        raise Misfit("", f"array {arrays.left()[0][:60]!r} belongs to nothing")
    network, taught, sizes = found["network"], found["taught"], {each["thetas"].shape[1] for each in found["traces"]}
    if len(sizes) > 1 or (network is not None and sizes != {parameters_of(network)}):
        raise Misfit("trace.traces", "their weights are not those of one network")
    try:
        made = None if network is None else Network.from_spec(network)
        traces = tuple(Trace(**each) for each in found["traces"])
        taught = None if taught is None else taught.view(np.uint8) != 0
        return ModelTrace(found["model"], traces, made, taught, found.get("rows", ""))
    except (ArchitectureError, DataError) as error:
        raise Misfit("trace", str(error)) from error
