"""A model as one of two columns: what it says of places on a plane through its inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from glassprop.displays.drawing import named
from glassprop.displays.given_targets import (
    amounts_given,
    labels_given,
    name_of,
    refuse_other_length,
    refuse_unknown_classes,
)
from glassprop.errors import SettingsError
from glassprop.ground.text import listed, quoted
from glassprop.tables.tabular.plane import Plane

MOST_POINTS = 1000  # rows that are drawn
_METHODS = ("decision_function", "predict_proba", "predict")


class OnPlane(BaseEstimator):
    """A model, of places on a plane."""

    def __init__(self, model: Any, rows_of: Callable[[NDArray[Any]], Any], output: int | None) -> None:
        self.model, self.rows_of, self.output = model, rows_of, output

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.model)

    def fit(self, X: Any, y: Any = None) -> OnPlane:
        """It is fitted: scikit-learn asks for the verb."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    @property
    def classes_(self) -> Any:
        return self.model.classes_

    def predict(self, X: NDArray[Any]) -> Any:
        said = self.model.predict(self.rows_of(X))
        return said if is_classifier(self.model) else amounts_given(said, "predictions", self.output)

    @available_if(lambda self: hasattr(self.model, "predict_proba"))
    def predict_proba(self, X: NDArray[Any]) -> Any:
        return self.model.predict_proba(self.rows_of(X))

    @available_if(lambda self: hasattr(self.model, "decision_function"))
    def decision_function(self, X: NDArray[Any]) -> Any:
        return self.model.decision_function(self.rows_of(X))


def method_of(estimator: Any, response_method: str) -> str:
    """What a model is asked; "auto": in scikit-learn's order.

    Raises
    ------
    SettingsError
        It has no such method.
    """
    if response_method not in ("auto", *_METHODS):
        raise SettingsError(f"response_method is one of {listed(('auto', *_METHODS))}, got {quoted(response_method)}")
    if response_method != "auto":
        if not hasattr(estimator, response_method):
            raise SettingsError(f"a {type(estimator).__name__} has no {response_method}: leave response_method out")
        return response_method
    if not is_classifier(estimator):
        return "predict"
    return next((name for name in _METHODS[:2] if hasattr(estimator, name)), "predict")


def value_name(method: str, classes: Any, of: Any, y: Any, output: int | None) -> str:
    """What a color bar tells."""
    if classes is None:
        return f"predicted {named(name_of(y, output) or 'value')}"
    label = named(classes[-1] if of is None else of)
    return {"predict_proba": f"probability of {label}", "decision_function": f"score of {label}"}.get(method, "class")


def refuse_several_labels(estimator: Any, plane: Plane, who: str) -> None:
    """Refuse a classifier that gives several labels a row.

    Raises
    ------
    SettingsError
    """
    if is_classifier(estimator) and np.ndim(estimator.predict(plane.rows_of(np.array(plane.ends).T))) == 2:
        raise SettingsError(f"{who} shows one label a row, and this classifier gives several: fit one for each label")


def rows_on(plane: Plane, y: Any, classes: Any, output: int | None, who: str) -> tuple[Any, Any]:
    """The rows on the plane, and the class (its number) or the amount of each; those without a number are left out.

    Raises
    ------
    DataError
        Not as many targets as rows, or one of a class that the model does not know.
    """
    if classes is None:
        values: NDArray[Any] = amounts_given(y, "targets", output)
    else:
        labels = labels_given(y, who)
        refuse_unknown_classes(labels, classes)
        values = np.zeros(len(labels), dtype=int)
        for place, label in enumerate(classes):
            values[labels == label] = place
    refuse_other_length(values, plane.points)
    known = np.flatnonzero(np.isfinite(plane.points).all(axis=1) & np.isfinite(values))
    if len(known) > MOST_POINTS:
        known = known[np.linspace(0, len(known) - 1, MOST_POINTS).astype(int)]
    return plane.points[known], values[known]
