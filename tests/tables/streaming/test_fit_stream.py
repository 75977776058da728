"""`fit_stream` learns what `fit_table` does from a table in memory, and keeps to what it says of rows and bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from groups import together
from leaving import FailAfter

import glassprop
from glassprop import Checkpoint
from glassprop.errors import SettingsError, TableError
from glassprop.tables import (
    Defaults,
    FitOptions,
    Outcome,
    Table,
    diagnose,
    explain_table,
    fit_stream,
    fit_table,
    predict_table,
    read_table,
    score_table,
)
from glassprop.tables.streaming import row_reader, sample
from glassprop.tables.streaming.uses import Shares, uses

ROWS = 3000
QUICK = Defaults(hidden=(16,), epochs=8)
BUDGET = 4_000_000


def table(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    """Columns of every kind, gaps, and two targets that follow from them."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, rows)).round(4)
    kind = np.array(["red", "green", "blue"])[rng.integers(3, size=rows)]
    day = np.datetime64("2024-01-01") + rng.integers(400, size=rows)
    later = (day - np.datetime64("2024-01-01")).astype(float) / 400
    amount = 5 * a + 3 * (kind == "red") + 4 * later + 0.3 * rng.normal(size=rows)
    label = np.array(["low", "middle", "high"])[np.digitize(amount, [0.0, 4.0])]
    frame = pl.DataFrame({"a": a, "b": b, "gaps": c, "kind": kind, "day": day, "label": label, "amount": amount})
    return frame.with_columns(
        gaps=pl.when(pl.int_range(rows) % 7 == 0).then(None).otherwise(pl.col("gaps")),
        person=pl.Series(rng.integers(300, size=rows)).cast(pl.String) + "p",
        weight=pl.Series(rng.uniform(0.5, 2.0, rows)),
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("stream") / "table.parquet"
    table().write_parquet(path, row_group_size=170)
    return str(path)


def options(target: str, **more: Any) -> FitOptions:
    others = {"label": "amount", "amount": "label"}
    left_out = {others[target], "person", "weight"} - {more.get("group"), more.get("weight")}
    return FitOptions(**{"target": target, "drop": tuple(sorted(left_out)), "seed": 3} | more)


def stream(source: Any, asked: FitOptions, **more: Any) -> Outcome:
    return fit_stream(source, asked, **{"defaults": QUICK, "budget": BUDGET} | more)


def theta(outcome: Outcome) -> np.ndarray:
    return outcome.pipeline[-1].theta_


@pytest.mark.parametrize("target", ["label", "amount"])
def test_it_learns_as_well_as_a_table_in_memory(file: str, target: str) -> None:
    found, there = stream(file, options(target)), fit_table(read_table(file), options(target), defaults=QUICK)
    score = "accuracy" if target == "label" else "r2"
    assert found.scores[score] > there.scores[score] - 0.03
    assert found.scores.keys() == there.scores.keys()
    assert found.columns == there.columns
    assert found.record.keys() - {"stream"} == there.record.keys()
    assert sum(found.rows.values()) == ROWS
    for use in ("train", "validation", "held_out"):
        assert abs(found.rows[use] - there.rows[use]) < 100  # drawn row by row


def test_held_out_rows_are_not_learned_from_and_scores_are_theirs(file: str) -> None:
    """By hand: the rows that the rule holds out, predicted by the model as it is, have the scores that are told."""
    found = stream(file, options("amount"))
    used = uses(0, ROWS, 3, Shares(0.1, 0.15))
    held_out = table()[np.flatnonzero(used == 2)]
    predicted = found.pipeline.predict(held_out)
    error = float(np.sqrt(np.mean((predicted - held_out["amount"].to_numpy()) ** 2)))
    assert found.rows["held_out"] == len(held_out)
    assert found.scores["root_mean_squared_error"] == pytest.approx(error, rel=1e-9)
    other = table().with_columns(
        amount=pl.when(pl.Series(used == 2)).then(pl.col("amount") + 1e3).otherwise(pl.col("amount"))
    )
    np.testing.assert_array_equal(theta(stream(other, options("amount"))), theta(stream(table(), options("amount"))))


def test_the_same_seed_gives_the_same_bits_and_another_others(file: str, tmp_path: Path) -> None:
    one, same, other = (stream(file, options("label", seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(theta(one), theta(same))
    assert one.scores == same.scores
    assert (theta(one) != theta(other)).any()
    for outcome, name in ((one, "one"), (same, "same")):
        glassprop.save(outcome.pipeline, tmp_path / name, outcome.record)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "same").read_bytes()


def test_other_files_and_budgets_keep_the_split_and_the_accuracy(file: str, tmp_path: Path) -> None:
    one = stream(file, options("label"))
    frame = table()
    frame[:1000].write_parquet(tmp_path / "part-1.parquet", row_group_size=300)
    frame[1000:].write_ipc(tmp_path / "part-2.arrow", record_batch_size=400)
    frame.write_csv(tmp_path / "all.csv")
    for source in ([str(tmp_path / "part-1.parquet"), str(tmp_path / "part-2.arrow")], str(tmp_path / "all.csv")):
        other = stream(source, options("label"), budget=2 * BUDGET)
        assert other.rows == one.rows
        assert abs(other.scores["accuracy"] - one.scores["accuracy"]) < 0.04


@pytest.mark.parametrize("target", ["label", "amount"])
def test_a_model_file_has_all_of_it(file: str, target: str, tmp_path: Path) -> None:
    outcome = stream(file, options(target))
    glassprop.save(outcome.pipeline, tmp_path / "m.glassprop", outcome.record)
    model = glassprop.load(tmp_path / "m.glassprop")
    frame = table(50, seed=9)
    np.testing.assert_array_equal(model.predict(frame), outcome.pipeline.predict(frame))
    predicted = predict_table(outcome.pipeline, outcome.record, Table(frame, "new"), on_message=lambda _: None)
    assert len(predicted) == 50
    scored = score_table(outcome.pipeline, outcome.record, Table(table(200, seed=9), "new"), on_message=lambda _: None)
    assert scored["metrics"].keys() == outcome.scores.keys()
    assert diagnose(outcome)["check"]["ok"]
    explain_table(outcome.pipeline, outcome.record, Table(frame, "new"), [3], on_message=lambda _: None)


def test_early_stopping_stops_and_goes_back_to_the_best(file: str) -> None:
    long = replace(QUICK, epochs=60, patience=3, learning_rate="constant", learning_rate_init=0.02, weight_decay=0.0)
    outcome = stream(file, options("label"), defaults=long)
    estimator = outcome.pipeline[-1]
    assert estimator.best_iteration_ < estimator.n_iter_ < 60
    best = np.argmin(estimator.validation_curve_)
    assert estimator.best_iteration_ == best + 1


def test_weights_count_as_so_many_rows(tmp_path: Path) -> None:
    """Of two rows in three weights are 0: what is learned, and guessed, is of the others."""
    frame = table().with_columns(weight=pl.when(pl.int_range(ROWS) % 3 == 0).then(2.0).otherwise(0.0))
    frame = frame.with_columns(amount=pl.when(pl.int_range(ROWS) % 3 == 0).then(pl.col("amount")).otherwise(500.0))
    found = stream(frame, options("amount", weight="weight"))
    assert found.scores["r2"] > 0.9
    assert abs(found.record["guess"]["mean"] - table()["amount"].mean()) < 0.5


def test_balanced_classes(file: str) -> None:
    rare = table().filter((pl.col("label") != "low") | (pl.int_range(ROWS) % 12 == 0))
    plain, balanced = (stream(rare, options("label", class_weight=wish)) for wish in (None, "balanced"))
    low = rare.filter(pl.col("label") == "low")
    found, other = ((o.pipeline.predict(low) == "low").mean() for o in (balanced, plain))
    assert found >= other
    assert "balanced-probabilities" in {note["kind"] for note in balanced.record["notes"]}


def test_groups_stay_together(file: str) -> None:
    found = stream(file, options("label", group="person"))
    parts = found.parts
    people = [set(part.frame["person"].to_list()) for part in (parts.train, parts.inner, parts.held_out)]
    assert not people[0] & people[1]
    assert not people[0] & people[2]
    assert not people[1] & people[2]
    assert sum(found.rows.values()) == ROWS


def test_the_latest_are_held_out(file: str) -> None:
    found = stream(file, options("amount", time="day"))
    days = [part.frame["day"] for part in (found.parts.train, found.parts.inner, found.parts.held_out)]
    assert days[0].max() < days[1].min() <= days[1].max() < days[2].min()
    assert sum(found.rows.values()) == ROWS


def test_rows_without_a_target_are_left_out_and_told() -> None:
    frame = table().with_columns(label=pl.when(pl.int_range(ROWS) % 10 == 3).then(None).otherwise(pl.col("label")))
    said: list[Any] = []
    found = stream(frame, options("label"), on_message=said.append)
    assert sum(found.rows.values()) == ROWS * 9 // 10
    (note,) = [note for note in said if note.kind == "no-target"]
    assert note.number == ROWS // 10


def test_more_rows_than_the_sample(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decided on few rows, learned from all; what early stopping watches comes from the whole table."""
    monkeypatch.setattr(sample, "MOST_ROWS", 500)
    monkeypatch.setattr(sample.sample_of, "__defaults__", (500,))
    told: list[tuple[str, int, int]] = []
    found = stream(file, options("amount"), on_pass=lambda *seen: told.append(seen))
    assert found.rows == stream_rows(file)
    assert found.record["stream"]["sample_rows"] == 500
    assert found.scores["r2"] > 0.9
    assert "streamed" in {note["kind"] for note in found.record["notes"]}
    for what in dict.fromkeys(what for what, _, _ in told):
        done = [rows for name, rows, _ in told if name == what]
        assert done == sorted(done)
        assert done[-1] == ROWS


def stream_rows(file: str) -> dict[str, int]:
    """Of the whole table, by the rule."""
    used = uses(0, ROWS, 3, Shares(0.1, 0.15))
    return {name: int((used == use).sum()) for use, name in enumerate(("train", "validation", "held_out"))}


def test_few_rows_are_watched_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_reader, "_WATCHED", 100)
    found = stream(table(), options("amount"))
    assert 60 < found.rows["validation"] < 140


def test_a_training_that_broke_is_gone_on_with_to_the_same_bits(file: str, tmp_path: Path) -> None:
    long = replace(QUICK, epochs=12, patience=4, dropout=0.1)

    def learned(*callbacks: Any) -> Outcome:
        return stream(file, options("label"), defaults=long, callbacks=callbacks)

    straight = learned()
    with pytest.raises(RuntimeError, match="disk"):
        learned(FailAfter(5), Checkpoint(tmp_path / "kept", every=0))
    found = learned(Checkpoint(tmp_path / "kept", every=0, resume=True, on_message=lambda _: None))
    np.testing.assert_array_equal(theta(found), theta(straight))
    assert found.record["history"] == straight.record["history"]
    assert found.scores == straight.scores


@pytest.mark.parametrize("target", ["label", "amount"])
def test_processes_that_share_the_lanes_learn_the_same(file: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample.sample_of, "__defaults__", (500,))  # so that watched rows come from all lanes
    short = replace(QUICK, epochs=3)

    def work(rank: int, group: Any) -> Outcome:
        return stream(file, options(target), defaults=short, group=group)

    (alone,), pair = together(1, work), together(2, work)
    for outcome in pair:
        np.testing.assert_array_equal(theta(outcome), theta(alone))
        assert outcome.scores == alone.scores
        assert outcome.rows == alone.rows


def test_held_out_rows_from_another_table(file: str) -> None:
    other = Table(table(400, seed=8), "other")
    found = stream(file, options("amount", validation=other))
    assert found.rows["held_out"] == 400
    assert found.rows["train"] + found.rows["validation"] == ROWS
    predicted = found.pipeline.predict(other.frame)
    error = np.mean(np.abs(predicted - other.frame["amount"].to_numpy()))
    assert found.scores["mean_absolute_error"] == pytest.approx(float(error), rel=1e-9)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        (FitOptions(target="nothing"), TableError, "there is no column 'nothing' for target"),
        (FitOptions(target="label", target_scale="log"), SettingsError, "needs a numeric target"),
        (FitOptions(target="amount", class_weight="balanced"), SettingsError, "needs classes"),
        (FitOptions(target="label", validation=1.5), SettingsError, "validation must be"),
    ],
)
def test_what_cannot_be_done_is_refused_as_in_memory(file: str, asked: FitOptions, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        stream(file, asked)


def test_too_few_rows_for_a_split() -> None:
    with pytest.raises(TableError):
        stream(table(3), options("amount"))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"lanes": 0}, "lanes must be a whole number from 1 to 4,096, got 0"),
        ({"lanes": 2.5}, "lanes must be a whole number from 1 to 4,096, got 2.5"),
        ({"lanes": 100_000}, "from 1 to 4,096, got 100000"),
        ({"budget": "1MB"}, "budget must be a number of bytes, got '1MB'"),
        ({"budget": float("nan")}, "budget must be a number of bytes, got nan"),
        ({"scratch": -1}, "scratch -1 is neither a size"),
        ({"scratch": True}, "scratch True is neither a size"),
        ({"scratch": ""}, "scratch '' is neither a size"),
        ({"budget": 0}, "a budget of 0 bytes leaves room for 0 encoded rows"),
    ],
)
def test_how_it_cannot_be_read(file: str, how: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        fit_stream(file, FitOptions(target="label"), defaults=QUICK, **how)
