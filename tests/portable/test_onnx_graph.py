"""The graph that ONNX is written with: names are kept, types are right, what is wrong is not written."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from portable.onnx_runs import run, run_named

from glassprop.errors import ExportError
from glassprop.portable.onnx_graph import IR_VERSION, ML, ML_OPSET, OPSET, Graph

ODD = ["a b", "ä", "Ärger/€", "", "x.y", "constant/0", "Add/1", "1", "日本", "'\"\\", "a\nb"]


def test_a_graph_computes_what_it_says():
    graph = Graph()
    x = graph.input("x", "float64", ["N", 2])
    total = graph.reduce("ReduceSum", graph.node("Mul", x, graph.constant(np.array([2.0, 3.0]))), -1)
    graph.output("total", total, "float64", ["N", 1])
    found = run(graph.model(), x=np.array([[1.0, 1.0], [0.5, -1.0]]))
    np.testing.assert_array_equal(found["total"], [[5.0], [-2.0]])


@pytest.mark.parametrize("name", [name for name in ODD if name])
def test_names_are_kept_whatever_they_are(name):
    graph = Graph()
    x = graph.input(name, "float32", ["N"])
    y = graph.node("Add", x, graph.constant(np.float32(1)))
    graph.output(other := graph.free(name), graph.node("Add", y, y), "float32", ["N"])
    found = run_named(graph.model(), {name: np.array([1, 2], np.float32)})
    assert found[other].tolist() == [4, 6]


def test_versions_are_those_that_are_promised():
    graph = Graph()
    x = graph.input("x", "string", ["N"])
    y = graph.node("LabelEncoder", x, domain=ML, keys_strings=["a", "ä"], values_int64s=[1, 2], default_int64=-1)
    graph.output("y", y, "int64", ["N"])
    model = graph.model({"key": "value"})
    assert {(o.domain, o.version) for o in model.opset_import} == {("", OPSET), (ML, ML_OPSET)}
    assert model.ir_version == IR_VERSION == onnx.helper.find_min_ir_version_for(model.opset_import)
    assert model.producer_name == "glassprop"
    assert {p.key: p.value for p in model.metadata_props} == {"key": "value"}
    assert run(model, x=np.array(["ä", "b"], object))["y"].tolist() == [2, -1]


def test_the_same_constant_is_kept_once():
    graph = Graph()
    kinds = [np.float32(1), np.float64(1), np.int64(1), np.array([1.0]), np.array(["1"]), np.array(["1"], object)]
    names = [graph.constant(array) for array in kinds]
    assert names[4] == names[5]
    assert len(set(names)) == 5
    assert graph.constant(np.float32(1)) == names[0]


def test_constants_that_nothing_takes_are_left_out():
    graph = Graph()
    x = graph.input("x", "float32", ["N"])
    graph.constant(np.arange(5.0))
    graph.output("y", graph.node("Add", x, graph.constant(np.float32(1))), "float32", ["N"])
    assert len(graph.model().graph.initializer) == 1


def test_one_name_for_two_things_is_refused():
    graph = Graph()
    graph.input("x", "float32", ["N"])
    with pytest.raises(ExportError, match="cannot both be called 'x'"):
        graph.input("x", "float32", ["N"])


def test_names_that_are_no_unicode_are_refused():
    with pytest.raises(ExportError, match=r"cannot write 'a\\ud800': call it otherwise"):
        Graph().input("a\ud800", "float64", ["N", 1])


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(ExportError, match="UTF-8"):
        Graph().constant(np.array(["\ud800"]))


def test_a_graph_that_does_not_fit_together_is_not_written():
    graph = Graph()
    x = graph.input("x", "float32", ["N", 2])
    graph.output("y", graph.node("Add", x, graph.constant(np.ones(3, np.float32))), "float32", ["N", 3])
    with pytest.raises(Exception, match=r"(?i)shape|dimension"):
        graph.model()
