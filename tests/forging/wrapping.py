"""Forgeries of models that are made of others: other models in their places, more or fewer of them, other numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from forging.sealing import Entry, Parts
from forging.trees import places

_LISTS = ("estimators_", "calibrated_classifiers_", "calibrators", "estimators_features_")
_WHOLE = ("estimators_", "estimators_features_", "stack_method_", "_n_feature_outs")


def _nodes(parts: Parts) -> list[dict[str, Any]]:
    model = parts.document["model"]
    return [node for holder, key in places({"model": model}) if isinstance(node := holder[key], dict)]


def _with_other_models(parts: Parts, rng: random.Random) -> None:
    """Two of its steps or models change places, or one is left out, or stands in the place of all."""
    spots = [(holder, key) for holder, key in places(parts.document["model"]) if _is_step(holder[key])]
    if len(spots) < 2:
        return
    (one, k), (other, m) = rng.sample(spots, 2)
    if _within(one[k], other[m]) or _within(other[m], one[k]):
        parts.document["model"] = one[k]
    else:
        one[k], other[m] = other[m], one[k]


def _is_step(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("kind"), str)


def _within(node: Any, tree: Any) -> bool:
    return any(holder[key] is node for holder, key in places({"": tree}))


def _with_more_or_fewer(parts: Parts, rng: random.Random) -> None:
    """A list of models is shorter, or its first is there twice; what counts them says so as well."""
    holders = [node for node in _nodes(parts) if any(isinstance(node.get(name), list) for name in _LISTS)]
    if not holders:
        return
    node = rng.choice(holders)
    names = [name for name in (_WHOLE if rng.random() < 0.6 else _LISTS) if isinstance(node.get(name), list)]
    for name in names:
        items = node[name]
        if items:
            node[name] = rng.choice([items[:-1], items[1:], items[::-1], items[:1]])
    if "n_estimators" in node and rng.random() < 0.8:
        node["n_estimators"] = len(node["estimators_"])


def _with_other_labels(parts: Parts, rng: random.Random) -> None:
    """Other classes of one of its models or of itself: numbers that are no places, texts, one only."""
    holders = [node for node in _nodes(parts) if isinstance(node.get("classes_"), dict)]
    if not holders:
        return
    node = rng.choice(holders)
    count = len(node["classes_"].get("values", []))
    values = rng.choice([[0, 1, 2], [1, 2, 3], [0, 1, 10**12], [-1, 0, 1], ["a", "b", "c"], [0.0, 1.0, 2.0], [0]])
    dtype = {int: "int64", str: "str", float: "float64"}[type(values[0])]
    node["classes_"] = {"dtype": dtype, "values": values[:count]}
    if "_label_binarizer" in node:
        node["_label_binarizer"]["classes_"] = node["classes_"]


def _with_other_numbers(parts: Parts, rng: random.Random) -> None:
    """Numbers of columns, slopes, curves: far out, of another length, in another order, negative, not whole."""
    names = ("estimators_features_[", "thresholds_", ".coef_", ".intercept_", ".scores_", ".pvalues_", ".order_")
    found = [name for name in parts.arrays if any(part in name for part in names)]
    if not found:
        return
    entry = parts.arrays[rng.choice(found)]
    dtype = {"F64": "<f8", "F32": "<f4", "I64": "<i8"}[entry.dtype]
    numbers = np.frombuffer(entry.data, dtype=dtype)
    far = rng.choice([0, 1, -1, 3, 10**6, 2**62]) if dtype == "<i8" else rng.choice([0, 1e300, -1e300, 2.0, np.inf])
    changed = rng.choice([np.full_like(numbers, far), numbers[::-1], np.sort(numbers), numbers[:-1], numbers * 0])
    shape = [len(changed)] if len(entry.shape) == 1 else entry.shape
    parts.arrays.update({name: Entry(entry.dtype, shape, changed.astype(dtype).tobytes())
                         for name, each in parts.arrays.items() if each is entry})  # fmt: skip


WRAPPING: list[Callable[[Parts, random.Random], None]] = [
    _with_other_models, _with_other_models, _with_more_or_fewer, _with_other_labels, _with_other_numbers,
]  # fmt: skip
