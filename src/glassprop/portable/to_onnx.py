"""`to_onnx`: a whole fitted model as ONNX, raw columns in, predictions and probabilities out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.ground.version import VERSION
from glassprop.portable.given_words import what
from glassprop.portable.needs_onnx import import_onnx
from glassprop.portable.onnx_ending import Said, Value, written_ending
from glassprop.portable.onnx_given import MATRIX, N, columns_given, matrix_given, missing, type_of
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_labels import refuse_maps
from glassprop.portable.onnx_parts import Parts, parts_of

if TYPE_CHECKING:
    from onnx import ModelProto

InputType = Literal["float32", "float64"]
_INPUT_TYPES = ("float32", "float64")
_OURS = "glassprop."  # what names of metadata begin with that say what the model is


def to_onnx(
    model: Any,
    *,
    zipmap: bool = False,
    columns: bool | None = None,
    input_type: InputType | None = None,
    metadata: Mapping[str, str] | None = None,
) -> ModelProto:
    """A whole fitted model as ONNX: raw columns in, predictions and probabilities out.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or Pipeline that ends in one of the first
        two; what ``glassprop.load`` gives; calibrated, voting or bagged ones, a finished search, a transformed target
    zipmap : bool, default=False
        Whether probabilities come as a map for each row, label -> probability, rather than as a tensor.
    columns : bool or None, default=None
        Whether each column is an input of its own, (N, 1), by its name, rather than all one matrix ``X``, (N, n). None:
        for models of tables, and where not all columns are numbers.
    input_type : {"float32", "float64"} or None, default=None
        Of the matrix; None: what the model was trained on. Columns are float64, or text.
    metadata : mapping of str to str, optional
        What else is to stand in the model's metadata, under names that do not begin with ``glassprop.``.

    Returns
    -------
    onnx.ModelProto
        Checked by ONNX, types and shapes included. Classifiers have outputs ``label`` and ``probabilities``, regressors
        ``prediction``, of the shapes that ``predict`` and ``predict_proba`` give; where a column is called so, the
        output has a 2 behind its name. Its metadata say what inputs and outputs mean, and how missing values are given.

    Raises
    ------
    ExportError
        If a part of the model cannot be expressed in ONNX; the message names it.
    SettingsError
        If arguments do not go together.
    MissingPackageError
        If the package onnx is not installed.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier, to_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> onx = to_onnx(MLPClassifier((8,), random_state=0).fit(X, y))
    >>> [put.name for put in (*onx.graph.input, *onx.graph.output)]
    ['X', 'label', 'probabilities']
    """
    import_onnx()
    if input_type not in (None, *_INPUT_TYPES):
        raise SettingsError(
            f"input_type must be one of {', '.join(_INPUT_TYPES)}, or None, got {quoted(input_type, 60)}"
        )
    _check_metadata({} if metadata is None else metadata)
    parts = parts_of(model)
    graph = Graph()
    by_columns = _by_columns(parts, parts.of_table or None if columns is None else columns, input_type)
    if by_columns:
        names = columns_given(graph, parts.sources)
    else:
        names = matrix_given(graph, parts.sources, input_type or parts.trained)
    a = parts.outputs(graph, dict(zip((source.name for source in parts.sources), names, strict=True)))
    said = written_ending(graph, parts.ending, a, parts.precision, parts.n_outputs)
    outputs = _outputs(graph, parts, said, zipmap=zipmap)
    return graph.model({**_facts(parts, said, outputs, by_columns), **(metadata or {})}, _about(parts))


def _check_metadata(metadata: Any) -> None:
    """Texts that UTF-8 can write, under names that are not ours."""
    if not isinstance(metadata, Mapping) or not all(_is_text(word) for pair in metadata.items() for word in pair):
        raise SettingsError(f"metadata must be texts by their names, got {quoted(metadata, 60)}")
    if taken := next((name for name in metadata if name.startswith(_OURS)), None):
        raise SettingsError(
            f"metadata {quoted(taken)}: names that begin with {_OURS} are glassprop's own: take another"
        )


def _is_text(word: Any) -> bool:
    return isinstance(word, str) and word.encode("utf-8", "replace").decode() == word


def _by_columns(parts: Parts, columns: bool | None, input_type: InputType | None) -> bool:
    numbers = all(source.given == "number" for source in parts.sources)
    if columns is None:
        columns = not numbers
    if not columns and not numbers:
        text = next(source.name for source in parts.sources if source.given != "number")
        raise SettingsError(f"columns=False: a matrix is of numbers, and the column {quoted(text)} is none")
    if columns and input_type is not None:
        raise SettingsError(
            f"input_type={input_type!r} is of a matrix, and here columns are inputs, which are double: leave it out, "
            "or say columns=False where all of them are numbers"
        )
    return columns


def _outputs(graph: Graph, parts: Parts, said: Said, *, zipmap: bool) -> dict[str, str]:
    """The outputs of the model: what they mean, by their names."""
    labels = refuse_maps(said.labels if said.probabilities else None) if zipmap else None
    classes = parts.ending.kind != "amounts"

    def put(name: str, value: Value) -> str:
        return graph.output(graph.free(name), value.name, value.elem_type, [N, *value.row])

    names = {put("label" if classes else "prediction", said.prediction): _MEANINGS[parts.ending.kind]}
    if said.probabilities is not None:
        if labels is not None:
            names[graph.output_of_maps(graph.free("probabilities"), said.probabilities.name, labels)] = "label -> share"
        else:
            each = "of each label" if parts.ending.kind == "labels" else "of each class, in the order of labels"
            names[put("probabilities", said.probabilities)] = f"probabilities {each}"
    return names


_MEANINGS = {
    "one class": "the class",
    "two classes": "the class",
    "classes": "the class",
    "labels": "1 where a label is there, else 0",
    "amounts": "the amount, in the target's own units",
}


# --- what stands in the model for people ------------------------------------------------------------------------


def _facts(parts: Parts, said: Said, outputs: Mapping[str, str], by_columns: bool) -> dict[str, str]:
    """What a model says of itself: JSON where it is more than a word."""
    columns = [
        {
            "name": source.name,
            "type": type_of(source),
            "kind": source.kind,
            "given": what(source),
            "missing": missing(source),
        }
        for source in parts.sources
    ]
    facts = {
        "glassprop.version": VERSION,
        "glassprop.inputs": _json(columns),
        "glassprop.given": "a column each" if by_columns else f"one matrix {MATRIX}, columns in this order",
        "glassprop.outputs": _json(outputs),
    }
    if said.labels is not None:
        facts["glassprop.labels"] = _json(said.labels.tolist())
    return facts


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _about(parts: Parts) -> str:
    members = parts.n_networks
    nets = "a network" if members == 1 else f"the mean of {members} networks"
    return (
        f"{nets} of {len(parts.sources)} columns, made by glassprop; see the metadata for what inputs and outputs mean"
    )
