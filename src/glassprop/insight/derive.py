"""Taking one derivative apart: with respect to a weight or bias (E4, E16), or a column of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.insight.differences import (
    changes_by_inputs,
    nudge_activation,
    nudge_inputs,
    nudge_parameter,
    nudge_weights,
)
from glassprop.insight.factors import (
    BY_A,
    BY_COLUMN,
    BY_P,
    BY_X,
    BY_Z,
    MIXED,
    SHARED,
    SLOPE,
    Collapse,
    ColumnDerivative,
    Derivative,
    InputPart,
    Share,
    Term,
    by_letter,
)
from glassprop.insight.names import Column, Names, symbol_of
from glassprop.insight.paths import Paths
from glassprop.insight.view import View
from glassprop.layers.layer_kind import PARAMETRIC

FindPaths = Callable[[int, int], Paths]


def by_parameter(view: View, i: int, layer: int, j: int, k: int | None, paths: FindPaths) -> Derivative:
    """∂C₀/∂w_jk of a layer for example i; k None: ∂C₀/∂b_j. ``paths``: from a layer's neuron to the output."""
    letter, *place = _named(view, layer, j, k)
    into = 1.0 if k is None else float(view.trace.a[layer - 1][i, k])
    symbol = symbol_of(letter, layer, *place)
    return _of_neuron(
        view, i, layer, j, symbol, {by_letter(letter): into}, paths, lambda: _difference(view, i, layer, j, k)
    )


def by_entry(view: View, i: int, layer: int, name: str, index: tuple[int, ...], paths: FindPaths) -> Derivative:
    """∂C₀ by an entry of a block of a layer of any kind, for example i: along its way to the neurons that it moves."""
    kind, blocks = view.architecture.layer(layer), view.architecture.layout.of_layer(view.theta, layer)
    factors, onto = kind.way(blocks, view.trace.a[layer - 1][i], name, index)
    symbol = symbol_of(name, layer, *index)

    def difference() -> tuple[float, bool]:
        nudge = nudge_parameter(view, i, layer, name, index)
        return float(nudge.values[0]), bool(nudge.kinks[0])

    if list(onto.values()) == [1.0]:
        return _of_neuron(view, i, layer, next(iter(onto)), symbol, factors, paths, difference)
    shares = tuple(Share(j, float(view.deltas[layer][i, j]), by_it) for j, by_it in onto.items())
    factors = factors | {SHARED: sum(share.product for share in shares)}
    return Derivative(symbol, prod(factors.values()), factors, shares=shares, _difference=difference)


def _of_neuron(
    view: View,
    i: int,
    layer: int,
    j: int,
    symbol: str,
    factors: dict[str, float],
    paths: FindPaths,
    difference: Callable[[], tuple[float, bool]],
) -> Derivative:
    """∂C₀ by a parameter that moves one neuron alone, whose ∂z by it is the product of ``factors``."""
    into, delta, last = prod(factors.values()), float(view.deltas[layer][i, j]), layer == view.architecture.depth
    slopes = view.slopes(layer)
    terms: tuple[Term, ...] = ()
    if last and not view.long_way_holds[i]:  # the factors would not give the derivative
        factors |= {BY_Z: delta}
    elif slopes is None:
        terms = column_sum(view, i, layer, j)
        factors |= {MIXED: delta}
    else:
        factors |= {SLOPE: float(slopes[i, j]), BY_A: float(view.by_output[layer][i, j])}
    return Derivative(
        symbol,
        delta * into,
        factors,
        terms,
        collapse_of(view, i, j) if last else None,
        _paths=lambda: paths(layer, j),
        _difference=difference,
    )


def _named(view: View, layer: int, j: int, k: int | None) -> tuple[Any, ...]:
    """How the equations call what leads from k to j (k None: the bias): letter, indices."""
    if k is None:
        return "b", j
    name, index = view.architecture.layer(layer).edge(j, k) or ("w", (j, k))
    return name, *index


def by_activation_parameter(view: View, i: int, layer: int, j: int, paths: FindPaths) -> Derivative:
    """∂C₀/∂p_j of a layer whose activation's parameter is trained, for example i: ∂C₀/∂a ∂a/∂p."""
    sigma, z, s = view.trace.sigma[layer], view.trace.z[layer], view.trace.s[layer]
    into, by_a = float(sigma.by_parameter(z, s, *sigma.parameters)[i, j]), float(view.by_output[layer][i, j])
    return Derivative(
        symbol_of(PARAMETRIC, layer, j),
        by_a * into,
        {BY_P: into, BY_A: by_a},
        _paths=lambda: paths(layer, j),
        _difference=lambda: _difference_by_parameter(view, i, layer, j),
    )


def _difference_by_parameter(view: View, i: int, layer: int, j: int) -> tuple[float, bool]:
    nudge = nudge_activation(view, i, layer, j)
    return float(nudge.values[0]), bool(nudge.kinks[0])


