"""The lessons that come with glassprop: published numbers, other hands, and what each says of itself."""

from __future__ import annotations

import copy
from importlib.resources import files

import numpy as np
import pytest
from classroom.plain_networks import by_weight, cost, forward, places, ready_data

from glassprop.lessons import READY, ready_lesson
from glassprop.showing import classroom_network


def test_every_file_is_on_the_list_and_the_list_has_no_others():
    folder = files("glassprop.classroom").joinpath("ready")
    assert sorted(READY) == sorted(file.name.removesuffix(".toml") for file in folder.iterdir())


@pytest.mark.parametrize("name", READY)
def test_all_numbers_are_those_of_other_hands(name):
    lesson, data = ready_lesson(name), ready_data(name)
    assert lesson.title
    assert lesson.about
    for row in range(len(data["inputs"])):
        e = lesson.explanation.of(row)
        for layer, a in enumerate(forward(data, row)):
            np.testing.assert_allclose(e.a(layer), a, rtol=1e-12)
        assert e.cost == pytest.approx(cost(data, row), rel=1e-9)
        for layer, j, k in places(data):
            found = e.bias(layer, j) if k is None else e.weight(layer, j, k)
            assert found.value == pytest.approx(by_weight(data, row, layer, j, k), rel=1e-6, abs=1e-9)


def test_the_published_numbers_of_the_2_2_2_network():
    """Matt Mazur, "A Step by Step Backpropagation Example", with all the digits that he gives."""
    e = ready_lesson("2-2-2").explanation
    assert e.a(1) == pytest.approx([0.593269992, 0.596884378], abs=5e-10)
    assert e.a(2) == pytest.approx([0.75136507, 0.772928465], abs=5e-9)
    assert e.cost == pytest.approx(0.298371109, abs=5e-10)
    assert e.weight(2, 0, 0).value == pytest.approx(0.082167041, abs=5e-10)
    assert e.weight(1, 0, 0).value == pytest.approx(0.000438568, abs=5e-10)
    step = {place: e.step(*place).after["w"] for place in [(l, j, k) for l in (1, 2) for j in (0, 1) for k in (0, 1)]}
    assert step[2, 0, 0] == pytest.approx(0.35891648, abs=5e-9)
    assert step[2, 0, 1] == pytest.approx(0.408666186, abs=5e-10)
    assert step[2, 1, 0] == pytest.approx(0.511301270, abs=5e-10)
    assert step[2, 1, 1] == pytest.approx(0.561370121, abs=5e-10)
    assert step[1, 0, 0] == pytest.approx(0.149780716, abs=5e-10)
    assert step[1, 0, 1] == pytest.approx(0.19956143, abs=5e-9)
    assert step[1, 1, 0] == pytest.approx(0.24975114, abs=5e-9)
    assert step[1, 1, 1] == pytest.approx(0.29950229, abs=5e-9)


def test_the_cost_that_is_published_for_after_ten_thousand_steps():
    """0.291027924 after one step, 0.0000351085 after 10,000, when the biases stay as they are."""
    lesson = ready_lesson("2-2-2")
    network, theta = lesson.network, lesson.theta.copy()
    weights = np.ones(theta.size)
    for layer in (1, 2):
        network.b(weights, layer)[:] = 0
    costs = {}
    for step in range(1, 10_001):
        theta -= lesson.rate * weights * network.gradient(theta, lesson.inputs, lesson.targets)
        if step in (1, 10_000):
            costs[step] = network.cost(theta, lesson.inputs, lesson.targets)
    assert costs[1] == pytest.approx(0.291027924, rel=1e-6)  # published from rounded weights
    assert costs[10_000] == pytest.approx(0.0000351085, rel=1e-3)


def test_the_2_2_1_network_is_the_one_of_the_blackboard():
    ready, board = ready_lesson("2-2-1").explanation.view, classroom_network(0).view
    for name in ("theta", "X", "Y"):
        np.testing.assert_array_equal(getattr(ready, name), getattr(board, name))


def test_the_dead_neuron_has_no_derivative_on_any_row_and_the_other_has():
    lesson = ready_lesson("dead-relu")
    e = lesson.explanation
    for row in range(e.n_examples):
        of = e.of(row)
        assert of.z(1)[1] < 0 < of.z(1)[0]
        assert [of.weight(1, 1, k).value for k in (0, 1)] == [0, 0]
        assert (of.bias(1, 1).value, of.weight(2, 0, 1).value) == (0, 0)
        assert of.weight(1, 0, 0).value != 0
    assert e.step(1, 1, 0).change == 0 != e.step(1, 0, 0).change


def test_the_saturated_neuron_is_wrong_and_hardly_learns_until_the_cost_cancels_its_slope():
    lesson = ready_lesson("saturated-sigmoid")
    e = lesson.explanation
    assert e.a(1)[0] > 0.9999
    assert 0 < e.weight(1, 0, 0).value < 5e-5
    data = {**lesson.to_dict(), "cost": "binary_cross_entropy"}
    other = type(lesson).from_data(data).explanation
    assert other.weight(1, 0, 0).value == pytest.approx(e.a(1)[0])


def test_xor_after_is_xor_before_trained():
    before, after = ready_lesson("xor-before"), ready_lesson("xor-after")
    network, theta = before.network, before.theta.copy()
    for _ in range(300):
        theta -= before.rate * network.gradient(theta, before.inputs, before.targets)
    np.testing.assert_allclose(after.theta, theta, atol=0.5e-3 + 1e-12)
    said = [lesson.network.predict(lesson.theta, lesson.inputs)[:, 0] for lesson in (before, after)]
    assert np.ptp(said[0]) < 0.03  # the same to all rows
    assert (said[1].round(2) == [0.02, 0.96, 0.96, 0.02]).all()
    assert (said[1].round() == after.targets[:, 0]).all()


@pytest.mark.parametrize("name", READY)
def test_each_goes_on_paper_and_on_a_page_with_the_numbers_as_they_are(name):
    lesson = ready_lesson(name)
    given = np.concatenate([lesson.theta, lesson.inputs.ravel(), lesson.targets.ravel()])
    assert (given.round(lesson.digits) == given).all()
    assert "Answer key" in lesson.worksheet()
    assert lesson.worksheet(form="html").startswith("<!DOCTYPE html>")
    assert "\\documentclass" in lesson.latex()
    assert lesson.markdown().startswith("# Row 0")
    page = lesson.page()
    assert lesson.title in page
    assert copy.copy(lesson).explanation.training.rate == lesson.rate
