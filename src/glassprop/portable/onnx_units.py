"""The last step of a regression as ONNX nodes: from what a network gives to the target's own units, on any scale."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.architecture.target_scales import quantile_places
from glassprop.equations.arrays import Array
from glassprop.portable.onnx_graph import Graph


def written_units(graph: Graph, units: OwnUnits, a: str, elem_type: str) -> str:
    """``OwnUnits.own``: in float64 on the way, as there. a and what is given back are of elem_type."""
    v = a if elem_type == "float64" else graph.cast(a, "float64")
    v = graph.node("Add", graph.node("Mul", v, graph.double(units.spread)), graph.double(units.mean))
    if units.scale != "none":
        v = INVERSES[units.scale](graph, v, units.shift, np.array(units.knots))
        shift = graph.double(units.shift)
        v = graph.node("Mul", graph.node("Add", v, shift), graph.double(units.factor))
        v = graph.node("Sub", v, shift)
        v = graph.node("Max", v, graph.double(units.knots[0])) if units.knots else v
    return v if elem_type == "float64" else graph.cast(v, elem_type)


def _as_it_is(graph: Graph, v: str, shift: float, knots: Array) -> str:
    return v


def _exp(graph: Graph, v: str, shift: float, knots: Array) -> str:
    low, high = np.log(knots[[0, -1]] + shift)
    e = graph.node("Exp", graph.between(v, graph.double(low), graph.double(high)))
    y = graph.node("Sub", e, graph.double(shift))
    return graph.between(y, graph.double(knots[0]), graph.double(knots[-1]))


def _from_quantile(graph: Graph, v: str, shift: float, knots: Array) -> str:
    """Between knots at even places: which two by division, then on the line between them."""
    places = quantile_places(len(knots))
    step = (places[-1] - places[0]) / (len(knots) - 1)
    v = graph.between(v, graph.double(places[0]), graph.double(places[-1]))
    steps = graph.node("Div", graph.node("Sub", v, graph.double(places[0])), graph.double(step))
    piece = graph.cast(graph.node("Floor", steps), "int64")
    last = graph.constant(np.int64(len(knots) - 2))  # the last place belongs to the last piece
    piece = graph.between(piece, graph.constant(np.int64(0)), last)  # what is no number stays none
    slope, knot, place = (
        graph.node("Gather", graph.constant(each), piece) for each in (np.diff(knots) / np.diff(places), knots, places)
    )
    return graph.node("Add", graph.node("Mul", slope, graph.node("Sub", v, place)), knot)


INVERSES: dict[str, Callable[[Graph, str, float, Array], str]] = {
    "none": _as_it_is,
    "log": _exp,
    "quantile": _from_quantile,
    "poisson": _as_it_is,
}