def column_sum(view: View, i: int, layer: int, j: int) -> tuple[Term, ...]:
    """``Σ_m ∂C_0/∂a_m J_mj``, term by term, where the activation of a layer mixes neurons."""
    by_a, column = view.by_output[layer][i], view.jacobian(layer, i)[:, j]
    return tuple(Term(m, float(by_a[m]), float(column[m])) for m in range(len(column)))


def collapse_of(view: View, i: int, j: int) -> Collapse | None:
    """What δ of output j of example i collapses to (E26), with its numbers; None where it does not."""
    formula = collapse_formula(view, i)
    if formula is None:
        return None
    depth, total = view.architecture.depth, total_of_targets(view, i)
    a, delta = float(view.trace.a[depth][i, j]), float(view.deltas[depth][i, j])
    return Collapse(formula, a, float(view.Y[i, j]), delta, total)


def collapse_formula(view: View, i: int) -> str | None:
    """What δ of the outputs of example i collapses to (E26), or None where it does not."""
    if not view.collapses:
        return None
    return "a - y" if total_of_targets(view, i) == 1 else "a Σy - y"


def total_of_targets(view: View, i: int) -> float:
    """What a is multiplied by in the collapsed form: Σy behind a softmax, where it is not 1; else 1."""
    total = float(view.Y[i].sum())
    scaled = view.architecture.layers[-1].activation.name == "softmax" and abs(total - 1) > 1e-9
    return total if scaled else 1.0


def _difference(view: View, i: int, layer: int, j: int, k: int | None) -> tuple[float, bool]:
    nudge = nudge_weights(view, i, layer, np.array([j]), np.array([-1 if k is None else k]))
    return float(nudge.values[0]), bool(nudge.kinks[0])


def by_column(views: Sequence[View], names: Names, i: int, column: Column, paths: FindPaths) -> ColumnDerivative:
    """∂C₀ with respect to a column of the table for example i, through the inputs that were made of it.

    views: one, or those of all members, whose costs and derivatives are averaged (E41, E43).
    """
    parts = input_parts(names, views[0].X[i], by_inputs(views, i), column, i)
    return ColumnDerivative(
        f"∂C₀/∂{column.name}",
        column_value(views, i, column),
        column_factors(parts),
        _paths=lambda: paths(0, column.parts[0]),
        _difference=lambda: difference_by_column(views, i, column),
        shown=names.shown(column, i),
        parts=parts,
        switches=switches(views, i, column),
        unit=column.unit,
    )


def input_parts(names: Names, x: Array, by_x: Array, column: Column, i: int) -> tuple[InputPart, ...]:
    """The inputs that a column feeds, of example i. x, by_x (n_inputs,)."""
    slopes = None if column.slopes is None else column.slopes[i]
    return tuple(
        InputPart(
            index,
            names.inputs[index],
            float(x[index]),
            float(by_x[index]),
            None if slopes is None else float(slopes[place]),
        )
        for place, index in enumerate(column.parts)
    )


def by_inputs(views: Sequence[View], i: int) -> Array:
    """∂C₀/∂x of example i (n_inputs,): the mean over members, where there are several."""
    return _mean([view.by_output[0][i] for view in views])


def _mean(each: list[Array]) -> Array:
    return each[0] if len(each) == 1 else np.mean(each, axis=0)


def column_value(views: Sequence[View], i: int, column: Column) -> float:
    """Σ ∂C₀/∂x ∂x/∂column over the column's inputs; NaN for a category or text, which has no derivative."""
    if column.slopes is None:
        return float("nan")
    by_x = by_inputs(views, i)
    return float(sum(float(by_x[index]) * float(s) for index, s in zip(column.parts, column.slopes[i], strict=True)))


def column_factors(parts: tuple[InputPart, ...]) -> dict[str, float]:
    """Two factors where one input alone moves with the column; a mark of being missing does not."""
    moving = [part for part in parts if part.by_column] or list(parts[:1])
    if len(moving) > 1 or not moving or moving[0].by_column is None:
        return {}
    return {BY_X: moving[0].by_x, BY_COLUMN: moving[0].by_column}


def difference_by_column(views: Sequence[View], i: int, column: Column) -> tuple[float, bool]:
    if column.slopes is None:
        return float("nan"), False
    nudges = [nudge_inputs(view, i, np.array(column.parts)) for view in views]
    kinks = np.any([nudge.kinks for nudge in nudges], axis=0)
    values = _mean([nudge.values for nudge in nudges])
    return float(values @ column.slopes[i]), bool(kinks[column.slopes[i] != 0].any())


def switches(views: Sequence[View], i: int, column: Column) -> dict[str, float]:
    """What C_0 would change by with another category, by passes forward: what derivatives say may have another sign."""
    if column.categories is None:
        return {}
    changes = _mean([changes_by_inputs(view, i, np.array(column.parts), column.by_category) for view in views])
    return dict(zip(column.categories, changes.tolist(), strict=True))
