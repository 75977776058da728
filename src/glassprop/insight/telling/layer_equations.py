"""The equations of a layer as structure: in general, and with the numbers of one neuron, whatever the kind of layer.

What is told of a layer is asked here, and of ``told_kinds.py`` behind it: another kind is a class there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glassprop.document.blocks import Line, Name
from glassprop.document.formulas import words_of
from glassprop.document.mathematics import (
    Activated,
    Difference,
    Equation,
    Math,
    Number,
    Partial,
    Product,
    Reading,
    Slope,
    Sum,
    Symbol,
    Total,
    by,
    numbers,
)
from glassprop.insight.factors import BY_A, BY_Z, MIXED, SLOPE, Collapse, by_letter
from glassprop.insight.largest import Place
from glassprop.insight.telling.told_kinds import told_kind
from glassprop.insight.telling.written_sums import written_out

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_DELTA = "δ"
MOST_OF_A_NAME = 45  # characters of a function's name


# --- forward --------------------------------------------------------------------------------------------------------


def forward_rule(e: Explanation, l: int) -> Equation:
    """How z of a layer follows from a of the layer before."""
    return Equation((Symbol("z", None, ("j",)), told_kind(e, l).z(None, "j")))


def forward_sum(e: Explanation, l: int, j: int) -> Equation:
    """z of one neuron, the largest terms of its sum written out."""
    kind = told_kind(e, l)
    found, written = Number(float(e.z(l)[j])), kind.z_written(e, l, j)
    sides = Symbol("z", l, (j,)), kind.z(l, j)
    return Equation((*sides, found) if written == found else (*sides, written, found))


def remark(e: Explanation, l: int) -> str:
    """What the rule for z of a layer leaves open: a sentence, or nothing."""
    return told_kind(e, l).remark(e, l)


def activation_rules(e: Explanation, l: int) -> tuple[Equation, ...]:
    """How a follows from z; and from what the layer sees, where it is residual (E32)."""
    reading = activation_reading(e, l)
    if not e.architecture.layer(l).residual:
        return (Equation((Symbol("a"), reading)),)
    past = Sum((Activated(Symbol("z", l, ("j",))), Symbol("a", l - 1, ("j",))))
    return Equation((Activated(Symbol("z")), reading)), Equation((Symbol("a", l, ("j",)), past))


def activation_reading(e: Explanation, l: int, derivative: bool = False) -> Reading:
    """The formula of a layer's activation."""
    layer = e.architecture.layer(l)
    return Reading(layer.activation, derivative, layer.parametric, layer.residual)


# --- backward -------------------------------------------------------------------------------------------------------


def backward_rule(e: Explanation, l: int, k: int | str = "k") -> Equation:
    """∂C₀/∂a of a neuron of a layer (of an input, for layer 0), through the next layer (E18), and past it (E33)."""
    through = told_kind(e, l + 1).into(l + 1, k)
    if e.architecture.layer(l + 1).residual:
        through = Sum((through, by(Symbol("a", l + 1, (k,)))))
    return Equation((by(Symbol("a", l, (k,))), through))


def backward_sum(e: Explanation, l: int, k: int) -> Equation:
    """The same with numbers."""
    terms = told_kind(e, l + 1).into_written(e, l + 1, k)
    if e.architecture.layer(l + 1).residual:
        terms = (*terms, Number(float(e.by_a(l + 1)[k])))
    written = Sum(terms) if len(terms) > 1 else terms[0]
    return Equation((*backward_rule(e, l, k).sides, written, Number(float(e.by_a(l)[k]))))


def layer_name(e: Explanation, l: int) -> Name:
    """What a layer is, in words: its activation, and what else it does."""
    layer = e.architecture.layer(l)
    return Name(layer.title.replace(layer.activation.spec, words_of(layer.activation), 1), MOST_OF_A_NAME)


def reaches(e: Explanation, l: int) -> str:
    """By which ways what stands before a layer reaches the cost."""
    past = f", and past layer {l}" if e.architecture.layer(l).residual else ""
    return f"reaches the cost through {told_kind(e, l).through(l)}{past}"


def slope_rule() -> Equation:
    """δ where each a follows from its own z alone."""
    z = Symbol("z", None, ("j",))
    return Equation((Symbol(_DELTA, None, ("j",)), Product((Slope(z), by(Symbol("a", None, ("j",)))))))


