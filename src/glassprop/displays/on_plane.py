"""A model as one of two columns: what it says of places on a plane through its inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from glassprop.displays.given_targets import amounts_given


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
