"""What a report draws of the model: its probabilities, residuals, first layer, folds and map, against other hands."""

from __future__ import annotations

import json
import re

import numpy as np
import polars as pl
import pytest
from sklearn.calibration import calibration_curve
from training_report.report_cases import HOSTILE, amounts, flowers, held_out, hostile, reported, trained
from training_report.report_reader import Reader

from glassprop.tables import FitOptions, Table, fit_table
from glassprop.tables.tabular.plane_map import ACROSS, UP, plane_map
from glassprop.training_report import model_charts
from glassprop.training_report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, curves
from glassprop.training_report.training_report import training_report

DISC = re.compile(r'<circle class="(bin|left)" cx="([\d.]+)" cy="([\d.]+)"')


@pytest.fixture(scope="module")
def classes():
    return trained(flowers(), "kind")


@pytest.fixture(scope="module")
def numbers():
    return trained(amounts(), "rent")


def two_columns(target):
    rng = np.random.default_rng(3)
    frame = pl.DataFrame({"a_$x$": rng.normal(size=150).round(3), "<b>": rng.uniform(10, 20, size=150).round(2)})
    value = frame["a_$x$"] * 2 + frame["<b>"] / 5
    return frame.with_columns((value > 3.0).cast(pl.String).alias("kind") if target == "kind" else value.alias(target))


def test_the_bins_are_scikit_learns(classes):
    rows = held_out(classes)
    said, y = classes.pipeline.predict_proba(rows), rows["kind"].to_numpy()
    right = classes.pipeline.predict(rows) == y
    true, mean = calibration_curve(right, said.max(axis=1).clip(0, 1), n_bins=10)
    data, document = reported(classes)
    assert data["calibration"]["label"] is None
    bins = np.array(data["calibration"]["bins"])
    np.testing.assert_allclose(bins[:, :2], np.column_stack([mean, true]), rtol=1e-6)
    each = np.digitize(said.max(axis=1), np.linspace(0, 1, 11)[1:-1], right=True)
    np.testing.assert_array_equal(bins[:, 2], [n for n in np.bincount(each, minlength=10) if n])
    assert data["calibration"]["error"] == pytest.approx(np.average(abs(mean - true), weights=bins[:, 2]))
    drawn = [(float(x), float(y)) for kind, x, y in DISC.findall(document) if kind == "bin"]
    places = np.column_stack([LEFT + (WIDTH - RIGHT - LEFT) * mean, HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * true])
    np.testing.assert_allclose(drawn, places, atol=0.01)
    assert [line[2] for line in Reader(document).tables["calibration"][0][1:]] == [str(int(n)) for n in bins[:, 2]]


def test_of_two_classes_the_second_is_asked_for():
    outcome = trained(flowers(kinds=("no", "yes")), "kind")
    rows = held_out(outcome)
    true, mean = calibration_curve(rows["kind"] == "yes", outcome.pipeline.predict_proba(rows)[:, 1], n_bins=10)
    data, document = reported(outcome)
    np.testing.assert_allclose(np.array(data["calibration"]["bins"])[:, :2], np.column_stack([mean, true]), rtol=1e-6)
    assert "how probable yes was said to be" in " ".join(Reader(document).texts["calibration"].split())


def test_residuals_by_predicted(numbers):
    data, document = reported(numbers)
    assert data["calibration"] is None
    points = np.array(data["residuals"]["points"])
    drawn = np.array([(float(x), float(y)) for kind, x, y in DISC.findall(document) if kind == "left"])
    assert len(drawn) == len(points)
    for place, values in ((drawn[:, 0], points[:, 1]), (-drawn[:, 1], points[:, 1] - points[:, 0])):
        assert np.corrcoef(place, values)[0, 1] == pytest.approx(1, abs=1e-6)


def test_the_first_layer_by_column(classes):
    data, document = reported(classes)
    network = classes.pipeline[-1]
    names = ["width", "color"]
    W = network.network_.w(network.theta_, network.network_.dense_layers[0])
    assert W.shape[1] == 3  # the number, and both colors
    sizes = {"width": np.linalg.norm(W[:, 0]), "color": np.linalg.norm(W[:, 1:])}
    assert {entry["name"]: entry["size"] for entry in data["first_layer"]["columns"]} == pytest.approx(sizes)
    assert [entry["name"] for entry in data["first_layer"]["columns"]] == sorted(names, key=lambda name: -sizes[name])
    text = Reader(document).texts["first-layer"]
    assert all(f"{size:.3g}" in text for size in sizes.values())


