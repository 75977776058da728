"""A worksheet put together: what it is of, what is given, the chapters, and what is left out of it."""

from __future__ import annotations

from collections.abc import Sequence

from glassprop.document.blocks import Inline, Line, Name
from glassprop.document.formulas import words_of
from glassprop.document.mathematics import COST, Equation, Reading, Symbol, Words
from glassprop.ground.text import shortened
from glassprop.insight.explanation import Explanation
from glassprop.worksheet.exact import Number
from glassprop.worksheet.sheet import Chapter, Drawing, Given, Node, Section, Sheet
from glassprop.worksheet.sheet_descent import Descent, again_section, average_section, update_section
from glassprop.worksheet.sheet_numbers import SheetNumbers
from glassprop.worksheet.sheet_steps import backward_sections, cost_section, derivatives_section, forward_sections

_NUMBERS: Line = (
    "Layers count from 1 (layer 0 is the input), neurons from 0: ", Symbol("w", None, (1, 0)),
    " leads to neuron 1 from neuron 0 of the layer before.",
)  # fmt: skip


def sheet_of(e: Explanation, rows: Sequence[SheetNumbers], significant: int, named: bool) -> Sheet:
    """Put the steps together. ``named``: whether rows, columns and targets are called by their names."""
    called = [f"row {number}" for number in e.names.rows] if named else [f"row {k + 1}" for k in range(len(rows))]
    descent = Descent.of(e, rows, called)
    chapters = [_chapter(e, row, descent, called[i]) for i, row in enumerate(rows)]
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
    )


_EXACT = (
    "Where the key has =, the number is exact. Where it has ≈, it was computed from the numbers given, without "
    "rounding on the way, and rounded to {} significant digits, because e or a logarithm came in or the exact number "
    "is long. So go on with all digits that your calculator shows, and round only what you write down."
)


def _chapter(e: Explanation, row: SheetNumbers, descent: Descent, called: str) -> Chapter:
    checks = {} if descent.several else descent.checks
    sections: list[Section] = [*forward_sections(e, row), cost_section(e, row), *backward_sections(e, row)]
    sections.append(derivatives_section(e, row, checks))
    return Chapter(called[:1].upper() + called[1:] if descent.several else "", tuple(sections))


# --- what it is of, and what is left out ------------------------------------------------------------------------------


def _intro(e: Explanation, rows: Sequence[SheetNumbers], named: bool) -> list[Line]:
    architecture = e.architecture
    inputs = architecture.sizes[0]
    network: list[Inline] = [f"Network: {inputs} {'input' if inputs == 1 else 'inputs'}"]
    for layer in architecture.layers:
        neurons = f", then {layer.n} {'neuron' if layer.n == 1 else 'neurons'} ("
        network += [neurons, Name(words_of(layer.activation), 45), ")"]
    cost = Equation((COST, Reading(architecture.cost_function)))
    said: list[Line] = [(*network, ". Cost: ", cost, ".")]
    if named and e.names.targets:
        for number, target in zip(e.names.rows, e.names.targets, strict=True):
            said.append((f"Row {number} of the table; target: ", Name(target, 60), "."))
    return [*said, *_left_out(e), _NUMBERS]


def _left_out(e: Explanation) -> list[Line]:
    """What the sheet does not have of how the network was trained, or of the model."""
    found: list[Line] = []
    if e.members is not None:
        count, walked = len(e.members.views), e.members.walked
        found.append(
            f"The model is the mean of {count} networks; this sheet is of one of them alone, number {walked} (counted "
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
    left += ["clipping of long gradients"] if training.clip_norm is not None else []
    if left:
        found.append(
            f"The network was trained with {', '.join(left)}; the step of this sheet is one of plain gradient descent."
        )
    return found


# --- given ------------------------------------------------------------------------------------------------------------


def _given(e: Explanation, rows: Sequence[SheetNumbers], called: Sequence[str], named: bool) -> list[Given]:
    heads: tuple[Line, ...] = ("", *(tuple(called) if len(rows) > 1 else ("value",)))
    inputs = tuple(
        (Symbol("a", 0, (k,)), _name(e.names.inputs, k, named), tuple(row.x[k] for row in rows))
        for k in range(len(rows[0].x))
    )
    found = [Given("Inputs", heads, inputs)]
    n = rows[0]
    for l in range(1, n.depth + 1):
        columns: tuple[Line, ...] = ("", *(f"from {k}" for k in range(len(n.w[l][0]))), "bias")
        body = tuple((Words(f"to {j}"), "", (*row, n.b[l][j])) for j, row in enumerate(n.w[l]))
        found.append(Given(f"Weights and biases of layer {l}", columns, body))
    targets = tuple(
        (Symbol("y", None, (j,)), _name(e.names.outputs, j, named), tuple(row.y[j] for row in rows))
        for j in range(len(n.y))
    )
    return [*found, Given("Targets", heads, targets)]


def _drawing(e: Explanation, n: SheetNumbers, several: bool, named: bool) -> Drawing:
    """The network with the weights on its lines. Of several rows no number of any one stands in it."""

    def own(x: Number) -> Number | None:
        return None if several else x

    inputs = (Node(Symbol("a", 0, (k,)), own(x), True, name=_name(e.names.inputs, k, named)) for k, x in enumerate(n.x))
    layers = [tuple(inputs)]
    for l in range(1, n.depth + 1):
        neurons = zip(n.a[l], n.delta[l], n.b[l], strict=True)
        layers.append(
            tuple(Node(Symbol("a", l, (j,)), own(a), False, own(d), bias=b) for j, (a, d, b) in enumerate(neurons))
        )
    targets = tuple(
        Node(Symbol("y", None, (j,)), own(y), True, name=_name(e.names.outputs, j, named)) for j, y in enumerate(n.y)
    )
    return Drawing(tuple(layers), tuple(tuple(map(tuple, block)) for block in n.w), targets, own(n.cost))


def _name(names: Sequence[str], place: int, named: bool) -> str:
    return shortened(names[place]) if named else ""
