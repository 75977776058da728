"""A worksheet put together: what it is of, what is given, the chapters, and what is left out of it."""

from __future__ import annotations

from collections.abc import Sequence

from glassprop.document.blocks import Inline, Line, Name
from glassprop.document.formulas import words_of
from glassprop.document.mathematics import COST, Equation, Reading, Symbol, Words
from glassprop.ground.text import shortened
from glassprop.insight.explanation import Explanation
from glassprop.insight.telling.layer_equations import MOST_OF_A_NAME
from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Chapter, Drawing, Given, Node, Section, Sheet
from glassprop.worksheet.sheet_descent import Descent, again_section, average_section, update_section
from glassprop.worksheet.sheet_numbers import SheetNumbers
from glassprop.worksheet.sheet_scaling import prediction_section, scaling_section
from glassprop.worksheet.sheet_steps import backward_sections, cost_section, derivatives_section, forward_sections
from glassprop.worksheet.sheet_units import Scaled

_NUMBERS: Line = (
    "Layers count from 1 (layer 0 is the input), neurons from 0: ", Symbol("w", None, (1, 0)),
    " leads to neuron 1 from neuron 0 of the layer before.",
)  # fmt: skip


def sheet_of(e: Explanation, rows: Sequence[SheetNumbers], digits: int, named: bool) -> Sheet:
    """Put the steps together.

    digits: decimals of what is given. named: whether rows, columns and targets are called by their names.
    """
    called = [f"row {number}" for number in e.names.rows] if named else [f"row {k + 1}" for k in range(len(rows))]
    descent = Descent.of(e, rows, called)
    significant = digits + 2
    chapters = [_chapter(e, row, descent, called[i], digits) for i, row in enumerate(rows)]
    last = [*([average_section(descent)] if descent.several else []), update_section(descent), again_section(descent)]
    if descent.several:
        chapters.append(Chapter("All rows", tuple(last)))
    else:
        chapters = [Chapter("", (*chapters[0].sections, *last))]
    return Sheet(
        "Back-propagation by hand",
        tuple(_intro(e, rows, named)),
        _drawing(e, rows[0], descent.several, named),
        tuple(_given(e, rows, called, named)),
        tuple(chapters),
        significant,
        (_EXACT.format(significant),),
        first=0 if rows[0].own else 1,
    )


_EXACT = (
    "Where the key has =, the number is exact. Where it has ≈, it was computed from the numbers given, without "
    "rounding on the way, and rounded to {} significant digits, because it involves e or a logarithm, or because the "
    "exact number is long. So continue with all digits that your calculator shows, and round only what you write down."
)


def _chapter(e: Explanation, row: SheetNumbers, descent: Descent, called: str, digits: int) -> Chapter:
    checks = {} if descent.several else descent.checks
    sections: list[Section] = [scaling_section(row.own, digits)] if row.own else []
    sections += [*forward_sections(e, row), *prediction_section(row), cost_section(e, row), *backward_sections(e, row)]
    sections.append(derivatives_section(e, row, checks))
    return Chapter(called[:1].upper() + called[1:] if descent.several else "", tuple(sections))


# --- what it is of, and what is left out ------------------------------------------------------------------------------


def _intro(e: Explanation, rows: Sequence[SheetNumbers], named: bool) -> list[Line]:
    architecture = e.architecture
    inputs = architecture.sizes[0]
    network: list[Inline] = [f"Network: {inputs} {'input' if inputs == 1 else 'inputs'}"]
    for layer in architecture.layers:
        neurons = f", then {layer.n} {'neuron' if layer.n == 1 else 'neurons'} ("
        network += [neurons, Name(words_of(layer.activation), MOST_OF_A_NAME), ")"]
    cost = Equation((COST, Reading(architecture.cost_function)))
    said: list[Line] = [(*network, ". Cost: ", cost, ".")]
    if named and e.names.targets:
        for number, target in zip(e.names.rows, e.names.targets, strict=True):
            said.append((f"Row {number} of the table; target: ", Name(target, 60), "."))
    return [*said, *_left_out(e), *_given_as_it_is(e, rows, named), _NUMBERS]


def _given_as_it_is(e: Explanation, rows: Sequence[SheetNumbers], named: bool) -> list[Line]:
    """Which inputs and targets are not in the table's units, where there is a table and they could be."""
    found: list[Line] = []
    scaled = [k for column in e.names.columns if column.scalings for k in column.parts]
    of_table = [
        k for column in e.names.columns if column.scalings or column.categories or column.unit for k in column.parts
    ]
    others = [k for k in of_table if any(k not in row.own.inputs for row in rows)]
    if not named and scaled:
        found.append(
            "Inputs are given as the network takes them; the table's own numbers, and how they are scaled, are left "
            "out."
        )
    elif others and len(others) < len(of_table):
        found.append(("Given as the network takes them, not in the table's units: ", *_listed(e, others), "."))
    units = e.architecture.units
    if units is not None and not rows[0].own.targets:
        found.append(f"y is given as the network takes it: {units.formula}.")
    return found


