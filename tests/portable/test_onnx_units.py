"""Amounts in the target's own units, in onnxruntime: every scale of the table, and what lies beyond its ends."""

from __future__ import annotations

import numpy as np
import pytest
from portable.onnx_runs import run

from glassprop import OwnUnits
from glassprop.architecture.target_scales import SCALES
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_units import INVERSES, written_units

UNITS = {
    "none": OwnUnits(20.0, 5.0),
    "log": OwnUnits(1.5, 0.7, "log", shift=0.5, factor=1.2, knots=(0.0, 40.0)),
    "quantile": OwnUnits(0.1, 0.9, "quantile", factor=1.1, knots=(0.0, 0.0, 1.0, 1.5, 7.0, 100.0)),
    "poisson": OwnUnits(0.0, 3.0, "poisson"),
}


def amounts(units, a):
    graph, dtype = Graph(), a.dtype.name
    name = graph.input("a", dtype, ["N", 1])
    graph.output("y", written_units(graph, units, name, dtype), dtype, ["N", 1])
    return run(graph.model(), a=a)["y"]


def test_every_scale_is_written():
    assert set(INVERSES) == set(SCALES) == set(UNITS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", UNITS)
def test_own_units(scale, dtype):
    """In float64 on the way, as ours are: off by some roundings of the largest amount, 100."""
    places = np.linspace(-3, 3, 6)
    a = np.concatenate([np.linspace(-6, 6, 241), (places - 0.1) / 0.9, [1e6, -1e6]]).astype(dtype).reshape(-1, 1)
    expected = UNITS[scale].own(a)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(amounts(UNITS[scale], a), expected, rtol=4 * eps, atol=100 * 10 * np.finfo(float).eps)


def test_what_is_no_number_stays_none():
    assert np.isnan(amounts(UNITS["quantile"], np.array([[np.nan]]))).all()
