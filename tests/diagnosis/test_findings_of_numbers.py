"""Findings on what was measured, by numbers that are put there: what tells one cause from another."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from planted_faults import amounts, classes, clf, reg

from glassprop import MLPClassifier
from glassprop.diagnosis.measured import ColumnMeasured, Course, LayerMeasured, Measured, Moment, TargetMeasured
from glassprop.diagnosis.measured_columns import marked
from glassprop.diagnosis.symptoms import diagnosis_of, findings_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def column(name="a", **more):
    return ColumnMeasured(name, 0.0, 1.0, -2.0, 2.0, **more)


def layers(*norms, dead=0.0):
    return tuple(
        LayerMeasured(l, "dense", "relu", 4, hidden=l < len(norms), norm=norm, z=1.0, dead=dead)
        for l, norm in enumerate(norms, start=1)
    )


def measured(**more):
    """Of a network of amounts that learned nearly all, and of 200 rows held out."""
    plain = {
        "rows": 400, "inputs": 2, "outputs": 1, "arguments": {"solver": "adam", "n_iter_no_change": 10, "tol": 1e-4},
        "output": "identity", "cost_name": "squared_error", "columns": (column(),), "batch": 32,
        "target": TargetMeasured("numbers", 0.5, base_held_out=0.5, size=1.0, spread=1.0),
        "moments": (Moment(0, 0.6, layers(1.0, 1.0, 1.0)), Moment(20, 0.01, layers(1e-2, 1e-2, 1e-2))),
        "course": Course((0.3, 0.1, 0.01), (0.3, 0.1, 0.02), 0.01, 0.01, epochs=3, kept=3, exhausted=True),
        "train_cost": 0.01, "validation_cost": 0.02, "parameters": 100, "held_out": 200,
    }  # fmt: skip
    return Measured(**{**plain, **more})


def kinds(one):
    return diagnosis_of(one, 0.0).kinds


def test_what_learned_is_healthy():
    assert kinds(measured()) == ()


def test_of_many_columns_the_same_is_told_once():
    marks = [column(f"c{k}", mark=-9.0, mark_share=0.1, mark_gap=1.0 + k) for k in range(9)]
    (one,) = findings_of("marks-for-missing", measured(columns=tuple(marks)))
    assert (one.where, one.number) == ("column 'c8'", 9.0)
    assert one.sentence.endswith("; 8 more columns are like it ('c0', 'c1', 'c2' and 5 more)")
    assert len(findings_of("marks-for-missing", measured(columns=tuple(marks[:3])))) == 3
    leaks = tuple(column(f"c{k}", alone=0.98 + k / 1000) for k in range(5))
    (leak,) = findings_of("leak", measured(columns=leaks))
    assert leak.where == "column 'c4'"


def test_what_is_made_of_a_column_has_no_marks_and_what_most_rows_have_is_none():
    made = column("note: late", mark=0.0, mark_share=0.4, mark_gap=3.0, column="note")
    assert findings_of("marks-for-missing", measured(columns=(made,))) == []
    (scaled,) = findings_of("marks-for-missing", measured(columns=(replace(made, name="note"),)))
    assert "have 0 (as the network is given it) in column 'note'" in scaled.sentence
    x = np.random.default_rng(0).uniform(0.3, 0.5, 500)
    assert marked(np.where(np.arange(500) < 300, 0.0, x))[0] is None
    assert marked(np.where(np.arange(500) < 200, 0.0, x))[0] == 0.0


def test_an_input_is_told_by_its_column():
    assert column("column 3").words == "column 3"
    assert column("income").words == column("income", column="income").words == "column 'income'"
    assert column("color = red", column="color").words == "input 'color = red' of column 'color'"
    assert column("pca0", column="").words == "input 'pca0'"


def test_where_no_gradient_comes_back_before_the_first_step_it_is_no_fault_of_the_rate():
    stuck = {
        "train_cost": 0.5, "validation_cost": 0.5,
        "course": Course((0.5,) * 9, (), 0.01, 0.01, updates=((0, 0.01), (9, 0.2)), epochs=9, kept=9, exhausted=True),
    }  # fmt: skip
    dead = layers(0.0, 0.0, 1.0, dead=1.0)
    assert "rate-too-high" in kinds(measured(**stuck))
    found = kinds(measured(**stuck, moments=(Moment(0, 0.6, dead), Moment(9, 0.5, dead))))
    assert "dead-units" in found
    assert "rate-too-high" not in found


def test_a_start_that_the_first_epoch_undoes_is_no_finding_where_all_is_learned():
    start = (Moment(0, 9.0, layers(1.0, 1.0, 1.0)), Moment(20, 0.01, layers(1e-2, 1e-2, 1e-2)))
    assert kinds(measured(moments=start)) == ()
    assert kinds(measured(moments=start, validation_cost=0.1)) == ("bad-start",)
    slow = Course((3.0, 0.1, 0.01), (0.3, 0.1, 0.02), 0.01, 0.01, epochs=3, kept=3, exhausted=True)
    assert kinds(measured(moments=start, course=slow)) == ("bad-start",)


def test_a_network_of_many_parameters_that_gets_nowhere_is_not_too_small():
    nowhere = {"train_cost": 0.5, "validation_cost": 0.5, "few_cost": 0.9}
    course = Course((0.5,) * 9, (0.5,) * 9, 0.01, 0.01, epochs=9, kept=9, exhausted=True)
    assert kinds(measured(**nowhere, course=course, parameters=639)) == ("too-little-capacity",)
    assert kinds(measured(**nowhere, course=course, parameters=640)) == ("no-progress",)
    assert "too-little-capacity" in kinds(measured(**{**nowhere, "train_cost": 0.4}, course=course, parameters=9999))


def test_patience_that_gives_up_while_an_epoch_still_brings_something():
    fast = Course((0.3, 0.22, 0.18), (), 0.01, 0.01, epochs=3, kept=3)
    many = Course((*np.linspace(0.5, 0.2, 40), *[0.2] * 9, 0.19), (), 0.01, 0.01, epochs=50, kept=50)
    left = {"train_cost": 0.18, "validation_cost": 0.2}
    (one,) = findings_of("stopped-too-early", measured(**left, course=fast))
    assert (one.number, one.threshold) == (pytest.approx(0.08), 0.012)
    assert "its patience (10) and tolerance (0.0001) count that as no progress" in one.sentence
    assert len(findings_of("stopped-too-early", measured(**left, course=many))) == 1
    for course in (
        replace(many, cost=(*many.cost[:-1], 0.195)),  # it brought next to nothing
        replace(many, exhausted=True),  # it did not give up
        replace(many, interrupted=True),
    ):
        assert findings_of("stopped-too-early", measured(**left, course=course)) == []
    judged = measured(**left, course=replace(many, validation_cost=(0.3,) * 50), arguments={"early_stopping": True})
    assert findings_of("stopped-too-early", judged) == []


def test_one_epoch_that_leaves_much_is_too_few():
    one = Course((0.4,), (), 0.01, 0.01, epochs=1, kept=1, exhausted=True)
    assert kinds(measured(course=one, train_cost=0.35, validation_cost=0.36)) == ("stopped-too-early",)


def test_what_never_helped_on_rows_held_out_is_no_progress():
    course = Course((0.45, 0.3, 0.2), (0.55, 0.5, 0.6), 0.01, 0.01, epochs=3, kept=2)
    by_heart = {"train_cost": 0.3, "validation_cost": 0.5, "course": course}
    (one,) = findings_of("no-progress", measured(**by_heart))
    assert (one.number, one.where) == (1.0, "rows held out")
    for other in (
        {"held_out": 20},  # too few to say so
        {"validation_cost": 0.52},  # other rows than those of the curve
        {"target": TargetMeasured("numbers", 0.5, base_held_out=0.6, size=1.0, spread=1.0)},
    ):
        assert findings_of("no-progress", measured(**{**by_heart, **other})) == []


def test_costs_of_other_rows_are_no_overfitting():
    course = Course((0.3, 0.05, 0.001), (0.1, 0.3, 0.4), 0.01, 0.01, epochs=3, kept=3, exhausted=True)
    assert findings_of("overfitting", measured(course=course, train_cost=0.001, validation_cost=0.4))
    assert not findings_of("overfitting", measured(course=course, train_cost=0.001, validation_cost=0.9))


@pytest.mark.parametrize("model", [clf((4,), max_iter=3), reg(hidden_layer_sizes=(4,), max_iter=3)])
def test_a_target_that_is_one_value_is_told_and_nothing_else(model):
    X, _ = amounts(60)
    found = model.diagnose(1000 * X, np.zeros(60) if model.__class__ is not MLPClassifier else np.zeros(60, int))
    assert found.kinds == ("no-progress",)
    assert "the same in all rows" in found.findings[0].sentence
    assert found.tried == 0


def test_classes_of_few_rows_are_not_lost_to_those_held_out():
    X, _ = classes(200)
    y = np.arange(200) % 90
    found = clf((4,), max_iter=2).diagnose(X, y, budget=0)
    assert found.measured.rows == 200
    assert found.measured.target.base == pytest.approx(log(90), rel=0.05)
