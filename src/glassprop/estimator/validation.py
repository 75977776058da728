"""Weights of examples, and the examples that are held out to judge training by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import _check_sample_weight, check_consistent_length

from glassprop.backprop.ranks import Group, lanes_of_rank
from glassprop.engine.elsewhere import numpy_type
from glassprop.engine.plan import Data, is_elsewhere
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.dispatched import beside, there
from glassprop.ground.text import listed
from glassprop.training.lanes import lane_edges
from glassprop.training.reports import Validation


@dataclass(frozen=True)
class Scoring:
    """By what held-out examples judge where early stopping is on.

    Attributes
    ----------
    wish : None, str or callable
        The argument ``scoring``.
    outputs : callable (theta, X) -> a
        What the network says.
    of_outputs : callable (y, a, sample_weight) -> float
        The score that None stands for.
    model : callable () -> object
        What scorers are handed: the estimator as it stands, for arrays without names.
    """

    wish: Any
    outputs: Callable[[Array, Array], Array]
    of_outputs: Callable[[Array, Array, Array | None], float]
    model: Callable[[], object]


@dataclass(frozen=True)
class Held:
    """Held-out examples: as the network takes them, and their targets as scikit-learn's scorers take them."""

    data: Data
    y: Array

    def as_validation(self, scoring: Scoring | None) -> Validation:
        """What the training loop needs: they only judge where early stopping is on, which ``scoring`` is for."""
        if scoring is None:
            return Validation(self.data, judges=False)
        wish = scoring.wish
        if isinstance(wish, str) and wish == "loss":
            return Validation(self.data)
        if wish is None:
            return Validation(self.data, score=lambda theta: self._score_outputs(scoring, theta))
        scorer = _scorer(wish) if isinstance(wish, str) else wish  # a wrong name is refused here
        return Validation(self.data, score=lambda theta: self._score(scorer, scoring.model()))

    def _score_outputs(self, scoring: Scoring, theta: Array) -> float:
        with np.errstate(all="ignore"):  # relu makes 0 of -inf: what is not finite in the end is seen below
            a = scoring.outputs(theta, self.data.X)
        if not np.isfinite(a).all():
            return float("nan")
        return float(scoring.of_outputs(self.y, a, self.data.sample_weight))

    def _score(self, scorer: Callable[..., float], model: object) -> float:
        weight = self.data.sample_weight
        keywords = {"sample_weight": weight} if weight is not None and takes_weights(scorer) else {}
        y = there(self.y, self.data.X)
        return float(scorer(model, self.data.X, y, **keywords))


def shared_out(validation: Validation, n_lanes: int, group: Group) -> Validation:
    """Of validation data that every process has, those that this one is to work out the cost of: a part a lane.

    Where a score is asked for, which needs all of them, each works it out by itself.
    """
    data = validation.data
    if data is None or validation.score is not None:
        return validation
    here, edges = lanes_of_rank(n_lanes, group.rank, group.size), lane_edges(len(data), n_lanes)
    mine = edges[here.start : here.stop + 1]
    return replace(validation, data=data.rows(slice(int(mine[0]), int(mine[-1]))), lanes=mine - mine[0])


def _scorer(name: str) -> Any:
    from sklearn.metrics import get_scorer  # slow to load, and few fits need it

    return get_scorer(name)


def takes_weights(scorer: Any) -> bool:
    """Whether a scorer can be handed weights: whether it, or the metric that scikit-learn's stand for, names them."""
    try:
        parameters = signature(getattr(scorer, "_score_func", scorer)).parameters
    except (TypeError, ValueError):  # what is written in C may not tell
        return False
    return "sample_weight" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def example_weights(class_weight: Any, X: Rows, y: Array, sample_weight: Any, *, incremental: bool) -> Array | None:
    """Weights of examples: the caller's, times those of their classes. -> (n,) or None.

    Raises
    ------
    SettingsError
        If balanced classes are asked for in ``partial_fit``, which sees only a part of them; or if no example is
        left with a weight.
    """
    weight = _weights(sample_weight, X)
    if class_weight is None:
        return weight
    if incremental and isinstance(class_weight, str):
        raise SettingsError(
            f"class_weight={class_weight!r} is not supported for partial_fit, which does not see all examples; work "
            "out the weights with sklearn.utils.class_weight.compute_class_weight and pass them as a dict"
        )
    of_class = compute_sample_weight(class_weight, y)
    weight = of_class if weight is None else weight * of_class
    if not weight.any():
        raise SettingsError(
            f"class_weight={class_weight!r} leaves every example with weight 0; give a class in y more than 0"
        )
    return weight


