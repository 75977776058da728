"""Forward, layer by layer, to the cost, and back again to the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassprop.document.blocks import Block, Column, Display, Line, Matrix, Name, Paragraph, Section, Table
from glassprop.document.formulas import words_of
from glassprop.document.mathematics import (
    COST,
    Activated,
    Equation,
    Math,
    Number,
    Partial,
    Reading,
    Slope,
    Sum,
    Symbol,
    by,
    numbers,
)
from glassprop.equations.cost import is_built_in
from glassprop.insight.derive import collapse_of
from glassprop.insight.largest import largest_neurons, largest_weights
from glassprop.insight.telling.layer_equations import (
    MOST_OF_A_NAME,
    activation_reading,
    activation_rules,
    backward_rule,
    backward_sum,
    collapsed,
    forward_rule,
    forward_sum,
    input_name,
    layer_name,
    mixing_rule,
    mixing_sum,
    parameter_product,
    reaches,
    remark,
    rules_of_parameters,
    slope_rule,
)
from glassprop.insight.telling.written_sums import largest_terms, rest_of

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_JACOBIAN = "the slope is a whole matrix of slopes, the Jacobian"
_SAME = "There [m = j] is 1 where m and j are the same neuron, else 0."
_MOST_JACOBIAN = 6  # neurons of a layer whose Jacobian is shown
_MOST_WRITTEN = 4  # neurons of a layer whose sums are all written out


def forward_section(e: Explanation, top: int) -> Section:
    """The inputs, then z and a of each layer, one weighted sum of each written out."""
    shown = largest_neurons(e, 0, top)
    a = Symbol("a", 0, ("k",))
    rows = tuple((str(k), input_name(e, k), Number(float(e.a(0)[k]))) for k in shown)
    heads = Column(Symbol("k"), numbers=True), Column("input"), Column(a, numbers=True)
    inputs = Table(heads, rows, (e.architecture.sizes[0] - len(shown), "inputs"))
    layers = (_forward(e, l, largest_neurons(e, l, top)) for l in range(1, e.architecture.depth + 1))
    return Section("Forward", (Paragraph("The inputs, as the network takes them:"), inputs, *layers))


def _forward(e: Explanation, l: int, shown: Sequence[int]) -> Section:
    layer = e.architecture.layer(l)
    first, *others = activation_rules(e, l)
    rules = forward_rule(e, l), ", then ", first, *(part for rule in others for part in (", and ", rule))
    which, said = _written(shown, layer.n, e.a(l) * e.by_a(l))
    sums = Display(tuple(forward_sum(e, l, j) for j in which))
    neurons = f"{layer.n} {'neuron' if layer.n == 1 else 'neurons'}"
    title = (f"Layer {l}: {neurons}, ", layer_name(e, l))
    table = _neurons(e, l, shown, _forward_quantities(e, l))
    return Section(title, (Paragraph((*rules, f".{remark(e, l)} {said}")), sums, table))


def _written(shown: Sequence[int], n: int, sizes: np.ndarray) -> tuple[list[int], str]:
    """The neurons of a layer of n whose sums are written out: all of a small one, else the one that matters most."""
    if n <= _MOST_WRITTEN and len(shown) == n:
        return list(shown), "With numbers:" if n == 1 else "Neuron by neuron:"
    j = _first(shown, sizes)
    return [j], f"Neuron {j}, for example:"


def _forward_quantities(e: Explanation, l: int) -> list[tuple[Math, np.ndarray]]:
    layer, i = e.architecture.layer(l), e.focus
    found: list[tuple[Math, np.ndarray]] = [(Symbol("z", l, ("j",)), e.z(l))]
    if layer.parametric:
        found.append((Symbol("p", l, ("j",)), e.view.trace.sigma[l].parameters[0]))
    if layer.residual:
        found.append((Activated(Symbol("z", l, ("j",))), e.view.trace.s[l][i]))
    return [*found, (Symbol("a", l, ("j",)), e.a(l))]


def _first(shown: Sequence[int], sizes: np.ndarray) -> int:
    """Of the neurons shown, the one with the largest number."""
    return max(shown, key=lambda m: abs(np.nan_to_num(sizes[m])))


def _neurons(
    e: Explanation, l: int, shown: Sequence[int], quantities: Sequence[tuple[Math, np.ndarray]], what: str = "neurons"
) -> Table:
    """Some quantities of the neurons shown; outputs by their names."""
    last = l == e.architecture.depth
    heads = (Column(Symbol("j"), numbers=True), *([Column("output")] if last else []))
    rows: list[tuple[Line, ...]] = []
    for m in shown:
        names = [Name(e.names.outputs[m])] if last else []
        rows.append((str(m), *names, *numbers(*(values[m] for _, values in quantities))))
    columns = (*heads, *(Column(head, numbers=True) for head, _ in quantities))
    return Table(columns, tuple(rows), (e.architecture.layer(l).n - len(rows), what))


# --- the cost -------------------------------------------------------------------------------------------------------


def cost_section(e: Explanation, top: int) -> Section:
    """Its formula, the outputs beside the targets, and the number."""
    depth, cost = e.architecture.depth, e.architecture.cost_function
    quantities = (Symbol("a", None, ("j",)), e.a(depth)), (Symbol("y", None, ("j",)), e.view.Y[e.focus])
    table = _neurons(e, depth, largest_neurons(e, depth, top), quantities, "outputs")
    terms = _terms(e)
    written: tuple[Math, ...] = ()
    if terms is not None and len(terms) > 1:
        first = largest_terms(terms)
        written = (Sum((*numbers(*terms[first]), *rest_of(terms, first))),)
    sides = (COST, Reading(cost), *written, Number(e.cost))
    title = "Cost: ", Name(words_of(cost), MOST_OF_A_NAME)
    return Section(title, (table, Display((Equation(sides),))))


def _terms(e: Explanation) -> np.ndarray | None:
    """What each output adds to the cost; None for an own cost, and where a has rounded to the end of its range."""
    cost, a, y = e.architecture.cost_function, e.a(e.architecture.depth), e.view.Y[e.focus]
    if not is_built_in(cost):
        return None
    terms = cost(a[:, None], y[:, None])
    return terms if np.isclose(terms.sum(), e.cost, rtol=1e-9, atol=0) else None


# --- backward -------------------------------------------------------------------------------------------------------


def backward_section(e: Explanation, top: int) -> Section:
    """From the cost back to the inputs, layer by layer."""
    depth = e.architecture.depth
    layers = (_backward(e, l, largest_neurons(e, l, top)) for l in range(depth, 0, -1))
    k = _first(range(e.architecture.sizes[0]), e.by_a(0))
    said = Paragraph(f"An input {reaches(e, 1)}; input {k}, for example:")
    inputs = Section("The inputs", (said, Display((backward_sum(e, 0, k),))))
    delta = Symbol("δ", None, ("j",))
    begin = Paragraph(
        (
            "From the last layer to the first, each from what the layer behind it left. The number that is handed on "
            "is ",
            Equation((delta, by(Symbol("z", None, ("j",))))),
            ", the error of a neuron: how the cost moves with its weighted sum."
            if e.predictions is None
            else ": how the cost moves with the weighted sum of a neuron.",
        )
    )
    return Section("Backward", (begin, *layers, inputs))


def _backward(e: Explanation, l: int, shown: Sequence[int]) -> Section:
    layer, last = e.architecture.layer(l), l == e.architecture.depth
    j = _first(shown, e.delta(l))
    parts: list[Block] = []
    if last and e.predictions is not None:
        parts.append(Paragraph(("What is asked for is this layer's own: ", by(Symbol("a", l, ("j",))), " is at once:")))
    elif last:
        slope = Equation((by(Symbol("a", l, ("j",))), Reading(e.architecture.cost_function, derivative=True)))
        parts.append(Paragraph(("The cost's own derivative: ", slope)))
    else:
        which, said = _written(shown, layer.n, e.delta(l))
        parts.append(Paragraph((f"A neuron {reaches(e, l + 1)}: ", backward_rule(e, l), f". {said}")))
        parts.append(Display(tuple(backward_sum(e, l, j) for j in which)))
    parts += _elementwise(e, l, shown) if layer.activation.elementwise else _mixing(e, l, shown, j)
    parts += collapse_parts(e, j) if last else []
    return Section((f"Layer {l}: ", layer_name(e, l)), (*parts, *_parameters(e, l)))


def _parameters(e: Explanation, l: int) -> list[Block]:
    """What δ of a layer gives for its own parameters, where they are weights or factors: the largest, for example."""
    if not e.architecture.layer(l).linear:
        return []
    place = largest_weights(e, l, 1, biases=False)[0]
    rules = rules_of_parameters(e, l)
    said = "With ", Symbol("δ"), " come the derivatives with respect to what leads into the layer: "
    joined = [part for rule in rules for part in (rule, ", ")][:-1]
    return [Paragraph((*said, *joined, ". The largest:")), Display((parameter_product(e, place),))]


def _elementwise(e: Explanation, l: int, shown: Sequence[int]) -> list[Block]:
    slopes = e.slope(l)
    assert slopes is not None  # elementwise
    z = Symbol("z")
    slope = Equation((Slope(z), activation_reading(e, l, derivative=True)))
    said = Paragraph(("The slope is ", slope, ", and ", slope_rule(), ":"))
    quantities = (
        (by(Symbol("a", None, ("j",))), e.by_a(l)),
        (Slope(Symbol("z", None, ("j",))), slopes),
        (Symbol("δ", None, ("j",)), e.delta(l)),
    )
    return [said, _neurons(e, l, shown, quantities)]


def _mixing(e: Explanation, l: int, shown: Sequence[int], j: int) -> list[Block]:
    layer = e.architecture.layer(l)
    reading = activation_reading(e, l, derivative=True)
    parts: list[Block] = [
        Paragraph(
            ("Every ", Symbol("a"), " depends on every ", Symbol("z"), f", so {_JACOBIAN}: ", reading, f". {_SAME}")
        )
    ]
    if layer.n <= _MOST_JACOBIAN:
        J = Partial(Symbol("a", None, ("m",)), Symbol("z", None, ("j",)))
        parts.append(Matrix(J, tuple(tuple(row) for row in e.jacobian(l).tolist())))
    parts.append(Paragraph((mixing_rule(), f", the sum over a column of it; neuron {j}, for example:")))
    parts.append(Display((mixing_sum(e, l, j),)))
    quantities = (by(Symbol("a", None, ("j",))), e.by_a(l)), (Symbol("δ", None, ("j",)), e.delta(l))
    return [*parts, _neurons(e, l, shown, quantities)]


def collapse_parts(e: Explanation, j: int) -> list[Block]:
    """The short form of δ of an output, where the derivatives of activation and cost collapse (E26)."""
    found = collapse_of(e.view, e.focus, j)
    if found is None:
        return []
    said = "With this cost the derivatives collapse: in the product all but a difference cancels"
    if not e.view.long_way_holds[e.focus]:
        said += ", and here only this short form holds, for an activation has rounded to the end of its range"
    return [Paragraph(f"{said} (E26)."), Display((collapsed(e, j, found),))]
