"""E46: what each input adds to a prediction, against integrals that are known."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop import Layer, Network
from glassprop.equations.line_integral import GAP, integrated
from glassprop.insight.baseline import Baseline
from glassprop.insight.prediction import Prediction


def along(f, gradient, begin, end):
    """What ``integrated`` asks, of a function of two numbers."""
    way = np.subtract(end, begin)

    def at(t):
        u = np.asarray(begin) + t[:, None] * way
        return f(u), gradient(u) * way

    return at


def test_E46_contributions_add_up_and_are_the_integrals():
    # f = u v from (1, 2) to (3, 5): u = 1 + 2t, v = 2 + 3t, so ∫ v du = 2 (2 + 3/2) and ∫ u dv = 3 (1 + 1)
    found = integrated(along(lambda u: u[:, 0] * u[:, 1], lambda u: u[:, ::-1], (1, 2), (3, 5)), 1000)
    assert found.parts == pytest.approx([7, 6], rel=1e-12)
    assert (found.begin, found.end) == (2, 15)
    assert abs(found.rest) < 1e-12


def test_of_a_line_each_input_adds_what_it_moves():
    network = Network(3, [Layer(1, "identity")])
    theta, x, begin = np.array([2.0, -1.0, 0.5, 7.0]), np.array([1.0, 4.0, -2.0]), np.array([0.0, 1.0, 2.0])
    found = Prediction((network,), theta, 0, "amount", "y").integrated(x, Baseline(begin))
    assert found.parts == pytest.approx([2.0, -3.0, -2.0], rel=1e-14)
    assert found.points == 8  # the first few say it all


def test_points_are_added_where_f_bends():
    # f = relu(u - v) + 3 v on the way from (-1, 0) to (1, 0.5): the kink is at t = 2/3, and u moves 2, v 1/2
    def f(u):
        return np.maximum(u[:, 0] - u[:, 1], 0) + 3 * u[:, 1]

    def gradient(u):
        on = (u[:, 0] > u[:, 1]).astype(float)
        return np.stack([on, 3 - on], axis=1)

    found = integrated(along(f, gradient, (-1, 0), (1, 0.5)), 1000)
    assert found.parts == pytest.approx([2 / 3, 3 / 2 - 1 / 6], rel=GAP)
    assert abs(found.rest) < GAP * (found.end - found.begin)
    assert 8 < found.points <= 1000


def test_what_few_points_miss_is_left_over():
    step = along(lambda u: (u[:, 0] > 0.3).astype(float), np.zeros_like, (0, 0), (1, 0))
    found = integrated(step, 200)
    assert found.points <= 200
    assert found.parts == pytest.approx([0, 0])
    assert found.rest == 1
