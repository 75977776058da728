"""The arguments of our networks as scikit-learn's networks take them, and what of them has no place there."""

from __future__ import annotations

from copy import deepcopy
from inspect import signature
from typing import Any

from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

from glassprop.equations.activation import Activation, find_activation
from glassprop.equations.cost import Cost, find_cost
from glassprop.errors import ArchitectureError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.build import hidden_sizes
from glassprop.estimator.classifier import MLPClassifier
from glassprop.estimator.regressor import MLPRegressor
from glassprop.ground.text import shortened
from glassprop.portable.folding import name_for_sklearn

OURS: dict[type, type[BaseMLP]] = {TheirClassifier: MLPClassifier, TheirRegressor: MLPRegressor}
THEIRS: dict[type[BaseMLP], type] = {ours: theirs for theirs, ours in OURS.items()}
# What they have, but not for all of our values: theirs, and what is put in place of others.
_NARROWER: dict[str, tuple[tuple[str, ...], str]] = {
    "solver": (("lbfgs", "sgd", "adam"), "adam"),
    "learning_rate": (("constant", "invscaling", "adaptive"), "constant"),
}
_LOSSES: dict[type, dict[str, str]] = {  # theirs by the cost behind it, as we call it
    TheirClassifier: {"cross_entropy": "log_loss", "binary_cross_entropy": "log_loss"},
    TheirRegressor: {"half_squared_error": "squared_error", "poisson": "poisson"},
}
_SAME_NUMBERS = {"engine"}  # says who computes
_LONGEST = 60


def kind_of_ours(estimator: BaseMLP) -> type[BaseMLP]:
    """The class of ours that it is of, or of a subclass."""
    return next(kind for kind in THEIRS if isinstance(estimator, kind))


def theirs_of(estimator: BaseMLP) -> tuple[dict[str, Any], dict[str, str]]:
    """Arguments for scikit-learn's network of this kind, and what of ours has no place among them: name -> in words.

    Those that describe the network, ``hidden_layer_sizes`` and ``activation``, are as they are where they can be.
    """
    kind = kind_of_ours(estimator)
    arguments = {name: getattr(estimator, name) for name in signature(kind).parameters}
    taken = set(signature(THEIRS[kind]).parameters)
    made = {name: deepcopy(value) for name, value in arguments.items() if name in taken}
    lost: list[str] = []
    for name, (values, rather) in _NARROWER.items():
        if made[name] not in values:
            lost.append(name)
            made[name] = rather
    made["hidden_layer_sizes"] = _sizes(estimator)
    lost += [] if _take_activation(made) else ["activation"]
    lost += [] if _take_loss(made, kind, arguments["loss"]) else ["loss"]
    defaults = {name: of.default for name, of in signature(kind).parameters.items()}
    further = [name for name in arguments if name not in taken | _SAME_NUMBERS | {"loss"}]
    lost += [name for name in further if not _same(arguments[name], defaults[name])]
    return made, {name: said(name, arguments[name]) for name in lost}


def _sizes(estimator: BaseMLP) -> Any:
    """As the user has it, but whole numbers that are no integers."""
    given = deepcopy(estimator.hidden_layer_sizes)
    sizes = hidden_sizes({"hidden_layer_sizes": given})
    each = list(given) if hasattr(given, "__iter__") else [given]
    return given if all(hasattr(size, "__index__") for size in each) else tuple(sizes)


def _take_activation(made: dict[str, Any]) -> bool:
    """Put one name for all hidden layers; returns whether it is the one that was asked for."""
    given = made["activation"]
    each = given if isinstance(given, list | tuple) else [given]
    names = list(dict.fromkeys(name_for_sklearn(find_activation(one)) for one in each))
    one = names[0] if len(names) == 1 else None
    made["activation"] = one or "relu"
    return one is not None or not names


def _take_loss(made: dict[str, Any], kind: type[BaseMLP], loss: Any) -> bool:
    """Name the loss, where they have several; returns whether it is the one that was asked for."""
    known, name = _LOSSES[THEIRS[kind]], _cost_name(loss)
    if isinstance(loss, str) and name == "squared_error":
        name = "half_squared_error"  # by its name it is half of it, as in scikit-learn
    if kind is MLPRegressor:
        made["loss"] = known.get(name, "squared_error")
    return name in known or (isinstance(loss, str) and loss == "log_loss")


def _cost_name(loss: Any) -> str:
    try:
        return find_cost(loss).name
    except ArchitectureError:  # the classifier's own name for two of them
        return ""


def said(name: str, value: Any) -> str:
    """The argument as it would be written."""
    shown = value.spec if isinstance(value, Activation | Cost) else value
    return f"{name}={shortened(repr(shown), _LONGEST)}"


def _same(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, bool | int | float | str) and value == default)
