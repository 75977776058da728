"""What is drawn of a first layer is its weights: against coefs_, and against what a change of an input does to z."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_models import EVERY, QUICK, X3, Y3, axes, drawn
from sklearn.datasets import load_digits

from glassprop import MLPClassifier
from glassprop.errors import SettingsError
from glassprop.plot import WeightsDisplay

OTHER = {"votes", "calibrated", "regressors, bagged"}

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("small_jobs"),
]


def test_pixels_are_pictures_in_the_order_of_neurons():
    X, y = load_digits(return_X_y=True)
    clf = MLPClassifier((6,), max_iter=1, random_state=0, engine="reference").fit(X[:100] / 16, y[:100])
    display = WeightsDisplay.from_estimator(clf, shape=(8, 8), ax=axes())
    image, W = display.im_.get_array(), clf.coefs_[0]
    assert image.shape == (2 * 9 - 1, 3 * 9 - 1)
    for j in range(6):
        top, left = j // 3 * 9, j % 3 * 9
        np.testing.assert_array_equal(image[top : top + 8, left : left + 8], W[:, j].reshape(8, 8))
    assert np.ma.getmaskarray(np.ma.masked_invalid(image))[8].all()
    assert display.im_.get_clim() == (-abs(W).max(), abs(W).max())
    some = WeightsDisplay.from_estimator(clf, shape=(8, 8), neurons=[5, 1], ax=axes())
    np.testing.assert_array_equal(some.im_.get_array()[:8, :8], W[:, 5].reshape(8, 8))
    names = [f"pixel_{k // 8}_{k % 8}" for k in range(64)]
    found = WeightsDisplay.from_estimator(clf, input_names=names, ax=axes())
    np.testing.assert_array_equal(found.im_.get_array(), image)
    wide = WeightsDisplay.from_estimator(clf, shape=(4, 16), ax=axes())
    np.testing.assert_array_equal(wide.im_.get_array()[:4, :16], W[:, 0].reshape(4, 16))


@pytest.mark.parametrize("name", sorted(set(EVERY) - OTHER))
def test_each_kind_of_network_shows_its_first_layer(name):
    of = drawn(name)
    display = WeightsDisplay.from_estimator(of.model, ax=axes())
    assert display.im_ is not None or display.bars_ is not None
    assert len(display.sizes) == len(display.input_names)


def test_a_heat_map_has_a_row_for_each_input_by_its_name():
    of = drawn("frame of pandas")
    display = WeightsDisplay.from_estimator(of.model, ax=axes())
    np.testing.assert_array_equal(display.im_.get_array(), of.model.coefs_[0])
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == ["length $x$", "a_b", "_c", "d"]
    assert not any(tick.get_parse_math() for tick in display.ax_.get_yticklabels())
    pipe = WeightsDisplay.from_estimator(drawn("pipeline").model, ax=axes())
    np.testing.assert_array_equal(pipe.im_.get_array(), drawn("pipeline").model[-1].coefs_[0])
    assert list(pipe.input_names) == ["length $x$", "a_b", "_c", "d"]


def test_bars_are_the_weights_of_one_neuron_or_the_length_of_all():
    clf = drawn("three classes").model
    one = WeightsDisplay.from_estimator(clf, neurons=[2], ax=axes())
    W = clf.coefs_[0]
    order = np.argsort(-abs(W[:, 2]), kind="stable")
    np.testing.assert_array_equal([bar.get_width() for bar in one.bars_], W[order, 2])
    assert [tick.get_text() for tick in one.ax_.get_yticklabels()] == [f"x{k}" for k in order]
    every = WeightsDisplay.from_estimator(clf, kind="bars", most=2, ax=axes())
    lengths = np.linalg.norm(W, axis=1)
    np.testing.assert_allclose([bar.get_width() for bar in every.bars_], np.sort(lengths)[::-1][:2])
    some = WeightsDisplay.from_estimator(clf, kind="bars", neurons=[0, 1], ax=axes())
    np.testing.assert_allclose([bar.get_width() for bar in some.bars_], np.sort(np.linalg.norm(W[:, :2], axis=1))[::-1])


@pytest.mark.parametrize("name", ["factors before", "members", "whole members", "no hidden layer"])
def test_weights_are_what_a_change_of_an_input_does_to_z(name):
    clf = drawn(name).model
    for member in range(clf.network_.members):
        display = WeightsDisplay.from_estimator(clf, kind="heatmap", member=member, ax=axes())
        network = clf.network_.member(member)
        first = network.dense_layers[0]
        z = network.forward(clf.theta_, np.vstack([np.zeros(4), np.eye(4)])).z[first]
        np.testing.assert_allclose(display.im_.get_array(), z[1:] - z[0], rtol=1e-10, atol=1e-12)


def test_of_several_networks_lengths_are_their_mean():
    clf = drawn("whole members").model
    each = [WeightsDisplay.from_estimator(clf, member=m, kind="bars", ax=axes()).sizes for m in range(2)]
    np.testing.assert_allclose(WeightsDisplay.from_estimator(clf, kind="bars", ax=axes()).sizes, np.mean(each, axis=0))
    assert WeightsDisplay.from_estimator(clf, ax=axes()).ax_.get_title() == "network 0 of 2"


def test_behind_waves_an_input_counts_with_all_that_it_becomes():
    clf = drawn("waves before").model
    display = WeightsDisplay.from_estimator(clf, ax=axes())
    network = clf.network_
    W = network.w(clf.theta_, 2)
    told = network.layers[0].joins(4)
    np.testing.assert_allclose(display.sizes, [np.linalg.norm(W[:, told[:, k]]) for k in range(4)])
    assert display.bars_ is not None
    with pytest.raises(SettingsError, match="needs a weight of each input"):
        display.plot(kind="heatmap", ax=axes())


def test_the_names_of_a_tables_inputs():
    display = WeightsDisplay.from_estimator(drawn("table").model, ax=axes())
    assert {"x_0", "town = Ulm", "town is missing"} <= set(display.input_names)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"shape": (3, 2)}, "shape 3 × 2 has 6 pixels, and the network 4 inputs"),
        ({"kind": "pictures"}, "pictures need shape"),
        ({"kind": "waves"}, "kind is one of"),
        ({"neurons": [7]}, "there is no neuron 7"),
        ({"neurons": []}, "neurons is empty"),
        ({"member": 1}, "there is no member 1: the model has 1"),
        ({"input_names": ["a"]}, "input_names has 1 names, and the network 4 inputs"),
    ],
)
def test_what_there_is_not_is_refused_in_one_line(how, said):
    clf = MLPClassifier(**QUICK).fit(X3, Y3)
    with pytest.raises(SettingsError, match=said) as error:
        WeightsDisplay.from_estimator(clf, ax=axes(), **how)
    assert "\n" not in str(error.value)


def test_models_without_layers_are_refused():
    for name in ("votes",):
        with pytest.raises(SettingsError, match="several networks"):
            WeightsDisplay.from_estimator(drawn(name).model, ax=axes())


@pytest.mark.parametrize(
    "wrong",
    [
        {"neurons": 2}, {"neurons": "a"}, {"neurons": [0.5]}, {"shape": 3}, {"shape": (1.0, 4.0)}, {"shape": (1, 2, 2)},
        {"member": "a"}, {"member": 0.5}, {"member": -1}, {"most": 0}, {"most": -1, "kind": "bars"}, {"most": 2.0},
        {"cmap": "none such"}, {"bar_kw": 3, "kind": "bars"}, {"im_kw": {"xyz": 1}}, {"kind": []}, {"input_names": 3},
    ],
)  # fmt: skip
def test_options_of_another_kind_are_refused_in_one_line(wrong):
    with pytest.raises(SettingsError) as error:
        WeightsDisplay.from_estimator(drawn("three classes").model, **wrong, ax=axes())
    assert "\n" not in str(error.value)


def test_weights_that_are_not_finite_leave_the_others_their_colors():
    display = WeightsDisplay(weights=np.array([[np.inf, 2.0], [np.nan, -1.0]]), sizes=[np.inf, 5], input_names="ab")
    assert display.plot(ax=axes()).im_.get_clim() == (-2.0, 2.0)
    assert len(display.plot(kind="bars", bar_kw={"fc": "r", "lw": 2}, ax=axes()).bars_) == 2
