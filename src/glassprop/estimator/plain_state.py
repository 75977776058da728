"""How a fitted estimator is stored: as numbers, strings, lists, dicts and arrays, without objects of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.own_units import OwnUnits
from glassprop.engine.midway import StepCosts
from glassprop.equations.activation import Activation
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.cost import Cost
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.errors import ArchitectureError
from glassprop.estimator.left import Left
from glassprop.estimator.stream import STREAM
from glassprop.layers.dense import Layer
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.layer_table import from_spec
from glassprop.network import Network
from glassprop.optimizer import OptimizerState
from glassprop.training.state import History, TrainState

_OWN_FORM = {"theta", "optimizer", "history", "diverged"}
_POINTS = ("best", "last")  # θ, optimizer and rate as they stood at another time
# What is kept only while a fit is under way or left: to go on with it, not to predict or to train on.
_OF_A_FIT = {"order", "rng", "dropout_key", "drawn", "aside", "so_far"} | {
    f"{point}_{part}" for point in _POINTS for part in ("theta", "optimizer", "rate")
}
_PLAIN = tuple(each.name for each in fields(TrainState) if each.name not in _OWN_FORM | _OF_A_FIT)
# Arguments that files of earlier versions do not have.
_LATER = {
    "residual": False,
    "scale_inputs": False,
    "layers": None,
    "output_options": None,
    "max_time": None,
    "best_epoch": "first",
    "n_members": 1,
    "member": "head",
    "own_batches": True,
    "decay_schedule": None,
    "dropout_schedule": None,
}
_RECORDED = (
    "loss_curve_",
    "validation_curve_",
    "validation_scores_",
)  # the history under scikit-learn's names


def to_plain(state: dict[str, Any]) -> dict[str, Any]:
    """Write θ, the optimizer's memory and the network as plain data; user-defined functions stay objects."""
    for name in ("_callback_fit_ctx", "_skl_callbacks_to_teardown", STREAM):  # scikit-learn's, while fit runs; ours
        state.pop(name, None)
    state.pop("time_curve_", None)  # of the machine, not of the model: the same fit is to give the same file
    left: Left | None = state.pop("_left", None)
    for name in ("activation", "output_activation", "loss"):
        state[name] = _name(state[name])
    state["layers"], state["output_options"] = _specs(state["layers"]), _options(state["output_options"])
    if "network_" in state and not state["network_"].own_functions:
        state["network_"] = state["network_"].spec()
    if "_state" in state:
        train: TrainState = state["_state"]
        state["_state"] = {
            "theta": train.theta,
            "optimizer": _plain_optimizer(train.optimizer),
            "history": train.history.curves(),
            **{name: getattr(train, name) for name in _PLAIN},
            **({"diverged": True} if train.diverged else {}),
            **({"left": _plain_left(left, train)} if left is not None and train.left else {}),
        }
        for name in _RECORDED:
            state[name] = state.get(name) is not None  # the list itself is in the history
    return state


def from_plain(state: dict[str, Any]) -> dict[str, Any]:
    """Undo ``to_plain``."""
    for name, value in _LATER.items():
        state.setdefault(name, value)
    if "label_smoothing" in state:  # a classifier's
        state.setdefault("temperature", False)
    if state["layers"] is not None:
        layers = [from_spec(layer) if isinstance(layer, dict) else layer for layer in state["layers"]]
        state["layers"] = type(state["layers"])(layers)
    if isinstance(state.get("network_"), dict):
        state["network_"] = Network.from_spec(state["network_"])
    if isinstance(state.get("_state"), dict):
        stored = dict(state["_state"])
        history, left = History(**stored.pop("history")), stored.pop("left", None)
        stored["optimizer"] = _optimizer(stored["optimizer"])
        _undo_scale(state, stored, goes_on=left is not None)
        state["_state"] = TrainState(history=history, **stored)
        if left is not None:
            state["_left"] = _take_left(left, state["_state"])
        lists = (history.cost, history.validation_cost, history.score)
        for name, values in zip(_RECORDED, lists, strict=True):
            state[name] = values if state[name] else None
    return state


def _undo_scale(state: dict[str, Any], stored: dict[str, Any], *, goes_on: bool) -> None:
    """Take a target's scale out of the last layer, W ← W / s, b ← (b - m) / s, where earlier versions had put it.

    goes_on: whether the fit was left; those of tables keep nothing of it.

    Raises
    ------
    ArchitectureError
        If no earlier version can have written it, or what comes of it is not finite.
    """
    scale, network = state.pop("target_scale_", None), state.get("network_")
    if scale is None:
        return
    if goes_on or not isinstance(network, Network) or network.units is not None or not _ends_linear(network):
        raise ArchitectureError(
            "a target_scale_ goes with a network that ends in one linear output, has no units, and comes from a "
            "completed fit; this one does not"
        )
    units = OwnUnits(**scale)
    stored["theta"] = _without_scale(stored["theta"], network.sizes[-2], units)
    state["network_"] = network.in_units(units)


