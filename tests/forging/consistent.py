"""Forgeries of format 2 that agree with themselves: changed in all the places that would tell on each other."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from forging.sealing import Entry, Parts, parts_of, sealed
from forging.trees import AIMED, places
from forging.wrapping import WRAPPING

_TEXTS = ["", "a", "yes", "width", "\x1b[31m", "=1+1", "x" * 2000, "\U0001f600", "NaN", "number", "missing", "<script>"]
_OPTIMIZERS = {"SGD": 0, "Momentum": 1, "Nesterov": 1, "Adam": 2, "AdamW": 2, "": 3}
_NUMBERS = {"F64": "<f8", "F32": "<f4"}


def forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """One or two such changes; names last of all, for those of attributes may change with them."""
    parts = parts_of(data)
    done = []
    turns = rng.sample(_TURNS, rng.choice([1, 1, 2]))
    for turn in sorted(turns, key=lambda turn: (turn is _renamed, turn in WRAPPING)):  # last what others do not expect
        turn(parts, rng)
        done.append(turn.__name__.strip("_"))
    return sealed(parts), "; ".join(done)


def _estimator(parts: Parts) -> dict[str, Any]:
    """The first that is fitted; the only one, but for models that are made of several."""
    nodes = (holder[key] for holder, key in places({"model": parts.document["model"]}))
    found: dict[str, Any] = next(node for node in nodes if isinstance(node, dict) and {"network_", "_state"} <= {*node})
    return found


def _of_it(estimator: dict[str, Any]) -> set[str]:
    """The names of its arrays of the shape of θ."""
    train = estimator["_state"]
    points = [train, *(train.get("left", {}).get(name) for name in ("best", "last"))]
    found = [point for point in points if point]
    vectors = [vector for point in found for vector in (point["optimizer"] or {"vectors": []})["vectors"]]
    return {node["array"] for node in [*vectors, *(point["theta"] for point in found)]}


def _renamed(parts: Parts, rng: random.Random) -> None:
    """A column, a category, a class or a step is called otherwise wherever it is named."""
    texts = sorted({h[k] for h, k in places(parts.document["model"]) if isinstance(h[k], str) and k != "array"})
    old, new = rng.choice(texts), rng.choice([*_TEXTS, *texts])
    for holder, key in places(parts.document):
        if isinstance(holder[key], str) and holder[key] == old:
            holder[key] = new
        if isinstance(holder[key], dict) and old in holder[key]:
            holder[key] = {new if k == old else k: value for k, value in holder[key].items()}


def _of_other_precision(parts: Parts, rng: random.Random) -> None:
    """All arrays of floats are of the other precision, and so is what names it."""
    for entry in parts.arrays.values():
        if entry.dtype in _NUMBERS:
            numbers = np.frombuffer(entry.data, dtype=_NUMBERS[entry.dtype])
            entry.dtype = "F32" if entry.dtype == "F64" else "F64"
            entry.data = numbers.astype(_NUMBERS[entry.dtype]).tobytes()
    if rng.random() < 0.5:
        other = {"float32": "float64", "float64": "float32"}
        for holder, key in places(parts.document["model"]):
            if isinstance(holder[key], str) and holder[key] in other:
                holder[key] = other[holder[key]]


def _of_other_size(parts: Parts, rng: random.Random) -> None:
    """Another number of neurons, or layers; θ and the optimizer's vectors have as many numbers as that takes."""
    estimator = _estimator(parts)
    network = estimator["network_"]
    layers = network["layers"]
    turn = rng.randrange(4)
    if turn == 0:
        layers[0]["n"] = rng.choice([1, 2, 7, 500])
    elif turn == 1:
        layers[-1]["n"] = rng.choice([1, 2, 4, 50])
        estimator["n_outputs_"] = layers[-1]["n"]
    elif turn == 2:
        layers[:0] = [dict(layers[0]) for _ in range(rng.choice([1, 3, 30]))]
        estimator["n_layers_"] = len(layers) + 1
    else:
        network["n_inputs"] = estimator["n_features_in_"] = rng.choice([1, 3, 5, 100])
    sizes = [network["n_inputs"], *(layer["n"] for layer in layers)]
    if rng.random() < 0.3:
        network["members"] = rng.choice([1, 2, 7, 10_000])
        for layer in layers:
            layer["own"] = rng.random() < 0.5
    each = (network.get("members", 1) if layer.get("own") else 1 for layer in layers)
    count = sum((n_in + 1) * n_out * k for (n_in, n_out), k in zip(pairwise(sizes), each, strict=True))
    names = _of_it(estimator)
    for name, entry in parts.arrays.items():
        if name in names:
            values = np.random.default_rng(rng.randrange(2**32)).normal(size=count)
            parts.arrays[name] = Entry(entry.dtype, [count], np.abs(values).astype(_NUMBERS[entry.dtype]).tobytes())


