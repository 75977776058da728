"""The network that a model ends in, and the model with another in its place: of Pipelines, tables and searches."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy, deepcopy
from typing import Any

from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline

from glassprop.tables.tabular.base_tabular import BaseTabular


def last_step(model: Any) -> Any:
    """What the model ends in: of a search that is over, of the best one."""
    if isinstance(model, BaseTabular) and hasattr(model, "pipeline_"):
        return last_step(model.pipeline_)
    if isinstance(model, BaseSearchCV):
        return last_step(vars(model).get("best_estimator_", model.estimator))
    if isinstance(model, Pipeline) and model.steps:
        return last_step(model.steps[-1][1])
    return model


def called(model: Any) -> str:
    """What the model is, for messages: its type, and that of its last step."""
    last = last_step(model)
    return f"a {type(model).__name__}" + ("" if last is model else f" that ends in a {type(last).__name__}")


def with_last_step(model: Any, made_of: Callable[[Any], Any]) -> Any:
    """The model with ``made_of(last step)`` in place of its last step, and copies of the steps before.

    Of a table's estimator it is the Pipeline inside; of a search both what it searches with and what it has found.
    """
    if isinstance(model, BaseTabular) and hasattr(model, "pipeline_"):
        return with_last_step(model.pipeline_, made_of)
    if isinstance(model, BaseSearchCV):
        found = {name: of for name, of in vars(model).items() if name in ("estimator", "best_estimator_")}
        return _changed(model, {name: with_last_step(of, made_of) for name, of in found.items()})
    if isinstance(model, Pipeline) and model.steps:
        *before, (name, last) = model.steps
        return _changed(model, {"steps": [*deepcopy(before), (name, with_last_step(last, made_of))]})
    return made_of(model)


def _changed(model: Any, attributes: dict[str, Any]) -> Any:
    """A copy with these; all else is what nobody changes, but assigns anew."""
    made = copy(model)
    vars(made).update(attributes)
    return made
