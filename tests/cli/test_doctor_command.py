"""``glassprop doctor``: of a table and of a model, as text, JSON and page; what is refused."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from glassprop.cli import main, progress, table_or_sample
from glassprop.cli.remedy_options import remedy_options
from glassprop.cli.streaming_options import Lacking
from glassprop.diagnosis.finding import Diagnosis, Finding, Remedy
from glassprop.estimator import remedies
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.tables import FitOptions, fit_table, read_table
from glassprop.tables.streaming import sample
from glassprop.tables.use.doctor_table import TableDoctor, diagnosis_of_outcome


def repeated(seed=0):
    """A table of two classes in which a sixth of the rows says otherwise than two others that are equal to them."""
    rng = np.random.default_rng(seed)
    once, three = rng.normal(size=200), rng.normal(size=60)
    width = np.concatenate([once, three, three, three])
    is_rose = np.concatenate([once > 0, three > 0, three > 0, three < 0])
    order = rng.permutation(len(width))
    return pl.DataFrame({"width": width[order], "kind": np.where(is_rose, "rose", "lily")[order]})


@pytest.fixture
def contradicting(tmp_path):
    repeated().write_csv(tmp_path / "twice.csv")
    return "twice.csv"


@pytest.fixture(scope="module")
def narrow_model(tmp_path_factory):
    """A model that has hardly been trained, and its table."""
    folder = tmp_path_factory.mktemp("doctor")
    repeated().write_csv(folder / "twice.csv")
    model = folder / "twice.glassprop"
    asked = "--recipe", "plain", "--epochs", "3", "--hidden", "4", "--model", str(model)
    assert main(["train", str(folder / "twice.csv"), "--target", "kind", *asked]) == 0
    return model, folder / "twice.csv"


def test_a_table_is_trained_on_and_what_is_found_is_told_in_80_columns(run, contradicting):
    result = run("doctor", contradicting, "--target", "kind", "--epochs", "8", "--hidden", "6", "--budget", "1")
    assert result.code == 0
    assert "contradicting-labels" in result.out
    assert "check-labels" in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    assert "\x1b" not in result.out + result.err
    assert "epoch 1/8" in result.err


def test_a_model_is_looked_at_as_it_is_and_remedies_are_tried(run, narrow_model):
    model, rows = narrow_model
    before = model.read_bytes()
    result = run("doctor", model, rows, "--json")
    found = result.json
    assert model.read_bytes() == before
    assert found["cost"]["trained_epochs"] == 0
    assert found["cost"]["epochs"] <= 3
    assert "contradicting-labels" in {one["kind"] for one in found["findings"]}
    tried = [remedy for one in found["findings"] for remedy in one["remedies"] if remedy["tried"]]
    assert found["cost"]["remedies_in_trainings"] <= 1
    assert all(remedy["before"] is None or remedy["before"] > 0 for remedy in tried)
    names = {remedy["name"] for remedy in tried}
    assert len(re.findall(r"^short run ", result.err, re.MULTILINE)) == len(names) + bool(names)


def test_without_budget_nothing_is_tried(run, narrow_model):
    result = run("doctor", *narrow_model, "--budget", "0", "--json")
    assert result.json["cost"]["remedies_in_trainings"] == 0
    assert "short run" not in result.err


def test_a_training_that_diverges_is_diagnosed_and_remedies_are_tried(run):
    asked = "--activation", "exp", "--hidden", "50,50,50", "--epochs", "20"
    result = run("doctor", "diabetes", *asked, "--budget", "0.5", "--json")
    assert result.code == 0
    (found,) = result.json["findings"]
    assert (found["kind"], found["number"]) == ("exploding-gradients", None)
    assert "stopped being a finite number in epoch 1" in found["sentence"]
    assert "scikit-learn" not in found["sentence"]
    assert result.json["measured"]["course"]["diverged"]
    tried = {remedy["name"]: remedy for remedy in found["remedies"] if remedy["tried"]}
    assert tried["lower-rate"]["before"] is None


def test_what_diverges_while_folds_choose_ends_a_training_in_one_line(run):
    asked = "--activation", "exp", "--hidden", "50,50,50", "--epochs", "20", "--recipe", "plain"
    result = run("train", "diabetes", *asked)
    assert (result.code, result.out) == (2, "")
    assert "glassprop: the cost stopped being a finite number in epoch 1" in result.err.splitlines()[-1]


def test_one_network_is_trained_of_small_tables_too(run, monkeypatch):
    fits = []
    whole = BaseMLP._fit

    def counted(self, X, *more, **others):
        fits.append(len(X))
        return whole(self, X, *more, **others)

    monkeypatch.setattr(BaseMLP, "_fit", counted)
    result = run("doctor", "iris", "--epochs", "5", "--hidden", "4", "--budget", "0", "--json")
    assert fits == [result.json["rows"]["train"]] == [115]
    assert result.json["rows"] == {"train": 115, "validation": 20, "held_out": 15}
    assert result.json["cost"]["trained_epochs"] == 5


def test_a_table_that_does_not_fit_into_memory_is_looked_at_by_a_sample(run, monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    pl.DataFrame({"a": rng.normal(size=900), "y": rng.choice(["p", "q"], 900)}).write_csv(tmp_path / "long.csv")
    monkeypatch.setattr(
        table_or_sample, "without_room", lambda data: Lacking(9, "in memory it would take 9 B, and 1 are free")
    )
    monkeypatch.setattr(sample, "MOST_ROWS", 300)
    monkeypatch.setattr(sample.sample_of, "__defaults__", (300,))
    result = run("doctor", "long.csv", "--target", "y", "--epochs", "2", "--hidden", "4", "--budget", "0", "--json")
    assert "300 of 900 rows, drawn at random, are looked at: in memory it would take 9 B" in result.err
    assert sum(result.json["rows"].values()) == 300


def test_inputs_are_told_by_the_columns_that_they_are_made_of(run, tmp_path):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    frame = {"color": np.where(y, "red", "blue"), "size": rng.normal(size=300), "kind": np.where(y, "rose", "lily")}
    pl.DataFrame(frame).write_csv(tmp_path / "told.csv")
    asked = "--target", "kind", "--epochs", "3", "--hidden", "4", "--budget", "0"
    found = run("doctor", "told.csv", *asked, "--json").json["findings"]
    assert {one["where"] for one in found if one["kind"] == "leak"} == {
        "input 'color = blue' of column 'color'",
        "input 'color = red' of column 'color'",
    }


def test_columns_are_named_as_in_the_table(run, tmp_path):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    frame = {"size": rng.normal(size=300), "after <the> fact": y + rng.normal(size=300) / 1e3, "kind": y}
    pl.DataFrame(frame).write_csv(tmp_path / "leak.csv")
    asked = "--target", "kind", "--task", "classification", "--epochs", "5", "--hidden", "4", "--budget", "0"
    result = run("doctor", "leak.csv", *asked, "--html", "page.html")
    assert "leak, column 'after <the> fact'" in result.out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "after &lt;the&gt; fact" in page
    assert "<the>" not in page
    assert "page.html" in result.out


def test_a_regression_is_judged_on_the_target_as_it_was_learned(run):
    found = run("doctor", "diabetes", "--epochs", "20", "--hidden", "8", "--budget", "0", "--json").json
    assert found["task"] == "regression"
    assert "target-unscaled" not in {one["kind"] for one in found["findings"]}
    assert found["measured"]["target"]["spread"] == pytest.approx(1, rel=0.1)


def test_refusals_are_one_line(refuse, iris_model):
    refuse("doctor", "missing.csv", words=("missing.csv",))
    refuse("doctor", iris_model, words=("is a model", "table with its target"))
    refuse("doctor", iris_model, "iris", "--epochs", "3", words=("has decided",))
    refuse("doctor", "iris", "--budget", "-1", words=("--budget", "-1"))
    refuse("doctor", "iris", "--budget", "nan", words=("--budget", "nan"))
    refuse("doctor", "iris", "--budget", "much", words=("--budget", "much"))
    refuse("doctor", "iris", "--cross-fit", "4", words=("--cross-fit",))
    refuse("doctor", "iris", "--trust", "a.B", words=("--trust",))
    refuse("doctor", "iris", "--html", "no/such/folder.html", words=("no/such/folder.html",))


def test_the_report_of_a_training_has_a_section(run, contradicting, tmp_path):
    asked = "--target", "kind", "--recipe", "plain", "--epochs", "3", "--hidden", "4", "--model", "m.glassprop"
    assert run("train", contradicting, *asked, "--report", "report.html").code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "What keeps it from learning" in page
    assert "contradicting-labels" in page
    assert "the same inputs as other rows" in page
    assert run("train", contradicting, *asked, "--report", "report.html", "--no-rows").code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "contradicting-labels" in page
    assert "the same inputs as other rows" not in page


def test_the_report_tells_of_the_course_of_training_and_of_which_network(run, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    frame = {f"x{k}": x[:, k] for k in range(3)} | {"y": x[:, 0] * x[:, 1] + 0.1 * rng.normal(size=200)}
    pl.DataFrame(frame).write_csv(tmp_path / "product.csv")
    asked = "train", "product.csv", "--target", "y", "--epochs", "2", "--cross-fit", "3", "--model"
    assert run(*asked, "with.glassprop", "--report", "report.html").code == 0
    assert "Looked at: the first of 3 networks that are averaged" in (tmp_path / "report.html").read_text("utf-8")
    assert run(*asked, "without.glassprop").code == 0
    with_report, without = ((tmp_path / f"{name}.glassprop").read_bytes() for name in ("with", "without"))
    assert with_report == without
    doctor, options = TableDoctor(), FitOptions(target="y", epochs=3, cross_fit=3)
    outcome = fit_table(read_table(str(tmp_path / "product.csv")), options, callbacks=(doctor,))
    watched, unwatched = diagnosis_of_outcome(outcome, doctor).measured, diagnosis_of_outcome(outcome).measured
    assert [epoch for epoch, _ in watched.course.updates] == [0, 1, 2]
    assert (watched.rows, watched.members) == (120, 1)  # two of three folds of 180 rows
    assert (unwatched.rows, unwatched.members) == (180, 3)
    assert len(watched.course.validation_cost) == 3


def test_ctrl_c_ends_the_training_and_what_was_found_until_then_is_told(run, monkeypatch):
    def after_three(self, estimator, context):
        if context.parent is not None and estimator.n_iter_ == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress.TrainingProgress, "on_fit_task_end", after_three)
    result = run("doctor", "iris", "--epochs", "9", "--hidden", "4", "--json")
    assert result.code == 130
    assert result.json["interrupted"]
    assert result.json["cost"]["remedies_in_trainings"] == 0


def test_ctrl_c_while_remedies_are_tried_ends_all_of_them(run, narrow_model, monkeypatch):
    monkeypatch.setattr(progress.TrialProgress, "__call__", interrupt)
    model, rows = narrow_model
    monkeypatch.setitem(remedies.AGAINST, "contradicting-labels", ("lower-rate",))
    result = run("doctor", model, rows)
    assert (result.code, result.out) == (130, "")
    assert result.err.endswith("glassprop: interrupted; nothing was saved\n")


def interrupt(*_):
    raise KeyboardInterrupt


def test_remedies_are_told_as_options_of_train_where_it_has_them(run, tmp_path):
    rng = np.random.default_rng(0)
    a = rng.normal(size=300)
    kind = np.where(a + 0.7 * rng.normal(size=300) > 1.7, "rare", "often")
    pl.DataFrame({"a": a, "b": rng.normal(size=300), "kind": kind}).write_csv(tmp_path / "rare.csv")
    result = run("doctor", "rare.csv", "--target", "kind", "--epochs", "20")
    assert "imbalance-ignored" in result.out
    line = "With glassprop train --recipe plain: --class-weight balanced (class-weight)"
    assert line in " ".join(result.out.split())
    assert run("train", "rare.csv", "--target", "kind", "--epochs", "1", "--class-weight", "balanced").code == 0


@pytest.mark.parametrize(
    ("name", "arguments", "option"),
    [
        ("more-epochs", {"max_iter": 120}, "--epochs 120"),
        ("more-epochs", {"n_iter_no_change": 40, "tol": 1e-6}, ""),
        ("larger-network", {"hidden_layer_sizes": (64, 32)}, "--hidden 64,32"),
        ("other-activation", {"activation": "leaky_relu(0.1)"}, "--activation 'leaky_relu(0.1)'"),
        ("class-weight + raise-rate", {"class_weight": "balanced", "learning_rate_init": 0.1}, ""),
        ("larger-batch", {"batch_size": 128}, "--accumulate 8"),  # the batch of 32 was two of 16
        ("larger-batch", {"batch_size": 100}, ""),
        ("smaller-batch", {"batch_size": 8}, ""),
        ("drop-column", {}, "--drop COLUMN"),
    ],
)
def test_the_option_of_a_remedy(name, arguments, option):
    assert remedy_options(advice(name, arguments), accumulate=2) == {name: option}


@pytest.mark.parametrize("name", ["check-labels", "standardize-target", "mark-missing + more-epochs"])
def test_what_is_no_setting_is_not_among_options(name):
    assert remedy_options(advice(name, {"max_iter": 9} if "epochs" in name else {})) == {}


def advice(name, arguments):
    """A diagnosis of a training run with 32 rows a batch, with one remedy."""
    finding = Finding("no-progress", 1.0, 0.95, "", "", "", remedies=(Remedy(name, arguments=arguments),))
    return Diagnosis((finding,), SimpleNamespace(batch=32), 1.0)
