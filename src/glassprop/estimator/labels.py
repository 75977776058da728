"""What a classifier's outputs stand for, labels and probabilities, and whether labels given later are among them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import unique_labels

from glassprop.equations.activation import Activation
from glassprop.equations.arrays import Array, namespace
from glassprop.equations.domain import UNIT
from glassprop.errors import DataError
from glassprop.network import Network

_ONE_LABEL = ("binary", "multiclass")  # of each example


def kind_of(binarizer: LabelBinarizer | None, n_outputs: int, given_output: str | None = None) -> str:
    """``"binary"``, ``"multiclass"`` or ``"multilabel-indicator"``: as the labels say, else as the outputs suggest.

    Where weights were set and no labels are known, several sigmoid outputs are as many labels, as in scikit-learn.

    binarizer: None where no labels are known. given_output: the output activation that was set with weights.
    """
    if binarizer is not None:
        return str(binarizer.y_type_)
    if n_outputs == 1:
        return "binary"
    return "multilabel-indicator" if given_output == "sigmoid" else "multiclass"


def binarizer_for(classes: Any, n_outputs: int, several: bool) -> LabelBinarizer:
    """What turns labels into targets and back, for ``classes_`` that were set.

    Raises
    ------
    DataError
        If they do not go with the outputs.
    """
    faults: list[str] = []
    binarizer = make_binarizer(classes, n_outputs, several, faults)
    if binarizer is None or faults:
        raise DataError("; ".join(faults))
    return binarizer


def binarizer_of_weights(
    classes: Any, multilabel: bool | None, out_activation: Any, n_outputs: int, faults: list[str]
) -> LabelBinarizer | None:
    """Which labels the outputs of given weights stand for; None with faults added."""
    if multilabel is None:
        known = classes is None or np.array_equal(classes, np.arange(n_outputs))
        multilabel = n_outputs > 1 and known and out_activation in ("logistic", "sigmoid")
    return make_binarizer(classes, n_outputs, multilabel, faults)


def make_binarizer(classes: Any, n_outputs: int, multilabel: bool, faults: list[str]) -> LabelBinarizer | None:
    """The binarizer of these classes for so many outputs, or None with a fault added."""
    if multilabel:
        if classes is not None and len(np.atleast_1d(classes)) != n_outputs:
            faults.append(
                f"{n_outputs} outputs go with {n_outputs} labels, got {len(np.atleast_1d(classes))} in classes"
            )
            return None
        return LabelBinarizer().fit(np.eye(max(n_outputs, 2), dtype=int)[:, :n_outputs])
    labels = np.arange(max(n_outputs, 2)) if classes is None else np.asarray(classes)
    wanted = "1 or 2 classes" if n_outputs == 1 else f"{n_outputs} classes"
    if labels.ndim != 1 or (len(labels) not in (1, 2) if n_outputs == 1 else len(labels) != n_outputs):
        faults.append(f"{n_outputs} outputs go with {wanted}, got classes of shape {labels.shape}")
        return None
    try:
        in_order = np.array_equal(np.unique(labels), labels)
    except TypeError:
        in_order = False  # text beside numbers, say
    if not in_order:
        faults.append("classes must be different and in ascending order, as the outputs are in scikit-learn")
        return None
    return LabelBinarizer().fit(labels)


def plain_targets(binarizer: LabelBinarizer, classes: Array, y: Any, n: int, dtype: Any) -> Array | None:
    """What ``binarizer`` makes of n labels in an array, all of them among the classes.

    None where there is more to look at. scikit-learn's checks of labels take longer than a step of training.
    """
    if type(y) is not np.ndarray or y.shape != (n,) or len(classes) < 2:
        return None
    known = binarizer.classes_
    if y.dtype == object and known.dtype.kind == "U" and all(type(label) is str for label in y):
        y = y.astype(str)
    if y.dtype.kind not in "biufU" or y.dtype.kind != known.dtype.kind or binarizer.y_type_ not in _ONE_LABEL:
        return None
    if known is not classes and not np.array_equal(known, classes):
        return None
    codes = known.searchsorted(y)
    if not (known.take(codes, mode="clip") == y).all():
        return None
    if len(known) == 2:
        return codes.astype(dtype).reshape(n, 1)
    Y = np.zeros((n, len(known)), dtype)
    Y[np.arange(n), codes] = 1
    return Y


def labels_of(binarizer: LabelBinarizer, a: Array) -> Array:
    """What outputs (n, n_outputs) stand for: of several the largest, of one the second class above a half.

    That is ``binarizer.inverse_transform``, which takes three times as long as predicting a row.
    """
    classes, kind = binarizer.classes_, "" if binarizer.sparse_input_ else binarizer.y_type_
    if kind == "multiclass" and a.shape[1] == len(classes):
        return classes[a.argmax(axis=1)]
    if kind == "binary" and a.shape[1] == 1 and len(classes) == 2:
        return classes[(a[:, 0] > 0.5).astype(np.intp)]
    return binarizer.inverse_transform(a.ravel() if a.shape[1] == 1 else a)


def gives_probabilities(network: Network | None) -> bool:
    """Whether the outputs lie between 0 and 1; before fitting, whatever will come is given the benefit of doubt."""
    if network is None or network.layers[-1].activation.range.within(UNIT):
        return True
    raise AttributeError(
        f"output_activation={network.layers[-1].activation.spec!r} does not give probabilities; use softmax or sigmoid"
    )


def probabilities(a: Array, kind: str, output: Activation, n_classes: int | None) -> Array:
    """The outputs (n, n_outputs) as probabilities of the classes (n, n_classes).

    kind: as ``kind_of`` has it. n_classes: None where they are not known.
    """
    xp = namespace(a)
    if n_classes == 1:
        return xp.ones_like(a)
    if a.shape[1] == 1:
        return xp.concat([1 - a, a], axis=1)
    if kind == "multiclass" and not output.range.simplex:
        total = xp.sum(a, axis=1, keepdims=True)  # one sigmoid a class: made to sum to 1, even where all of them are 0
        return xp.astype(xp.where(total > 0, a / xp.where(total > 0, total, 1), 1 / a.shape[1]), a.dtype, copy=False)
    return a


def refuse_other_labels(classes: Array, y: Array, *, all_of_them: bool) -> None:
    """Refuse labels that do not go with those of earlier calls.

    all_of_them: whether each of the classes must be there, too.

    Raises
    ------
    ValueError
        In scikit-learn's words.
    """
    labels = unique_labels(y)
    if all_of_them and set(labels) != set(classes):
        raise ValueError(
            "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
            f"Previously got {classes}, `y` has {labels}"
        )
    if len(np.setdiff1d(labels, classes, assume_unique=True)):
        raise ValueError(f"`y` has classes not in `self.classes_`. `self.classes_` has {classes}. 'y' has {labels}.")


def refuse_missing_labels(y: Array) -> None:
    """Refuse None among labels, and say where.

    Raises
    ------
    DataError
    """
    if y.dtype == object:
        rows = [row for row, labels in enumerate(y.reshape(len(y), -1).tolist()) if None in labels]
        if rows:
            raise DataError(f"y contains None, first in row {rows[0]} ({len(rows)} rows in all); drop or label them")
