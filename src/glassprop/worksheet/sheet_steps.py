"""The steps of a worksheet in order: forward, cost, backward, some derivatives, one update."""

from __future__ import annotations

from fractions import Fraction

from glassprop.document.formulas import formula_of
from glassprop.ground.text import shortened
from glassprop.insight.explanation import Explanation
from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Given, Item, Section, Sheet, Symbol, derivative_by, quantity, slope_at
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
            f"rounding on the way, and rounded to {significant} digits that count, because e or a logarithm came in or "
            "the exact number is long. So go on with all digits that your calculator shows, and round only what you "
            "write down.",
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
        "Layers count from 1 (layer 0 is the input), neurons from 0: w[j,k] leads to neuron j from neuron k of the "
        "layer before."
    )
    return said


def _given(e: Explanation, n: SheetNumbers, rows: bool) -> list[Given]:
    inputs = tuple(
        (quantity("a", 0, k), shortened(e.names.inputs[k]) if rows else "", (value,)) for k, value in enumerate(n.a[0])
    )
    found = [Given("Inputs", ("", "value"), inputs)]
    for l in range(1, e.architecture.depth + 1):
        heads = ("", *(f"from {k}" for k in range(len(n.w[l][0]))), "bias")
        body = tuple((_plain(f"to {j}"), "", (*row, n.b[l][j])) for j, row in enumerate(n.w[l]))
        found.append(Given(f"Weights and biases of layer {l}", heads, body))
    targets = tuple(
        (Symbol(f"y[{j}]", f"y_{{{j}}}"), shortened(e.names.outputs[j]) if rows else "", (value,))
        for j, value in enumerate(n.y)
    )
    return [*found, Given("Targets", ("", "value"), targets)]


def _plain(text: str) -> Symbol:
    return Symbol(text, rf"\text{{{text}}}")


def _forward(e: Explanation, n: SheetNumbers, l: int) -> Section:
    layer = e.architecture.layer(l)
    formula = formula_of(layer.activation)
    items = []
    for j, (z, a) in enumerate(zip(n.z[l], n.a[l], strict=True)):
        products = (*zip(n.w[l][j], n.a[l - 1], strict=True), (n.b[l][j],))
        items += [Item(quantity("z", l, j), z, products), Item(quantity("a", l, j), a)]
    return Section(
        f"Forward, layer {l}",
        "Add up what comes into each neuron, then apply the activation.",
        Symbol(f"z[j] = Σ w[j,k] a[k] + b[j],  a = {formula.value}",
               rf"z_j = \sum_k w_{{j,k}} a_k + b_j, \qquad a = {formula.value_latex}"),
        tuple(items),
    )  # fmt: skip


def _cost(e: Explanation, n: SheetNumbers) -> Section:
    formula = formula_of(e.architecture.cost_function)
    products = tuple((term,) for term in n.terms) if len(n.terms) > 1 else ()
    return Section(
        "Cost",
        "How bad is the output?",
        Symbol(f"C₀ = {formula.value}", f"C_0 = {formula.value_latex}"),
        (Item(Symbol("C₀", "C_0"), n.cost, products),),
    )


def _backward(e: Explanation, n: SheetNumbers, l: int) -> list[Section]:
    last = l == e.architecture.depth
    if last:
        formula = formula_of(e.architecture.cost_function)
        text = "How the cost moves with each output."
        how = Symbol(f"∂C₀/∂a = {formula.derivative}",
                     rf"\frac{{\partial C_0}}{{\partial a_j}} = {formula.derivative_latex}")  # fmt: skip
    else:
        text = f"Each neuron reaches the cost through all neurons of layer {l + 1}: the sum over these ways."
        how = Symbol(f"∂C₀/∂a[k] = Σ w[j,k] δ[j], w and δ of layer {l + 1}",
                     rf"\frac{{\partial C_0}}{{\partial a_k^{{({l})}}}} = "
                     rf"\sum_j w_{{j,k}}^{{({l + 1})}} \delta_j^{{({l + 1})}}")  # fmt: skip
    items = []
    for k, value in enumerate(n.by_a[l]):
        products = () if last else tuple((n.w[l + 1][j][k], d) for j, d in enumerate(n.delta[l + 1]))
        items.append(Item(derivative_by("a", l, k), value, products))
    return [Section(f"Backward, layer {l}: by its activations", text, how, tuple(items)), _through(e, n, l)]


