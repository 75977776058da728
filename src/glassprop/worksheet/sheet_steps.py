"""The steps of a worksheet in order: forward, cost, backward, some derivatives, one update."""

from __future__ import annotations

from fractions import Fraction

from glassprop.document.mathematics import (
    COST,
    Difference,
    Equation,
    Product,
    Reading,
    Slope,
    Symbol,
    Words,
    by,
)
from glassprop.document.mathematics import (
    numbers as written,
)
from glassprop.ground.text import shortened
from glassprop.insight.explanation import Explanation
from glassprop.insight.telling.layer_equations import (
    activation_rules,
    backward_rule,
    forward_rule,
    mixing_rule,
    parameter,
    rules_of_parameters,
    slope_rule,
)
from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Given, Item, Section, Sheet
from glassprop.worksheet.sheet_numbers import SheetNumbers

_RATE = Number(Fraction(1, 10))
_ALL_DERIVATIVES = 12  # parameters of a network whose derivatives are all asked for; else some of each layer
_SOME_DERIVATIVES = 3


def sheet_of(e: Explanation, numbers: SheetNumbers, significant: int, rows: bool) -> Sheet:
    """Put the steps together."""
    depth = e.architecture.depth
    layers = range(1, depth + 1)
    sections = [_forward(e, numbers, l) for l in layers]
    sections.append(_cost(e, numbers))
    for l in reversed(layers):
        sections += _backward(e, numbers, l)
    sections += [_derivatives(e, numbers), _update(e, numbers)]
    return Sheet(
        "Back-propagation by hand",
        tuple(_intro(e, rows)),
        tuple(_given(e, numbers, rows)),
        tuple(sections),
        significant,
        (
            "Where the key has =, the number is exact. Where it has ≈, it was computed from the numbers given, without "
            f"rounding on the way, and rounded to {significant} significant digits, because e or a logarithm came in "
            "or the exact number is long. So go on with all digits that your calculator shows, and round only what "
            "you write down.",
        ),
    )


def _intro(e: Explanation, rows: bool) -> list[str]:
    architecture = e.architecture
    parts = [f"{architecture.sizes[0]} inputs"]
    parts += [
        f"{layer.n} {'neuron' if layer.n == 1 else 'neurons'} ({layer.activation.spec})"
        for layer in architecture.layers
    ]
    said = [f"Network: {', then '.join(parts)}. Cost: {architecture.cost_function.spec}."]
    if rows and e.names.targets:
        said.append(f"Row {e.names.rows[e.focus]} of the table; target: {shortened(e.names.targets[e.focus])}.")
    said.append(
        "Layers count from 1 (layer 0 is the input), neurons from 0: w[1,0] leads to neuron 1 from neuron 0 of the "
        "layer before."
    )
    return said


def _given(e: Explanation, n: SheetNumbers, rows: bool) -> list[Given]:
    inputs = tuple(
        (Symbol("a", 0, (k,)), shortened(e.names.inputs[k]) if rows else "", (value,)) for k, value in enumerate(n.a[0])
    )
    found = [Given("Inputs", ("", "value"), inputs)]
    for l in range(1, e.architecture.depth + 1):
        heads = ("", *(f"from {k}" for k in range(len(n.w[l][0]))), "bias")
        body = tuple((Words(f"to {j}"), "", (*row, n.b[l][j])) for j, row in enumerate(n.w[l]))
        found.append(Given(f"Weights and biases of layer {l}", heads, body))
    targets = tuple(
        (Symbol("y", None, (j,)), shortened(e.names.outputs[j]) if rows else "", (value,))
        for j, value in enumerate(n.y)
    )
    return [*found, Given("Targets", ("", "value"), targets)]


def _forward(e: Explanation, n: SheetNumbers, l: int) -> Section:
    items = []
    for j, (z, a) in enumerate(zip(n.z[l], n.a[l], strict=True)):
        products = (*zip(n.w[l][j], n.a[l - 1], strict=True), (n.b[l][j],))
        items += [Item(Symbol("z", l, (j,)), z, products), Item(Symbol("a", l, (j,)), a)]
    return Section(
        f"Forward, layer {l}",
        "Add up what comes into each neuron, then apply the activation.",
        (forward_rule(e, l), *activation_rules(e, l)),
        tuple(items),
    )


