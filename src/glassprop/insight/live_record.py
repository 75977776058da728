"""What a page computes with: parameters, formulas as trees, the optimizer as it stood; or why it does not compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.start import start
from glassprop.equations.activation import Activation
from glassprop.equations.arrays import Array
from glassprop.equations.cost import Cost
from glassprop.equations.definitions import PAIR_DEFINITIONS, Definition, definition_of, without_definition
from glassprop.equations.formula_trees import tree_of
from glassprop.ground.json_values import plain_number
from glassprop.insight.live_prediction import live_prediction, straight_line
from glassprop.insight.names import Column
from glassprop.insight.packed import packed
from glassprop.insight.prediction import Prediction
from glassprop.insight.prediction_record import prediction_trees
from glassprop.insight.shown import a_share
from glassprop.insight.step import memory_of, moves_of, plain_descent, settings_of, trees_of_step
from glassprop.layers.layer_kind import LayerKind

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

MOST_PARAMETERS = 10_000  # of a network that a page computes with
MOST_ROW_NUMBERS = 20_000  # inputs and targets of all examples; about 200 kB of a page
STILL_WITHOUT_ROWS = "This page does not compute: it was made without the values of rows, and would have to hold them."
_START = 0  # the seed of an untrained start


def live_of(explanation: Explanation, *, rows: bool, most_differences: int) -> tuple[dict[str, Any] | None, str | None]:
    """What a page computes with; or None, and in a sentence why it stands still."""
    why = _why_still(explanation, rows)
    if why is not None:
        return None, why
    view, architecture = explanation.view, explanation.architecture
    return {
        "layers": [_layer(architecture, number) for number in range(1, architecture.depth + 1)],
        "theta": packed(_gathered(architecture, view.theta)),
        "untrained": packed(_untrained(architecture, view.X)),
        "formulas": {layer.activation.spec: _of_activation(layer.activation) for layer in architecture.layers},
        "cost": _of_cost(architecture)
        if explanation.predictions is None
        else _of_prediction(explanation.predictions[0]),
        "optimizer": _optimizer(explanation),
        "rows": [{"x": packed(x), "y": packed(y), "weight": 1} for x, y in zip(view.X, view.Y, strict=True)],
        **_words(explanation),
        "predicting": live_prediction(explanation),
        "dates": [_dated(column) for column in explanation.names.columns if column.turns],
        "most_differences": a_share(most_differences, architecture.depth * explanation.n_examples),
        "pixels": None if explanation.names.pixels is None else list(explanation.names.pixels),
    }, None


def _why_still(explanation: Explanation, rows: bool) -> str | None:
    architecture, training = explanation.architecture, explanation.training
    size, numbers = architecture.layout.used, explanation.view.X.size + explanation.view.Y.size
    if not rows:
        return STILL_WITHOUT_ROWS
    if size > MOST_PARAMETERS:
        return (
            f"This page does not compute: it does so for networks of up to {MOST_PARAMETERS:,} weights and biases, "
            f"and this one has {size:,}."
        )
    if numbers > MOST_ROW_NUMBERS:
        return (
            f"This page does not compute: its rows have {numbers:,} numbers, more than the {MOST_ROW_NUMBERS:,} that "
            "it may hold; explain fewer of them."
        )
    if explanation.predictions is not None:
        if explanation.members is not None:
            return "This page does not compute: several networks predict as one, and it walks through one of them."
        if straight_line(explanation.predictions[0].units) is None:
            return (
                "This page does not compute: it has no formula from the nonlinear scale of the target to its own units."
            )
    cost = [architecture.cost_function] if explanation.predictions is None else []
    own = without_definition([*(layer.activation for layer in architecture.layers), *cost])
    if own:
        names = ", ".join(own)
        return f"This page does not compute: it has formulas of glassprop's own functions only, and none of {names}."
    if training is None and explanation.history and explanation.predictions is None:
        return (
            "This page does not compute: training left no optimizer that takes single steps (L-BFGS does not, nor do "
            "networks trained separately)."
        )
    if training is not None and not moves_of(type(training.optimizer).__name__):
        name = type(training.optimizer).__name__
        return f"This page does not compute: it has formulas of glassprop's own optimizers only, and none of {name}."
    return None


# --- numbers ----------------------------------------------------------------------------------------------------


def _gathered(architecture: Architecture, vector: Array) -> Array:
    """The blocks of the network, or of the member that is shown, one after another."""
    return np.concatenate([vector[block.start : block.stop] for block in architecture.layout.blocks])


def _untrained(architecture: Architecture, X: Array) -> Array:
    """A start, in few digits."""
    theta = start(architecture, np.random.default_rng(_START), np.zeros(architecture.layout.size), X)
    return _gathered(architecture, theta).astype(np.float32).astype(np.float64)


# --- layers -----------------------------------------------------------------------------------------------------


def _layer(architecture: Architecture, number: int) -> dict[str, Any]:
    layer, blocks, own = architecture.layer(number), [], layer_share(architecture, number)
    start_here = 0
    for block in architecture.layout.blocks:
        size = block.stop - block.start
        if block.layer == number:
            blocks.append(
                {
                    "name": block.name,
                    "shape": list(block.shape),
                    "start": start_here,
                    "rate": block.rate,
                    "decay": block.decay,
                    "share": own,
                }
            )
        start_here += size
    return {
        "kind": layer.kind,
        "n_in": architecture.sizes[number - 1],
        "n": layer.n,
        "residual": layer.residual,
        "parametric": layer.parametric,
        "activation": layer.activation.spec,
        "embeds": _embeds(layer),
        "blocks": blocks,
    }


def layer_share(architecture: Architecture, number: int) -> float:
    """What a parameter's derivative counts in ∇C, a mean over members (E42): less, where each has its own."""
    return 1 / architecture.part[1] if architecture.part is not None and architecture.layer(number).own else 1.0


