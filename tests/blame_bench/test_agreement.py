"""The bench of blame: its figures on cases with a known answer, and tables put between their markers."""

from __future__ import annotations

import numpy as np
import pytest

from bench.blame.datamodeling import ceiling, lds
from bench.blame.leave_one_out import agreement, true_changes
from bench.blame.report import tables, written
from bench.blame.retrained import ADAM, ASKED, Retrained
from bench.blame.scored import DAMPED, FINAL, LAST, TRACE, TRACE_DAMPED, scores_of
from glassprop import MLPClassifier

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(20, 30))
MASKS = np.argsort(RNG.random((200, 30)), axis=1) < 15  # halves


def test_of_margins_that_are_sums_of_scores_it_is_1():
    margins = 3 * MASKS @ SCORES.T + 7
    assert lds(SCORES, MASKS, margins) == pytest.approx(1)
    assert lds(-SCORES, MASKS, margins) == pytest.approx(-1)
    assert lds(SCORES, MASKS, np.exp(margins / 10)) == pytest.approx(1)
    assert abs(lds(RNG.normal(size=(20, 30)), MASKS, margins)) < 0.2
    assert 0.3 < lds(SCORES, MASKS, margins + 20 * RNG.normal(size=margins.shape)) < 0.95


def test_what_seeds_that_agree_allow():
    same = RNG.normal(size=(50, 1, 4))
    assert ceiling(np.repeat(same, 3, axis=1)) == pytest.approx(1)
    noisy = same + 2 * RNG.normal(size=(50, 2, 4))
    reliable = 2 * 0.2 / (1 + 0.2)  # two seeds that share a fifth of their variance
    assert ceiling(noisy) == pytest.approx(np.sqrt(reliable), abs=0.2)


def test_leaving_rows_out_agrees_with_itself_and_row_by_row():
    assert agreement(SCORES, np.exp(SCORES)) == pytest.approx(1)
    assert agreement(SCORES, -SCORES) == pytest.approx(-1)


@pytest.fixture(scope="module")
def case():
    X = RNG.normal(size=(40 + ASKED, 3))
    model = MLPClassifier((4,), max_iter=5, tol=0.0, random_state=0)
    return Retrained("two classes", ADAM, X, (X[:, 0] > 0).astype(int), model)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_margins_changes_and_scores_of_a_case(case):
    model = case.fitted()
    p = model.predict_proba(case.X[case.n :])[np.arange(ASKED), case.y[case.n :]]
    np.testing.assert_allclose(case.margins(model), np.log(p / (1 - p)), rtol=1e-6)
    found = scores_of(case, seed=0)
    assert all(scores.shape == (ASKED, 40) and np.isfinite(scores).all() for scores in found.values())
    names = (DAMPED, FINAL, LAST, TRACE, TRACE_DAMPED)
    assert len({found[name].tobytes() for name in names}) == len(names)
    small = Retrained("two classes", ADAM, case.X[35:], case.y[35:], case.model)  # five rows to train on
    without = small.costs(small.fitted(weight=np.array([1, 1, 0, 1, 1.0]))) - small.costs(small.fitted())
    np.testing.assert_allclose(true_changes(small)[:, 2], without)


def test_tables_go_between_their_markers_and_nowhere_else(tmp_path):
    figures = {"random": 0.012, "trace, damped": 0.715}
    one = {"table": "iris", "way": "Adam", "figures": figures, "date": "today", "machine": "M", "version": "1"}
    found = tables([one | {"part": "leave one out"}, one | {"part": "leave one out", "way": "SGD"}], None)
    assert "| iris | Adam | 0.01 |" in found["leave one out"]
    assert found["leave one out"].splitlines()[-1].startswith("| **mean** |")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- begin: leave one out -->\nold\n<!-- end: leave one out -->\nafter\n")
    written(page, found)
    written(page, found)
    text = page.read_text()
    assert text.startswith("before\n<!-- begin: leave one out -->\n\ntoday; M; 1.")
    assert text.endswith("<!-- end: leave one out -->\nafter\n")
    assert "old" not in text
    with pytest.raises(ValueError, match="no markers <!-- begin: times -->"):
        written(page, {"times": "table"})