def test_pixels_are_pictures_of_neurons():
    rng = np.random.default_rng(0)
    pixels = rng.uniform(size=(120, 16)).round(2)
    frame = pl.DataFrame({f"pixel_{k // 4}_{k % 4}": pixels[:, k] for k in range(16)} | {"kind": pixels[:, 5] > 0.5})
    outcome = trained(frame, "kind")
    data, document = reported(outcome)
    found, network = data["first_layer"]["pictures"], outcome.pipeline[-1]
    W = network.coefs_[0].T
    order = np.argsort(-np.linalg.norm(W, axis=1), kind="stable")
    assert [one["neuron"] for one in found["shown"]] == order.tolist()
    for one in found["shown"]:
        np.testing.assert_array_equal(one["shades"], np.rint(6 * W[one["neuron"]] / abs(W).max()))
    assert (found["height"], found["width"], found["places"]) == (4, 4, list(range(16)))
    assert document.count("<title>neuron ") == len(W)


def test_a_picture_has_a_square_for_each_pixel_with_a_weight():
    shown = [{"neuron": 3, "shades": [6, 6, 0, -1, -1, 2]}]
    svg = model_charts.weight_pictures({"height": 2, "width": 3, "places": range(6), "shown": shown, "neurons": 9})
    paths = dict(re.findall(r'<path class="(\w+ shade-\d)" d="([^"]+)"', svg))
    assert paths == {"above shade-6": "M0 0h2v1h-2z", "below shade-1": "M0 1h2v1h-2z", "above shade-2": "M2 1h1v1h-1z"}


@pytest.mark.parametrize("target", ["kind", "rent"])
def test_the_map_of_two_columns_is_what_the_model_says_there(target):
    outcome = trained(two_columns(target), target)
    found = plane_map(outcome)
    assert found["columns"] == ["a_$x$", "<b>"]
    (left, right), (low, high) = found["ends"]
    for r, c in ((0, 0), (UP - 1, 0), (10, 30), (UP - 1, ACROSS - 1)):
        row = pl.DataFrame({
            "a_$x$": [left + (right - left) * (c + 0.5) / ACROSS], "<b>": [low + (high - low) * (r + 0.5) / UP]
        })  # fmt: skip
        kind, level = found["cells"][r][c]
        if target == "kind":
            said = outcome.pipeline.predict_proba(row)[0]
            assert kind == said.argmax()
            assert level == min(int(5 * (2 * said.max() - 1)), 4)
        else:
            share = (outcome.pipeline.predict(row)[0] - found["least"]) / (found["most"] - found["least"])
            assert level == min(int(5 * share + 1e-9), 4)
    rows = held_out(outcome)
    assert [point[:2] for point in found["points"]] == [list(row) for row in rows.select("a_$x$", "<b>").iter_rows()]
    data, document = reported(outcome, plane=found)
    assert document.count('class="held k') == len(rows)
    assert training_report(json.loads(json.dumps(data, allow_nan=False))) == document
    assert "<b>" not in document.replace("<b>No", "").replace("<b>row", "") or "&lt;b&gt;" in document
    assert reported(outcome, plane=found, rows=False)[0]["plane"] is None


def test_other_tables_have_no_map(classes, numbers):
    assert plane_map(classes) is None
    assert plane_map(numbers) is None


def test_the_networks_of_folds_stand_behind_their_mean():
    outcome = fit_table(Table(flowers(), "table.csv"), FitOptions("kind", epochs=4, cross_fit=2, hidden=(4,)))
    data, document = reported(outcome)
    each = data["history"]["networks"]
    assert len(each) == 2
    np.testing.assert_allclose(
        np.mean([one["training"] for one in each], axis=0), data["history"]["training"], rtol=1e-5
    )
    assert document.count('class="pale training"') == document.count('class="pale validation"') == 2
    assert "the pale curves are the 2 networks" in document


def test_a_cost_of_a_fold_that_is_not_known_leaves_a_gap():
    networks = [{"training": [1.0, None, 0.5], "validation": [], "best_epoch": None}]
    svg = curves([1.0, 0.7, 0.5], [], None, title="t", label="cost", networks=networks)
    assert len(re.search(r'class="pale training" points="([^"]+)"', svg)[1].split()) == 2


def test_names_stay_text_in_every_chart():
    outcome = trained(hostile(), HOSTILE[1] + "!")
    _, document = reported(outcome)
    assert "<img" not in document
    assert "alert(2)</script>" not in document
    assert Reader(document).texts["calibration"]
