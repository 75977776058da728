"""Estimators that several processes fit together: the same bits however many these are, and whoever has which rows."""

import numpy as np
import pytest
from parts_of_ranks import examples, fits
from ranks_at_work import script
from sklearn.utils import check_random_state

from glassprop.engine.plan import Data
from glassprop.training.lanes import ArrayLanes, lane_edges

ENGINE = "compiled"


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """What came of fits in one, three and four processes, in each of them; one job, whose processes start once."""
    ended = script(4, "fitted", ENGINE, folder=tmp_path_factory.mktemp("fitted"))
    assert ended.code == 0, ended.error
    return ended.found


@pytest.fixture(scope="module")
def alone(ends):
    return ends[-1]["one"]


@pytest.mark.parametrize(("ranks", "group"), [(3, "three, uneven"), (4, "four, one has all")])
def test_as_one_process_does(alone, ends, ranks, group):
    assert set(alone) == set(fits())
    for name, end in alone.items():
        for other in ends[:ranks]:
            assert other[group][name] == end, name


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_it_is_the_training_on_the_rows_in_lanes(alone):
    """Without a group the sums of a batch are made in another order, and all else is the same."""
    X, labels, weight = examples()
    estimator, _ = fits()["classes"]
    rng = check_random_state(estimator.random_state)
    lanes = ArrayLanes(Data(X, np.eye(3)[np.unique(labels, return_inverse=True)[1]], weight), lane_edges(250, 12), 0)
    lanes = ArrayLanes(lanes.data, lanes.edges, int(rng.randint(2**31)))
    estimator.set_params(random_state=rng, engine=ENGINE).fit_source(lanes, n_features=6, classes=np.unique(labels))
    theta = np.frombuffer(bytes.fromhex(alone["classes"]["theta"]))
    assert np.allclose(theta, estimator.theta_, rtol=1e-9, atol=1e-12)
    assert np.allclose(alone["classes"]["loss"], estimator.loss_curve_, rtol=1e-9)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    return script(2, "refused", folder=tmp_path_factory.mktemp("refused")).found


@pytest.mark.parametrize(
    ("what", "first", "last"),
    [
        ("columns", "columns: 6 in rank 0, 5 in rank 1", "columns: 6 in rank 0, 5 in rank 1"),
        ("missing", "DistributedError: rank 1: Input X contains NaN.", "ValueError: Input X contains NaN."),
        ("settings", "rank 1 has alpha=0.5, here 0.0001", "rank 0 has alpha=0.0001, here 0.5"),
        ("weights", "with weights: False in rank 0, True in rank 1", "with weights: False in rank 0, True in rank 1"),
        ("lanes", "2 processes cannot share 1 lanes", "2 processes cannot share 1 lanes"),
        ("no rows", "no process gives a row of X", "no process gives a row of X"),
        ("solver", "solver='lbfgs' works on all rows at once", "solver='lbfgs' works on all rows at once"),
        (
            "Margins",
            "SettingsError: this Margins has seen a fit on 80 rows that come from a source or lie in several processes",
            "SettingsError: this Margins has seen a fit on 80 rows that come from a source or lie in several processes",
        ),
        ("nothing", "fitted", "fitted"),
        ("Ctrl-C", "DistributedError: rank 1: interrupted", "KeyboardInterrupt: "),
    ],
)
def test_what_cannot_be_is_refused_everywhere_and_the_next_fit_can(refusals, what, first, last):
    assert first in refusals[0][what]
    assert last in refusals[1][what]
