"""What is told of chosen weights, biases and inputs of an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from glassprop.insight.factors import Derivative
from glassprop.insight.largest import Place, largest_weights
from glassprop.insight.paths import Paths

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST_WEIGHTS = 3  # of each layer, where a document takes several apart


def default_weight(explanation: Explanation) -> Place | None:
    """The weight (no bias) with the largest derivative of the first layer that has some: with most paths behind it.

    None where no layer has any: there are embeddings alone.
    """
    layers = range(1, explanation.architecture.depth + 1)
    return next((place for l in layers for place in largest_weights(explanation, l, 1, biases=False)), None)


def largest_of_each_layer(explanation: Explanation) -> list[Place]:
    """The weights (no biases) with the largest derivatives, three of each layer, from the last one on."""
    layers = range(explanation.architecture.depth, 0, -1)
    return [place for l in layers for place in largest_weights(explanation, l, _MOST_WEIGHTS, biases=False)]


def derivative(explanation: Explanation, place: Place) -> Derivative:
    """The derivative with respect to a weight or bias. Raises SettingsError as ``Explanation.weight``."""
    layer, j, k = place
    return explanation.bias(layer, j) if k is None else explanation.weight(layer, j, k)


def chosen_of(
    explanation: Explanation, places: Sequence[Place], inputs: Sequence[str] = (), *, rows: bool = True
) -> dict[str, Any]:
    """Chosen weights, biases and inputs taken apart, JSON-able: ``chosen`` in docs/explain-json.md.

    rows : whether the value that stands in the table is written down.

    Raises
    ------
    SettingsError
        If there is no such weight, bias or input.
    """
    return {
        "parameters": [_parameter(explanation, place) for place in places],
        "inputs": [_input(explanation, name, rows) for name in inputs],
    }


def _parameter(explanation: Explanation, place: Place) -> dict[str, Any]:
    layer, j, k = place
    found = derivative(explanation, place)
    pulls = explanation.examples(layer, j, k)
    collapse = found.collapse
    return {
        "layer": layer,
        "j": j,
        "k": k,
        **_derivative(found),
        "column_sum": [{"m": t.m, "by_a": t.by_a, "by_z": t.by_z, "product": t.product} for t in found.column_sum],
        "collapse": None
        if collapse is None
        else {"formula": collapse.formula, "a": collapse.a, "y": collapse.y, "value": collapse.value},
        "examples": {
            "values": list(pulls.values),
            "average": pulls.average,
            "raise_it": list(pulls.raise_it),
            "lower_it": list(pulls.lower_it),
        },
        "step": step_record(explanation, place),
    }


def step_record(explanation: Explanation, place: Place) -> dict[str, Any] | None:
    """The optimizer's step for a parameter as plain data; None where no optimizer is known."""
    if explanation.training is None:
        return None
    step = explanation.step(*place)
    return {
        "data": step.data,
        "l2": step.l2,
        "clipping": step.clipping,
        "gradient": step.gradient,
        "optimizer": step.optimizer,
        "formula": step.formula,
        "settings": dict(step.settings),
        "before": dict(step.before),
        "after": dict(step.after),
        "change": step.change,
    }


def _input(explanation: Explanation, name: str, rows: bool) -> dict[str, Any]:
    found = explanation.input(name)
    return {
        "name": name,
        "shown": found.shown if rows else None,
        **_derivative(found),
        "parts": [
            {
                "index": part.index,
                "name": part.name,
                "x": part.x,
                "by_x": part.by_x,
                "by_column": part.by_column if rows else None,
            }
            for part in found.parts
        ],
        "switches": dict(found.switches),
    }


def _derivative(found: Derivative) -> dict[str, Any]:
    return {
        "symbol": found.symbol,
        "value": found.value,
        "factors": dict(found.factors),
        "by_difference": found.by_difference,
        "kink": found.kink,
        "paths": _paths(found.paths),
    }


def _paths(paths: Paths) -> dict[str, Any]:
    return {
        "largest": [
            {
                "steps": [
                    {"layer": s.layer, "j": s.j, "weight": s.weight, "slope": s.slope, "m": s.m} for s in path.steps
                ],
                "end": path.end,
                "product": path.product,
            }
            for path in paths.largest
        ],
        "rest": paths.rest,
        "total": paths.total,
        "count": paths.count,
    }
