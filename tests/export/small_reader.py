"""A reader of model files as another program would have it: fifty lines, from docs/model-file.md, with JSON and NumPy.

It predicts with networks behind standard scalers, and imports nothing of glassprop or scikit-learn.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U32": "<u4", "U8": "|u1"}


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The document, and the arrays by name."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    facts = header.pop("__metadata__")
    assert facts["format"] == "glassprop"
    assert facts["version"] == "2"
    arrays = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        arrays[name] = np.frombuffer(data[start + first : start + last], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    body = arrays.pop("document").tobytes()
    document = json.loads(body)
    assert hashlib.sha256(body).hexdigest() == facts["sha256"]
    assert hashlib.sha256(data[start : len(data) - len(body)]).hexdigest() == document["sha256"]
    return document, arrays


def outputs(node: dict[str, Any], arrays: dict[str, np.ndarray], a: np.ndarray) -> np.ndarray:
    """What the model of a node makes of inputs (n, n_inputs)."""
    if node["kind"] == "pipeline":
        for step in node["steps"]:
            a = outputs(step["step"], arrays, a)
        return a
    if node["kind"] == "standard_scaler":
        return (a - arrays[node["mean_"]["array"]]) / arrays[node["scale_"]["array"]]
    theta, network = arrays[node["_state"]["theta"]["array"]], node["network_"]
    members, first = network.get("members", 1), a.astype(theta.dtype)
    each = [first] * members
    for layer in network["layers"]:
        n_in, n_out, own = each[0].shape[1], layer["n"], members if layer.get("own") else 1
        sizes = [n_out] if layer.get("kind") == "scale" else [n_in * n_out, n_out]
        *parts, theta = np.split(theta, np.cumsum([own * size for size in sizes]))
        parts = [np.resize(part, (members, size)) for part, size in zip(parts, sizes, strict=True)]
        for m, x in enumerate(each):
            if layer.get("kind") == "scale":
                each[m] = parts[0][m] * x
                continue
            z = x @ parts[0][m].reshape(n_out, n_in).T + parts[1][m]
            each[m] = ACTIVATIONS[layer["activation"]](z) + (x if layer.get("residual") else 0)
    a = sum(each) / members
    units = {"mean": 0, "spread": 1, "scale": "none", "shift": 0, "factor": 1, "knots": [-np.inf]} | network.get(
        "units", {}
    )
    v, knots = units["mean"] + units["spread"] * a, units["knots"]
    if units["scale"] == "log":
        v = np.clip(np.exp(v) - units["shift"], knots[0], knots[-1])
    if units["scale"] == "quantile":
        v = np.interp(v, np.linspace(-3, 3, len(knots)), knots)
    return np.maximum(units["factor"] * (v + units["shift"]) - units["shift"], knots[0])


ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "exp": np.exp,
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}
