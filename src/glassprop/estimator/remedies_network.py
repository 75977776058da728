"""Remedies in the network: activations, starts, sizes, output and cost."""

from __future__ import annotations

from typing import Any

from glassprop.diagnosis.measured import Measured
from glassprop.equations.activation import Activation, find_activation
from glassprop.equations.domain import NOT_NEGATIVE
from glassprop.estimator.remedy_change import Arguments, Change, told
from glassprop.layers.dense import Layer


def dense_layers(arguments: Arguments) -> list[Any] | None:
    return None if arguments["layers"] is None else list(arguments["layers"])


def layer_with(layer: Any, **other: Any) -> Any:
    """A dense layer with something else said of it; layers of other kinds stay as they are."""
    if not isinstance(layer, Layer):
        return layer
    names = ("n", "activation", "dropout", "initial", "residual", "parametric", "own", "rates", "decays")
    return Layer(**{**{name: getattr(layer, name) for name in names}, **other})


def _activations(arguments: Arguments) -> list[Activation]:
    layers = dense_layers(arguments)
    if layers is not None:
        return [layer.activation for layer in layers if isinstance(layer, Layer)]
    said = arguments["activation"]
    return [find_activation(one) for one in (said if isinstance(said, list | tuple) else [said])]


def _is_flat_below_0(activation: Activation) -> bool:
    """Whether a unit may lie where it has no gradient on any row."""
    return activation.kinks == (0.0,) and activation.range == NOT_NEGATIVE


def other_activation(arguments: Arguments, measured: Measured) -> Change | None:
    now = _activations(arguments)
    if not now or not sizes_of(measured):
        return None
    name = "leaky_relu(0.1)" if all(map(_is_flat_below_0, now)) else "relu"
    words = f"use another activation in the hidden layers: {name}"
    layers = dense_layers(arguments)
    if layers is None:
        return Change(words, {"activation": name})
    return Change(words, {"layers": [layer_with(layer, activation=name, parametric=False) for layer in layers]})


def other_start(arguments: Arguments, measured: Measured) -> Change | None:
    """Weights that are drawn, and scaled until z has a deviation of 1 over rows."""
    if arguments["warm_start"]:
        return Change("let fit draw the weights to start from: warm_start=False", {"warm_start": False})
    words = (
        "start so that the weighted sums of each layer have mean 0 and standard deviation 1: Layer(..., initial='data')"
    )
    layers = dense_layers(arguments)
    options = {**(arguments["output_options"] or {}), "initial": "glorot"}
    if layers is not None:
        return Change(words, {"layers": [layer_with(one, initial="data") for one in layers], "output_options": options})
    if arguments["residual"] or arguments["scale_inputs"] or not sizes_of(measured):
        return None
    said = arguments["activation"]
    sizes = sizes_of(measured)
    each = list(said) if isinstance(said, list | tuple) else [said] * len(sizes)
    dropout = arguments["dropout"]
    left = list(dropout) if isinstance(dropout, list | tuple) else [dropout] * len(sizes)
    made = [Layer(n, a, d, "data") for n, a, d in zip(sizes, each, left, strict=True)]
    plain = {"hidden_layer_sizes": (100,), "activation": "relu", "dropout": 0.0}
    return Change(words, {"layers": made, "output_options": options, **plain})


def sizes_of(measured: Measured) -> list[int]:
    """Of the hidden layers."""
    said = measured.arguments["hidden_layer_sizes"]
    if measured.arguments["layers"] is not None:
        return [layer.n for layer in measured.arguments["layers"] if isinstance(layer, Layer)]
    return [int(size) for size in said] if hasattr(said, "__iter__") else [int(said)]


def _resized(arguments: Arguments, sizes: list[int], words: str, work: float = 1.0) -> Change | None:
    """The same with other hidden layers; None where layers of their own kinds say how they hang together."""
    if arguments["layers"] is not None:
        layers = list(arguments["layers"])
        if not all(isinstance(layer, Layer) and not layer.residual for layer in layers) or not layers:
            return None
        made = [layer_with(layers[min(place, len(layers) - 1)], n=n) for place, n in enumerate(sizes)]
        return Change(words, {"layers": made}, work=work)
    other: dict[str, Any] = {"hidden_layer_sizes": tuple(sizes)}
    for name in ("activation", "dropout"):
        if isinstance(arguments[name], list | tuple):
            other[name] = [arguments[name][min(k, len(arguments[name]) - 1)] for k in range(len(sizes))]
    return Change(words, other, work=work)


def smaller_network(arguments: Arguments, measured: Measured) -> Change | None:
    sizes = [max(2, size // 4) for size in sizes_of(measured)]
    if not sizes or sizes == sizes_of(measured):
        return None
    return _resized(arguments, sizes, f"use narrower hidden layers: {_as_sizes(sizes)}", 0.5)


def larger_network(arguments: Arguments, measured: Measured) -> Change | None:
    sizes = [max(4 * size, 32) for size in sizes_of(measured)] or [64]
    work = 4.0 if max(sizes) > 64 else 1.0  # of small ones the arithmetic is not what takes the time
    return _resized(arguments, sizes, f"use wider hidden layers: {_as_sizes(sizes)}", work)


def fewer_layers(arguments: Arguments, measured: Measured) -> Change | None:
    sizes = sizes_of(measured)
    if len(sizes) < 3:
        return None
    return _resized(arguments, sizes[:2], f"use fewer hidden layers: {_as_sizes(sizes[:2])}", 0.5)


def _as_sizes(sizes: list[int]) -> str:
    return f"hidden_layer_sizes=({', '.join(map(str, sizes))}{',' * (len(sizes) == 1)})"


def other_output_or_cost(arguments: Arguments, measured: Measured) -> Change | None:
    if measured.target.task != "numbers":
        other: dict[str, Any] = {"loss": "log_loss", "output_activation": "auto"}
    elif arguments["output_activation"] != "auto":
        other = {"output_activation": "auto"}
    else:
        other = {"loss": "squared_error"}
    other = {name: value for name, value in other.items() if arguments[name] != value}
    if not other:
        return None
    return Change(f"use the output and the cost that fit the target: {told(other)}", other)