def _of_other_functions(parts: Parts, rng: random.Random) -> None:
    """Other activations and another cost, in the network and in the settings."""
    estimator = _estimator(parts)
    activations = [name for name in AIMED["activation"] if isinstance(name, str)]
    for layer in estimator["network_"]["layers"]:
        layer["activation"] = rng.choice(activations)
        layer["dropout"] = rng.choice([0.0, 0.0, 0.5])
    if rng.random() < 0.7:
        estimator["network_"]["cost"] = estimator["loss"] = rng.choice(AIMED["cost"])
    estimator["engine"] = rng.choice(["auto", "compiled", "reference"])


def _of_another_optimizer(parts: Parts, rng: random.Random) -> None:
    """Another kind, with as many vectors as it takes, or nearly."""
    estimator = _estimator(parts)
    kind = rng.choice(list(_OPTIMIZERS))
    theta_name = estimator["_state"]["theta"]["array"]
    theta = parts.arrays[theta_name]
    for name in [name for name in _of_it(estimator) if name != theta_name and ".vectors[" in name]:
        parts.arrays.pop(name, None)
    names = [f"v.vectors[{k}]" for k in range(max(_OPTIMIZERS[kind] + rng.choice([0, 0, 0, 1, -1]), 0))]
    for name in names:
        data = theta.data if rng.random() < 0.3 else bytes(len(theta.data))
        parts.arrays[name] = Entry(theta.dtype, theta.shape, data)
    vectors = [{"array": name} for name in names]
    estimator["_state"]["optimizer"] = {"kind": kind, "t": rng.choice([0, 1, 2**53]), "vectors": vectors}
    estimator["solver"] = rng.choice(["sgd", "adam", "adamw"])
    estimator["momentum"] = rng.choice([0.0, 0.9])


def _of_the_other_kind(parts: Parts, rng: random.Random) -> None:
    """A regressor that says it is a classifier, or the other way round; the record says so too."""
    estimator = _estimator(parts)
    only = {
        "class_weight": None, "label_smoothing": 0.0, "stratify": "auto",
        "classes_": {"dtype": "str", "values": ["a", "b"]},
        "_label_binarizer": {"neg_label": 0, "pos_label": 1, "sparse_output": False, "sparse_input_": False,
                             "y_type_": "binary", "classes_": {"dtype": "str", "values": ["a", "b"]}},
    }  # fmt: skip
    if estimator["kind"] == "mlp_classifier":
        estimator["kind"] = "mlp_regressor"
        for name in only:
            del estimator[name]
    else:
        estimator |= only | {"kind": "mlp_classifier"}
    record = parts.document["record"]
    if "task" in record:
        tasks = {"classification": "regression", "regression": "classification"}
        record["task"] = record["target_reading"]["task"] = tasks[record["task"]]
        record["labels"] = None if record["labels"] else ["a", "b"]
        record["target_scale"] = None if rng.random() < 0.5 else {"mean": 0.0, "spread": 1.0}
        record["target_reading"]["kind"] = rng.choice(["number", "text", "integer"])


def _of_other_classes(parts: Parts, rng: random.Random) -> None:
    """Labels of another type, mixed, missing, or one several times, everywhere alike."""
    estimator = _estimator(parts)
    if "classes_" not in estimator:
        return
    count = len(estimator["classes_"]["values"])
    values = rng.choice(
        [
            [None, "a", "b"], ["a", "a", "a"], [1, "a", 2.5], [True, False, True], [0.5, 0.25, 0.125], [2**53, 1, -5],
            [{"number": "nan"}, "a", "b"], ["b", "a", ""], ["x" * 5000, "=a", "\x1b"],
        ]
    )[:count]  # fmt: skip
    classes = {"dtype": rng.choice(["object", "str", "float64", "int64", "bool"]), "values": values}
    estimator["classes_"] = estimator["_label_binarizer"]["classes_"] = classes
    if parts.document["record"].get("labels"):
        parts.document["record"]["labels"] = values