def _embeds(layer: LayerKind) -> dict[str, list[int]] | None:
    """Of a layer of embeddings: which numbers before it, and how many numbers become of each."""
    columns: Sequence[int] | None = getattr(layer, "columns", None)
    if columns is None:
        return None
    each = getattr(layer, "each", 1)
    return {"columns": list(columns), "each": list(each) if isinstance(each, tuple) else [each] * len(columns)}


def _dated(column: Column) -> dict[str, Any]:
    """How each part of a date or a time of day is made of it."""
    return {
        "parts": list(column.parts),
        "unit": column.unit,
        "turns": [{"of": turn.of, "length": turn.length, **asdict(turn.scaling)} for turn in column.turns],
    }


# --- formulas ---------------------------------------------------------------------------------------------------


def _of_activation(activation: Activation) -> dict[str, Any]:
    definition = definition_of(activation)
    assert definition is not None  # functions of the user's own are no part of a live page
    of = _trees(definition, activation.parameters)
    return {
        "value": of(definition.value),
        "slope": of(definition.slope),
        "by_parameter": of(definition.by_parameter) if definition.by_parameter else None,
        "elementwise": activation.elementwise,
        "p": activation.parameters[0] if activation.parameters else 0.0,
        "kinks": list(activation.kinks),
    }


def _of_cost(architecture: Architecture) -> dict[str, Any]:
    cost: Cost = architecture.cost_function
    definition = definition_of(cost)
    assert definition is not None  # as above
    of, pair = _trees(definition, cost.parameters), None
    if architecture.pair is not None:
        collapsed = PAIR_DEFINITIONS[architecture.layers[-1].activation.name, cost.name]
        pair = {"value": tree_of(collapsed.value), "delta": tree_of(collapsed.slope)}
    return {
        "value": of(definition.value),
        "slope": of(definition.slope),
        "kinks": [of(kink) for kink in definition.kinks],
        "p": cost.parameters[0] if cost.parameters else 0.0,
        "targets": [plain_number(cost.targets.low), plain_number(cost.targets.high)],
        "pair": pair,
    }