def _ends_linear(network: Network) -> bool:
    """Whether all that comes out is one z of a dense layer."""
    last = network.layers[-1]
    plain = last.kind == Layer.kind and not last.parametric and not last.residual
    return plain and network.members == 1 and last.n == 1 and last.activation.name == "identity"


def _without_scale(theta: NDArray[Any], n_in: int, units: OwnUnits) -> NDArray[Any]:
    """θ with the last layer's W and b, which are its end, in units of the standardized target."""
    found = np.array(theta, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        found[-1] -= units.mean
        found[-1 - n_in :] /= units.spread
        found = found.astype(theta.dtype)
    if not np.isfinite(found).all():
        raise ArchitectureError(f"target_scale_: weights divided by {units.spread:g} are not finite in {theta.dtype}")
    return found


def _plain_left(left: Left, train: TrainState) -> dict[str, Any]:
    """What a fit that is under way or left is gone on with."""
    points = {
        point: {
            "theta": getattr(train, f"{point}_theta"),
            "optimizer": _plain_optimizer(getattr(train, f"{point}_optimizer")),
            "rate": getattr(train, f"{point}_rate"),
        }
        for point in _POINTS
    }
    return {
        "rows": left.n,
        "dtype": left.dtype,
        "kept": _small(left.kept),
        "aside": _small(left.aside),
        "rows_val": left.n_val,
        "order": _small(train.order),
        "drawn": train.drawn,
        "rng": train.rng,
        "dropout_key": train.dropout_key,
        **({} if train.so_far is None else {"so_far": asdict(train.so_far)}),
        **{point: None if parts["theta"] is None else parts for point, parts in points.items()},
    }


def _take_left(stored: dict[str, Any], train: TrainState) -> Left:
    """Undo ``_plain_left``."""
    rows = {name: None if stored[name] is None else stored[name].astype(np.intp) for name in ("order", "kept", "aside")}
    train.order, train.drawn, train.rng = rows["order"], stored["drawn"], stored["rng"]
    train.dropout_key = stored["dropout_key"]
    train.so_far = StepCosts(**stored["so_far"]) if "so_far" in stored else None
    for point in _POINTS:
        if stored[point] is not None:
            setattr(train, f"{point}_theta", stored[point]["theta"])
            setattr(train, f"{point}_optimizer", _optimizer(stored[point]["optimizer"]))
            setattr(train, f"{point}_rate", stored[point]["rate"])
    return Left(stored["rows"], stored["dtype"], rows["kept"], rows["aside"], stored["rows_val"])


def _small(rows: NDArray[np.integer] | None) -> NDArray[np.integer] | None:
    """Numbers of rows in four bytes each, where they fit."""
    if rows is None or (len(rows) and rows.max() >= 2**32):
        return rows
    return rows.astype(np.uint32)


def _plain_optimizer(optimizer: OptimizerState | None) -> dict[str, Any] | None:
    if optimizer is None:
        return None
    return {"vectors": list(optimizer.vectors), "t": optimizer.t, "kind": optimizer.kind}


def _optimizer(stored: dict[str, Any] | None) -> OptimizerState | None:
    """Undo ``_plain_optimizer``."""
    if stored is None:
        return None
    return OptimizerState(tuple(stored["vectors"]), stored["t"], stored.get("kind", ""))


def _specs(layers: Any) -> Any:
    """Layers as plain data, but those with user-defined functions as they are."""
    if layers is None:
        return None
    return type(layers)(layer.spec() if _is_built_in(layer) else layer for layer in layers)


def _is_built_in(layer: Any) -> bool:
    return isinstance(layer, LayerKind) and activation_is_built_in(layer.activation)


def _options(options: Any) -> Any:
    """``output_options`` as dicts."""
    if not isinstance(options, Mapping):
        return options
    return {name: dict(said) if isinstance(said, Mapping) else said for name, said in options.items()}


def _name(value: Any) -> Any:
    """A built-in function as its name; anything else as it is, lists entry by entry."""
    if isinstance(value, list | tuple):
        return type(value)(_name(entry) for entry in value)
    if isinstance(value, Activation) and activation_is_built_in(value):
        return value.spec
    if isinstance(value, Cost) and cost_is_built_in(value):
        return value.spec
    return value
