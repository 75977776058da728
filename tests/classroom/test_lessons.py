"""A lesson in numbers of one's own: by a call, from a file, saved and read again, made of any explanation."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassprop import Activation, Layer, Network, Scale
from glassprop.errors import LessonError
from glassprop.insight.explanation import explain
from glassprop.lessons import Lesson, lesson_of, read_lesson, ready_lesson
from glassprop.optimizers import Adam
from glassprop.showing import Names, Training

XOR = {
    "w": [[[1.0, -2.0], [3.0, 4.0]], [[0.5, -0.5]]],
    "b": [[0.25, 0.5], [-1.0]],
    "activations": ["relu", "sigmoid"],
    "inputs": [[0, 0], [0, 1], [1, 0], [1, 1]],
    "targets": [[0], [1], [1], [0]],
    "cost": "binary_cross_entropy",
}


def test_the_call_has_the_numbers_that_it_was_given():
    lesson = lesson_of(**XOR, rate=0.25, input_names=["left", "right"], output_names=["one"], title="XOR")
    network = lesson.network
    assert repr(network) == ("Network(2, [Layer(2, 'relu'), Layer(1, 'sigmoid')], cost='binary_cross_entropy')")
    for layer in (1, 2):
        np.testing.assert_array_equal(network.w(lesson.theta, layer), XOR["w"][layer - 1])
        np.testing.assert_array_equal(network.b(lesson.theta, layer), XOR["b"][layer - 1])
    e = lesson.explanation
    np.testing.assert_array_equal(e.view.X, XOR["inputs"])
    np.testing.assert_array_equal(e.view.Y, XOR["targets"])
    assert (e.names.inputs, e.names.outputs) == (("left", "right"), ("one",))
    # z = 0.5 relu(-2 + 0.25) - 0.5 relu(4 + 0.5) - 1 for the second row
    assert e.of(1).z(2)[0] == -0.5 * 4.5 - 1


def test_a_step_is_that_of_gradient_descent_at_the_lessons_rate():
    lesson = lesson_of(**XOR, rate=0.25)
    gradient = lesson.network.gradient(lesson.theta, lesson.inputs, lesson.targets)
    step = lesson.explanation.step(2, 0, 1)
    assert step.optimizer == "SGD"
    assert step.after["w"] == pytest.approx(-0.5 - 0.25 * lesson.network.w(gradient, 2)[0, 1], rel=1e-15)
    assert lesson.explanation.to_dict()["training"]["settings"]["η"] == 0.25


def test_short_ways_of_saying_the_same():
    long = lesson_of(
        w=[[[2.0], [3.0]], [[1.0, 1.0]]], b=[[0.5, 0.5], [0.0]], activations=["tanh", "tanh"],
        inputs=[[1.0], [2.0], [3.0]], targets=[[0.0], [1.0], [0.0]],
    )  # fmt: skip
    short = lesson_of(
        w=[np.array([[2], [3]]), [(1, 1)]], b=[0.5, 0], activations="tanh", inputs=[1, 2, 3], targets=(0, 1, 0)
    )
    assert long.to_dict() == short.to_dict()
    one = lesson_of(w=[[[1, 2]]], activations="identity", inputs=[5, 6], targets=7)
    assert one.inputs.tolist() == [[5, 6]]
    assert one.targets.tolist() == [[7]]
    assert one.network.b(one.theta, 1).tolist() == [0]


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_what_is_saved_is_read_again(tmp_path, ending):
    lesson = lesson_of(**XOR, rate=0.3, input_names=['a "quoted" one', "new\nline\x7f"], title="§ 1", about="é\t𝄞\\n")
    path = tmp_path / f"mine.{ending}"
    lesson.save(path)
    again = read_lesson(path)
    assert again.to_dict() == lesson.to_dict()
    np.testing.assert_array_equal(again.theta, lesson.theta)
    text = path.read_text(encoding="utf-8")
    data = tomllib.loads(text) if ending == "toml" else json.loads(text)
    assert data["layers"][0] == {"w": XOR["w"][0], "b": XOR["b"][0], "activation": "relu"}
    assert "[1.0, -2.0]" in text  # a row on a line


@given(
    numbers=st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=4),
    rate=st.floats(1e-9, 1e6),
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=3, max_size=3),
)
@settings(max_examples=60)
def test_whatever_is_saved_is_read_again(numbers, rate, texts, tmp_path_factory):
    lesson = lesson_of(
        w=[[numbers[:2]]], b=[numbers[2:3]], activations="identity", inputs=[1, 2], targets=numbers[3:], rate=rate,
        title=texts[0], about=texts[1], output_names=[texts[2]],
    )  # fmt: skip
    for ending in ("toml", "json"):
        path = tmp_path_factory.getbasetemp() / f"any.{ending}"
        lesson.save(path)
        assert read_lesson(path).to_dict() == lesson.to_dict()


def test_files_of_other_systems_are_read(tmp_path):
    text = 'inputs = [[1]]\r\ntargets = [[2]]\r\n[[layers]]\r\nw = [[3]]\r\nactivation = "relu"\r\n'
    (tmp_path / "windows.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_lesson(tmp_path / "windows.toml").explanation.a(1).tolist() == [3]
    (tmp_path / "json.txt").write_text(json.dumps(ready_lesson("chain").to_dict()), encoding="utf-8")
    assert read_lesson(str(tmp_path / "json.txt")).to_dict() == ready_lesson("chain").to_dict()


# --- of an explanation -----------------------------------------------------------------------------------------


def test_any_dense_network_with_its_rows_becomes_a_lesson():
    network = Network(3, [Layer(4, "leaky_relu(0.2)"), Layer(2, "softmax")], cost="cross_entropy")
    rng = np.random.default_rng(0)
    theta, X = network.initial(rng), rng.normal(size=(5, 3))
    Y = np.eye(2)[[0, 1, 1, 0, 1]]
    names = Names.numbered(network, 5, inputs=["rain", "wind", "sun"], outputs=["in", "out"])
    training = Training(Adam(), Adam().start(theta), 0.02)
    e = network.explain(theta, X, Y, names=names, training=training)
    lesson = Lesson.of(e, title="Ours")
    assert repr(lesson.network) == repr(network)
    for name, want in (("theta", theta), ("inputs", X), ("targets", Y)):
        np.testing.assert_array_equal(getattr(lesson, name), want)
    assert (lesson.rate, lesson.input_names, lesson.output_names) == (0.02, ("rain", "wind", "sun"), ("in", "out"))
    assert lesson.explanation.weight(1, 2, 1).value == e.weight(1, 2, 1).value


def test_what_is_no_lesson_is_refused_in_one_line():
    own = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    network = Network(2, [Scale(), Layer(2, own, residual=True), Layer(1, "identity")])
    with pytest.raises(LessonError, match=r"only dense layers.*scale.*functions that come with glassprop.*'cube'"):
        Lesson.of(network.explain(network.initial(np.random.default_rng(0)), [1, 2], [3]))
    plain = Network(2, [Layer(1, "identity")])
    theta = plain.initial(np.random.default_rng(0))
    with pytest.raises(LessonError, match="a lesson has targets"):
        Lesson.of(explain(plain, theta, [1, 2]))
    many = lesson_of(
        w=[np.full((300, 300), 1 / 3), np.ones((1, 300))], activations="relu", inputs=np.ones(300), targets=1
    )
    with pytest.raises(LessonError, match=r"1,000,000 bytes at most, and this would be"):
        many.text()


def test_of_several_members_it_is_the_one_that_is_walked_through():
    network = Network(2, [Layer(2, "tanh", own=True), Layer(1, "identity", own=True)], members=3)
    e = network.explain(network.initial(np.random.default_rng(0)), [1, 2], [3]).member(1)
    lesson = Lesson.of(e)
    assert lesson.explanation.cost == e.cost
    assert lesson.explanation.weight(1, 0, 1).value == e.weight(1, 0, 1).value


def test_the_page_of_a_lesson_computes_with_gradient_descent_at_its_rate():
    record = ready_lesson("xor-before").explanation.to_dict()
    assert record["still"] is None
    assert record["live"]["optimizer"]["name"] == "SGD"
    assert record["live"]["optimizer"]["settings"]["η"] == 0.5
    assert len(record["live"]["rows"]) == 4
