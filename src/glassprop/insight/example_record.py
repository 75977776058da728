"""One example of an explanation as plain data: its numbers by layer, what is not shown as one number, differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.ground.json_values import plain_number as _number
from glassprop.ground.json_values import plain_numbers as _numbers
from glassprop.insight.derive import collapse_formula, column_value, switches
from glassprop.insight.differences import nudge_inputs, nudge_weights
from glassprop.insight.names import Column
from glassprop.insight.walk_record import terms_of

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

MOST_JACOBIAN = 32  # neurons of a mixing layer whose Jacobian is written down


def example_record(
    explanation: Explanation, shown: list[Array], columns: list[Column], rows: bool, most: int
) -> dict[str, Any]:
    """docs/explain-json.md, ``examples[]``. rows: whether what stands in the table is written down."""
    view, names, i = explanation.view, explanation.names, explanation.focus
    depth = view.architecture.depth
    layers = range(1, depth + 1)
    slopes = [explanation.slope(l) for l in layers]
    terms = terms_of(view.architecture.cost_function, view.trace.a[depth][i], view.Y[i], explanation.cost)
    return {
        "row": names.rows[i],
        "target": names.targets[i] if names.targets else None,
        "prediction": names.predictions[i] if names.predictions else None,
        "cost": _number(explanation.cost),
        "y": _numbers(view.Y[i][shown[-1]]),
        "z": [None, *(_numbers(explanation.z(l)[shown[l]]) for l in layers)],
        "a": [_numbers(explanation.a(l)[shown[l]]) for l in range(depth + 1)],
        "edges": [None, *(_edges(explanation, l, shown) for l in layers)],
        "slope": [None, *(None if s is None else _numbers(s[shown[l]]) for l, s in zip(layers, slopes, strict=True))],
        "jacobian": [None, *(_jacobian(explanation, l, shown[l]) for l in layers)],
        "by_a": [_numbers(explanation.by_a(l)[shown[l]]) for l in range(depth + 1)],
        "delta": [None, *(_numbers(explanation.delta(l)[shown[l]]) for l in layers)],
        "rest_z": [None, *(_numbers(_rest_forward(explanation, l, shown)) for l in layers)],
        "rest_by_a": [*(_numbers(_rest_backward(explanation, l, shown)) for l in range(depth)), None],
        "terms": None if terms is None else _numbers(terms[shown[-1]]),
        "long_way": bool(view.long_way_holds[i]),
        "collapse": collapse_formula(view, i),
        "columns": [_cell(explanation, column, rows) for column in columns],
        "differences": _differences(explanation, shown, most),
    }


def _cell(explanation: Explanation, column: Column, rows: bool) -> dict[str, Any]:
    """What stands in a column, and the derivative with respect to it."""
    view, i = explanation.view, explanation.focus
    slopes = [None] * len(column.parts) if column.slopes is None else _numbers(column.slopes[i])
    return {
        "shown": explanation.names.shown(column, i) if rows else None,
        "value": _number(column_value((view,), i, column)),
        "by_column": slopes if rows else None,
        "switches": {name: _number(change) for name, change in switches((view,), i, column).items()},
    }


def _edges(explanation: Explanation, layer: int, shown: list[Array]) -> Any:
    """∂z_j/∂x_k at the example, of a layer whose z is not linear in x; None for others, where they are parameters."""
    if explanation.architecture.layer(layer).linear:
        return None
    return _numbers(explanation.view.w(layer, explanation.focus)[np.ix_(shown[layer], shown[layer - 1])])


def _rest_forward(explanation: Explanation, layer: int, shown: list[Array]) -> Array:
    """What inputs that are not shown add to z of the neurons that are."""
    if not explanation.architecture.layer(layer).linear:
        return np.zeros(len(shown[layer]))  # z is no such sum
    w, a = explanation.view.w(layer, explanation.focus)[shown[layer]], explanation.a(layer - 1)
    rest = _not_among(shown[layer - 1], len(a))
    return w[:, rest] @ a[rest]


def _rest_backward(explanation: Explanation, layer: int, shown: list[Array]) -> Array:
    """What neurons of the next layer that are not shown add to ∂C₀/∂a of the neurons of this one that are."""
    w, delta = explanation.view.w(layer + 1, explanation.focus)[:, shown[layer]], explanation.delta(layer + 1)
    rest = _not_among(shown[layer + 1], len(delta))
    return delta[rest] @ w[rest]


def _not_among(shown: Array, n: int) -> Array:
    rest = np.ones(n, dtype=bool)
    rest[shown] = False
    return np.flatnonzero(rest)


def _jacobian(explanation: Explanation, layer: int, shown: Array) -> Any:
    if explanation.architecture.layer(layer).activation.elementwise or len(shown) > MOST_JACOBIAN:
        return None
    return _numbers(explanation.jacobian(layer)[np.ix_(shown, shown)])


def _differences(explanation: Explanation, shown: list[Array], most: int) -> dict[str, Any]:
    """Derivatives by differences of the largest gradients shown: by layer, [j, k, value, kink]; k is -1 for a bias."""
    view, i = explanation.view, explanation.focus
    found: dict[str, Any] = {"weights": [None], "inputs": []}
    for l in range(1, view.architecture.depth + 1):
        a = np.append(explanation.a(l - 1)[shown[l - 1]], 1.0)
        sizes = np.abs(np.outer(explanation.delta(l)[shown[l]], a))
        sizes[:, :-1][~view.has_edges(l)[np.ix_(shown[l], shown[l - 1])]] = -1
        sizes[:, -1] = np.where(view.has_biases(l), sizes[:, -1], -1)
        first = np.argsort(-sizes, axis=None, kind="stable")[: min(most, int((sizes >= 0).sum()))]
        js, ks = (np.asarray(part) for part in np.unravel_index(first, sizes.shape))
        numbers = np.append(shown[l - 1], -1)[ks]
        nudge = nudge_weights(view, i, l, shown[l][js], numbers)
        found["weights"].append(_entries(shown[l][js], numbers, nudge.values, nudge.kinks))
    order = np.argsort(-np.abs(explanation.by_a(0)[shown[0]]), kind="stable")[:most]
    ks = shown[0][order]
    ks = ks[~np.isin(ks, [k for k, _ in view.architecture.codes])]  # which have no derivative
    nudge = nudge_inputs(view, i, ks)
    found["inputs"] = [[int(k), _number(v), bool(c)] for k, v, c in zip(ks, nudge.values, nudge.kinks, strict=True)]
    return found


def _entries(js: Array, ks: Array, values: Array, kinks: Array) -> list[list[Any]]:
    rows = zip(js, ks, values, kinks, strict=True)
    return [[int(j), int(k), _number(value), bool(kink)] for j, k, value, kink in rows]
