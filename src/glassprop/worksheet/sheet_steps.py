"""The steps of one row in order: forward, cost, backward, the derivatives."""

from __future__ import annotations

from glassprop.document.blocks import Line
from glassprop.document.mathematics import (
    COST,
    Difference,
    Equation,
    Math,
    Partial,
    Product,
    Reading,
    Slope,
    Symbol,
    Total,
    by,
)
from glassprop.insight.explanation import Explanation
from glassprop.insight.largest import Place
from glassprop.insight.telling.layer_equations import (
    activation_rules,
    backward_rule,
    forward_rule,
    mixing_rule,
    parameter,
    rules_of_parameters,
    slope_rule,
)
from glassprop.worksheet.exact import Number, add
from glassprop.worksheet.sheet import Check, Grid, Item, Section
from glassprop.worksheet.sheet_numbers import SheetNumbers, places

MOST_JACOBIAN = 4  # neurons of a layer whose whole Jacobian is asked for
_DELTA = Symbol("δ", None, ("j",))
_COLLAPSES: Line = (
    "With this cost the product collapses: nearly all of it cancels, and a short form is left. Find it, and use it to "
    "check your numbers."
)
_JACOBIAN: Line = "Every output depends on every weighted sum, so that the slope is a whole matrix, the Jacobian."
_SAME: Line = "Here [m = j] is 1 where m and j are the same neuron, else 0."


def forward_sections(e: Explanation, n: SheetNumbers) -> list[Section]:
    """z and a, layer by layer."""
    return [
        Section(
            f"Forward, layer {l}",
            ("Add up what comes into each neuron, then apply the activation.",),
            (forward_rule(e, l), *activation_rules(e, l)),
            neuron_items(n, l),
        )
        for l in range(1, n.depth + 1)
    ]


def neuron_items(n: SheetNumbers, l: int) -> tuple[Item, ...]:
    """z and a of each neuron of a layer."""
    items = []
    for j, (z, a) in enumerate(zip(n.z[l], n.a[l], strict=True)):
        products = (*zip(n.w[l][j], n.a[l - 1], strict=True), (n.b[l][j],))
        items += [Item(Symbol("z", l, (j,)), z, products), Item(Symbol("a", l, (j,)), a)]
    return tuple(items)


def cost_section(e: Explanation, n: SheetNumbers) -> Section:
    """The cost of the row."""
    rule = Equation((COST, Reading(e.architecture.cost_function)))
    return Section("Cost", ("How bad is the output?",), (rule,), (cost_item(n),))


def cost_item(n: SheetNumbers) -> Item:
    """The cost with what each output adds to it."""
    return Item(COST, n.cost, tuple((term,) for term in n.terms) if len(n.terms) > 1 else ())


def backward_sections(e: Explanation, n: SheetNumbers) -> list[Section]:
    """∂C₀/∂a and δ, from the last layer to the first."""
    return [section for l in range(n.depth, 0, -1) for section in (_by_activations(e, n, l), _through(e, n, l))]


def _by_activations(e: Explanation, n: SheetNumbers, l: int) -> Section:
    last = l == n.depth
    if last:
        text = "How the cost changes with each output."
        how = Equation((by(Symbol("a", None, ("j",))), Reading(e.architecture.cost_function, derivative=True)))
    else:
        text = f"Each neuron reaches the cost through all neurons of layer {l + 1}: the sum over these paths."
        how = backward_rule(e, l)
    items = []
    for k, value in enumerate(n.by_a[l]):
        products = () if last else tuple((n.w[l + 1][j][k], d) for j, d in enumerate(n.delta[l + 1]))
        items.append(Item(by(Symbol("a", l, (k,))), value, products))
    return Section(f"Backward, layer {l}: with respect to its activations", (text,), (how,), tuple(items))


