"""``glassprop train``: what it writes, prints and says."""

from __future__ import annotations

import json
import sys

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop.export.model_file import read_record

QUICK = ("--epochs", "3", "--hidden", "4")


def test_train_prints_columns_scores_and_the_file(run, tmp_path):
    result = run("train", "iris", "--epochs", "30", "--model", "m.glassprop")
    assert result.code == 0
    assert "petal" in result.out
    assert "most frequent class" in result.out
    assert "accuracy" in result.out
    assert result.out.rstrip().endswith("Model: m.glassprop")
    assert max(map(len, result.out.splitlines())) <= 80
    assert "\x1b" not in result.out + result.err
    frame = pl.DataFrame({name: [1.0] for name in needed(tmp_path / "m.glassprop")})
    assert len(glassprop.load(tmp_path / "m.glassprop").predict(frame)) == 1


def needed(path):
    return [c["name"] for c in read_record(path)["columns"] if c["role"] == "number"]


def test_train_json_is_one_object(run):
    report = run("train", "iris", "--json", "--epochs", "30", "--seed", "5").json
    assert report["task"] == "classification"
    assert report["rows"]["held_out"] == 15
    assert sum(report["rows"].values()) == 150
    assert (
        set(report["metrics"]) - {"expected_calibration_error"} == set(report["baseline"]) >= {"accuracy", "log_loss"}
    )
    assert report["model"] == "iris.glassprop"
    assert report["seed"] == 5
    assert report["epochs"] <= 30
    assert report["interrupted"] is False
    assert {c["role"] for c in report["columns"]} == {"number", "target"}
    assert len(report["labels"]) == 3
    assert report["notes"]


def test_what_is_to_be_said_of_scores_stands_beneath_them_and_in_json(run, tmp_path):
    """Of a table of noise: in the terminal, in the model's record, when scored, and as data."""
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({f"x{k}": rng.normal(size=120) for k in range(5)} | {"y": rng.choice(["u", "v"], 120)})
    frame.write_csv(tmp_path / "noise.csv")
    model = ("--model", "m.glassprop", "--epochs", "2", "--hidden", "64")
    result = run("train", "noise.csv", "--target", "y", *model)
    _, after = result.out.split("Scores on held-out rows")
    assert "95 % interval" in after
    assert "scores of 12 row(s) say little" in " ".join(after.split())
    assert "say little" not in result.err
    assert max(map(len, result.out.splitlines())) <= 80
    told = run("train", "noise.csv", "--target", "y", *model, "--json").json
    kinds = {note["kind"]: note for note in told["notes"]}
    assert {"task", "folds", "few-rows"} <= set(kinds)
    assert kinds["few-rows"]["text"] in told["remarks"]
    assert kinds["few-rows"]["count"] == 12
    assert all(low <= told["metrics"][name] <= high for name, (low, high) in told["intervals"].items())
    assert "say little" in run("info", "m.glassprop").out
    later = run("score", "m.glassprop", "noise.csv", "--json").json
    beside = later["metrics"].keys() - {"expected_calibration_error"}
    assert later["baseline"].keys() == beside == later["intervals"].keys()
    assert [note["text"] for note in later["notes"]] == later["remarks"]


def test_train_regression_json(run):
    report = run("train", "diabetes", "--json", *QUICK).json
    assert report["task"] == "regression"
    assert set(report["metrics"]) >= {"r2", "root_mean_squared_error"}
    assert report["labels"] is None


def test_the_scores_beat_the_baseline(run):
    report = run("train", "iris", "--json").json
    assert report["metrics"]["accuracy"] >= 0.9
    assert report["baseline"]["accuracy"] < 0.5


def test_the_same_seed_gives_the_same_model(run):
    reports = [run("train", "iris", "--json", *QUICK, "--seed", seed).json for seed in (1, 1, 2)]
    assert reports[0]["metrics"] == reports[1]["metrics"] != reports[2]["metrics"]
    assert [report["model"] for report in reports] == ["iris.glassprop", "iris-2.glassprop", "iris-3.glassprop"]
    thetas = [glassprop.load(report["model"])[-1].theta_ for report in reports]
    np.testing.assert_array_equal(thetas[0], thetas[1])


