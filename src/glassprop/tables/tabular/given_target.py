"""What a tabular estimator is handed as y and sample_weight, checked: classes as they are, or amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, assert_all_finite

from glassprop.errors import TableError
from glassprop.ground.text import quoted, shown
from glassprop.tables.fitting.examples import of_mean_one
from glassprop.tables.schema.target import Target

GIVEN = "as given"


@dataclass(frozen=True)
class GivenTarget:
    """A target that came beside its table.

    Attributes
    ----------
    name : str
        Of the series that it came as; "" where it had none.
    y : array (n_rows,)
        Classes as they were given, or amounts in float64.
    labels : array (n_rows,) of int, or None
        The number of each row's class.
    classes : array (n_classes,) or None
        In rising order.
    """

    name: str
    y: np.ndarray
    labels: np.ndarray | None = None
    classes: np.ndarray | None = None

    def target(self, name: str) -> Target:
        """What the rooms of tables know it by. Classes that are neither whole numbers nor text are called by theirs."""
        if self.classes is None:
            return Target(name, "regression", GIVEN, "number")
        return Target(name, "classification", GIVEN, "integer" if self.classes.dtype.kind in "iu" else "text")

    def column(self) -> np.ndarray | list[str]:
        """The same as a column of a table."""
        return self.y if self.classes is None or self.y.dtype.kind in "iu" else [str(label) for label in self.y]

    @property
    def is_of_a_table(self) -> bool:
        """Whether a table's column could have held these classes, so that the model can be scored on one."""
        return self.classes is None or all(type(label) in (int, str) for label in self.classes.tolist())


def given_classes(y: Any, *, learned: bool = True) -> GivenTarget:
    """The target of a classifier.

    learned: it is to be learned from, rather than judged by.

    Raises
    ------
    ValueError
        As scikit-learn; a TableError where there is one class alone to learn from.
    """
    name, values = _one_dimension(y)
    check_classification_targets(values)
    if values.dtype.kind == "O" and all(isinstance(label, str) for label in values.tolist()):
        values = values.astype(str)
    if values.dtype.kind in "fO":
        assert_all_finite(values, input_name="y")

    classes, labels = np.unique(values, return_inverse=True)
    if learned and len(classes) == 1:
        raise TableError(f"y has 1 class alone, {shown(classes[0])}, in all {len(values)} rows: two are needed")
    return GivenTarget(name, values, labels, classes)


def given_amounts(y: Any, *, learned: bool = True) -> GivenTarget:
    """The target of a regressor. learned: as of `given_classes`.

    Raises
    ------
    ValueError
        As scikit-learn; a TableError where all to learn from are the same.
    """
    name, values = _one_dimension(y)
    try:
        amounts = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TableError(
            f"y has values such as {quoted(values[0])}, which are no numbers: a regressor needs numbers"
        ) from None
    assert_all_finite(amounts, input_name="y")
    if learned and len(amounts) == 1:
        raise TableError("there is 1 sample alone: at least two rows are needed")
    if learned and len(amounts) and (amounts == amounts[0]).all():
        raise TableError(f"y is {amounts[0]:g} in all {len(amounts)} rows: there is nothing to learn")
    return GivenTarget(name, amounts)


def given_weights(sample_weight: Any, frame: nw.DataFrame) -> np.ndarray | None:
    """Weights of examples, of mean one; None where there are none.

    Raises
    ------
    ValueError
        As scikit-learn.
    """
    if sample_weight is None:
        return None
    weights = _check_sample_weight(sample_weight, np.empty((len(frame), 1)), ensure_non_negative=True)
    return of_mean_one(np.asarray(weights, dtype=np.float64))


def same_length(frame: nw.DataFrame, target: GivenTarget) -> None:
    """Refuse a table and a target of different lengths, as scikit-learn does."""
    check_consistent_length(np.empty((len(frame), 0)), target.y)


def _one_dimension(y: Any) -> tuple[str, np.ndarray]:
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")  # scikit-learn's words
    name = getattr(y, "name", None)
    values = y.to_numpy() if hasattr(y, "to_numpy") else y
    return name if isinstance(name, str) else "", column_or_1d(values, warn=True)