def _of_other_units(parts: Parts, rng: random.Random) -> None:
    """A target on another scale, with numbers that go together, some of them very large; the record says so too."""
    scale = rng.choice(["none", "log", "quantile", "poisson"])
    units: dict[str, Any] = {"mean": rng.choice([0.0, 1.0, 700.0, -1e308]), "spread": rng.choice([1.0, 5e-324, 1e308])}
    if scale == "poisson":
        units["mean"] = 0.0
        estimator = _estimator(parts)
        estimator["loss"] = estimator["network_"]["cost"] = "poisson"
        estimator["network_"]["layers"][-1]["activation"] = rng.choice(["exp", "softplus"])
    if scale in ("log", "quantile"):
        low = rng.choice([5e-324, 1.0, 1e150])
        units["factor"] = rng.choice([1.0, 1e-3, 1e3])
        units["knots"] = [low, rng.choice([low, 1e200]), rng.choice([1e200, 1.7e308])]
    if scale == "log":
        units["shift"] = rng.choice([0.0, 1.0, 1e308])
    units |= {"scale": scale} if scale != "none" or rng.random() < 0.5 else {}
    _estimator(parts)["network_"]["units"] = units
    if parts.document["record"].get("target_scale"):
        parts.document["record"]["target_scale"] = dict(units)


def _of_other_scales(parts: Parts, rng: random.Random) -> None:
    """Columns scaled in other forms, with as many knots as those take, or nearly; far out, or all at one place."""
    node = next((h[k] for h, k in places(parts.document["model"]) if _is_scaler(h[k])), None)
    if node is None:
        return
    forms = node["forms_"] = [rng.choice(["standard", "robust", "quantile", "both"]) for _ in node["forms_"]]
    most = rng.choice([2, 3, 129, 130, 1000])
    counts = [most if form in ("quantile", "both") else rng.choice([0, 0, 0, 1]) for form in forms]
    reach = rng.choice([1.0, 1e-150, 1e150, 1e308])
    at = np.concatenate([np.empty(0), *(reach * np.linspace(-1, 1, count) for count in counts)])
    numbers = {"knots_": np.array(counts), "at_": at, "to_": rng.choice([1, 1, 0, -1]) * np.sign(at)}
    for key, values in numbers.items():
        entry = parts.arrays[node[key]["array"]]
        entry.data, entry.shape = values.astype("<i8" if key == "knots_" else "<f8").tobytes(), [len(values)]


def _of_other_ends(parts: Parts, rng: random.Random) -> None:
    """What training saw of numbers, dates and times lies elsewhere, in order or not, within cells or beyond."""
    for holder, key in places(parts.document["model"]):
        if isinstance(holder[key], dict) and "low" in holder[key]:
            ends = rng.choices([0.0, 0.5, 23.9, 24.0, -719162, 2932896, 1e150, -1e150, 1e151, 1e307, -1e307], k=2)
            holder[key] |= dict(zip(("low", "high"), sorted(ends) if rng.random() < 0.9 else ends, strict=True))


def _is_scaler(node: Any) -> bool:
    return isinstance(node, dict) and node.get("kind") == "column_scaler"


def _of_other_terms(parts: Parts, rng: random.Random) -> None:
    """Other terms of a text, in order or not, and weights for them, as many or nearly, of any size."""
    steps = [
        h[k] for h, k in places(parts.document["model"]) if isinstance(h[k], dict) and h[k].get("kind") == "text_terms"
    ]
    for step in steps:
        count = len(step["terms_"][0]) + rng.choice([0, 0, 0, 1, -1, 50])
        terms = [f"{rng.choice(_TEXTS)}{k:03}" for k in range(count)]
        step["terms_"][0] = rng.choice([sorted(set(terms)), terms, step["terms_"][0]])
        entry = parts.arrays[step["idf_"][0]["array"]]
        weight = rng.choice([1.0, 1.5, 50.0, 51.0, 0.0, -1.0, 1e308, 5e-324, float("nan"), float("inf")])
        length = rng.choice([len(step["terms_"][0]), count])
        entry.shape, entry.data = [length], np.full(length, weight).tobytes()
        entry.dtype = "F64"


_TURNS: list[Callable[[Parts, random.Random], None]] = [
    _renamed, _of_other_precision, _of_other_size, _of_other_functions, _of_another_optimizer, _of_the_other_kind,
    _of_other_classes, _of_other_scales, _of_other_ends, _of_other_units, _of_other_terms, *WRAPPING,
]  # fmt: skip
