"""A run of `bench.accuracy`: it goes on where it ended, and what it found is put together as it says."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from accuracy.accuracy_results import result

from bench.accuracy import __main__ as command
from bench.accuracy.one_model import Job
from bench.accuracy.ours import MEMBERS, PLAIN, SINGLE, PlainTable
from bench.accuracy.prepared import AMOUNTS, CLASSES
from bench.accuracy.report import markdown
from bench.accuracy.results import keep, newest, read
from bench.accuracy.runner import Trainer, run_all
from bench.accuracy.summary import Summary
from bench.accuracy.write import BEGIN, END, as_csv, between

_MLP = "scikit-learn MLP"


class _Ended(Exception):
    """As if someone had ended the run."""


@pytest.fixture
def asked(monkeypatch):
    """The jobs that a run asks for; answered at once, without a table, a peer or a file elsewhere."""
    found = []

    def answer(jobs, threads, at_a_time, seconds, told):
        for job in jobs:
            if len(found) == asked.most:
                raise _Ended
            found.append((job.table, job.seed, job.model))
            told(result(job.table, job.seed, job.model, 0.25), 1.0)

    def asked():
        done = found[:]
        found.clear()
        return done

    asked.most = 1_000
    monkeypatch.setattr(command, "run_all", answer)
    monkeypatch.setattr(command, "fetched", lambda tables: {})
    monkeypatch.setattr(command, "version_of", lambda model: "some 1")
    monkeypatch.setattr(command, "write", lambda results, root, docs: 0)
    monkeypatch.setattr(command, "machine_of", lambda device: "a CPU")
    return asked


def test_a_run_goes_on_where_it_ended(asked, tmp_path):
    path = tmp_path / "kept.jsonl"
    arguments = ["--only", "heart", "OJ", "--models", _MLP, "LightGBM", "--results", str(path)]
    asked.most = 5
    with pytest.raises(_Ended):
        command.main(arguments)
    first = asked()
    path.write_text(path.read_text() + '{"table": "heart", "se')  # killed while it wrote
    path.write_text(path.read_text() + "\n")
    asked.most = 1_000
    assert command.main(arguments) == 0
    rest = asked()
    assert len(first) == 5
    assert set(first) | set(rest) == {(t, s, m) for t in ("heart", "OJ") for s in range(3) for m in (_MLP, "LightGBM")}
    assert not set(first) & set(rest)
    assert command.main(arguments) == 0
    assert asked() == []
    assert command.main([*arguments, "--redo", "--seeds", "1"]) == 0
    assert len(asked()) == 4


def test_results_of_another_machine_or_version_are_run_anew(asked, tmp_path):
    path = tmp_path / "kept.jsonl"
    keep(path, result("heart", 0, _MLP, 0.2, machine="another"))
    keep(path, result("heart", 0, _MLP, 0.2, version="some 0"))
    command.main(["--only", "heart", "--models", _MLP, "--seeds", "1", "--results", str(path)])
    assert asked() == [("heart", 0, _MLP)]
    assert len(read(path)) == 3


def test_models_take_turns_and_large_tables_go_without_torch(asked, tmp_path):
    arguments = ["--only", "heart", "Fertility", "--models", _MLP, "TabM", "--seeds", "2"]
    command.main([*arguments, "--results", str(tmp_path / "kept.jsonl")])
    of_a_seed = [("heart", _MLP), ("heart", "TabM"), ("Fertility", _MLP)]
    assert asked() == [(table, seed, model) for seed in range(2) for table, model in of_a_seed]


def test_quick_is_a_part(asked, tmp_path):
    command.main(["--quick", "--results", str(tmp_path / "kept.jsonl")])
    done = asked()
    assert {seed for _, seed, _ in done} == {0}
    assert {table for table, _, _ in done} == set(command.QUICK)
    assert {PLAIN, SINGLE, MEMBERS, "CatBoost"} <= {model for _, _, model in done}
    assert "TabM" not in {model for _, _, model in done}


def test_extremes_have_twenty_seeds_where_rows_are_few(asked, tmp_path):
    command.main(
        ["--extremes", "--only", "20 rows", "1000 rows, 2", "--models", _MLP, "--results", str(tmp_path / "k")]
    )
    done = asked()
    assert sum(table == "classes 1, 20 rows" for table, _, _ in done) == 20
    assert sum(table.startswith("1000 rows") for table, _, _ in done) == 2 * 3


def test_a_process_answers_and_one_that_takes_too_long_is_ended():
    answers = []
    jobs = [Job("classes 1, 20 rows", 0, "constant", 1), Job("no such table", 0, "constant", 1)]
    run_all([*jobs, jobs[0]], 1, 1, 300.0, lambda answer, load: answers.append(answer))
    assert [answer.get("error") for answer in answers] == [0.5, None, 0.5]
    assert answers[0]["train"] == 20
    assert answers[1]["failed"] == "its process ended"
    trainer = Trainer(1)
    try:
        assert trainer.ask(jobs[0], 0.0)["failed"] == "not done in 0 s"
    finally:
        trainer.end()


def test_ratios_are_of_what_both_have_and_of_floored_errors():
    found = [
        result("heart", 0, SINGLE, 0.1), result("heart", 1, SINGLE, 0.3), result("heart", 0, _MLP, 0.2),
        result("OJ", 0, SINGLE, 0.0), result("OJ", 0, _MLP, 0.004, fit_s=8.0), result("cells", 0, _MLP, 0.5),
    ]  # fmt: skip
    summary = Summary(found, ["heart", "OJ", "cells"])
    ratio = summary.error_ratio(SINGLE, _MLP)
    assert ratio.tables == 2
    assert ratio.value == pytest.approx(math.sqrt(0.5 * 0.25))
    assert summary.time_ratio(SINGLE, _MLP).value == pytest.approx(math.sqrt(1 / 8))
    assert summary.error(SINGLE, "heart") == pytest.approx(0.2)
    assert summary.error(SINGLE, "cells") is None
    assert math.isnan(summary.error_ratio(MEMBERS, _MLP).value)


def test_means_are_of_the_first_three_seeds_and_differences_of_all():
    found = [result("heart", seed, SINGLE, 0.1 if seed < 3 else 0.9) for seed in range(20)]
    found += [result("heart", seed, _MLP, 0.2 if seed < 3 else 0.8) for seed in range(20)]
    summary = Summary(found, ["heart"])
    assert summary.error(SINGLE, "heart") == pytest.approx(0.1)
    assert summary.error_ratio(SINGLE, _MLP).value == pytest.approx(0.5)
    assert len(summary.results(SINGLE)) == len(summary.timed(SINGLE)) == 3
    (all_seeds,) = summary.differences(SINGLE, _MLP)
    assert (all_seeds.seeds, all_seeds.mean) == (20, pytest.approx((17 * 0.1 - 3 * 0.1) / 20))


def test_times_are_of_one_cpu_and_errors_of_any():
    found = [
        result("heart", 0, SINGLE, 0.1), result("OJ", 0, SINGLE, 0.1),
        result("heart", 0, "TabM", 0.2, machine="a GPU", device="cuda", fit_s=0.001),
        result("heart", 0, "LightGBM", 0.2, machine="another CPU", fit_s=0.001),
    ]  # fmt: skip
    summary = Summary(found, ["heart", "OJ"])
    assert summary.cpu == "a CPU"
    assert summary.error_ratio(SINGLE, "TabM").value == pytest.approx(0.5)
    assert summary.time_ratio(SINGLE, "TabM").tables == summary.time_ratio(SINGLE, "LightGBM").tables == 0
    assert summary.error_ratio(SINGLE, "LightGBM").value == pytest.approx(0.5)
    both = Summary([result("heart", 0, "TabM", 0.3), *found], ["heart", "OJ"])
    assert both.error("TabM", "heart") == 0.3
    assert "partly from another machine (a GPU, another CPU)" in markdown(found)


def test_members_are_timed_on_tables_like_those_asked_for():
    found = [
        result("heart", 0, MEMBERS, 0.1, train=200, columns=13, fit_s=99.0),
        result("cells", 0, MEMBERS, 0.1, train=5_000, columns=56, fit_s=99.0),
        result("magic", 0, MEMBERS, 0.1, train=5_000, columns=10, fit_s=20.0, fit_cpu_s=30.0),
    ]
    said = "Eight networks (members) train in 40 s per 10,000 rows (CPU 60 s), in the median of 1 runs"
    assert said in markdown(found)
    assert "Eight networks" not in markdown(found[:2])


def test_tables_that_were_seen_are_marked_and_left_out_of_a_mean():
    found = [result(name, 0, model, error) for name, model, error in (
        ("heart", SINGLE, 0.1), ("heart", _MLP, 0.2), ("splice", SINGLE, 0.1), ("splice", _MLP, 0.8))]  # fmt: skip
    page = markdown(found)
    assert "| glassprop | 0.250 | 0.500 | 0.250 |" in page
    assert "| splice ¹ |" in page
    assert "| heart |" in page


def test_worse_is_more_than_two_standard_errors_of_the_paired_differences():
    errors = {"heart": ([0.30, 0.33, 0.36], [0.20, 0.22, 0.24]), "OJ": ([0.3, 0.1, 0.2], [0.1, 0.2, 0.2])}
    found = [
        result(table, seed, model, error)
        for table, (ours, theirs) in errors.items()
        for model, values in ((SINGLE, ours), (_MLP, theirs))
        for seed, error in enumerate(values)
    ]
    first, second = Summary(found, ["OJ", "heart"]).differences(SINGLE, _MLP)
    assert first.table == "heart"
    assert first.mean == pytest.approx(0.11)
    assert first.standard_error == pytest.approx(np.std([0.10, 0.11, 0.12], ddof=1) / math.sqrt(3))
    assert first.worse
    assert not second.worse
    alone = Summary([result("heart", 0, SINGLE, 0.9), result("heart", 0, _MLP, 0.1)], ["heart"])
    assert not alone.differences(SINGLE, _MLP)[0].worse
    assert "is worse than scikit-learn MLP on 1 of 2: heart (+0.1100" in markdown(found)


def test_the_newest_of_the_parts_as_they_are_counts():
    old, new = result("heart", 0, _MLP, 0.2, version="some 0"), result("heart", 0, _MLP, 0.3)
    assert newest([old, new]) == [new]
    assert newest([result("heart", 0, SINGLE, 0.1, split="earlier"), new]) == [new]
    others = [result("heart", 1, _MLP, 0.2, version="some 0"), result("OJ", 1, _MLP, 0.2, version="some 0")]
    assert newest([*others, old, new]) == [others[1], new]


def test_the_report_says_what_was_met_and_what_was_not_done():
    found = [result("heart", 0, SINGLE, 0.1, fit_s=0.1), result("heart", 0, "RealMLP-TD", 0.2)]
    found += [result("heart", 0, _MLP, 0.2), result("OJ", 0, "CatBoost", None)]
    page = markdown(found)
    assert "| glassprop | RealMLP-TD | 0.50 met | 0.50 met | ≤ 0.97 | 0.10 met |" in page
    assert "| glassprop, members | TabM | not run | not run |" in page
    assert "CatBoost on OJ, seed 0: ValueError: no" in page
    assert "| heart | classes | small | **0.1000** | 0.2000 | 0.2000 |" in page


def test_the_page_goes_between_its_markers_and_figures_are_kept_short():
    text = f"above\n{BEGIN}\nold\n{END}\nbelow\n"
    assert between(text, "new\n") == f"above\n{BEGIN}\n\nnew\n\n{END}\nbelow\n"
    assert between(between(text, "new\n"), "new\n") == between(text, "new\n")
    with pytest.raises(ValueError, match="has no"):
        between("no markers", "new")
    lines = as_csv([result("heart", 0, _MLP, 1 / 3)]).splitlines()
    assert len(lines) == 2
    assert ",0.33333," in lines[1]


@pytest.mark.parametrize("task", [CLASSES, AMOUNTS])
def test_the_plain_recipe_is_a_model_like_others(task):
    rng = np.random.default_rng(0)
    kinds = pd.Series(rng.choice(["u", "v"], 120), dtype=object)
    X = pd.DataFrame({"a": rng.normal(size=120), "kind": kinds, "flat": 1.0})
    y = 2 * (X["a"] > 0).to_numpy().astype(int) if task == CLASSES else 5.0 * X["a"].to_numpy()
    model = PlainTable(task, 0).fit(X, y)
    if task == CLASSES:
        assert model.classes_.tolist() == [0, 2]
        shares = model.predict_proba(X)
        assert np.mean(model.classes_[shares.argmax(axis=1)] == y) > 0.8
    else:
        assert np.corrcoef(model.predict(X), y)[0, 1] > 0.8


def test_a_job_is_a_line(tmp_path):
    path = tmp_path / "deep" / "kept.jsonl"
    keep(path, result("heart", 0, _MLP, 0.5))
    assert json.loads(path.read_text()) == result("heart", 0, _MLP, 0.5)