def _through(e: Explanation, n: SheetNumbers, l: int) -> Section:
    title, last = f"Backward, layer {l}: with respect to its weighted sums", l == n.depth
    lines: list[Line] = ["Back through the activation."]
    if last:
        error: Line = (Equation((_DELTA, by(Symbol("z", None, ("j",))))), " is called the error of neuron j.")
        lines.append(error)
    mixes = n.slope[l] is None
    if mixes:
        lines += [_JACOBIAN, _SAME]
    key, key_items = _collapse(n) if last and e.view.collapses else ((), ())
    lines += [_COLLAPSES] if key else []
    activation = Reading(e.architecture.layer(l).activation, derivative=True)
    if mixes:
        grids = (_jacobian(n, l),) if len(n.a[l]) <= MOST_JACOBIAN else ()
        return Section(title, tuple(lines), (activation, mixing_rule()), _mixed(n, l), grids, key, key_items)
    rules = Equation((Slope(Symbol("z")), activation)), slope_rule()
    return Section(title, tuple(lines), rules, _elementwise(n, l), (), key, key_items)


def _elementwise(n: SheetNumbers, l: int) -> tuple[Item, ...]:
    items: list[Item] = []
    for j, (slope, delta) in enumerate(zip(n.slope[l] or (), n.delta[l], strict=True)):
        items.append(Item(Slope(Symbol("z", l, (j,))), slope))
        items.append(Item(Symbol("δ", l, (j,)), delta, ((slope, n.by_a[l][j]),)))
    return tuple(items)


def _mixed(n: SheetNumbers, l: int) -> tuple[Item, ...]:
    return tuple(
        Item(Symbol("δ", l, (j,)), delta, tuple(zip(n.by_a[l], n.column(l, j), strict=True)))
        for j, delta in enumerate(n.delta[l])
    )


def _jacobian(n: SheetNumbers, l: int) -> Grid:
    """∂a_m/∂z_j: m down, j across."""
    columns = [n.column(l, j) for j in range(len(n.a[l]))]
    rows = tuple((Symbol("a", l, (m,)), tuple(column[m] for column in columns)) for m in range(len(n.a[l])))
    corner = Partial(Symbol("a", None, ("m",)), Symbol("z", None, ("j",)))
    return Grid(corner, tuple(Symbol("z", l, (j,)) for j in range(len(columns))), rows)


def _collapse(n: SheetNumbers) -> tuple[tuple[Line, ...], tuple[Item, ...]]:
    """The short form of δ of the outputs (E26), as it stands in the key: a - y, behind a softmax a Σy - y."""
    total = add(n.y)
    scaled = n.slope[n.depth] is None and total.value != 1
    y, a = Symbol("y", None, ("j",)), Symbol("a", None, ("j",))
    first: Math = Product((a, Total("m", Symbol("y", None, ("m",))))) if scaled else a
    said: Line = ("The short form is ", Equation((_DELTA, Difference(first, y))), ", and it gives the same:")
    items = []
    for j, (a_j, y_j) in enumerate(zip(n.a[n.depth], n.y, strict=True)):
        factors = (a_j, total) if scaled else (a_j,)
        value = a_j * total - y_j if scaled else a_j - y_j
        items.append(Item(Symbol("δ", n.depth, (j,)), value, (factors,), less=(y_j,)))
    return (said,), tuple(items)


def derivatives_section(e: Explanation, n: SheetNumbers, checks: dict[Place, Check]) -> Section:
    """The derivatives with respect to all weights and biases; the same by differences where there are checks."""
    items = []
    for place in places(e.architecture):
        a, delta = n.factors(place)
        products: tuple[tuple[Number, ...], ...] = () if place[2] is None else ((a, delta),)
        items.append(Item(by(parameter(e, place)), n.derivative(place), products, checks.get(place)))
    lines: list[Line] = ["Each weight by what comes in through it, each bias by 1, times δ of the neuron it leads to."]
    lines += [CHECKED] if checks else []
    key = (KINKS,) if any(check.kink for check in checks.values()) else ()
    title = "The derivatives with respect to weights and biases"
    return Section(title, tuple(lines), rules_of_parameters(e, 1), tuple(items), (), key)


CHECKED: Line = (
    "Check by differences, which need no chain rule: make one weight larger by 0.01 and go forward to the cost, then "
    "smaller by 0.01 and go forward again; divide the difference of the two costs by 0.02. Choose one weight, or "
    "divide them among you: the key has all of them."
)
KINKS: Line = (
    "* Between the two points lies a kink (where relu begins, say): there the difference need not agree with the "
    "derivative."
)
