"""The plain record of a fitted model, whatever it is made of: an estimator, a Pipeline, a model of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from glassprop.errors import ExportError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.classifier import MLPClassifier
from glassprop.estimator.regressor import MLPRegressor
from glassprop.portable.plan_of_columns import Column, Raw, Sources, pieces_of
from glassprop.portable.plan_of_steps import through
from glassprop.portable.plan_of_table import columns_of_table
from glassprop.portable.whole_model import Ending, Input, Source, Whole
from glassprop.tables.encoding.encode import TypedColumns
from glassprop.tables.tabular.base_tabular import BaseTabular

_KINDS = {"binary": "two classes", "multiclass": "classes", "multilabel-indicator": "labels"}


def plan_of(model: Any) -> Whole:
    """All of a fitted model as plain data.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or Pipeline
        A Pipeline ends in one of the first two.

    Raises
    ------
    ExportError
        It is something else, or has a step that cannot be said as plain data; the message names the step.
    sklearn.exceptions.NotFittedError
        It is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> whole = plan_of(MLPClassifier((4,), solver="lbfgs", max_iter=20, random_state=0).fit(X, y))
    >>> [source.name for source in whole.sources], whole.ending.kind
    (['x0', 'x1', 'x2', 'x3'], 'classes')
    """
    steps, network = _taken_apart(model)
    check_is_fitted(network)
    sources, inputs = _inputs_of(steps, model, network)
    theta = network.theta_
    precision = "float32" if theta.dtype == np.float32 else "float64"
    networks = tuple((member, theta) for member in network.network_.each_member)
    whole = Whole(sources, inputs, networks, _ending_of(network), precision)
    if whole.n_inputs != network.n_features_in_:
        raise ExportError(
            f"the steps before the network give {whole.n_inputs} numbers, and it takes {network.n_features_in_}: they "
            "are not the ones that it was fitted with"
        )
    return whole


def _taken_apart(model: Any) -> tuple[list[tuple[str, Any]], BaseMLP]:
    """The steps before a network, and it."""
    if isinstance(model, BaseTabular):
        check_is_fitted(model)
        model = model.pipeline_
    steps: list[tuple[str, Any]] = []
    while isinstance(model, Pipeline):
        steps += model.steps[:-1]
        model = model.steps[-1][1]
    if isinstance(model, MLPClassifier | MLPRegressor):
        return steps, model
    if hasattr(model, "best_estimator_"):
        raise ExportError(f"a {type(model).__name__} has a model among other things: give its best_estimator_")
    what = "a Pipeline that ends in a" if steps else "a"
    raise ExportError(
        f"{what} {type(model).__name__} cannot be said in another language: it has to be an MLPClassifier or "
        "MLPRegressor of glassprop, alone or at the end of a Pipeline, or a TabularClassifier or TabularRegressor"
    )


def _inputs_of(
    steps: list[tuple[str, Any]], model: Any, network: BaseMLP
) -> tuple[tuple[Source, ...], tuple[Input, ...]]:
    """What stands in front of the network."""
    columns: list[Column]
    if steps and type(steps[0][1]) is TypedColumns:
        sources, columns = columns_of_table(steps[0][1])
        steps = steps[1:]
    else:
        first = next((step for _, step in steps if hasattr(step, "n_features_in_")), network)
        count = int(first.n_features_in_)
        names = getattr(first, "feature_names_in_", None)
        given = [f"x{place}" for place in range(count)] if names is None else [str(name) for name in names]
        sources = Sources(given, all_of_them=names is None)
        columns = [Raw(place) for place in range(count)]
    for name, step in steps:
        columns = through(step, columns, f"step {name!r}", sources)
    return pieces_of(columns, sources)


def _ending_of(network: Any) -> Ending:
    """What is made of the outputs."""
    outputs, last = int(network.n_outputs_), network.network_.layers[-1].activation
    if isinstance(network, MLPRegressor):
        return Ending("amounts", units=network.network_.units, flat=outputs == 1)
    if not hasattr(network, "classes_"):
        raise ExportError("the classifier has weights and knows no classes: set classes_ first")
    classes = np.asarray(network.classes_)
    kind = _KINDS[network._kind(outputs)]
    kind = "one class" if len(classes) == 1 and kind != "labels" else kind
    probable = hasattr(network, "predict_proba")
    shares = probable and kind == "classes" and not last.range.simplex
    return Ending(kind, classes, probable, shares, flat=kind != "labels")
