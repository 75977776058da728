"""Weights that were not trained here: set before ``fit`` as in scikit-learn, or handed to ``from_weights``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.exceptions import NotFittedError

from glassprop.architecture.given import numbers
from glassprop.equations.activation import find_activation
from glassprop.equations.arrays import Array
from glassprop.errors import ArchitectureError, DataError, SettingsError
from glassprop.estimator.views import ParameterViews, parameter_arrays
from glassprop.layers.dense import Layer
from glassprop.network import Network
from glassprop.training.state import TrainState

OUTPUT = "out_activation_"
_PARTS = ("coefs_", "intercepts_")
# What from_weights works out from the weights, and by which of its arguments it is given instead.
_FOLLOW = {"hidden_layer_sizes": "the shapes of coefs", "output_activation": "out_activation"}


def given_so_far(estimator: Any) -> dict[str, Any]:
    """What was set and not trained since. ``vars(estimator)["_given"]`` is there until the next fit."""
    return vars(estimator).get("_given", {})


def parameters(estimator: Any, name: str) -> ParameterViews:
    """``coefs_`` or ``intercepts_``: views of θ; or, before there is a θ, what was set.

    Raises
    ------
    NotFittedError
    """
    if not hasattr(estimator, "_state"):
        given = given_so_far(estimator)
        if name not in given:
            raise NotFittedError(
                f"This {type(estimator).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments "
                "before using this estimator."
            )
        return ParameterViews(given[name], name, lambda: given[name])

    def views() -> list[Array]:
        network, theta = estimator.network_, estimator._state.theta
        of_layer = (lambda l: network.w(theta, l).T) if name == "coefs_" else (lambda l: network.b(theta, l))
        return [of_layer(l) for l in range(1, network.depth + 1)]

    def writable() -> list[Array]:
        estimator._state.make_writable()
        return views()

    return ParameterViews(views(), name, writable)


def set_parameters(estimator: Any, name: str, values: Any) -> None:
    """Assign ``coefs_`` or ``intercepts_``: into θ, or before ``fit`` for what will be θ when both are there.

    Raises
    ------
    DataError
        If something does not fit; then nothing is changed.
    """
    if hasattr(estimator, "_state"):
        parameters(estimator, name)[:] = values
        return
    faults: list[str] = []
    given = {**given_so_far(estimator), name: [np.array(array) for array in parameter_arrays(name, values, faults)]}
    faults = faults or faults_of_shapes(given.get("coefs_"), given.get("intercepts_"), "_")
    if faults:
        raise DataError("; ".join(faults))
    if all(part in given for part in _PARTS):
        build(estimator, given)
    else:
        estimator._given = given


def set_theta(estimator: Any, values: Any) -> None:
    """Assign ``theta_`` of a fitted estimator: written into θ, whole or not at all.

    Raises
    ------
    NotFittedError, DataError
    """
    theta = estimator.theta_
    faults: list[str] = []
    array = numbers("theta_", values, theta.dtype, faults)
    with np.errstate(over="ignore"):
        array = theta if array is None else array.astype(theta.dtype)
    if array.shape != theta.shape:
        faults.append(f"theta_ must have shape {theta.shape}, as the network has, got {array.shape}")
    elif not np.isfinite(array).all():
        faults.append(f"theta_ holds NaN, infinity, or numbers too large for {theta.dtype}")
    if faults:
        raise DataError("; ".join(faults))
    estimator._state.make_writable()
    estimator._state.theta[...] = array


def set_output(estimator: Any, value: Any) -> None:
    """Assign ``out_activation_``: before ``fit`` it is remembered and checked; after, it can only be what it is.

    Raises
    ------
    SettingsError
        If it is no activation, or not the one that the constructor's arguments make.
    """
    try:
        name = find_activation(value).spec
    except ArchitectureError as error:
        raise SettingsError(f"out_activation_: {error}") from None
    given = given_so_far(estimator)
    if not hasattr(estimator, "_state"):
        estimator._given = {**given, OUTPUT: name}
    elif given and name != estimator.network_.layers[-1].activation.spec:
        build(estimator, {"coefs_": estimator.coefs_, "intercepts_": estimator.intercepts_, OUTPUT: name})
    else:
        _refuse_other_output(estimator.network_, name)


def faults_of_shapes(coefs: Sequence[Array] | None, intercepts: Sequence[Array] | None, mark: str = "") -> list[str]:
    """What is wrong with weights (n_in, n_out) and biases (n_out,) of layers that follow each other."""
    faults = []
    if coefs is not None:
        faults = [
            f"coefs{mark}[{i}] must have two dimensions, (inputs, outputs), both above 0, got shape {w.shape}"
            for i, w in enumerate(coefs)
            if w.ndim != 2 or not w.size
        ]
        if not coefs:
            faults.append(f"coefs{mark} must list one array a layer, got none")
    if coefs is not None and not faults:
        faults += [
            f"coefs{mark}[{i + 1}] must have {v.shape[1]} rows, as coefs{mark}[{i}] has columns, got shape {w.shape}"
            for i, (v, w) in enumerate(pairwise(coefs))
            if v.shape[1] != w.shape[0]
        ]
    if intercepts is not None and coefs is None:
        faults += [
            f"intercepts{mark}[{i}] must have one dimension, got shape {b.shape}"
            for i, b in enumerate(intercepts)
            if b.ndim != 1
        ]
    elif intercepts is not None and coefs is not None:
        if len(intercepts) != len(coefs):
            faults.append(
                f"there must be as many intercepts{mark} as coefs{mark}, got {len(intercepts)} for {len(coefs)}"
            )
        faults += [
            f"intercepts{mark}[{i}] must have shape {w.shape[1:]}, as coefs{mark}[{i}] has columns, got {b.shape}"
            for i, (w, b) in enumerate(zip(coefs, intercepts, strict=False))
            if w.ndim == 2 and b.shape != w.shape[1:]
        ]
    return faults


def build(estimator: Any, given: dict[str, Any]) -> None:
    """Make the estimator fitted, with these weights and the network that its arguments describe.

    Raises
    ------
    DataError, SettingsError, ArchitectureError
        If they do not go together; then nothing is changed.
    """
    coefs, intercepts = given["coefs_"], given["intercepts_"]
    n_inputs, sizes = coefs[0].shape[0], [w.shape[1] for w in coefs]
    known = vars(estimator).get("n_features_in_", n_inputs)
    if known != n_inputs:
        raise DataError(f"coefs_[0] must have n_features_in_ = {known} rows, got shape {coefs[0].shape}")
    before = dict(vars(estimator))
    estimator._given = {OUTPUT: given[OUTPUT]} if OUTPUT in given else {OUTPUT: None}
    try:
        network: Network = estimator._network_for(n_inputs, sizes[-1], sizes[:-1])
        if given.get(OUTPUT) is not None:
            _refuse_other_output(network, given[OUTPUT])
    except Exception:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
    narrow = all(array.dtype == np.float32 for array in [*coefs, *intercepts])
    theta = np.empty(network.layout.size, np.float32 if narrow else np.float64)
    for l, (w, b) in enumerate(zip(coefs, intercepts, strict=True), start=1):
        network.w(theta, l)[...], network.b(theta, l)[...] = w.T, b
    estimator._state, estimator.network_ = TrainState(theta), network
    estimator.n_features_in_, estimator.n_outputs_, estimator.n_layers_ = n_inputs, sizes[-1], network.depth + 1
    estimator.interrupted_ = False
    estimator._record()


def take_given(estimator: Any, goes_on: bool) -> None:
    """What was set belongs to training from here on.

    goes_on: whether training starts from it.

    Raises
    ------
    SettingsError
        If it should start from weights of which a part is missing.
    """
    given = given_so_far(estimator)
    present = [part for part in _PARTS if part in given]
    if goes_on and len(present) == 1:
        missing = next(part for part in _PARTS if part not in given)
        raise SettingsError(f"{present[0]} was set, but {missing} was not: training cannot go on from it; set both")
    vars(estimator).pop("_given", None)


def _refuse_other_output(network: Network, name: str) -> None:
    own = network.layers[-1].activation.spec
    if name != own:
        raise SettingsError(
            f"out_activation_ is {own}, which follows from loss and output_activation, got {name}; set "
            f"output_activation={name!r} (and a loss that goes with it) and fit, or build from_weights(..., "
            f"out_activation={name!r})"
        )


def from_weights(
    kind: Callable[..., Any],
    coefs: Any,
    intercepts: Any,
    *,
    activation: Any,
    out_activation: Any,
    feature_names: Any,
    settings: dict[str, Any],
    label: Callable[[Any, int, list[str]], None] = lambda estimator, n_outputs, faults: None,
) -> Any:
    """A fitted estimator of this kind around the weights. See the estimators' ``from_weights``.

    label: makes a classifier know its classes, or adds to the faults.
    """
    faults: list[str] = []
    coefs, intercepts = (
        parameter_arrays(name, values, faults) for name, values in (("coefs", coefs), ("intercepts", intercepts))
    )
    faults = faults or faults_of_shapes(coefs, intercepts)
    faults += [f"{name} follows from {by}" for name, by in _FOLLOW.items() if name in settings]
    sizes = tuple(w.shape[1] for w in coefs if w.ndim == 2)
    given = {name: value for name, value in settings.items() if name not in _FOLLOW}
    estimator = kind(hidden_layer_sizes=sizes[:-1], activation=activation, **given)
    if sizes:
        label(estimator, sizes[-1], faults)
    names = None if feature_names is None else np.asarray(feature_names, dtype=object)
    if names is not None and coefs and coefs[0].ndim == 2 and names.shape != coefs[0].shape[:1]:
        faults.append(f"feature_names must name {coefs[0].shape[0]} features, got {names.size}")
    if names is not None and not all(isinstance(name, str) for name in names.ravel()):
        faults.append("feature_names must be text")
    if faults:
        raise DataError("; ".join(faults))
    estimator._validate_params()
    _choose_output(estimator, coefs[0].shape[0], sizes, out_activation)
    build(estimator, {"coefs_": coefs, "intercepts_": intercepts})
    vars(estimator).pop("_given")  # nothing is left to be set: it counts as fitted
    if names is not None:
        estimator.feature_names_in_ = names
    return estimator


def _choose_output(estimator: Any, n_inputs: int, sizes: Sequence[int], out_activation: Any) -> None:
    """Set ``output_activation`` where the one asked for is not what ``"auto"`` stands for."""
    if out_activation is None:
        return
    wanted = Layer(2, out_activation).activation
    network = estimator._network_for(n_inputs, sizes[-1], sizes[:-1])
    if network.layers[-1].activation != wanted:
        estimator.output_activation = out_activation