def _cost(e: Explanation, n: SheetNumbers) -> Section:
    products = tuple((term,) for term in n.terms) if len(n.terms) > 1 else ()
    return Section(
        "Cost",
        "How bad is the output?",
        (Equation((COST, Reading(e.architecture.cost_function))),),
        (Item(COST, n.cost, products),),
    )


def _backward(e: Explanation, n: SheetNumbers, l: int) -> list[Section]:
    last = l == e.architecture.depth
    if last:
        text = "How the cost moves with each output."
        how = Equation((by(Symbol("a", None, ("j",))), Reading(e.architecture.cost_function, derivative=True)))
    else:
        text = f"Each neuron reaches the cost through all neurons of layer {l + 1}: the sum over these ways."
        how = backward_rule(e, l)
    items = []
    for k, value in enumerate(n.by_a[l]):
        products = () if last else tuple((n.w[l + 1][j][k], d) for j, d in enumerate(n.delta[l + 1]))
        items.append(Item(by(Symbol("a", l, (k,))), value, products))
    return [
        Section(f"Backward, layer {l}: with respect to its activations", text, (how,), tuple(items)),
        _through(e, n, l),
    ]


def _through(e: Explanation, n: SheetNumbers, l: int) -> Section:
    activation = e.architecture.layer(l).activation
    slopes, slope = n.slope[l], Reading(activation, derivative=True)
    items = []
    for j, delta in enumerate(n.delta[l]):
        if slopes is None:
            products = tuple((g, entry) for g, (entry, _) in zip(n.by_a[l], n.mixed_terms(e, l, j), strict=True))
        else:
            products = ((n.by_a[l][j], slopes[j]),)
            items.append(Item(Slope(Symbol("z", l, (j,))), slopes[j]))
        items.append(Item(Symbol("δ", l, (j,)), delta, products))
    how = (mixing_rule(), slope) if slopes is None else (Equation((Slope(Symbol("z")), slope)), slope_rule())
    text = "Back through the activation."
    if l == e.architecture.depth and e.view.collapses:
        text += " With this cost the product collapses to a short form: find it, and use it to check your numbers."
    return Section(f"Backward, layer {l}: with respect to its weighted sums", text, how, tuple(items))


def _derivatives(e: Explanation, n: SheetNumbers) -> Section:
    items = []
    every = e.architecture.layout.size <= _ALL_DERIVATIVES
    for l in range(e.architecture.depth, 0, -1):
        found = []
        for j, delta in enumerate(n.delta[l]):
            found += [Item(by(parameter(e, (l, j, k))), delta * a, ((a, delta),)) for k, a in enumerate(n.a[l - 1])]
            found.append(Item(by(parameter(e, (l, j, None))), delta))
        if not every:
            order = sorted(range(len(found)), key=lambda i: -abs(found[i].answer.value))[:_SOME_DERIVATIVES]
            found = [found[i] for i in sorted(order)]
        items += found
    return Section(
        "The derivatives with respect to weights and biases",
        "Each weight by what comes in through it, each bias by 1, times δ of the neuron it leads to.",
        rules_of_parameters(e, 1),
        tuple(items),
    )


def _update(e: Explanation, n: SheetNumbers) -> Section:
    """One step of gradient descent for the weight of the first layer with the largest derivative."""
    sizes = {(j, k): abs((d * a).value) for j, d in enumerate(n.delta[1]) for k, a in enumerate(n.a[0])}
    j, k = max(sizes, key=lambda place: sizes[place])
    w, g = n.w[1][j][k], n.a[0][k] * n.delta[1][j]
    old = parameter(e, (1, j, k))
    new = Product((Words("new"), old))
    moved = Difference(old, Product((*written(0.1), by(old))))
    return Section(
        "One step of gradient descent",
        "Move this weight against its derivative, with the rate η = 0.1.",
        (Equation((new, moved)),),
        (Item(new, w - _RATE * g, ((w,), (-_RATE, g))),),
    )
