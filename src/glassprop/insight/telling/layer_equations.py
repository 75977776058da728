"""The equations of a layer as structure: in general, and with the numbers of one neuron. A kind of layer is told here.

Whoever tells of a layer asks these functions, so that a second kind of layer is one more case in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassprop.document.mathematics import (
    Aside,
    Difference,
    Equation,
    Math,
    Number,
    Partial,
    Product,
    Slope,
    Sum,
    Symbol,
    Total,
    by,
    numbers,
)
from glassprop.document.parts import Line, Name
from glassprop.insight.factors import BY_A, BY_B, BY_W, BY_Z, MIXED, SLOPE, Collapse
from glassprop.insight.largest import Place

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST_TERMS = 5  # of a sum that is written out
_DELTA = "δ"


# --- forward --------------------------------------------------------------------------------------------------------


def forward_rule() -> Equation:
    """How z of a layer follows from a of the layer before (E14)."""
    z, b = Symbol("z", None, ("j",)), Symbol("b", None, ("j",))
    return Equation((z, Sum((Total("k", Product((Symbol("w", None, ("j", "k")), Symbol("a", None, ("k",))))), b))))


def forward_sum(e: Explanation, l: int, j: int) -> Equation:
    """z of one neuron, the largest terms of its sum written out."""
    w, a = Symbol("w", l, (j, "k")), Symbol("a", l - 1, ("k",))
    general = Sum((Total("k", Product((w, a))), Symbol("b", l, (j,))))
    terms = written_out(e.view.w(l)[j], e.a(l - 1))
    written = Sum((*terms, Number(float(e.view.b(l)[j]))))
    return Equation((Symbol("z", l, (j,)), general, written, Number(float(e.z(l)[j]))))


# --- backward -------------------------------------------------------------------------------------------------------


def backward_sum(e: Explanation, l: int, k: int) -> Equation:
    """∂C₀/∂a of one neuron (of an input, for layer 0), through the neurons of the next layer (E18)."""
    w, delta = Symbol("w", l + 1, ("j", k)), Symbol(_DELTA, l + 1, ("j",))
    written = Sum(written_out(e.view.w(l + 1)[:, k], e.delta(l + 1)))
    sides = (by(Symbol("a", l, (k,))), Total("j", Product((w, delta))), written, Number(float(e.by_a(l)[k])))
    return Equation(sides)


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


def parameter(place: Place) -> Symbol:
    """A weight or a bias."""
    layer, j, k = place
    return Symbol("b", layer, (j,)) if k is None else Symbol("w", layer, (j, k))


def parameter_title(e: Explanation, place: Place) -> Line:
    """What it is, and what it leads from and to."""
    layer, j, k = place
    if k is None:
        return ("Bias ", parameter(place), f": of neuron {j} of layer {layer}")
    begin = ("Weight ", parameter(place), f": to neuron {j} of layer {layer} from ")
    return (*begin, f"input {k}, ", input_name(e, k)) if layer == 1 else (*begin, f"neuron {k} of layer {layer - 1}")


def input_name(e: Explanation, k: int) -> Name:
    """An input by its name."""
    return Name(e.names.inputs[k], 30)


def factor(name: str, place: Place) -> Math:
    """One factor of the derivative with respect to a parameter, by its name in ``factors.py``."""
    layer, j, _ = place
    z, a = Symbol("z", layer, (j,)), Symbol("a", layer, (j,))
    known: dict[str, Math] = {
        BY_W: Partial(z, parameter(place)),
        BY_B: Partial(z, parameter(place)),
        SLOPE: Partial(a, z),
        BY_A: by(a),
        BY_Z: by(z),
        MIXED: _column(layer, j),
    }
    return known[name]


# --- sums -----------------------------------------------------------------------------------------------------------


def written_out(left: Sequence[float] | np.ndarray, right: Sequence[float] | np.ndarray) -> tuple[Math, ...]:
    """The products of two lists: the largest one by one, and what the others add up to as one number."""
    left, right = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    with np.errstate(all="ignore"):
        products = left * right
        first = largest_terms(products)
        terms: tuple[Math, ...] = tuple(Product(numbers(left[m], right[m])) for m in first)
        return terms + rest_of(products, first)


def largest_terms(terms: np.ndarray) -> list[int]:
    """Which terms of a sum are written out, in their order."""
    return sorted(np.argsort(-np.abs(np.nan_to_num(terms)), kind="stable")[:_MOST_TERMS].tolist())


def rest_of(terms: np.ndarray, first: Sequence[int]) -> tuple[Math, ...]:
    """All terms but these as one number."""
    left = len(terms) - len(first)
    if not left:
        return ()
    rest = Number(float(np.delete(terms, list(first)).sum()))
    return (Aside(rest, f"{left:,} more {'term' if left == 1 else 'terms'}"),)