def test_a_named_model_file_is_replaced(run, tmp_path):
    for seed in (1, 2):
        assert run("train", "iris", *QUICK, "--seed", seed, "--model", "m.glassprop").code == 0
    assert read_record("m.glassprop")["seed"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["m.glassprop"]


def test_every_option_reaches_the_training(run, tmp_path, table):
    rng = np.random.default_rng(1)
    table = table.with_columns(
        pl.Series("w", rng.uniform(1, 2, table.height)),
        pl.Series("who", rng.integers(0, 12, table.height)),
        pl.Series("x,y", rng.normal(size=table.height)),
        pl.Series("z", rng.normal(size=table.height)),
        pl.Series("u", rng.normal(size=table.height)),
    )
    table.write_csv(tmp_path / "all.csv")
    result = run(
        *(
            "train",
            "all.csv",
            "--target",
            "kind",
            "--model",
            "a.glassprop",
            "--hidden",
            "5, 4",
            "--activation",
            "tanh",
        ),
        *("--epochs", "2", "--seed", "7", "--validation", "0.25", "--drop", "x,y", "--drop", "z,u", "--json"),
        *("--weight", "w", "--class-weight", "balanced", "--group", "who", "--task", "classification"),
    )
    assert result.code == 0, result.err
    roles = {c["name"]: c["role"] for c in result.json["columns"]}
    assert roles == {
        "width": "number", "color": "category", "kind": "target", "w": "weight", "who": "group",
        "x,y": "dropped", "z": "dropped", "u": "dropped",
    }  # fmt: skip
    network = read_record("a.glassprop")["model"]["network"]
    assert [layer["n"] for layer in network["layers"][:-1]] == [5, 4]
    assert {layer["activation"] for layer in network["layers"][:-1]} == {"tanh"}
    estimator = glassprop.load("a.glassprop")[-1]
    assert (estimator.max_iter, estimator.random_state, estimator.class_weight) == (2, 7, "balanced")
    assert 10 <= result.json["rows"]["held_out"] <= 20


def test_time_holds_out_the_latest(run, tmp_path, table):
    table.with_columns(pl.Series("day", np.arange(table.height))).write_csv(tmp_path / "t.csv")
    report = run("train", "t.csv", "--target", "kind", "--time", "day", *QUICK, "--json").json
    assert {c["name"]: c["role"] for c in report["columns"]}["day"] == "time"


def test_validation_from_a_file(run, tmp_path, table):
    table[:17].write_csv(tmp_path / "held.csv")
    result = run("train", "flowers.csv", "--target", "kind", "--validation", "held.csv", *QUICK, "--json")
    assert result.json["rows"]["held_out"] == 17


def test_a_table_on_standard_input(run, table):
    data = table.write_csv().encode()
    result = run("train", "-", "--target", "kind", *QUICK, "--json", stdin=data)
    assert result.json["model"] == "model.glassprop"


def test_a_few_plain_lines_of_progress(run):
    result = run("train", "iris", "--epochs", "40", "--hidden", "4")
    progress = [line for line in result.err.splitlines() if line.startswith("epoch ")]
    assert 1 <= len(progress) <= 6
    assert progress[0].startswith("epoch 1/40: cost ")


def test_what_a_user_should_know_is_said(run, tmp_path, table):
    table.with_columns(pl.lit(1).alias("same")).write_csv(tmp_path / "t.csv")
    result = run("train", "t.csv", "--target", "kind", *QUICK)
    assert "same" in result.err
    assert "constant" in result.out
    assert "classification" in result.err


def test_many_columns_stay_readable(run):
    result = run("train", "digits", *QUICK)
    assert len(result.out.splitlines()) < 45
    assert max(map(len, result.out.splitlines())) <= 80


def test_names_are_text_not_markup_and_not_escapes(run, tmp_path, table):
    odd = "[bold red]wid\x1b[31mth[/]"
    table.rename({"width": odd}).write_csv(tmp_path / "t.csv")
    result = run("train", "t.csv", "--target", "kind", *QUICK)
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    assert "[bold" in result.out


def interrupting(after):
    """A progress that presses Ctrl-C at the end of epoch `after`."""
    from glassprop.cli.progress import TrainingProgress

    class Interrupting(TrainingProgress):
        def on_fit_task_end(self, estimator, context):
            super().on_fit_task_end(estimator, context)
            if context.parent is not None and self._epoch == after:
                raise KeyboardInterrupt

    return Interrupting


@pytest.mark.parametrize("json_", [False, True])
def test_ctrl_c_saves_the_best_weights_so_far_and_says_so(run, monkeypatch, json_):
    monkeypatch.setattr(sys.modules["glassprop.cli.train"], "TrainingProgress", interrupting(after=3))
    result = run("train", "iris", "--model", "m.glassprop", *(["--json"] if json_ else []))
    assert result.code == 130
    assert result.err.splitlines()[-1] == "interrupted: the best weights so far are saved in m.glassprop"
    assert "Training interrupted" not in result.err
    if json_:
        assert result.json["interrupted"] is True
    assert read_record("m.glassprop")["interrupted"] is True
    assert len(glassprop.load("m.glassprop")[-1].loss_curve_) <= 4


def test_ctrl_c_before_training_saves_nothing(run, monkeypatch, tmp_path):
    import glassprop.tables

    def press(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(glassprop.tables, "fit_table", press)
    result = run("train", "iris")
    assert (result.code, result.out) == (130, "")
    assert result.err == "glassprop: interrupted; nothing was saved\n"
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_first_epoch_saves_nothing(run, monkeypatch, tmp_path):
    from glassprop.training import epochs

    def press(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(epochs.Epochs, "epoch", press)
    result = run("train", "iris")
    assert (result.code, result.out) == (130, "")
    assert result.err.splitlines()[-1] == "glassprop: interrupted; nothing was saved"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_anywhere_is_left_as_it_was(run, monkeypatch, tmp_path):
    import errno
    import os

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    result = run("train", "iris", *QUICK)
    assert result.code == 2
    assert "accuracy" in result.out
    assert "disk is full" in result.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_the_output_is_looked_at_before_the_data(refuse):
    refuse("train", "no-such.csv", "--model", "no/such/folder.glassprop", words=["no/such"])


def test_null_device_keeps_no_model(run, tmp_path):
    assert run("train", "iris", *QUICK, "--model", "/dev/null").code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_record_has_the_history(run):
    run("train", "iris", *QUICK, "--model", "m.glassprop")
    record = read_record("m.glassprop")
    assert len(record["history"]["loss_curve"]) == 3
    assert record["engine"]
    assert json.dumps(record)


def test_classes_are_told_with_their_shares(run, tmp_path, monkeypatch):
    """Labels that differ in their letters alone are classes of their own, and people see it."""
    monkeypatch.chdir(tmp_path)
    labels = ["yes"] * 30 + ["Yes"] * 6 + ["no"] * 24
    frame = pl.DataFrame({"x": [i % 7 + 0.5 * (label == "no") for i, label in enumerate(labels)], "bought": labels})
    frame.write_csv("shop.csv")
    result = run("train", "shop.csv", "--target", "bought", "--epochs", "1", "--validation", "0.5")
    assert result.code == 0
    assert "3 classes: yes 50.0%, no 40.0%, Yes 10.0%" in result.out
