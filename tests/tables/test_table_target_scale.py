"""The scale that a target is learned on: planted tables, each with the one it asks for; all that must agree."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import r2_score

import glassprop
from glassprop import OwnUnits, check_gradient
from glassprop.errors import DataError, SettingsError
from glassprop.tables import Defaults, FitOptions, Table, explain_table, fit_table, predict_table, score_table
from glassprop.tables.fitting.target_units import worth_trying
from glassprop.tables.use.apply import gradient_arrays

QUICK = Defaults(hidden=(24,), epochs=40)


def _planted(kind: str, rows: int = 1200, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, rows))
    y = {
        "money": lambda: np.exp(6 + 1.2 * a + 0.6 * b + 0.3 * rng.normal(size=rows)),
        "wide": lambda: np.exp(2.5 * a + 0.6 * b + 0.1 * rng.normal(size=rows)),
        "counts": lambda: rng.poisson(np.exp(0.5 + a - 0.7 * b)),
        "many": lambda: rng.poisson(np.exp(3 + 1.3 * a - 0.7 * b)),
        "some 0": lambda: np.where(rng.random(rows) < 1 / (1 + np.exp(-3 * a)), np.exp(3 + b), 0.0),
        "plain": lambda: 3 * a + b + rng.normal(size=rows),
        "far from 0": lambda: 50 + 3 * a + b + rng.normal(size=rows),
        "with negatives": lambda: np.exp(2 * a) - 1,
    }[kind]()
    return pl.DataFrame({"a": a, "b": b, "c": c, "y": y})


def _fit(frame: pl.DataFrame, defaults: Defaults = QUICK, **options: Any) -> tuple[Any, list[Any]]:
    told: list[Any] = []
    options = {"target": "y", "task": "regression", **options}
    outcome = fit_table(Table(frame, "t"), FitOptions(**options), defaults=defaults, on_message=told.append)
    return outcome, [note for note in told if note.kind == "target-scale"]


@pytest.fixture(scope="module")
def by_scale() -> dict[str, Any]:
    """Models of the same money (of counts for Poisson), each on the scale asked for."""
    frames = {"none": "money", "log": "money", "quantile": "money", "poisson": "many"}
    return {
        scale: (_planted(kind, 600), _fit(_planted(kind, 600), target_scale=scale)[0]) for scale, kind in frames.items()
    }


@pytest.mark.parametrize(("kind", "scales"), [("wide", {"log", "poisson"}), ("many", {"log", "poisson"})])
def test_a_heavy_tail_is_learned_on_the_scale_it_was_made_on(kind: str, scales: set[str]) -> None:
    frame = _planted(kind)
    outcome, notes = _fit(frame)
    assert outcome.record["target_scale"]["scale"] in scales
    (note,) = notes
    assert note.column == "y"
    assert note.examples == ("none", "log", "quantile", "poisson")
    assert "short training runs gave R²" in note
    assert "predictions are means" in note or "predictions are medians" in note
    plain, _ = _fit(frame, target_scale="none")
    more = _planted(kind, 2000, seed=1)
    errors = [np.abs(o.pipeline.predict(more) - more["y"].to_numpy()).mean() for o in (outcome, plain)]
    assert errors[0] < 0.8 * errors[1]


@pytest.mark.parametrize("kind", ["plain", "far from 0", "with negatives"])
def test_other_targets_are_learned_as_they_are_and_nothing_is_tried(kind: str) -> None:
    frame = _planted(kind, 400)
    outcome, notes = _fit(frame)
    asked, (note,) = _fit(frame, target_scale="none")
    assert set(outcome.record["target_scale"]) == {"mean", "spread"}
    assert notes == []
    assert "as asked" in note
    np.testing.assert_array_equal(outcome.pipeline.predict(frame), asked.pipeline.predict(frame))


def test_what_no_scale_makes_better_stays_as_it_is() -> None:
    rng = np.random.default_rng(0)
    y = rng.exponential(size=600)  # heavy-tailed, but it cannot be known
    outcome, (note,) = _fit(pl.DataFrame({"a": rng.normal(size=600), "b": rng.normal(size=600), "y": y}))
    assert "learned as it is" in note
    assert "scale" not in outcome.record["target_scale"]


def test_the_shape_asks() -> None:
    rng = np.random.default_rng(0)
    for heavy in (rng.lognormal(size=500), rng.poisson(rng.gamma(0.5, 4, 500)), 1e9 * rng.exponential(size=500)):
        assert worth_trying(np.asarray(heavy, float)) == ("log", "quantile", "poisson")
    light = [rng.normal(size=500), rng.normal(60, 5, 500), rng.uniform(size=500), rng.lognormal(size=99)]
    for y in (*light, rng.lognormal(size=500) - 1, 1000 + rng.exponential(size=500), np.zeros(500)):
        assert worth_trying(y) == ()


def test_the_same_seed_the_same_choice_and_bits() -> None:
    frame = _planted("some 0", 500)
    one, other = (_fit(frame, seed=3)[0] for _ in range(2))
    assert one.record["target_scale"] == other.record["target_scale"]
    np.testing.assert_array_equal(one.pipeline.predict(frame), other.pipeline.predict(frame))


@pytest.mark.parametrize("options", [{"group": "g"}, {"time": "c"}, {"weight": "w"}])
def test_halves_keep_groups_times_and_weights(options: dict[str, Any]) -> None:
    frame = _planted("wide", 500)
    extra = pl.DataFrame({"g": np.arange(500) // 5, "w": np.where(np.arange(500) % 2, 1.0, 3.0)})
    outcome, (note,) = _fit(frame.hstack(extra).drop({"g", "w"} - set(options.values())), **options)
    assert "tried" not in note  # it says what came of it
    assert outcome.scores["r2"] > 0.3


@pytest.mark.parametrize("factor", [1e-6, 1e9])
def test_the_units_of_the_target_do_not_matter(factor: float) -> None:
    frame = _planted("some 0", 500)
    defaults = replace(QUICK, dtype="float64", epochs=8)
    for scale in ("log", "quantile", "poisson"):
        one, other = (
            _fit(frame.with_columns(pl.col("y") * f), defaults, target_scale=scale)[0].pipeline.predict(frame)
            for f in (1.0, factor)
        )
        np.testing.assert_allclose(other / factor, one, rtol=1e-4, atol=1e-4)


def test_means_add_up_to_what_the_targets_do() -> None:
    frame = _planted("money", 3000)
    outcome, (note,) = _fit(frame, target_scale="log")
    factor = outcome.record["target_scale"]["factor"]
    assert factor == pytest.approx(np.exp(0.3**2 / 2), abs=0.06)  # a lognormal's mean over its median
    assert f"means, {factor:.3g} times the medians" in note


@pytest.mark.parametrize(
    ("kind", "scale", "words"),
    [
        ("plain", "log", "takes numbers of 0 or more, and"),
        ("plain", "poisson", "takes numbers of 0 or more, and"),
        ("plain", "sqrt", "must be .*poisson.*, not"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(kind: str, scale: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        _fit(_planted(kind, 200), target_scale=scale)


def test_classes_have_no_scale() -> None:
    with pytest.raises(SettingsError, match="needs a numeric target"):
        _fit(_planted("counts", 200), task="classification", target_scale="log")


@pytest.mark.parametrize("scale", ["none", "log", "quantile", "poisson"])
def test_all_that_predicts_agrees(by_scale: dict[str, Any], scale: str, tmp_path: Any) -> None:
    frame, outcome = by_scale[scale]
    pipeline, record, y = outcome.pipeline, outcome.record, frame["y"].to_numpy()
    said = pipeline.predict(frame)
    units = OwnUnits(**record["target_scale"])
    assert pipeline[-1].target_scale_ == record["target_scale"] == units.to_dict()
    assert r2_score(y, said) > 0.5
    table = Table(frame, "t")
    np.testing.assert_array_equal(predict_table(pipeline, record, table)["prediction"].to_numpy(), said)
    assert score_table(pipeline, record, table)["metrics"]["r2"] == pytest.approx(r2_score(y, said))
    assert pipeline[-1].score(pipeline[:-1].transform(frame), y) == pytest.approx(r2_score(y, said))
    network, theta, X, Y, weights = gradient_arrays(pipeline, record, table, limit=40)
    assert check_gradient(network, theta, X, Y, weights).ok
    rows = np.unique(np.linspace(0, len(frame) - 1, 40).astype(int))
    np.testing.assert_allclose(Y.ravel(), units.standard(y[rows]), rtol=1e-12)
    glassprop.save(pipeline, tmp_path / "m.glassprop", record)
    for again in (glassprop.load(tmp_path / "m.glassprop"), pickle.loads(pickle.dumps(pipeline))):
        np.testing.assert_array_equal(again.predict(frame), said)
        assert again[-1].target_scale_ == record["target_scale"]


@pytest.mark.parametrize("scale", ["log", "quantile", "poisson"])
def test_an_explanation_predicts_in_own_units_and_costs_on_the_scale(by_scale: dict[str, Any], scale: str) -> None:
    frame, outcome = by_scale[scale]
    explained = explain_table(outcome.pipeline, outcome.record, Table(frame, "t"), rows=[7])
    assert float(explained.names.predictions[0]) == pytest.approx(outcome.pipeline.predict(frame[7:8])[0], rel=1e-3)
    a, y = explained.view.trace.a[-1][0, 0], OwnUnits(**outcome.record["target_scale"]).standard(frame["y"][7])
    wanted = y * np.log(y / a) - y + a if scale == "poisson" else (a - y) ** 2 / 2
    assert explained.view.costs[0] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("scale", ["log", "quantile", "poisson"])
def test_training_goes_on_in_the_tables_own_units(by_scale: dict[str, Any], scale: str) -> None:
    frame, outcome = by_scale[scale]
    model = pickle.loads(pickle.dumps(outcome.pipeline[-1])).set_params(early_stopping=False)
    X, y = outcome.pipeline[:-1].transform(frame), frame["y"].to_numpy()
    before = model.score(X, y)
    for _ in range(3):
        model.partial_fit(X, y)
    assert model.score(X, y) > before - 0.1
    assert model.target_scale_ == outcome.record["target_scale"]
    if scale != "quantile":
        with pytest.raises(DataError, match="leave them out"):
            model.partial_fit(X, -1 - y)
