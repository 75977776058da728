"""scikit-learn's wrappers around models of ours, as ONNX nodes: calibrated, averaged, voted, targets transformed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, VotingClassifier, VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection._search import BaseSearchCV
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.formula_trees import Tree
from glassprop.errors import ExportError
from glassprop.portable.onnx_formulas import Formula, written_activation
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs_numbers import STEPS
from glassprop.portable.whole_model import Ending, Knots

_SURE = 1e-12  # what scikit-learn adds to a probability of which it takes the logarithm
_INVERSES: dict[Any, Tree] = {  # of FunctionTransformer: what undoes it
    None: "x",
    np.exp: ["exp", "x"],
    np.expm1: ["expm1", "x"],
    np.log: ["ln", "x"],
    np.log1p: ["log1p", "x"],
    np.square: ["*", "x", "x"],
}


@dataclass(frozen=True)
class Inner:
    """A model in a wrapper. columns: of which of the wrapper's columns, by place; None: of all, by their names."""

    model: Any
    columns: Sequence[int] | None = None


@dataclass(frozen=True)
class Around:
    """What a wrapper makes of models.

    Attributes
    ----------
    inner : list of Inner
    ending : Ending
        What is made of what it gives.
    n_outputs : int
    written : callable (graph, names) -> name
        From the values of each, float64: probabilities (n, n_classes), or amounts (n, n_outputs).
    """

    inner: Sequence[Inner]
    ending: Ending
    n_outputs: int
    written: Callable[[Graph, Sequence[str]], str]

    @property
    def of_classes(self) -> bool:
        return self.ending.kind != "amounts"


def held_by(model: Any) -> Any:
    """The model that a finished search found best, or that is kept from being trained further; None of others."""
    if isinstance(model, BaseSearchCV):
        check_is_fitted(model)
        return getattr(model, "best_estimator_", None)
    return model.estimator if isinstance(model, FrozenEstimator) else None


def around(model: Any) -> Around | None:
    """A wrapper taken apart; None of what is none."""
    of = WRAPPERS.get(type(model))
    if of is None:
        return None
    check_is_fitted(model)
    return of(model)


# --- classifiers ----------------------------------------------------------------------------------------------------


def _calibrated(model: CalibratedClassifierCV) -> Around:
    """The mean over folds of calibrated probabilities."""
    each = model.calibrated_classifiers_

    def written(graph: Graph, values: Sequence[str]) -> str:
        return _mean(graph, [_of_fold(graph, one, proba) for one, proba in zip(each, values, strict=True)])

    return _of_classes(model.classes_, [Inner(one.estimator) for one in each], written)


def _of_fold(graph: Graph, one: Any, proba: str) -> str:
    """Of one fold. proba (n, its classes) -> (n, n_classes)."""
    if one.method == "temperature":
        logits = graph.node("Log", graph.node("Add", proba, graph.double(_SURE)))
        scaled = graph.node("Mul", logits, graph.double(float(one.calibrators[0].beta_)))
        return written_activation(graph, ACTIVATIONS["softmax"], scaled, "float64")
    zero, count = graph.double(0.0), len(one.classes)
    columns = [graph.node("Mul", _column(graph, proba, 0), zero)] * count
    places = np.searchsorted(one.classes, one.estimator.classes_).tolist()
    for number, place in enumerate(places if count > 2 else places[1:], start=count == 2):
        columns[place] = _calibrator(graph, one.calibrators[number - (count == 2)], _column(graph, proba, number))
    if count == 2:
        columns[0] = graph.node("Sub", graph.double(1.0), columns[1])
        return graph.node("Concat", *columns, axis=1)
    together = graph.node("Concat", *columns, axis=1)
    total = graph.reduce("ReduceSum", together, 1)
    none = graph.node("Equal", total, zero)
    shares = graph.node("Div", together, graph.node("Where", none, graph.double(1.0), total))
    return graph.node("Where", none, graph.double(1 / count), shares)


def _calibrator(graph: Graph, calibrator: Any, x: str) -> str:
    """By a sigmoid, or between the knots of a rising line. x (n, 1)."""
    if not hasattr(calibrator, "X_thresholds_"):
        line = graph.node("Mul", x, graph.double(-float(calibrator.a_)))
        z = graph.node("Sub", line, graph.double(float(calibrator.b_)))
        return written_activation(graph, ACTIVATIONS["sigmoid"], z, "float64")
    at, to = np.asarray(calibrator.X_thresholds_, float), np.asarray(calibrator.y_thresholds_, float)
    if len(at) == 1:
        at, to = np.array([at[0], at[0] + 1]), np.repeat(to, 2)
    return STEPS[Knots](graph, x, [Knots(at, to)])


def _voting(model: VotingClassifier) -> Around:
    """The weighted mean of probabilities; or the class that most vote for, and there are no probabilities then."""
    hard, count = model.voting == "hard", len(model.classes_)
    weights = _weights(model)

    def written(graph: Graph, values: Sequence[str]) -> str:
        votes = [_vote(graph, proba, count) for proba in values] if hard else values
        return _mean(graph, votes, weights)

    return _of_classes(model.classes_, _inner(model), written, probabilities=not hard)


