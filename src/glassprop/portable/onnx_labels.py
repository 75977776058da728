"""Labels of classes as ONNX and skl2onnx can have them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.whole_model import Ending


def labels_for(model: Any, *, nocl: bool) -> Array:
    """Those of a classifier for skl2onnx; with nocl their places.

    Raises
    ------
    ExportError
        If they are neither whole numbers nor texts.
    """
    labels = written_labels(model.classes_)
    if labels.dtype == np.float64:
        raise ExportError(
            f"the labels {labels.tolist()[:4]} are no whole numbers, and skl2onnx has none but these and texts: use "
            "glassprop.to_onnx"
        )
    return np.arange(len(labels)) if nocl else labels


def written_labels(classes: Any) -> Array:
    """Labels as ONNX can have them: whole numbers and truths as int64, other numbers as float64, and texts.

    Raises
    ------
    ExportError
        If they are something else.
    """
    labels = np.asarray(classes)
    if labels.dtype.kind == "O" and all(isinstance(label, str) for label in labels.tolist()):
        return labels.astype(object)
    if labels.dtype.kind in "bui" and (labels.dtype.kind != "u" or labels.max(initial=0) < 2**63):
        return labels.astype(np.int64)
    if labels.dtype.kind == "f":
        whole = np.all(labels == np.round(labels)) and np.all(np.abs(labels) < 2**53)
        return labels.astype(np.int64 if whole else np.float64)
    if labels.dtype.kind == "U":
        return labels.astype(object)
    raise ExportError(
        f"the labels {quoted(labels.tolist(), 60)} are neither numbers nor texts, and ONNX has no others: train on "
        "labels such as 0, 1, 2 or their names"
    )


def refuse_maps(labels: Array | None) -> Array:
    """Labels that may be the keys of maps.

    Raises
    ------
    ExportError
        If there are no classes to choose from, or labels are no whole numbers or texts.
    """
    if labels is None:
        raise ExportError("zipmap: maps are of the probabilities of classes, and this model has none: leave it out")
    if labels.dtype == np.float64:
        raise ExportError("zipmap: labels of maps are whole numbers or texts in ONNX, and these are other numbers")
    return labels


def is_asked(scope: Any, model: Any, option: str) -> bool:
    """Whether an option of skl2onnx is set for a model."""
    return bool(scope.get_options(model, {option: False})[option])


def by_places(ending: Ending) -> Ending:
    """The same with the places of classes in place of their labels."""
    return replace(ending, classes=np.arange(0 if ending.classes is None else len(ending.classes)))