def mixing_rule(l: int | None = None, j: int | str = "j") -> Equation:
    """δ where a layer's activation mixes its neurons: the sum over the Jacobian's column."""
    return Equation((Symbol(_DELTA, l, (j,)), _column(l, j)))


def mixing_sum(e: Explanation, l: int, j: int) -> Equation:
    """The same with numbers."""
    by_a, column = e.by_a(l), e.jacobian(l)[:, j]
    total = float(np.dot(by_a, column)) if _short_form_only(e, l) else float(e.delta(l)[j])
    return Equation((*mixing_rule(l, j).sides, Sum(written_out(by_a, column)), Number(total)))


def _column(l: int | None, j: int | str) -> Total:
    a = Symbol("a", l, ("m",))
    return Total("m", Product((by(a), Partial(a, Symbol("z", l, (j,))))))


def _short_form_only(e: Explanation, l: int) -> bool:
    """Whether an activation of the last layer has rounded, so that the product of the factors is not δ."""
    return l == e.architecture.depth and not e.view.long_way_holds[e.focus]


def collapsed(e: Explanation, j: int, found: Collapse) -> Equation:
    """δ of an output in its short form (E26), with numbers."""
    a, y = Symbol("a", e.architecture.depth, (j,)), Symbol("y", None, (j,))
    first: Math = a if found.total == 1 else Product((a, Total("m", Symbol("y", None, ("m",)))))
    value: Math = Product(numbers(found.a, found.total)) if found.total != 1 else Number(found.a)
    sides = Symbol(_DELTA, e.architecture.depth, (j,)), Difference(first, y), Difference(value, Number(found.y))
    return Equation((*sides, Number(found.value)))


# --- parameters -----------------------------------------------------------------------------------------------------


def rules_of_parameters(e: Explanation, l: int) -> tuple[Equation, ...]:
    """The derivatives with respect to a layer's weights or factors, and its biases (E16, E17, E30)."""
    edge = told_kind(e, l).parameter(None, "j", "k")
    delta, a = Symbol(_DELTA, None, ("j",)), Symbol("a", None, (edge.indices[-1],))
    rules = (Equation((by(edge), Product((a, delta)))),)
    return (*rules, Equation((by(Symbol("b", None, ("j",))), delta))) if e.view.has_biases(l) else rules


def parameter_product(e: Explanation, place: Place) -> Equation:
    """The derivative with respect to a weight or factor as what comes in through it times δ, with numbers."""
    layer, j, k = place
    assert k is not None  # a bias has no product
    a, delta = Symbol("a", layer - 1, (k,)), Symbol(_DELTA, layer, (j,))
    written = float(e.a(layer - 1)[k]), float(e.delta(layer)[j])
    sides = by(parameter(e, place)), Product((a, delta)), Product(numbers(*written))
    return Equation((*sides, Number(written[0] * written[1])))


def parameter(e: Explanation, place: Place) -> Symbol:
    """A weight, a factor or a bias."""
    layer, j, k = place
    return Symbol("b", layer, (j,)) if k is None else told_kind(e, layer).parameter(layer, j, k)


def parameter_word(e: Explanation, place: Place) -> str:
    """What kind of parameter it is: weight, factor or bias."""
    layer, _, k = place
    return "bias" if k is None else told_kind(e, layer).word.lower()


def parameter_title(e: Explanation, place: Place) -> Line:
    """What it is, and what it leads from and to."""
    layer, j, k = place
    if k is None:
        return ("Bias ", parameter(e, place), f": of neuron {j} of layer {layer}")
    word = told_kind(e, layer).word
    begin = (f"{word} ", parameter(e, place), f": to neuron {j} of layer {layer} from ")
    return (*begin, f"input {k}, ", input_name(e, k)) if layer == 1 else (*begin, f"neuron {k} of layer {layer - 1}")


def input_name(e: Explanation, k: int) -> Name:
    """An input by its name."""
    return Name(e.names.inputs[k], 30)


def factor(e: Explanation, name: str, place: Place) -> Math:
    """One factor of the derivative with respect to a parameter, by its name in ``factors.py``."""
    layer, j, _ = place
    z, a = Symbol("z", layer, (j,)), Symbol("a", layer, (j,))
    if name.startswith(by_letter("")):
        return Partial(z, parameter(e, place))
    known: dict[str, Math] = {SLOPE: Partial(a, z), BY_A: by(a), BY_Z: by(z), MIXED: _column(layer, j)}
    return known[name]
