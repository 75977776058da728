"""An explanation as plain data: what the page and JSON hold. The schema is in docs/explain-json.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.architecture.parameters import Block
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.document.formulas import formula_of
from glassprop.equations.arrays import Array
from glassprop.ground.json_values import plain_number as _number
from glassprop.ground.json_values import plain_numbers as _numbers
from glassprop.insight.derive import by_inputs, column_value
from glassprop.insight.example_record import example_record
from glassprop.insight.live_record import live_of
from glassprop.insight.names import Column
from glassprop.insight.prediction_record import prediction_formulas, predictions_record
from glassprop.insight.shown import MOST_NEURONS, MOST_WEIGHTS, a_share, choose_shown
from glassprop.insight.step import formula_of_step, settings_of, trees_of_step
from glassprop.insight.view import View
from glassprop.insight.walk_record import MOST_PIXELS, picture_as_it_was, units_record, update_record
from glassprop.layers.layer_kind import LayerKind

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

FORMAT = 1
MOST_DIFFERENCES = 64  # derivatives by differences of each example and layer: the largest


def record_of(
    explanation: Explanation,
    *,
    rows: bool = True,
    most_weights: int = MOST_WEIGHTS,
    most_neurons: int = MOST_NEURONS,
    most_differences: int = MOST_DIFFERENCES,
    live: bool = True,
) -> dict[str, Any]:
    """All numbers of an explanation, JSON-able.

    Parameters
    ----------
    rows : bool
        Whether what stands in the table is written down: values and categories of columns, targets and predictions
        in the table's words. What the network computes with is always there, which is the same where inputs are not
        scaled.
    most_weights, most_neurons : int
        Above so many weights, only so many neurons of each layer are shown; the rest of every sum is one number.
    most_differences : int
        How many derivatives by central differences each layer of each example gets: those of the largest gradients;
        fewer for many examples.
    live : bool
        Whether what a page computes with is there as well, where the network is small enough: all of the model.
    """
    found, still = live_of(explanation, rows=rows, most_differences=most_differences) if live else (None, None)
    if not rows:
        explanation = explanation.without_rows()
    view, names = explanation.view, explanation.names
    architecture = view.architecture
    shown = choose_shown(view, most_weights=most_weights, most_neurons=most_neurons)
    inputs = set(shown[0].tolist())
    columns = [column for column in names.columns if inputs.intersection(column.parts)]
    layers = range(1, architecture.depth + 1)
    most = a_share(most_differences, architecture.depth * explanation.n_examples)
    return {
        "format": FORMAT,
        "kind": "glassprop-explanation",
        "network": _network(explanation),
        "shown": [part.tolist() for part in shown],
        "left_out": [n - len(part) for n, part in zip(architecture.sizes, shown, strict=True)],
        "inputs": [names.inputs[k] for k in shown[0]],
        "outputs": [names.outputs[j] for j in shown[-1]],
        "image": list(names.image) if names.image and len(shown[0]) == architecture.sizes[0] else None,
        "pixels": [names.pixels[k] for k in shown[0]] if names.pixels else None,
        "picture": _picture(explanation) if len(shown[0]) < architecture.sizes[0] else None,
        "as_it_was": None if (was := picture_as_it_was(names, explanation.n_examples)) is None else _numbers(was),
        "columns": [_column(column) for column in columns],
        "columns_left_out": len(names.columns) - len(columns),
        "w": [None, *(_of_edges(view, l, shown) for l in layers)],
        "b": [None, *(_numbers(view.b(l)[shown[l]]) for l in layers)],
        "p": [None, *(_of_activation(explanation, l, shown[l]) for l in layers)],
        "examples": [
            example_record(explanation.of(i), shown, columns, rows, most) for i in range(explanation.n_examples)
        ],
        "members": _members(explanation, shown, columns),
        "asked": "cost" if explanation.predictions is None else "prediction",
        "predictions": predictions_record(explanation, rows),
        "gradient_size": _gradient_size(explanation),
        "history": {name: _numbers(np.array(values)) for name, values in explanation.history.items() if len(values)},
        "training": _training(explanation, shown),
        "update": update_record(explanation, shown),
        "units": units_record(explanation, rows),
        "live": found,
        "still": still,
    }


def _network(explanation: Explanation) -> dict[str, Any]:
    architecture = explanation.architecture
    cost = formula_of(architecture.cost_function)
    value, slope = cost.value, cost.derivative
    if explanation.predictions is not None:
        value, slope = prediction_formulas(explanation.predictions[0].of)
    layers = []
    for number, layer in enumerate(architecture.layers, start=1):
        formula = formula_of(layer.activation, parametric=layer.parametric, apart=layer.residual)
        layers.append(
            {
                "n": layer.n,
                "kind": layer.kind,
                "residual": layer.residual,
                "parametric": layer.parametric,
                "factors": _factors(layer, architecture.layout.by_layer[number]),
                "activation": layer.activation.spec,
                "elementwise": layer.activation.elementwise,
                "dropout": layer.dropout,
                "value": formula.value,
                "slope": formula.derivative,
            }
        )
    return {
        "sizes": architecture.sizes,
        "layers": layers,
        "cost": architecture.cost_function.spec,
        "cost_value": value,
        "cost_slope": slope,
        "collapses": explanation.view.collapses,
        "parameters": architecture.layout.used,
    }


def _factors(layer: LayerKind, blocks: Sequence[Block]) -> dict[str, list[float]]:
    """What rate, and decay and L2, are multiplied by: of weights or factors, and of biases."""
    found = {block.name: [block.rate, block.decay] for block in blocks}
    edge, none = layer.edge(0, 0), [1.0, 0.0]
    return {"edge": none if edge is None else found[edge[0]], "bias": found.get("b", none)}


def _of_edges(view: View, layer: int, shown: list[Array], vector: Array | None = None) -> Any:
    """The parameters that lead from k to j, of θ or another vector; None for a layer that has others."""
    found = view.of_edges(layer, vector)
    return None if found is None else _numbers(found[np.ix_(shown[layer], shown[layer - 1])])


def _of_activation(explanation: Explanation, layer: int, shown: Array) -> Any:
    """The trained parameters of a layer's activation; None where it has none."""
    if not explanation.architecture.layer(layer).parametric:
        return None
    return _numbers(explanation.view.trace.sigma[layer].parameters[0][shown])


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "parts": list(column.parts),
        "categories": None if column.categories is None else list(column.categories),
        "unit": column.unit,
        "one_hot": column.categories is not None and column.stands is None,
        "stands": None if column.stands is None else _numbers(column.stands),
    }


