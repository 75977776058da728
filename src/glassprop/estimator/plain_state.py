"""How a fitted estimator is stored: as numbers, strings, lists, dicts and arrays, and nothing else of ours."""

from __future__ import annotations

from typing import Any

from glassprop.equations.activation import Activation
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.cost import Cost
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.network import Network
from glassprop.optimizer import OptimizerState
from glassprop.training.state import History, TrainState

_PLAIN = (
    "step", "epoch", "samples", "optimizer_samples", "plateaus", "waiting", "best_score", "best_epoch", "stopped_by",
    "exhausted", "interrupted", "engine", "engine_why", "rate", "kept_epoch",
)  # fmt: skip
_RECORDED = (
    "loss_curve_",
    "validation_curve_",
    "validation_scores_",
)  # the history under scikit-learn's names


def to_plain(state: dict[str, Any]) -> dict[str, Any]:
    """Write θ, the optimizer's memory and the network as plain data; own functions stay the objects they are."""
    for name in ("_callback_fit_ctx", "_skl_callbacks_to_teardown"):  # scikit-learn's, while fit runs
        state.pop(name, None)
    for name in ("activation", "output_activation", "loss"):
        state[name] = _name(state[name])
    if "network_" in state and not state["network_"].own_functions:
        state["network_"] = state["network_"].spec()
    if "_state" in state:
        train: TrainState = state["_state"]
        optimizer = train.optimizer
        state["_state"] = {
            "theta": train.theta,
            "optimizer": None if optimizer is None else _plain_optimizer(optimizer),
            "history": {
                "cost": train.history.cost,
                "validation_cost": train.history.validation_cost,
                "score": train.history.score,
            },
            **{name: getattr(train, name) for name in _PLAIN},
        }
        for name in _RECORDED:
            state[name] = state.get(name) is not None  # the list itself is in the history
    return state


def from_plain(state: dict[str, Any]) -> dict[str, Any]:
    """Undo ``to_plain``."""
    if isinstance(state.get("network_"), dict):
        state["network_"] = Network.from_spec(state["network_"])
    if isinstance(state.get("_state"), dict):
        stored = dict(state["_state"])
        optimizer, history = stored.pop("optimizer"), History(**stored.pop("history"))
        if optimizer is not None:
            optimizer = OptimizerState(tuple(optimizer["vectors"]), optimizer["t"], optimizer.get("kind", ""))
        state["_state"] = TrainState(optimizer=optimizer, history=history, **stored)
        lists = (history.cost, history.validation_cost, history.score)
        for name, values in zip(_RECORDED, lists, strict=True):
            state[name] = values if state[name] else None
    return state


def _plain_optimizer(optimizer: OptimizerState) -> dict[str, Any]:
    return {"vectors": list(optimizer.vectors), "t": optimizer.t, "kind": optimizer.kind}


def _name(value: Any) -> Any:
    """A built-in function as its name; anything else as it is, lists entry by entry."""
    if isinstance(value, list | tuple):
        return type(value)(_name(entry) for entry in value)
    if isinstance(value, Activation) and activation_is_built_in(value):
        return value.spec
    if isinstance(value, Cost) and cost_is_built_in(value):
        return value.spec
    return value