def _vote(graph: Graph, proba: str, count: int) -> str:
    """1 for the likeliest class, 0 for the others."""
    largest = graph.node("ArgMax", proba, axis=1, keepdims=1)
    return graph.cast(graph.node("Equal", largest, graph.constant(np.arange(count)[None, :])), "float64")


def _bagging(model: BaggingClassifier) -> Around:
    """The mean of probabilities, each of a model on some of the columns."""
    if any(len(one.classes_) != len(model.classes_) for one in model.estimators_):
        raise ExportError(
            "a BaggingClassifier in which a model has not seen all classes is not written: train it on more"
        )
    return _of_classes(model.classes_, _inner(model), _mean)


def _of_classes(
    classes: Any,
    inner: Sequence[Inner],
    written: Callable[[Graph, Sequence[str]], str],
    *,
    probabilities: bool = True,
) -> Around:
    return Around(inner, Ending("classes", np.asarray(classes), probabilities), len(classes), written)


# --- regressors -----------------------------------------------------------------------------------------------------


def _mean_of_amounts(model: VotingRegressor | BaggingRegressor) -> Around:
    """The (weighted) mean of amounts; several only from bagging."""
    inner, weights = _inner(model), _weights(model)
    outputs = int(getattr(model.estimators_[0], "n_outputs_", 1))

    def written(graph: Graph, values: Sequence[str]) -> str:
        return _mean(graph, values, weights)

    return Around(inner, Ending("amounts", flat=outputs == 1), outputs, written)


def _transformed(model: TransformedTargetRegressor) -> Around:
    """Amounts, brought back to the target's own units."""
    inverse, flat = model.transformer_, model._training_dim == 1
    back = _BACK.get(type(inverse))
    if back is None or (type(inverse) is FunctionTransformer and inverse.inverse_func not in _INVERSES):
        known = ", ".join(sorted(kind.__name__ for kind in _BACK))
        raise ExportError(
            f"a target transformed by a {type(inverse).__name__} cannot be brought back in ONNX, or not by its "
            f"function: these can, {known} (with inverse_func exp, expm1, log, log1p or square of NumPy)"
        )
    count = int(getattr(inverse, "n_features_in_", 1))

    def written(graph: Graph, values: Sequence[str]) -> str:
        return back(graph, values[0], inverse)

    return Around([Inner(model.regressor_)], Ending("amounts", flat=flat), count, written)


def _by_scale(graph: Graph, y: str, scaler: Any) -> str:
    """y · scale + center, of what the scaler has of the two."""
    center = scaler.mean_ if getattr(scaler, "with_mean", False) else None
    center = scaler.center_ if getattr(scaler, "with_centering", False) else center
    if scaler.scale_ is not None:
        y = graph.node("Mul", y, graph.constant(np.asarray(scaler.scale_, float)))
    return y if center is None else graph.node("Add", y, graph.constant(np.asarray(center, float)))


def _by_range(graph: Graph, y: str, scaler: MinMaxScaler) -> str:
    moved = graph.node("Sub", y, graph.constant(np.asarray(scaler.min_, float)))
    return graph.node("Div", moved, graph.constant(np.asarray(scaler.scale_, float)))


def _by_function(graph: Graph, y: str, function: FunctionTransformer) -> str:
    return Formula(graph, "float64", {"x": y}).name_of(_INVERSES[function.inverse_func])


_BACK: dict[type, Callable[[Graph, str, Any], str]] = {
    StandardScaler: _by_scale,
    RobustScaler: _by_scale,
    MaxAbsScaler: _by_scale,
    MinMaxScaler: _by_range,
    FunctionTransformer: _by_function,
}
WRAPPERS: dict[type, Callable[[Any], Around]] = {
    CalibratedClassifierCV: _calibrated,
    VotingClassifier: _voting,
    BaggingClassifier: _bagging,
    VotingRegressor: _mean_of_amounts,
    BaggingRegressor: _mean_of_amounts,
    TransformedTargetRegressor: _transformed,
}


# --- helpers --------------------------------------------------------------------------------------------------------


def _inner(model: Any) -> list[Inner]:
    """The models in it; of bagging, which gives them arrays, with the columns of each."""
    features = getattr(model, "estimators_features_", [None] * len(model.estimators_))
    return [
        Inner(one, None if which is None else np.asarray(which).tolist())
        for one, which in zip(model.estimators_, features, strict=True)
    ]


def _weights(model: Any) -> list[float] | None:
    weights = getattr(model, "_weights_not_none", None)
    return None if weights is None else [float(weight) for weight in weights]


def _mean(graph: Graph, values: Sequence[str], weights: Sequence[float] | None = None) -> str:
    weights = weights or [1.0] * len(values)
    total = graph.node("Mul", values[0], graph.double(weights[0]))
    for value, weight in zip(values[1:], weights[1:], strict=True):
        total = graph.node("Add", total, graph.node("Mul", value, graph.double(weight)))
    return graph.node("Div", total, graph.double(sum(weights)))


def _column(graph: Graph, values: str, number: int) -> str:
    return graph.node("Gather", values, graph.constant(np.array([number], np.int64)), axis=1)
