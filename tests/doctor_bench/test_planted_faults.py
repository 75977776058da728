"""The bench of planted faults: its definitions are whole, faults hurt, rows are as they should be, counts are right."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bench.doctor import __main__ as command
from bench.doctor.asked import ask
from bench.doctor.build import estimator_of, starting_weights
from bench.doctor.case import KINDS, REMEDIES, Case, step, words
from bench.doctor.checked import measured
from bench.doctor.halves import HALVES, cases_of, key_of
from bench.doctor.hurts import Outcome, hurts
from bench.doctor.planting import STEPS, rows_for
from bench.doctor.report import markdown, misses
from bench.doctor.scores import advised, scores
from bench.doctor.sources import SOURCES
from bench.doctor.tables import MOST_ROWS, TABLES, rows_of

ALL = [(half, case) for half in HALVES for case in cases_of(half)]
FAULTS = [(half, case) for half, case in ALL if not case.healthy]


def test_no_two_cases_are_called_the_same():
    assert not [name for name, n in Counter(key_of(half, case) for half, case in ALL).items() if n > 1]


@pytest.mark.parametrize(("half", "case"), ALL, ids=[key_of(*one) for one in ALL])
def test_a_case_says_what_it_needs_to(half, case):
    assert case.table in TABLES
    assert {name for name, _ in (*case.steps, *(case.mended_steps or ()))} <= set(STEPS)
    assert case.kinds <= set(KINDS)
    assert case.remedies <= set(REMEDIES)
    assert bool(case.kinds) == bool(case.remedies)
    assert case.healthy or case.source in SOURCES
    assert not (case.healthy and (case.mended or case.mended_steps or case.start))
    mended = case.counterpart
    assert case.healthy or case.start or (mended.arguments, mended.steps) != (case.arguments, case.steps)


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_every_kind(half):
    faults = [case for case in cases_of(half) if not case.healthy]
    assert set(KINDS) == set().union(*(case.kinds for case in faults))
    assert len(faults) >= 30
    assert len(cases_of(half)) - len(faults) >= 20


def test_the_halves_share_no_table():
    tables = [{case.table for case in cases_of(half)} for half in HALVES]
    assert len(set().union(*tables)) == sum(map(len, tables))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_small_and_of_numbers(name):
    X, y = rows_of(name)
    assert X.dtype == float
    assert len(X) == len(y) <= MOST_ROWS
    assert y.dtype != object


# Those whose fits take a blink; `python -m bench.doctor --check` measures them all.
_CHEAP = ("A: moons: one unit", "A: friedman: two epochs", "A: friedman: no activation between layers", "A: moons: sgd")


@pytest.mark.parametrize(("half", "case"), [one for one in ALL if key_of(*one) in _CHEAP])
def test_a_fault_hurts_and_a_healthy_run_is_healthy(half, case):
    holds, said = measured(case, splits=1)
    assert holds, said


def test_what_hurts():
    good = Outcome(0.20, 0.10)
    assert hurts(Outcome(0.26, 0.10), good)
    assert hurts(Outcome(0.20, 0.16), good)
    assert not hurts(Outcome(0.23, 0.14), good)
    assert not hurts(Outcome(1.1, 1.1), Outcome(1.0, 1.0))


def _rows(table, *steps):
    return rows_for(Case("", table, "", steps=steps))


def test_rows_are_standardized_by_those_to_train_on():
    rows = _rows("friedman", step("standardize"))
    assert np.allclose(rows.X.mean(axis=0), 0, atol=1e-12)
    assert np.allclose(rows.X.std(axis=0), 1)
    assert math.isclose(rows.y.std(), 1)
    raw = _rows("friedman")
    assert np.allclose(rows.X_test, (raw.X_test - raw.X.mean(axis=0)) / raw.X.std(axis=0))
    assert np.allclose(rows.y_test, (raw.y_test - raw.y.mean()) / raw.y.std())


def test_gaps_are_filled_and_told_or_marked():
    raw = _rows("titanic")
    gaps = np.isnan(raw.X[:, 0])
    assert 0.1 < gaps.mean() < 0.3
    filled = _rows("titanic", step("fill"))
    assert np.allclose(filled.X[gaps, 0], np.nanmean(raw.X[:, 0]))
    assert np.array_equal(filled.X[:, -1] == 1, gaps)
    marked = _rows("titanic", step("marks", value=-999.0))
    assert np.array_equal(marked.X[:, 0] == -999, gaps)


def test_a_leak_tells_training_alone():
    rows = _rows("titanic", step("fill"), step("leak"))
    assert np.array_equal(rows.X[:, -1], rows.y)
    assert abs(np.corrcoef(rows.X_test[:, -1], rows.y_test)[0, 1]) < 0.2


def test_labels_are_wrong_in_the_share_that_is_asked_for():
    rows, right = _rows("penguins", step("flips", share=0.4)), _rows("penguins")
    assert abs(np.mean(rows.y != right.y) - 0.4) < 0.08
    twice = _rows("penguins", step("twice", share=0.5))
    assert np.array_equal(twice.X[: len(right.X)], twice.X[len(right.X) :])
    assert np.array_equal(twice.y[: len(right.y)], right.y)


def test_a_class_becomes_rare_in_training_alone():
    rows, whole = _rows("breast cancer", step("rare", share=0.03)), _rows("breast cancer")
    assert abs(np.mean(rows.y == 0) - 0.03) < 0.01
    assert np.mean(whole.y == 0) > 0.3
    assert np.array_equal(rows.y_test, whole.y_test)


def test_training_starts_from_the_weights_that_are_planted():
    case = Case("", "moons", "", start={"bias": -25.0, "layer": 1}, arguments={"hidden_layer_sizes": (3, 4)})
    model = estimator_of(case, rows_for(case))
    assert [W.shape for W in model.coefs_] == [(2, 3), (3, 4), (4, 1)]
    assert model.intercepts_[1].tolist() == [-25.0] * 4
    assert not model.intercepts_[0].any()
    coefs, _ = starting_weights([2, 3, 1], equal=0.5)
    assert all((W == 0.5).all() for W in coefs)


# --- what is counted ---------------------------------------------------------------------------------------


def _finding(kind, *remedies, follows_from=""):
    given = [SimpleNamespace(name=name, before=1.0, after=after) for name, after in remedies]
    return SimpleNamespace(kind=kind, number=2.0, where="", follows_from=follows_from, remedies=given)


def _doctor(*findings):
    return lambda model, X, y, **more: SimpleNamespace(findings=findings)


_FAULT = Case(
    "planted", "iris", "asked", words("rate-too-high oscillation"), words("lower-rate"), mended={"max_iter": 2}
)
_HEALTHY = Case("usual", "iris", "small")


def _said(case, *findings):
    return case, ask(case, _doctor(*findings))


def test_counts_of_a_known_answer():
    good = _said(
        _FAULT,
        _finding("oscillation", ("lower-rate", 0.5), ("clip-norm", 1.5)),
        _finding("oscillation"),
        _finding("dead-units", ("other-start", 0.9), follows_from="oscillation"),
    )
    bad = _said(_FAULT, _finding("leak", ("drop-column", None)), _finding("rate-too-high", ("lower-rate", 1.1)))
    total = scores([good, bad, _said(_FAULT), _said(_HEALTHY), _said(_HEALTHY, _finding("leak"))])
    counted = {name: (tally.right, tally.all) for name, tally in vars(total).items() if hasattr(tally, "right")}
    assert counted == {
        "found": (2, 3),
        "mended": (1, 3),
        "kinds": (2, 4),
        "roots": (2, 3),
        "remedies": (1, 3),  # lower-rate of other-start, drop-column; what made it worse is not advised
        "silent": (1, 2),
    }
    assert (total.by_kind["leak"].right, total.by_kind["leak"].all) == (0, 2)
    assert advised(good[1]) == ["lower-rate", "other-start"]


def test_a_diagnosis_that_fails_found_nothing():
    def failing(model, X, y, **more):
        raise RuntimeError("no such thing\nand more")

    answer = ask(_FAULT, failing)
    assert (answer["findings"], answer["failed"]) == ([], "RuntimeError: no such thing")
    total = scores([(_FAULT, answer), (_HEALTHY, answer)])
    assert (total.failed, total.found.right, total.silent.right) == (2, 0, 0)


def test_what_is_asked():
    seen = {}

    def doctor(model, X, y, **more):
        seen.update(model=model, rows=len(X), more=more)
        return SimpleNamespace(findings=[])

    ask(_HEALTHY, doctor, budget=0.5)
    assert (seen["rows"], seen["more"], hasattr(seen["model"], "coefs_")) == (105, {"budget": 0.5}, False)
    ask(replace(_HEALTHY, judged=True, fitted=True, arguments={"max_iter": 1}), doctor)
    assert len(seen["more"]["X_val"]) == 45
    assert hasattr(seen["model"], "coefs_")


def test_a_run_goes_on_where_it_ended(monkeypatch, tmp_path, capsys):
    asked = []

    def answer(case, budget):
        if len(asked) == 3:
            raise KeyboardInterrupt
        asked.append(case.table)
        return ask(case, _doctor())

    monkeypatch.setattr(command, "ask", answer)
    path = tmp_path / "answers.jsonl"
    arguments = ["--half", "A", "--only", "usual", "--results", str(path)]
    with pytest.raises(KeyboardInterrupt):
        command.main(arguments)
    path.write_text(path.read_text() + '{"key": "half of a line\n')
    first = asked[:]
    asked.clear()
    with pytest.raises(KeyboardInterrupt):
        command.main(arguments)
    assert not set(asked) & set(first)
    capsys.readouterr()
    assert command.main([*arguments, "--report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["A"]["silent"] == {"right": 6, "all": 6}


def test_the_page_marks_what_is_right_and_misses_say_what_is_not():
    asked = [
        _said(_FAULT, _finding("oscillation", ("lower-rate", 0.5)), _finding("leak")),
        _said(_FAULT),
        _said(_HEALTHY),
    ]
    page = markdown({"A": asked}, "today")
    assert "| faulty runs with an accepted finding (recall) | 0.50 (1 of 2) | 0.85 |" in page
    assert "| iris | planted | asked | **oscillation**, leak | **lower-rate** |" in page
    assert misses("A", asked) == [
        "A: iris: planted: also found leak",
        "A: iris: planted: found nothing; right: oscillation | rate-too-high",
        "A: iris: planted: advised nothing; right: lower-rate",
    ]