def _of_prediction(prediction: Prediction) -> dict[str, Any]:
    """What is predicted, in the place of a cost: no target plays a part."""
    line = straight_line(prediction.units)
    assert line is not None  # else the page stands still
    return {
        **prediction_trees(prediction, *line),
        "kinks": [],
        "p": 0.0,
        "targets": [-1.0, 1.0],
        "pair": None,
    }


def _trees(definition: Definition, parameters: tuple[float, ...]) -> Any:
    return lambda expression: tree_of(expression, definition.where, definition.constants)


# --- the optimizer ----------------------------------------------------------------------------------------------


def _optimizer(explanation: Explanation) -> dict[str, Any]:
    """As it stood; plain gradient descent, where parameters came without one."""
    training, architecture = explanation.training, explanation.architecture
    given = training is not None
    if training is None:
        training = plain_descent(explanation.view.theta)
    name = type(training.optimizer).__name__
    settings = settings_of(training.optimizer, training.rate, training.state.t)
    return {
        "name": name,
        "given": given,
        "chosen": given and training.chosen,
        "trained_rate": plain_number(training.trained_rate) if given and training.trained_rate else None,
        "settings": {_plain(key): plain_number(value) for key, value in settings.items()},
        "decaying": trees_of_step(name, decays=True),
        "plain": trees_of_step(name, decays=False),
        "memory": list(memory_of(name)),
        "state": [packed(_gathered(architecture, vector)) for vector in training.state.vectors],
        "l2": float(training.l2),
        "clip_norm": None if training.clip_norm is None else float(training.clip_norm),
    }


def _plain(name: str) -> str:
    """A setting as formulas call it: "β_1"."""
    return name.translate({ord("₁"): "_1", ord("₂"): "_2"})


# --- outputs and targets, in words ------------------------------------------------------------------------------


def _words(explanation: Explanation) -> dict[str, Any]:
    """How outputs and targets become what is told of them: a class, or a number; None where that does not follow."""
    names, view = explanation.names, explanation.view
    said = () if explanation.members is not None else names.predictions  # which are of all members
    return {
        "predicts": _rule(explanation, view.trace.a[-1], said),
        "targets": _rule(explanation, view.Y, names.targets),
    }


def _rule(explanation: Explanation, values: Array, said: Sequence[str]) -> dict[str, Any] | None:
    """The first that gives what is said of these values. (n, n_L)"""
    names = explanation.names
    known = {*names.predictions, *names.targets}
    for rule in (_largest(names.outputs), _half(names.outputs, known), _units(explanation)):
        if said and rule is not None and [_said(rule, row) for row in values] == list(said):
            return rule
    return None


def _largest(outputs: Sequence[str]) -> dict[str, Any] | None:
    return {"kind": "largest", "labels": list(outputs)} if len(outputs) > 1 else None


def _half(outputs: Sequence[str], known: set[str]) -> dict[str, Any] | None:
    """Of one output, which is the probability of the second of two classes."""
    other = sorted(known - {*outputs})
    if len(outputs) != 1 or len(other) > 1:
        return None
    return {"kind": "half", "labels": [*(other or [f"not {outputs[0]}"]), outputs[0]]}


def _units(explanation: Explanation) -> dict[str, Any] | None:
    units = explanation.architecture.units
    if units is None:
        return {"kind": "number", "mean": 0.0, "spread": 1.0}
    return None if units.scale != "none" else {"kind": "number", "mean": units.mean, "spread": units.spread}


def _said(rule: Mapping[str, Any], a: Array) -> str:
    if rule["kind"] == "largest":
        return str(rule["labels"][int(np.argmax(a))])
    if rule["kind"] == "half":
        return str(rule["labels"][int(a[0] > 0.5)])
    return ", ".join(f"{value * rule['spread'] + rule['mean']:.6g}" for value in a)
