"""Numbers near the ends of what floats hold: missing, or used in a precision that bears them, never a crash."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassprop import check_gradient
from glassprop.errors import TableError
from glassprop.tables import Defaults, FitOptions, Table, fit_table, gradient_arrays, score_table
from glassprop.tables.fitting.final_step import TargetScale

QUICK = Defaults(hidden=(6,), epochs=3)
ROWS = 300
NO_DATA = 1.7976931348623157e308


def _columns(seed=0):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, ROWS)).round(4)
    return {"x": x, "z": z, "y": (3 * x + z).round(4)}


def _fit(columns, defaults=QUICK, **options):
    messages: list[str] = []
    options = {"target": "y", **options}
    outcome = fit_table(
        Table(pl.DataFrame(columns), "t"), FitOptions(**options), defaults=defaults, on_message=messages.append
    )
    assert np.isfinite([*outcome.scores.values(), *outcome.baseline.values()]).all()
    return outcome, messages


@pytest.mark.parametrize("wild", [NO_DATA, -NO_DATA, 1e160])
@pytest.mark.parametrize("scaling", ["auto", "standard", "robust", "quantile"])
def test_a_mark_for_no_data_is_a_missing_value(wild, scaling):
    columns = _columns()
    marked, empty = dict(columns), dict(columns)
    marked["x"], empty["x"] = columns["x"].copy(), columns["x"].copy()
    marked["x"][::50], empty["x"][::50] = wild, np.nan
    defaults = Defaults(hidden=(6,), epochs=3, scaling=scaling)
    outcome, messages = _fit(marked, defaults)
    assert "column 'x': number, numbers, 6 missing; 6 infinite or beyond 1e150 count as missing" in messages
    assert outcome.scores == _fit(empty, defaults)[0].scores


@pytest.mark.parametrize("wild", [NO_DATA, 1e151])
def test_a_target_beyond_is_left_out_and_told(wild):
    columns = _columns()
    columns["y"][5] = wild
    outcome, messages = _fit(columns)
    assert sum(outcome.rows.values()) == ROWS - 1
    told = f"1 of {ROWS} rows have no target 'y' (1 infinite or beyond 1e150) and are left out"
    assert told in messages
    score: list[str] = []
    found = score_table(outcome.pipeline, outcome.record, Table(pl.DataFrame(columns), "t"), on_message=score.append)
    assert score == [told]
    assert np.isfinite(list(found["metrics"].values())).all()


@pytest.mark.parametrize("unit", [1e100, 1e40, 1e-40, 1e-100])
def test_a_target_in_an_odd_unit_is_learned_as_in_another(unit):
    columns = _columns()
    plain, _ = _fit(columns, Defaults(hidden=(6,), epochs=3, dtype="float64"))
    columns["y"] = columns["y"] * unit
    odd, _ = _fit(columns)
    assert odd.pipeline[-1].theta_.dtype == np.float64
    assert odd.scores["r2"] == pytest.approx(plain.scores["r2"], rel=1e-6)
    assert odd.scores["root_mean_squared_error"] == pytest.approx(
        unit * plain.scores["root_mean_squared_error"], rel=1e-6
    )


@pytest.mark.parametrize("seed", [0, 1, 2, 7, 13])  # trained on or held out; with the last two it is watched
def test_one_wild_target_crashes_nothing(seed):
    columns = _columns()
    columns["y"][5] = 1e100
    _fit(columns, seed=seed)


def test_what_single_precision_holds():
    assert TargetScale(1e5, 1e4).fits_float32(np.array([2e5]))
    assert not TargetScale(1e5, 1.0).fits_float32()
    assert not TargetScale(0.0, 1e31).fits_float32()
    assert not TargetScale(0.0, 1e-31).fits_float32()
    assert not TargetScale(0.0, 1.0).fits_float32(np.array([0.0]), np.array([-1e20]))


def test_the_gradient_is_checked_on_targets_beyond_single_precision():
    outcome, _ = _fit(_columns())
    wild = _columns()
    wild["y"][::7] = 1e60
    table = Table(pl.DataFrame(wild), "t")
    network, theta, X, Y, _ = gradient_arrays(outcome.pipeline, outcome.record, table, limit=ROWS)
    scale = outcome.record["target_scale"]
    np.testing.assert_allclose(Y[:, 0], (wild["y"] - scale["mean"]) / scale["spread"], rtol=1e-14)
    check_gradient(network, theta, X, Y)


def test_of_weights_only_the_ratios_matter():
    columns = _columns()
    weights = np.random.default_rng(1).uniform(1, 3, ROWS)
    scores = [_fit(columns | {"w": weights * unit}, weight="w")[0].scores["r2"] for unit in (1.0, 1e3, 1e100, 1e-100)]
    assert scores == pytest.approx([scores[0]] * 4, rel=1e-4)


@pytest.mark.parametrize("rows", [1, ROWS])
def test_weights_beyond_are_refused(rows):
    weights = np.ones(ROWS)
    weights[:rows] = 1e308
    with pytest.raises(TableError, match=rf"'w' has {rows} value\(s\) that are .*beyond 1e150: fill them"):
        _fit(_columns() | {"w": weights}, weight="w")


def test_a_class_whose_weights_are_all_0_is_not_scored_by():
    columns = _columns()
    columns["y"] = np.where(columns["y"] > 0, "a", "b")
    outcome, _ = _fit(columns | {"w": np.ones(ROWS)}, weight="w")
    frame = pl.DataFrame(columns | {"w": (columns["y"] == "a").astype(float)})
    found = score_table(outcome.pipeline, outcome.record, Table(frame, "t"))["metrics"]
    assert set(found) == {"accuracy", "log_loss", "expected_calibration_error"}