def _listed(e: Explanation, inputs: Sequence[int]) -> list[Inline]:
    names: list[Inline] = [part for k in inputs for part in (Name(e.names.inputs[k], 30), ", ")]
    return names[:-1]


def _left_out(e: Explanation) -> list[Line]:
    """What the sheet does not have of how the network was trained, or of the model."""
    found: list[Line] = []
    if e.members is not None:
        count, walked = len(e.members.views), e.members.walked
        found.append(
            f"The model is the mean of {count} networks; this sheet is about one of them, number {walked} (counted "
            "from 0)."
        )
    shares = [f"{layer.dropout:g} of layer {l}" for l, layer in enumerate(e.architecture.layers, 1) if layer.dropout]
    if shares:
        found.append(f"Left out: dropout, which in training switches neurons off at random ({', '.join(shares)}).")
    training = e.training
    if training is None:
        return found
    left = [type(training.optimizer).__name__] if type(training.optimizer).__name__ != "SGD" else []
    left += ["L2"] if training.l2 else []
    left += ["clipping of large gradients"] if training.clip_norm is not None else []
    if left:
        found.append(
            f"The network was trained with {', '.join(left)}; the step of this sheet is one of plain gradient descent."
        )
    return found


# --- given ------------------------------------------------------------------------------------------------------------


def _given(e: Explanation, rows: Sequence[SheetNumbers], called: Sequence[str], named: bool) -> list[Given]:
    n = rows[0]
    inputs = tuple((Symbol("a", 0, (k,)), _name(e.names.inputs, k, named)) for k in range(len(n.x)))
    found = _quantities("Inputs", inputs, [(row.own.inputs, row.x) for row in rows], called)
    for l in range(1, n.depth + 1):
        columns: tuple[Line, ...] = ("", *(f"from {k}" for k in range(len(n.w[l][0]))), "bias")
        body = tuple((Words(f"to {j}"), "", (*row, n.b[l][j])) for j, row in enumerate(n.w[l]))
        found.append(Given(f"Weights and biases of layer {l}", columns, body))
    targets = tuple((Symbol("y", None, (j,)), _name(e.names.outputs, j, named)) for j in range(len(n.y)))
    return found + _quantities("Targets", targets, [(row.own.targets, row.y) for row in rows], called)


def _quantities(
    title: str,
    symbols: Sequence[tuple[Symbol, str]],
    rows: Sequence[tuple[dict[int, Scaled], list[Number]]],
    called: Sequence[str],
) -> list[Given]:
    """Those in the table's units with what they are scaled by, and the others as the network takes them."""
    heads: tuple[Line, ...] = ("", *(tuple(called) if len(rows) > 1 else ("value",)))
    scaled = [k for k in range(len(symbols)) if all(k in own for own, _ in rows)]
    found = []
    if scaled:
        body = []
        for k in scaled:
            each = [own[k] for own, _ in rows]
            body.append((*symbols[k], (*(one.value for one in each), each[0].center, each[0].spread)))
        found.append(Given(f"{title}, as they stand in the table", (*heads, "center c", "spread s"), tuple(body)))
    others = tuple(
        (*symbols[k], tuple(values[k] for _, values in rows)) for k in range(len(symbols)) if k not in scaled
    )
    title += ", as the network takes them" if scaled else ""
    return [*found, Given(title, heads, others)] if others else found


def _drawing(e: Explanation, n: SheetNumbers, several: bool, named: bool) -> Drawing:
    """The network with the weights on its lines. Of several rows no number of any one stands in it."""

    def own(x: Number) -> Number | None:
        return None if several else x

    inputs = (
        Node(Symbol("a", 0, (k,)), own(x), k not in n.own.inputs, name=_name(e.names.inputs, k, named))
        for k, x in enumerate(n.x)
    )
    layers = [tuple(inputs)]
    for l in range(1, n.depth + 1):
        neurons = zip(n.a[l], n.delta[l], n.b[l], strict=True)
        layers.append(
            tuple(Node(Symbol("a", l, (j,)), own(a), False, own(d), bias=b) for j, (a, d, b) in enumerate(neurons))
        )
    targets = tuple(
        Node(Symbol("y", None, (j,)), own(y), j not in n.own.targets, name=_name(e.names.outputs, j, named))
        for j, y in enumerate(n.y)
    )
    return Drawing(tuple(layers), tuple(tuple(map(tuple, block)) for block in n.w), targets, own(n.cost))


def _name(names: Sequence[str], place: int, named: bool) -> str:
    return shortened(names[place]) if named else ""
