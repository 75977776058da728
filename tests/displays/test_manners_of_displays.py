"""What holds for all pictures: nothing global is changed, matplotlib is imported late, dark styles, text is text."""

from __future__ import annotations

import inspect
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawn_models import axes, drawn, painted
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PredictionErrorDisplay

import glassprop.plot
from glassprop.displays.drawing import COLORS
from glassprop.errors import MissingPackageError, SettingsError

DRAW = {
    "CalibrationDisplay": lambda **how: _from("CalibrationDisplay", "two classes", how),
    "ConfusionMatrixDisplay": lambda **how: _from("ConfusionMatrixDisplay", "three classes", how),
    "DecisionBoundaryDisplay": lambda **how: _from("DecisionBoundaryDisplay", "three classes", how, columns=[0, 1]),
    "PredictionErrorDisplay": lambda **how: _from("PredictionErrorDisplay", "regressor", how),
    "TrainingCurveDisplay": lambda **how: _from("TrainingCurveDisplay", "early stopping", how, rows=False),
    "WeightsDisplay": lambda **how: _from("WeightsDisplay", "three classes", how, rows=False),
}


def _from(name, kind, how, *, rows=True, **more):
    of = drawn(kind)
    given = (of.X, of.y) if rows else ()
    return getattr(glassprop.plot, name).from_estimator(of.model, *given, **more, **how)


def test_all_are_tried_here():
    assert sorted(DRAW) == sorted(glassprop.plot.__all__)


@pytest.mark.parametrize("name", DRAW)
def test_nothing_global_is_changed(name):
    before, figures, backend = dict(mpl.rcParams), plt.get_fignums(), mpl.get_backend()
    ax = axes()
    display = painted(DRAW[name](ax=ax))
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert (dict(mpl.rcParams), plt.get_fignums(), mpl.get_backend()) == (before, figures, backend)


@pytest.mark.parametrize("name", DRAW)
def test_without_axes_there_is_a_new_figure_as_scikit_learn_makes_one(name):
    before = plt.get_fignums()
    display = DRAW[name]()
    assert plt.get_fignums() == [*before, display.figure_.number]
    again = display.plot(ax=axes())
    assert again is display
    assert again.ax_ is not plt.gca()
    plt.close(plt.gcf())


@pytest.mark.parametrize("name", DRAW)
def test_on_a_dark_ground_nothing_is_drawn_in_black(name):
    with mpl.style.context("dark_background"):
        ax = axes()
    display = painted(DRAW[name](ax=ax))
    lines = [line for line in display.ax_.lines if np.size(line.get_xdata())]
    assert all(luminance(line.get_color()) > 0.05 for line in lines)
    assert luminance(display.ax_.xaxis.label.get_color()) == 1


def luminance(color):
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return float(np.dot(parts, [0.2126, 0.7152, 0.0722]))


def test_lines_stand_out_on_white_and_on_black():
    for color in COLORS[:3]:  # WCAG asks 3:1 of graphics
        own = luminance(color)
        assert (1.05 / (own + 0.05), (own + 0.05) / 0.05) >= (3.0, 3.0)
        assert (own + 0.05) / 0.05 >= 3.0


@pytest.mark.parametrize(
    "theirs", [CalibrationDisplay, ConfusionMatrixDisplay, DecisionBoundaryDisplay, PredictionErrorDisplay]
)
def test_those_that_scikit_learn_has_are_its_own(theirs):
    ours = getattr(glassprop.plot, theirs.__name__)
    assert issubclass(ours, theirs)
    for method in ("from_estimator", "from_predictions", "plot"):
        if hasattr(theirs, method):
            asked = inspect.signature(getattr(ours, method)).parameters
            known = inspect.signature(getattr(theirs, method)).parameters
            handed_on = any(parameter.kind == parameter.VAR_KEYWORD for parameter in asked.values())
            assert handed_on or set(known) <= set(asked)


def test_matplotlib_is_imported_when_something_is_drawn():
    code = "import sys, glassprop.plot; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", DRAW)
def test_where_matplotlib_is_missing_it_is_said_how_it_is_had(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingPackageError, match=r"draws with matplotlib: pip install 'glassprop\[plot\]'$") as error:
        DRAW[name](ax=axes())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", DRAW)
def test_what_is_no_axes_is_refused_in_one_line(name):
    for ax in ("x", Figure().subplots(1, 2)):
        with pytest.raises(SettingsError, match="ax is to be Axes of matplotlib, one of them") as error:
            DRAW[name](ax=ax)
        assert "\n" not in str(error.value)
