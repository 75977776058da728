"""A model of ours taken apart: the estimator that ends it, and the steps before as one Pipeline; what saw its fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sklearn.pipeline import Pipeline

from glassprop.errors import SettingsError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.diagnosed import was_fitted
from glassprop.estimator.margins import Margins
from glassprop.estimator.tracer import Tracer
from glassprop.influence.known_rows import by_targets
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.seen_rows import SeenRows
from glassprop.tables.tabular.base_tabular import BaseTabular
from glassprop.tables.use.explain_table import steps_of


def before_and_last(model: Any, cannot: str) -> tuple[Pipeline | None, Any]:
    """The steps before the last one, None where there are none, and the last one.

    cannot: what cannot be done with a model that does not end in an estimator of ours, its type at {}.

    Raises
    ------
    SettingsError
        If it is such a model.
    """
    steps = steps_of(model)
    if steps is None and isinstance(model, Pipeline) and model.steps:
        steps = [step for _, step in model.steps]
    *before, last = steps or [model]
    if not isinstance(last, BaseMLP | BaseTabular):
        raise SettingsError(
            f"{cannot.format(type(model).__name__)}: give a glassprop MLPClassifier, MLPRegressor, TabularClassifier "
            "or TabularRegressor, or a scikit-learn Pipeline that ends in one"
        )
    return (Pipeline([(str(k), step) for k, step in enumerate(before)]) if before else None), last


def is_fitted(last: Any) -> bool:
    """Whether the last step is."""
    return hasattr(last, "pipeline_") if isinstance(last, BaseTabular) else was_fitted(last)


def of_inputs_made(watched: Any) -> Any:
    """What a callback saw or kept of a network behind other steps: its rows are known by their targets alone.

    Some steps make other inputs of the rows that they are fitted on than they make of the same rows later.

    Raises
    ------
    SettingsError
        If it has seen no fit that came to its end.
    """
    if isinstance(watched, Margins):
        watched = watched.rows()
    elif isinstance(watched, Tracer):
        watched = watched.model_trace()
    if isinstance(watched, SeenRows | ModelTrace):
        return replace(watched, rows=by_targets(watched.rows))
    return watched
