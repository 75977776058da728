"""A lesson's file computed by other hands: forward in plain Python, derivatives by differences."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

SIGMA: dict[str, Callable[[float], float]] = {
    "identity": lambda z: z,
    "relu": lambda z: z if z > 0 else 0 * z,
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
}
COSTS: dict[str, Callable[[float, float], float]] = {
    "squared_error": lambda a, y: (a - y) ** 2,
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "cross_entropy": lambda a, y: -y * math.log(a) if y else 0.0,
    "binary_cross_entropy": lambda a, y: -y * math.log(a) - (1 - y) * math.log(1 - a),
}


def ready_data(name: str) -> dict[str, Any]:
    """What stands in the file of a ready lesson."""
    return tomllib.loads(files("glassprop.classroom").joinpath("ready", f"{name}.toml").read_text(encoding="utf-8"))


def forward(data: dict[str, Any], row: int) -> list[list[float]]:
    """a of every layer for a row, that of layer 0 first."""
    activations = [data["inputs"][row]]
    for layer in data["layers"]:
        rows = zip(layer["w"], layer["b"], strict=True)
        z = [sum(w * a for w, a in zip(weights, activations[-1], strict=True)) + b for weights, b in rows]
        if layer["activation"] == "softmax":
            total = sum(map(math.exp, z))
            activations.append([math.exp(one) / total for one in z])
        else:
            activations.append([SIGMA[layer["activation"]](one) for one in z])
    return activations


def cost(data: dict[str, Any], row: int) -> float:
    """C₀ of a row."""
    pairs = zip(forward(data, row)[-1], data["targets"][row], strict=True)
    return sum(COSTS[data["cost"]](a, y) for a, y in pairs)


def by_weight(data: dict[str, Any], row: int, layer: int, j: int, k: int | None, step: float = 1e-6) -> float:
    """∂C₀/∂w_jk of a layer (from 1), k None: ∂C₀/∂b_j; by central differences."""
    holder = data["layers"][layer - 1]
    place, key = (holder["b"], j) if k is None else (holder["w"][j], k)
    before, costs = place[key], []
    for sign in (1, -1):
        place[key] = before + sign * step
        costs.append(cost(data, row))
    place[key] = before
    return (costs[0] - costs[1]) / (2 * step)


def places(data: dict[str, Any]) -> list[tuple[int, int, int | None]]:
    """Every weight and, with None, bias."""
    return [
        (number, j, k)
        for number, layer in enumerate(data["layers"], start=1)
        for j, row in enumerate(layer["w"])
        for k in [*range(len(row)), None]
    ]
