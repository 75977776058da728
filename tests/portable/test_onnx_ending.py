"""What is made of outputs, in onnxruntime: every kind of ending, every type of label."""

from __future__ import annotations

import numpy as np
import pytest
from portable.onnx_runs import run

from glassprop import MLPClassifier
from glassprop.errors import ExportError
from glassprop.portable.onnx_ending import WRITTEN_ENDINGS, written_ending
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_labels import refuse_maps, written_labels
from glassprop.portable.whole_model import ENDINGS, Ending


def said(ending, a):
    graph = Graph()
    name = graph.input("a", a.dtype.name, ["N", a.shape[1]])
    found = written_ending(graph, ending, name, a.dtype.name, a.shape[1])
    for key, value in (("prediction", found.prediction), ("probabilities", found.probabilities)):
        if value is not None:
            graph.output(key, value.name, value.elem_type, ["N", *value.row])
    return run(graph.model(), a=a)


def test_no_kind_of_ending_is_missing():
    assert set(WRITTEN_ENDINGS) == set(ENDINGS)


@pytest.mark.parametrize("labels", [[3, 7], ["no", "yes"], [False, True], [0.0, 1.0], [0.5, 1.5]], ids=str)
def test_two_classes(labels):
    a = np.array([[0.2], [0.5], [np.nextafter(0.5, 1)], [0.9]])
    found = said(Ending("two classes", np.array(labels), probabilities=True), a)
    assert found["prediction"].tolist() == [labels[0], labels[0], labels[1], labels[1]]
    np.testing.assert_array_equal(found["probabilities"], np.hstack([1 - a, a]))


@pytest.mark.parametrize("labels", [[-1, 0, 5], ["a", "b", "ü"], [0, 2**40, 2**62]], ids=str)
def test_classes(labels):
    a = np.array([[0.2, 0.3, 0.5], [0.4, 0.4, 0.2], [0.1, 0.8, 0.1]], np.float32)
    found = said(Ending("classes", np.array(labels), probabilities=True), a)
    assert found["prediction"].tolist() == [labels[2], labels[0], labels[1]]
    np.testing.assert_array_equal(found["probabilities"], a)


def test_shares_of_what_does_not_sum_to_one():
    a = np.array([[0.2, 0.6], [0.0, 0.0], [1.0, 1.0]])
    found = said(Ending("classes", np.array([0, 1]), probabilities=True, shares=True), a)
    np.testing.assert_allclose(found["probabilities"], [[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]])


def test_one_class_and_several_labels():
    a = np.array([[0.2, 0.6], [0.5, 0.51]])
    several = said(Ending("labels", np.array([0, 1]), probabilities=True, flat=False), a)
    assert several["prediction"].tolist() == [[0, 1], [0, 1]]
    one = said(Ending("one class", np.array(["only"]), probabilities=True), a[:, :1])
    assert one["prediction"].tolist() == ["only"] * 2
    assert one["probabilities"].tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize("labels", [[1, "a"], [None, 1], [(1, 2), (3, 4)]], ids=str)
def test_labels_that_onnx_has_not_are_refused(labels):
    held = np.empty(2, object)
    held[:] = labels
    with pytest.raises(ExportError, match="neither numbers nor texts"):
        written_labels(held)


def test_whole_numbers_beyond_those_of_onnx_are_refused_not_wrapped():
    assert written_labels(np.array([1, 2**63 - 1], np.uint64)).tolist() == [1, 2**63 - 1]
    with pytest.raises(ExportError, match="neither numbers nor texts"):
        written_labels(np.array([1, 2**63], np.uint64))


def test_maps_have_labels_for_keys():
    graph = Graph()
    name = graph.input("a", "float64", ["N", 2])
    graph.output_of_maps("maps", name, refuse_maps(np.array(["no", "yes"], object)))
    found = run(graph.model(), a=np.array([[0.25, 0.75]]))["maps"]
    assert found == [{"no": 0.25, "yes": 0.75}]
    with pytest.raises(ExportError, match="zipmap"):
        refuse_maps(np.array([0.5, 1.5]))
    with pytest.raises(ExportError, match="zipmap"):
        refuse_maps(None)


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 2], ["a", "b", "c"], [0.0, 1.0, 2.0]], ids=str)
def test_an_ending_says_what_a_classifier_says(labels):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.array(labels)[np.arange(40) % len(labels)]
    model = MLPClassifier((4,), max_iter=3, n_iter_no_change=1, tol=9, random_state=0).fit(X, y)
    kind = "two classes" if len(labels) == 2 else "classes"
    a = model.network_.predict(model.theta_, X)
    found = said(Ending(kind, model.classes_, probabilities=True), a)
    assert found["prediction"].tolist() == model.predict(X).tolist()
    np.testing.assert_array_equal(found["probabilities"], model.predict_proba(X))
