"""A model as one of two columns: what it says of places on a plane through its inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from glassprop.displays.drawing import named
from glassprop.displays.given_targets import amounts_given, name_of


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
    """What a model is asked; "auto": in scikit-learn's order."""
    if response_method != "auto":
        return response_method
    if not is_classifier(estimator):
        return "predict"
    return next((name for name in ("decision_function", "predict_proba") if hasattr(estimator, name)), "predict")


def value_name(method: str, classes: Any, of: Any, y: Any, output: int | None) -> str:
    """What a color bar tells."""
    if classes is None:
        return f"predicted {named(name_of(y, output) or 'value')}"
    label = named(classes[-1] if of is None else of)
    return {"predict_proba": f"probability of {label}", "decision_function": f"score of {label}"}.get(method, "class")
