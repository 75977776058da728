"""The largest derivatives; and a chosen weight or bias: its factors, the paths behind them, examples, the next step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from glassprop.document.blocks import Block, Column, Display, Line, Paragraph, Section, Table
from glassprop.document.mathematics import (
    Equation,
    Number,
    Partial,
    Product,
    Route,
    Symbol,
    by,
    numbers,
)
from glassprop.insight.chosen import derivative
from glassprop.insight.factors import Derivative
from glassprop.insight.largest import Place, largest_entries, largest_weights
from glassprop.insight.paths import Path
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.layer_equations import (
    factor,
    mixing_rule,
    mixing_sum,
    parameter,
    parameter_title,
    parameter_word,
)
from glassprop.insight.telling.told_layers import collapse_parts
from glassprop.insight.telling.told_steps import step_parts

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_LARGEST = 3  # of each layer
NUDGED = (
    "By difference is the same number without the chain rule: the parameter, or the column, is nudged up and down a "
    "little, and the change of the cost divided by that of the nudge (central differences)."
)
_KINK = "the nudge crossed a kink, a bend, of an activation or of the cost: the two need not agree"


def largest_section(e: Explanation, top: int, *, nudges_known: bool = False) -> Section:
    """The weights of each layer with the largest derivatives, and their factors.

    nudges_known: whether it was said before what a number by difference is.
    """
    rows: list[tuple[Line, ...]] = []
    marked, joined, shared = False, False, False
    for l in range(e.architecture.depth, 0, -1):
        for symbol, found in _largest(e, l, min(top, _LARGEST)):
            if found.value == 0:
                continue
            marked, joined = marked or found.kink, joined or len(found.factors) == 2
            shared = shared or bool(found.shares)
            nudged: Line = (Number(found.by_difference), "*") if found.kink else Number(found.by_difference)
            factors = Product(numbers(*found.factors.values()))
            rows.append((by(symbol), factors, Number(found.value), nudged))
    z, a = Symbol("z"), Symbol("a")
    heads = Product((Partial(z, Symbol("w")), Partial(a, z), by(a)))
    columns = Column("derivative"), *(Column(x, numbers=True) for x in (heads, "product", "by difference"))
    notes = [] if nudges_known else [Paragraph(NUDGED)]
    notes += [Paragraph(f"* {_KINK}.")] if marked else []
    if joined:
        notes.append(Paragraph(("Where there are two factors, the second is ", by(z), " as a whole.")))
    if shared:
        said = "Of a frequency or phase the factors are how it turns the wave, the wave's slope, and the sum of "
        notes.append(Paragraph((said, by(Symbol("z", None, ("j",))), " w over the numbers that the wave enters.")))
    body = tuple(rows) or (("all are 0", "", "", ""),)
    return Section("The largest derivatives", (Table(columns, body), *notes))


def _largest(e: Explanation, l: int, most: int) -> Iterator[tuple[Symbol, Derivative]]:
    """The weights of a layer with the largest derivatives, or what a layer of another kind has instead."""
    if e.architecture.layer(l).linear:
        for place in largest_weights(e, l, most, biases=False):
            yield parameter(e, place), derivative(e, place)
        return
    for layer, name, index in largest_entries(e, l, most):
        yield Symbol(name, layer, index), e.parameter(layer, name, index)


def weights_section(e: Explanation, asked: Asked) -> Section:
    """Each chosen weight or bias taken apart."""
    return Section("Weights", tuple(_weight(e, place, asked.top) for place in asked.places))


def _weight(e: Explanation, place: Place, top: int) -> Section:
    layer, j, _ = place
    found, last = derivative(e, place), layer == e.architecture.depth
    factors = Product(tuple(factor(e, name, place) for name in found.factors))
    written = Product(numbers(*found.factors.values()))
    parts: list[Block] = [
        Display((Equation((by(parameter(e, place)), factors, written, Number(found.value))),)),
        nudged(found),
    ]
    if found.column_sum:
        parts += [Paragraph(("The last factor is ", mixing_rule(), ":")), Display((mixing_sum(e, layer, j),))]
    parts += collapse_parts(e, j) if last else paths_parts(e, layer, j, top)
    parts += _examples(e, place, top) if e.n_examples > 1 and e.predictions is None else []
    return Section(parameter_title(e, place), (*parts, *step_parts(e, place)))


def nudged(found: Derivative) -> Paragraph:
    """What a nudge says of a derivative."""
    kink = f" ({_KINK})" if found.kink else ""
    return Paragraph(("By central differences: ", Number(found.by_difference), f"{kink}."))


# --- paths ----------------------------------------------------------------------------------------------------------


def paths_parts(e: Explanation, layer: int, j: int, top: int) -> list[Block]:
    """∂C₀/∂a of a neuron (of an input, for layer 0) as the sum over paths, the largest one by one (E15)."""
    paths, start = e.paths(layer, j, top), Symbol("a", layer, (j,))
    rows: list[tuple[Line, ...]] = [(_route(start, path), _along(path), Number(path.product)) for path in paths.largest]
    others = paths.count - len(paths.largest)
    if others:
        rows.append((f"{others:,} more", "", Number(paths.rest)))
    rows.append((by(start), "", Number(paths.total)))
    columns = (
        Column("path to the cost", share=0.27),
        Column("weights, slopes, and the derivative at the end", share=0.48),
        Column("product", numbers=True),
    )
    what = "The factor " if layer or e.members is None else f"In member {e.members.walked}, "
    said = Paragraph((what, by(start), " is the sum over all paths:"))
    return [said, Table(columns, tuple(rows), total=True)]


def _route(start: Symbol, path: Path) -> Route:
    """The neurons on the way. Where an activation mixes, a path may leave a layer by another neuron than it came to."""
    stops = [start]
    for step in path.steps:
        if step.m != step.j:
            stops.append(Symbol("z", step.layer, (step.j,)))
        ends_here = step.slope is None and not step.skips
        stops.append(Symbol("z" if ends_here else "a", step.layer, (step.m,)))
    return Route(tuple(stops))


def _along(path: Path) -> Product:
    passed = [x for step in path.steps for x in (step.weight, step.slope) if x is not None]
    return Product(numbers(*passed, path.end))


# --- examples -------------------------------------------------------------------------------------------------------


def _examples(e: Explanation, place: Place, top: int) -> list[Block]:
    pulls, what = e.examples(*place), parameter_word(e, place)
    order = sorted(range(e.n_examples), key=lambda i: -abs(pulls.values[i]))[:top]
    rows: list[tuple[Line, ...]] = [
        (str(e.names.rows[i]), Number(pulls.values[i]), would_do(pulls.values[i], what)) for i in sorted(order)
    ]
    rows.append(("average", Number(pulls.average), would_do(pulls.average, what)))
    columns = Column("row", numbers=True), Column("derivative", numbers=True), Column("a step would")
    left_out = e.n_examples - len(order), "examples"
    said = Paragraph(
        f"By example, and what a step of gradient descent on it alone would do to the {what}: against the derivative. "
        "The step on all of them goes by their average (E11)."
    )
    return [said, Table(columns, tuple(rows), left_out, total=True)]


def would_do(value: float, what: str) -> str:
    """What a step against a derivative does to what it is the derivative by."""
    return f"{'leave' if value == 0 else 'raise' if value < 0 else 'lower'} the {what}"