def given_validation(
    checked: Callable[[Any, Any], tuple[Array, Array, Array]], n_outputs: int, X: Any, y: Any, sample_weight: Any
) -> Held:
    """Validation data that the user gave, checked against what was seen in training.

    checked: takes X and y, and gives X, y and Y.

    Raises
    ------
    ValueError
        If X_val or y_val is missing.
    """
    if X is None or y is None:
        parts = {"X_val": X, "y_val": y, "sample_weight_val": sample_weight}
        given = next(name for name, part in parts.items() if part is not None)
        missing = next(name for name, part in parts.items() if part is None)
        raise ValueError(f"{given} is provided, but {missing} was not provided.")
    X, y, Y = checked(X, y)
    check_consistent_length(X, y)
    if Y.shape[1] != n_outputs:
        raise DataError(f"y_val has {Y.shape[1]} outputs, but y has {n_outputs}; give validation data of the same form")
    weight = None
    if sample_weight is not None:
        weight = _check_sample_weight(beside(X, sample_weight), _numpy_rows(X), allow_all_zero_weights=True)
    return Held(Data(X, Y, weight), y)  # what else its weights must be is looked at with those of the other part


def _weights(sample_weight: Any, X: Rows) -> Array | None:
    """Check weights of examples: as many as rows, finite, not negative, not all 0."""
    if sample_weight is None:
        return None
    beside_them = _numpy_rows(X)
    return _check_sample_weight(beside(X, sample_weight), beside_them, ensure_non_negative=True)


def _numpy_rows(X: Rows) -> Rows:
    """X, or as many rows of NumPy's where it is of another library: weights are looked at here."""
    return np.zeros((X.shape[0], 1), numpy_type(X)) if is_elsewhere(X) else X


def split_validation(data: Data, y: Array, rng: Any, *, fraction: float, by_class: bool) -> tuple[Array, Array]:
    """Choose the rows to train on and those set aside, as scikit-learn does: same draws, same order, same rows.

    Raises
    ------
    ValueError
        If fewer than two examples would be set aside.
    """
    from sklearn.model_selection import train_test_split  # slow to load, and few fits need it

    try:
        kept, aside = train_test_split(
            np.arange(len(data)),
            random_state=rng,
            test_size=fraction,
            stratify=_classes_of(data.Y) if by_class else None,
        )
    except ValueError as error:
        by, instead = (", by class,", ", stratify=False") if by_class else ("", "")
        reason = str(error).rstrip(".")
        if by_class and (rare := _rare_classes(y)):
            reason = f"{rare} one example, where each class needs two (scikit-learn: {reason})"
        raise DataError(
            f"validation_fraction={fraction} of {len(data)} examples cannot be set aside{by} for "
            f"early stopping: {reason}; choose another fraction{instead}, or give X_val and y_val"
        ) from error
    if len(aside) < 2:
        raise ValueError("The validation set is too small. Increase 'validation_fraction' or the size of your dataset.")
    return kept, aside


def _classes_of(Y: Array) -> Array:
    """The rows of Y by class as scikit-learn hands them to its split, so that its words are the same."""
    return Y.astype(bool) if Y.shape[1] == 1 else Y


def _rare_classes(y: Array) -> str:
    """Which classes have one example alone, as the user wrote them, as the start of a sentence; empty if none has."""
    names, counts = np.unique(y, axis=0, return_counts=True) if y.ndim > 1 else np.unique(y, return_counts=True)
    rare = names[counts < 2].tolist()
    if not rare:
        return ""
    return f"classes {listed(rare, 5)} have" if len(rare) > 1 else f"class {listed(rare, 5)} has"
