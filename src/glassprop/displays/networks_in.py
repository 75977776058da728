"""The networks within a model: in a Pipeline, a search, a table's estimator, or several within an ensemble."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from glassprop.portable.last_step import last_step

_ONE = ("regressor_", "estimator_")  # of TransformedTargetRegressor and the like
_SEVERAL = ("estimators_", "calibrated_classifiers_")


def networks_in(model: Any) -> list[Any]:
    """The estimators that a fitted model's predictions come of, in their order: mostly one.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    """
    check_is_fitted(model)
    last = last_step(model)
    for name in _SEVERAL:
        if name in vars(last):
            return [network for one in vars(last)[name] for network in _within(one)]
    for name in _ONE:
        if name in vars(last):
            return networks_in(vars(last)[name])
    return [last]


def _within(one: Any) -> list[Any]:
    """Of an entry of an ensemble; a list of them, where one is of each class; a calibrated classifier holds its own."""
    if isinstance(one, list | tuple) or (hasattr(one, "ravel") and not hasattr(one, "fit")):
        return [network for each in one for network in _within(each)]
    inner = getattr(one, "estimator", None) if hasattr(one, "calibrators") else one
    return [] if inner is None or isinstance(inner, str) else networks_in(inner)


def steps_before(model: Any) -> list[Any]:
    """The fitted steps before the network that a model ends in, those of Pipelines in Pipelines too."""
    if hasattr(model, "pipeline_"):
        return steps_before(model.pipeline_)
    if hasattr(model, "best_estimator_"):
        return steps_before(model.best_estimator_)
    if isinstance(model, Pipeline) and model.steps:
        *before, last = [step for _, step in model.steps]
        return [*before, *steps_before(last)]
    return []
