"""Over the whole table of findings: each is found where it is planted, and not where it is not."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from planted_faults import PLANTED, Run

from glassprop.diagnosis.finding import Diagnosis
from glassprop.diagnosis.symptoms import SYMPTOMS
from glassprop.diagnosis.symptoms_training import late_fall, rises

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

KINDS = {
    "inputs-unscaled", "target-unscaled", "marks-for-missing", "constant-units", "dead-units", "saturated-units",
    "vanishing-gradients", "exploding-gradients", "rate-too-high", "rate-too-low", "bad-start", "oscillation",
    "no-progress", "schedule-ended", "overfitting", "stopped-too-early", "output-and-cost", "imbalance-ignored",
    "batch-too-small", "batch-too-large", "too-little-capacity", "leak", "contradicting-labels", "wrong-derivative",
}  # fmt: skip


@cache
def looked_at(kind: str, ill: bool) -> tuple[Run, Diagnosis]:
    run = PLANTED[kind].ill() if ill else PLANTED[kind].well()
    return run, run.model.diagnose(run.X, run.y, budget=0)


def found(diagnosis: Diagnosis, kind: str) -> list[Any]:
    return [one for one in (*diagnosis.findings, *diagnosis.consequences) if one.kind == kind]


def test_there_are_all_kinds_each_with_a_source_and_a_planted_case():
    assert set(SYMPTOMS) == KINDS == set(PLANTED)
    for kind, symptom in SYMPTOMS.items():
        assert symptom.source
        assert symptom.threshold > 0
        assert set(symptom.brings) < KINDS - {kind}


@pytest.mark.parametrize("kind", SYMPTOMS)
def test_a_planted_fault_is_found(kind):
    _, diagnosis = looked_at(kind, True)
    for one in found(diagnosis, kind):
        assert one.sentence
        assert one.source
        assert not np.isnan(one.number)
    # it stands by itself, or follows from one that does
    assert found(diagnosis, kind)
    assert all(one.follows_from in diagnosis.kinds or not one.follows_from for one in found(diagnosis, kind))


@pytest.mark.parametrize("kind", SYMPTOMS)
def test_without_it_nothing_is_found(kind):
    _, diagnosis = looked_at(kind, False)
    assert diagnosis.kinds == ()
    assert diagnosis.consequences == ()


# Those that are causes by themselves where they were planted: the others follow from what was done to plant them.
ALONE = sorted(
    KINDS - {"saturated-units", "constant-units", "dead-units", "exploding-gradients", "oscillation", "no-progress"}
)


@pytest.mark.parametrize("kind", ALONE)
def test_what_was_planted_is_the_only_cause_that_is_told(kind):
    assert looked_at(kind, True)[1].kinds == (kind,)


# --- numbers, each worked out here by other means -------------------------------------------------------------------


def number(kind: str) -> float:
    return found(looked_at(kind, True)[1], kind)[0].number


def kept_rows(n: int) -> np.ndarray:
    """Those that are trained on, where a fifth is held out."""
    return np.sort(np.random.default_rng(0).permutation(n)[n // 5 :])


def test_sizes_are_roots_of_mean_squares():
    run, diagnosis = looked_at("inputs-unscaled", True)
    rows = kept_rows(len(run.X))
    assert number("inputs-unscaled") == pytest.approx(np.sqrt((run.X[rows, 2] ** 2).mean()))
    assert found(diagnosis, "inputs-unscaled")[0].where == "column 2"
    run, _ = looked_at("target-unscaled", True)
    assert number("target-unscaled") == pytest.approx(np.sqrt((run.y[kept_rows(len(run.y))] ** 2).mean()))


def test_a_mark_is_as_many_widths_away_as_it_is():
    run, diagnosis = looked_at("marks-for-missing", True)
    x = run.X[kept_rows(len(run.X)), 2]
    others = x[x != -999]
    assert number("marks-for-missing") == pytest.approx((others.min() + 999) / np.ptp(others))
    column = diagnosis.measured.columns[2]
    assert (column.mark, column.mark_share) == (-999, pytest.approx((x == -999).mean()))


def test_rows_that_contradict_each_other_are_counted():
    run, _ = looked_at("contradicting-labels", True)
    rows = kept_rows(len(run.X))
    labels: dict[bytes, list[int]] = {}
    for x, y in zip(run.X[rows], run.y[rows], strict=True):
        labels.setdefault(x.tobytes(), []).append(int(y))
    against = sum(len(said) - max(map(said.count, said)) for said in labels.values())
    assert number("contradicting-labels") == pytest.approx(against / len(rows))


def test_targets_that_no_output_reaches_are_counted():
    run, _ = looked_at("output-and-cost", True)
    y = run.y[kept_rows(len(run.y))]
    assert number("output-and-cost") == pytest.approx(((y < 0) | (y > 1)).mean())


def test_a_copy_of_the_target_tells_all_of_it():
    assert number("leak") == 1.0


def test_recalls_are_those_of_the_trained_copy():
    _, diagnosis = looked_at("imbalance-ignored", True)
    often, rare = diagnosis.measured.target.recalls
    assert number("imbalance-ignored") == pytest.approx(often - rare)


def test_the_length_of_a_step_is_that_of_sgd():
    """At the start, of plain descent without momentum: rate times the gradient's length by the weights'."""
    run = PLANTED["rate-too-low"].ill()
    model = run.model.set_params(solver="sgd", momentum=0.0, learning_rate_init=1e-5, max_iter=2, batch_size=400)
    few = 400 * 9 // 100
    found_by = model.diagnose(run.X, run.y, budget=0).measured
    rows = kept_rows(len(run.X))
    X, Y = run.X[rows], np.eye(10)[run.y[rows]]
    some = np.random.default_rng(1).permutation(len(X))[:few]
    model.fit(X, run.y[rows])
    network = model.network_
    theta = network.initial(np.random.RandomState(0), X.dtype)
    gradient = network.gradient(theta, X[some], Y[some])
    ratios = [1e-5 * np.linalg.norm(network.w(gradient, l)) / np.linalg.norm(network.w(theta, l)) for l in (1, 2)]
    assert dict(found_by.course.updates)[0] == pytest.approx(max(ratios))


def test_vanishing_gradients_are_lengths_of_the_gradient():
    run, diagnosis = looked_at("vanishing-gradients", True)
    rows = kept_rows(len(run.X))
    X, Y = run.X[rows], np.eye(10)[run.y[rows]]
    model = run.model.set_params(max_iter=1).fit(X, run.y[rows])
    network = model.network_
    gradient = network.gradient(network.initial(np.random.RandomState(0), X.dtype), X, Y)
    first, last = (np.linalg.norm(network.w(gradient, l)) for l in (1, 9))
    start = diagnosis.measured.start
    assert start is not None
    assert [start.layers[0].norm, start.layers[-1].norm] == pytest.approx([first, last])
    assert number("vanishing-gradients") <= first / last * (1 + 1e-9)


def test_rises_and_late_falls_of_curves_by_hand():
    _, diagnosis = looked_at("stopped-too-early", True)
    measured = diagnosis.measured
    assert measured.start is not None
    costs = [measured.start.cost, *measured.course.cost]
    assert late_fall(measured) == pytest.approx((costs[-2] - costs[-1]) / (costs[0] - costs[-1]))
    assert number("stopped-too-early") == late_fall(measured)
    _, diagnosis = looked_at("oscillation", True)
    costs, base = diagnosis.measured.course.cost, np.log(10)
    up = np.mean([later > before + 0.03 * base for before, later in pairwise(costs)])
    assert rises(diagnosis.measured) == pytest.approx(up, abs=1 / len(costs))