def _members(explanation: Explanation, shown: list[Array], columns: list[Column]) -> dict[str, Any] | None:
    """What each member says, and all together; None where there is one network."""
    several = explanation.members
    if several is None:
        return None
    outputs = shown[-1]
    return {
        "count": len(several.views),
        "walked": several.walked,
        "parameters": several.whole.layout.size,
        "examples": [
            {
                "outputs": _numbers(several.outputs[:, i][:, outputs]),
                "mean": _numbers(several.mean[i][outputs]),
                "spread": _numbers(several.spread[i][outputs]),
                "costs": _numbers(several.costs[:, i]),
                "cost": _number(float(several.cost[i])),
                "cost_of_mean": _number(float(several.cost_of_mean[i])),
                "by_x": _numbers(by_inputs(several.views, i)[shown[0]]),
                "columns": [_number(column_value(several.views, i, column)) for column in columns],
            }
            for i in range(explanation.n_examples)
        ],
    }


def _picture(explanation: Explanation) -> dict[str, Any] | None:
    """All inputs, and ∂C₀/∂x, as a picture; for networks that have only some of their inputs shown."""
    names, view = explanation.names, explanation.view
    if names.image is None or names.image[0] * names.image[1] * explanation.n_examples > MOST_PIXELS:
        return None
    places = range(len(names.inputs)) if names.pixels is None else names.pixels
    full = np.full((2, explanation.n_examples, names.image[0] * names.image[1]), np.nan)
    full[:, :, list(places)] = view.X, view.by_output[0]
    return {"size": list(names.image), "x": _numbers(full[0]), "by_x": _numbers(full[1])}


def _gradient_size(explanation: Explanation) -> list[list[float]]:
    """By example: the length of the gradient of each layer; of a dense one ‖δ‖ √(‖a‖² + 1)."""
    view = explanation.view
    sizes = ExampleGradients(view.architecture, (view.trace,), (view.errors,)).squares()
    return _numbers(np.sqrt(np.stack(sizes, axis=1)))


def _training(explanation: Explanation, shown: list[Array]) -> dict[str, Any] | None:
    """The optimizer, with its memory of the parameters shown."""
    training = explanation.training
    if training is None or explanation.members is not None:  # whose gradient is of more than is written down
        return None
    view, layers = explanation.view, range(1, explanation.architecture.depth + 1)
    step = explanation.first_step()
    settings = settings_of(training.optimizer, training.rate, training.state.t + 1)  # before a layer's own factors
    vectors = {
        name: {
            "w": [None, *(_of_edges(view, l, shown, v) for l in layers)],
            "b": [None, *(_numbers(view.b(l, v)[shown[l]]) for l in layers)],
        }
        for name, v in zip([key for key in step.before if key != "w"], training.state.vectors, strict=True)
    }
    return {
        "optimizer": step.optimizer,
        "formula": formula_of_step(step.optimizer),
        "formula_of_biases": formula_of_step(step.optimizer, "b", decays=False),
        "decaying": trees_of_step(step.optimizer, decays=True),
        "plain": trees_of_step(step.optimizer, decays=False),
        "settings": {name: _number(value) for name, value in settings.items()},
        "trained_rate": _number(training.trained_rate) if training.chosen and training.trained_rate else None,
        "chosen_rate": training.chosen,
        "l2": float(training.l2),
        "clip_norm": None if training.clip_norm is None else float(training.clip_norm),
        "clipping": _number(step.clipping),
        "memory": vectors,
    }