def _through(e: Explanation, n: SheetNumbers, l: int) -> Section:
    activation = e.architecture.layer(l).activation
    formula, slopes = formula_of(activation), n.slope[l]
    items = []
    for j, delta in enumerate(n.delta[l]):
        if slopes is None:
            products = tuple((g, entry) for g, (entry, _) in zip(n.by_a[l], n.mixed_terms(e, l, j), strict=True))
        else:
            products = ((n.by_a[l][j], slopes[j]),)
            items.append(Item(slope_at(l, j), slopes[j]))
        items.append(Item(quantity("δ", l, j), delta, products))
    if slopes is None:
        how = Symbol(f"δ[j] = Σ ∂C₀/∂a[m] ∂a[m]/∂z[j],  {formula.derivative}",
                     r"\delta_j = \sum_m \frac{\partial C_0}{\partial a_m} \cdot \frac{\partial a_m}{\partial z_j}, "
                     rf"\qquad {formula.derivative_latex}")  # fmt: skip
    else:
        how = Symbol(f"σ'(z) = {formula.derivative},  δ[j] = ∂C₀/∂a[j] σ'(z[j])",
                     rf"\sigma'(z) = {formula.derivative_latex}, \qquad "
                     r"\delta_j = \frac{\partial C_0}{\partial a_j} \cdot \sigma'(z_j)")  # fmt: skip
    text = "Back through the activation."
    if l == e.architecture.depth and e.view.collapses:
        text += " With this cost the product collapses to a short form: find it, and use it to check your numbers."
    return Section(f"Backward, layer {l}: by its weighted sums", text, how, tuple(items))


def _derivatives(e: Explanation, n: SheetNumbers) -> Section:
    items = []
    every = e.architecture.layout.size <= _ALL_DERIVATIVES
    for l in range(e.architecture.depth, 0, -1):
        found = []
        for j, delta in enumerate(n.delta[l]):
            found += [Item(derivative_by("w", l, j, k), delta * a, ((a, delta),)) for k, a in enumerate(n.a[l - 1])]
            found.append(Item(derivative_by("b", l, j), delta))
        if not every:
            order = sorted(range(len(found)), key=lambda i: -abs(found[i].answer.value))[:_SOME_DERIVATIVES]
            found = [found[i] for i in sorted(order)]
        items += found
    return Section(
        "The derivatives by weights and biases",
        "Each weight by what comes in through it, each bias by 1, times δ of the neuron it leads to.",
        Symbol("∂C₀/∂w[j,k] = a[k] δ[j],  ∂C₀/∂b[j] = δ[j]",
               r"\frac{\partial C_0}{\partial w_{j,k}} = a_k\, \delta_j, \qquad "
               r"\frac{\partial C_0}{\partial b_j} = \delta_j"),
        tuple(items),
    )  # fmt: skip


def _update(e: Explanation, n: SheetNumbers) -> Section:
    """One step of gradient descent for the weight of the first layer with the largest derivative."""
    sizes = {(j, k): abs((d * a).value) for j, d in enumerate(n.delta[1]) for k, a in enumerate(n.a[0])}
    j, k = max(sizes, key=lambda place: sizes[place])
    w, g = n.w[1][j][k], n.a[0][k] * n.delta[1][j]
    old, new = (
        quantity("w", 1, j, k),
        Symbol(f"new {quantity('w', 1, j, k).plain}", rf"\text{{new }} {quantity('w', 1, j, k).tex}"),
    )
    return Section(
        "One step of gradient descent",
        "Move this weight against its derivative, with the rate η = 0.1.",
        Symbol(f"new {old.plain} = {old.plain} - 0.1 {derivative_by('w', 1, j, k).plain}",
               rf"\text{{new }} {old.tex} = {old.tex} - 0.1 \, {derivative_by('w', 1, j, k).tex}"),
        (Item(new, w - _RATE * g, ((w,), (-_RATE, g))),),
    )  # fmt: skip
