"""Charts lie where their numbers say, and numbers are written with the digits that they need."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassprop.ground.number_text import amount, percent
from glassprop.training_report import charts


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0.0 %"), (1.0, "100.0 %"), (0.0004, "< 0.1 %"), (0.9999, "> 99.9 %"), (None, "–")]
)
def test_shares_do_not_claim_what_is_not_so(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (206.0810546875, 77.0, "206.081"),
        (1234567.4, 3e5, "1234567"),
        (3.0, 2.0, "3"),
        (200.0, 1e6, "200"),
        (1e9 + 0.0012, 1e-3, "1000000000.0012"),
        (0.0012345678, 1e-3, "0.0012346"),
        (-0.5, 0.0, "-0.5"),
        (1e200, 1e200, "1e+200"),
    ],
)
def test_amounts_have_the_digits_that_tell_them_apart(value, spread, text):
    assert amount(value, spread) == text


def test_curves_lie_where_their_numbers_say():
    drawn = charts.curves([4.0, 2.0, 1.0], [5.0, 3.0, 3.5], 2, title="t", label="cost")
    training = re.search(r'class="training" points="([^"]*)"', drawn)[1].split()
    xs, ys = zip(*(map(float, point.split(",")) for point in training), strict=True)
    assert np.allclose(np.diff(xs), np.diff(xs)[0])
    assert (ys[1] - ys[0]) == pytest.approx(2 * (ys[2] - ys[1]), rel=1e-2)
    cx, cy = map(float, re.search(r'<circle class="best" cx="([\d.]+)" cy="([\d.]+)"', drawn).groups())
    validation = re.search(r'class="validation" points="([^"]*)"', drawn)[1].split()
    assert validation[1] == f"{cx},{cy}"


def test_curves_by_time_lie_at_their_seconds():
    drawn = charts.curves([4.0, 2.0, 1.0], [], 2, title="t", label="cost", seconds=[1.0, 2.0, 5.0])
    points = re.search(r'class="training" points="([^"]*)"', drawn)[1].split()
    xs = [float(point.split(",")[0]) for point in points]
    assert (xs[2] - xs[1]) == pytest.approx(3 * (xs[1] - xs[0]), rel=1e-3)
    assert xs[0] - charts.LEFT == pytest.approx(xs[1] - xs[0], rel=1e-2)  # it begins at 0
    assert float(re.search(r'<circle class="best" cx="([\d.]+)"', drawn)[1]) == xs[1]
    assert ">seconds<" in drawn
    assert ">epoch<" not in drawn


@pytest.mark.parametrize("seconds", [[0.0], [1e-9], [1e9]])
def test_odd_times_can_be_drawn(seconds):
    drawn = charts.curves([1.0], [2.0], 1, title="t", label="cost", seconds=seconds)
    assert "nan" not in drawn
    assert "inf" not in drawn


@pytest.mark.parametrize(
    "values", [[1.0], [0.0, 0.0], [1e-300, 1e300], [-5.0, -5.0, -4.0], [float("nan"), 1.0], [float("nan")], []]
)
def test_odd_curves_can_be_drawn(values):
    drawn = charts.curves(values, [], 1 if values else None, title="<t>", label="cost")
    assert "nan" not in drawn
    assert "<t>" not in drawn


@pytest.mark.parametrize("points", [[[0.0, 0.0]], [[1e300, -1e300]], [[-1e308, 1e308]], [[1.7e308, 1.7e308]], []])
def test_odd_points_can_be_drawn(points):
    assert "nan" not in charts.scatter(points, title="t", across="a", up="u")


def came_about(**other):
    columns = [{"name": name, "adds": adds} for name, adds in (("age", 0.5), ("<i>city</i>", -0.3), ("size", 0.1))]
    told = {"baseline": 0.2, "columns": columns, "others": {"count": 0, "adds": 0.0}, "rest": 0.0, "value": 0.5}
    return told | other


def bars(drawn):
    found = re.findall(r'<rect class="step (\w+)" x="([\d.]+)" y="\d+" width="([\d.]+)"', drawn)
    return [(kind, float(x), float(x) + float(width)) for kind, x, width in found]


def test_a_waterfall_goes_on_where_the_step_before_has_left_it():
    drawn = charts.waterfall(came_about(), title="how")
    assert "<i>" not in drawn
    found = bars(drawn)
    assert [kind for kind, *_ in found] == ["level", "plus", "minus", "plus", "plus", "level"]
    low, high = 0.0, 0.7  # 0.2, then 0.7, 0.4, 0.5
    spans = [(0, 0.2), (0.2, 0.7), (0.4, 0.7), (0.4, 0.5), (0.5, 0.5), (0, 0.5)]
    for (_, left, right), (begin, end) in zip(found, spans, strict=True):
        assert left == pytest.approx(165 + (begin - low) / (high - low) * 200, abs=0.02)
        assert right - left == pytest.approx(max(1, (end - begin) / (high - low) * 200), abs=0.03)


def test_what_a_waterfall_does_not_list_is_one_step():
    drawn = charts.waterfall(came_about(others={"count": 4, "adds": 0.05}), title="how", most=1)
    assert "6 more" in drawn  # two of those that are there, and four
    assert "-0.15" in drawn


def test_a_waterfall_of_what_is_not_finite_is_not_drawn():
    assert charts.waterfall(came_about(value=float("inf")), title="how") == ""


@pytest.mark.parametrize("ends", [(-48e3, 49e3), (0.0, 1.0), (1234e3, 1236e3), (1e-9, 1.0000001e-9), (-0.31, 0.2)])
def test_numbers_at_an_axis_say_its_scale(ends):
    labels = [label for _, label in charts.labeled(charts.Axis(*ends, 0, 1).ticks)]
    assert 3 <= len(set(labels)) == len(labels) <= 7
    assert all(ends[0] <= float(label) <= ends[1] for label in labels)


def test_a_long_number_at_an_axis_is_drawn_as_wide_as_its_room():
    across = charts.Axis(0, 1, charts.LEFT, charts.WIDTH - charts.RIGHT)
    up = charts.Axis(1234e3, 1236e3, charts.HEIGHT - charts.BOTTOM, charts.TOP)
    drawn = charts.frame(across, up, "x", "y")
    assert 'textLength="50" lengthAdjust="spacingAndGlyphs">1.2345e+06<' in drawn
    assert 'text-anchor="middle">0.2<' in drawn
