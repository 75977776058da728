"""``suspect_labels``: scores, kinds, pulls and what is said, each with a known answer."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.model_selection import StratifiedKFold

from glassprop import CategoryEmbedding, Layer, Margins, MLPClassifier, MLPRegressor, Network, Tracer
from glassprop.errors import DataError, SettingsError
from glassprop.influence.seen_rows import of_weights
from glassprop.influence.suspects import Retrained
from glassprop.influence.suspicion import OfGradients, own_and_distance, settled_outputs, suspects_of
from glassprop.influence.trace import Trace
from glassprop.influence.unusual import Spread, together

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
WRONG = [20, 60, 120]


def clf(**arguments):
    return MLPClassifier(
        (16,),
        **{"learning_rate_init": 0.02, "max_iter": 60, "tol": 0, "random_state": 0, "engine": "reference"} | arguments,
    )


def iris(names=None):
    """With three wrong labels."""
    X, y = load_iris(return_X_y=True)
    y[WRONG] = 2, 0, 0
    return X, y if names is None else np.array(names)[y]


@pytest.fixture(scope="module")
def found():
    return clf().suspect_labels(*iris())


def said(task, outputs, Y, **more):
    """Suspects of made outputs."""
    outputs, Y = np.array(outputs, dtype=float), np.array(Y, dtype=float)
    seen, n = replace(of_weights(task, outputs, Y), **more), len(Y)
    end = OfGradients(np.ones(n), np.zeros(n), np.ones(n))
    return suspects_of(seen, Y, end, np.arange(n), lambda targets: targets)


# --- wrong labels ---------------------------------------------------------------------------------------------


def test_planted_wrong_labels_come_first(found):
    assert set(found.suspected[:3]) == set(WRONG)
    assert found.suggested[WRONG].tolist() == [0, 1, 2]
    assert set(found.kinds[found.suspected]) == {"label"}
    assert found.epochs > 1


def test_a_score_is_the_share_of_the_other_class():
    found = said("classes", [[0.2, 0.7, 0.1], [0.5, 0.25, 0.25], [0.0, 0.0, 1.0]], np.eye(3))
    np.testing.assert_allclose(found.scores, [0.7 / 0.9, 0.5 / 0.75, 0.0])
    np.testing.assert_array_equal(found.suggested, np.eye(3)[[1, 0, 2]])
    assert found.suspected.tolist() == [0, 1]


def test_a_score_of_labels_is_that_of_the_worst_of_them():
    found = said("labels", [[0.9, 0.2], [0.1, 0.4]], [[1, 1], [0, 0]])
    np.testing.assert_allclose(found.scores, [0.8, 0.4])
    np.testing.assert_array_equal(found.suggested, [[1, 0], [0, 0]])


def test_the_line_is_lower_where_nearly_all_rows_are_learned_early():
    """.6 of the share of the epochs until then, of the rows that were trained on, and .3 at least."""
    given, outputs = np.eye(2)[np.zeros(1000, dtype=int)], np.full((1000, 2), [0.9, 0.1])
    outputs[:4] = [[0.65, 0.35], [0.55, 0.45], [0.45, 0.55], [0.3, 0.7]]
    learned, trained = np.zeros(1000, dtype=int), np.arange(1000) < 800
    learned[100:120], learned[800:] = 70, -1
    for at, line, suspected in ((70, 0.42, [3, 2, 1]), (-1, 0.6, [3]), (20, 0.3, [3, 2, 1, 0]), (98, 0.588, [3])):
        learned[100:120] = at
        found = said("classes", outputs, given, epochs=20, last=100, learned=learned, trained=trained)
        assert (found.line, found.suspected.tolist()) == (pytest.approx(line), suspected)
        assert (found.suggested.argmax(axis=1)[suspected] == 1).all()  # the likeliest of the others
    two = said("labels", outputs[:, 1:], given[:, 1:], epochs=20, last=100, learned=learned * 0, trained=trained)
    assert (two.line, two.suspected.tolist(), two.suggested[:5, 0].tolist()) == (0.3, [3, 2, 1, 0], [1, 1, 1, 1, 0])
    for more in ({"epochs": 0}, {"last": 0}, {"trained": trained & False}):
        assert said("classes", outputs, given, **{"epochs": 20, "last": 100, "trained": trained} | more).line == 0.6
    for share, line in ((0.22, 0.44), (0.4, 0.6)):  # twice the median
        unsure = np.full((1000, 2), [1 - share, share])
        found = said("classes", unsure, given, epochs=20, last=100, learned=learned * 0, trained=trained)
        assert found.line == pytest.approx(line)
    assert said("numbers", outputs, given, epochs=20, last=100, learned=learned * 0, trained=trained).line == 0.6


def test_a_score_of_numbers_is_at_the_line_three_deviations_away():
    residuals = np.concatenate([np.arange(-50, 51) / 1.4826 / 25, [3.0, -3.1, 30.0]])
    deviation = 1.4826 * np.median(np.abs(residuals - np.median(residuals)))
    found = said("numbers", residuals[:, None], np.zeros((104, 1)))
    np.testing.assert_allclose(found.scores, (residuals / deviation) ** 2 / ((residuals / deviation) ** 2 + 6))
    np.testing.assert_array_equal(found.scores > 0.6, np.abs(residuals / deviation) > 3)
    assert set(found.suspected) == set(np.flatnonzero(np.abs(residuals) > 3 * deviation))


def test_outputs_that_are_no_probabilities():
    found = said("classes", [[-0.1, 1.2], [0.0, -0.3]], np.eye(2))
    np.testing.assert_allclose(found.scores, [1.0, 0.5])


@pytest.mark.parametrize(
    "arguments", [{"n_members": 2}, {"early_stopping": True}, {"solver": "lbfgs"}, {"dropout": 0.1}]
)
def test_ways_to_train(arguments):
    assert set(clf(**arguments).suspect_labels(*iris()).suspected[:3]) == set(WRONG)


def test_numbers():
    X, y = load_diabetes(return_X_y=True)
    X, y = X * 20, (y - y.mean()) / y.std()
    y[[3, 300]] = 6, -6
    found = MLPRegressor(hidden_layer_sizes=(16,), learning_rate_init=0.01, max_iter=60, random_state=0).suspect_labels(
        X, y
    )
    assert found.suspected[:2].tolist() in ([3, 300], [300, 3])
    assert found.suggested[3] < 3
    assert isinstance(found.to_dict()["rows"][0]["suggested"], float)


def test_numbers_are_told_once_residuals_have_settled():
    """Predictions of a constant by its bias, which trains towards 0 and then learns a wrong target by heart."""
    network = Network(1, [Layer(1, "identity")])
    X, Y = np.zeros((9, 1)), np.zeros((9, 1))
    Y[:, 0] = [-1, -0.5, 0, 0.1, 0.2, 0.3, 0.5, 1, 30]
    biases = [9.0, 8.0, 7.0, 0.3, 0.2, 0.1, 0.0]  # of them, from the last on, every other one is looked at
    thetas = np.array([[0.0, bias] for bias in biases])
    trace = Trace(thetas, np.ones(7), np.arange(7))
    np.testing.assert_allclose(settled_outputs(network, trace, X, Y), np.full((9, 1), np.mean([0.0, 0.2])))
    far = Trace(thetas[:3], np.ones(3), np.arange(3))  # worse than a constant: the last alone
    np.testing.assert_allclose(settled_outputs(network, far, X, Y), np.full((9, 1), 7.0))


def test_outputs_of_several_blocks_are_those_of_their_rows(monkeypatch):
    monkeypatch.setattr("glassprop.influence.influence._FEWEST", 4)
    monkeypatch.setattr("glassprop.influence.influence._MOST", 4)
    network, X = Network(1, [Layer(1, "identity")], cost="squared_error"), np.arange(11.0)[:, None]
    found = settled_outputs(network, Trace.of_final(np.array([2.0, 1.0])), X, X)
    np.testing.assert_allclose(found, 2 * X + 1)


def test_of_what_is_not_fitted_there_is_nothing_that_saw_the_fit():
    X, y = load_iris(return_X_y=True)
    for given in ({"margins": Margins()}, {"trace": Tracer()}):
        with pytest.raises(SettingsError, match="which is not fitted: fit it, or leave them out"):
            clf().suspect_labels(X, y, **given)


@pytest.mark.parametrize("labels", [lambda y: y, lambda y: np.array(["no", "yes"], dtype=object)[y], lambda y: y == 1])
def test_a_training_that_has_learned_nothing_is_doubted(labels):
    """By one epoch with next to no steps all rows get the commonest label, so that all others would be wrong."""
    rng = np.random.default_rng(0)
    y = (np.arange(100) < 20).astype(int)
    X = rng.normal(size=(100, 2)) + 6 * y[:, None]
    idle = MLPClassifier((4,), learning_rate_init=1e-9, max_iter=1, random_state=0).suspect_labels(X, labels(y))
    assert "no better than one answer" in idle.doubt
    assert idle.doubt in " ".join(str(idle).split())
    assert idle.to_dict()["doubt"] == idle.doubt
    learned = clf(learning_rate_init=0.05).suspect_labels(X, labels(y))
    assert learned.doubt == ""
    assert learned.to_dict()["doubt"] is None
    many = replace(learned, suspected=np.arange(34))
    assert "So many" in many.doubt
    assert replace(learned, suspected=np.arange(33)).doubt == ""


def test_numbers_are_doubted_where_the_median_is_as_near():
    X = np.linspace(-2, 2, 120)[:, None]
    y = X[:, 0] ** 2
    idle = MLPRegressor(hidden_layer_sizes=(4,), learning_rate_init=1e-9, max_iter=1, random_state=0)
    assert "no better than one answer" in idle.suspect_labels(X, y).doubt
    learned = MLPRegressor(hidden_layer_sizes=(16,), learning_rate_init=0.02, max_iter=80, random_state=0)
    assert learned.suspect_labels(X, y).doubt == ""
    assert clf(max_iter=2).suspect_labels(X, np.zeros(120, dtype=int)).doubt == ""  # one class: nothing to be told


def test_targets_in_several_columns():
    X, Y = make_multilabel_classification(80, 6, n_classes=3, n_labels=2, random_state=0)
    Y[5] = 1 - Y[5]
    found = clf(max_iter=40).suspect_labels(X, Y)
    assert found.suspected[0] == 5
    assert found.suggested.shape == Y.shape
    assert found.row(5)["given"] == ", ".join(map(str, Y[5]))
    numbers = MLPRegressor(hidden_layer_sizes=(8,), max_iter=40, random_state=0).suspect_labels(X, X[:, :2])
    assert len(numbers.row(0)["suggested"]) == 2


# --- what the rows look like ----------------------------------------------------------------------------------


def blobs():
    """Two clouds apart; row 0 has a wrong label, row 1 is far away, of the class that lies that way."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 60)
    X = rng.normal(size=(120, 2)) + 4 * y[:, None]
    X[1], y[0] = [0, -40], 1
    return X, y


@pytest.mark.parametrize("sparse", [False, True])
def test_unusual_rows_are_told_from_wrong_labels(sparse):
    X, y = blobs()
    found = clf().suspect_labels(csr_array(X) if sparse else X, y)
    assert (found.suspected[0], found.unusual[0]) == (0, 1)
    assert found.kinds[[0, 1, 2]].tolist() == ["label", "row", ""]


def test_codes_are_no_distances():
    """The inputs of a network that looks codes up do not count: what it makes of them does."""
    network = Network(2, [CategoryEmbedding([1], [51]), Layer(2, "softmax")], cost="cross_entropy")
    X, Y = np.column_stack([np.arange(60) / 60, np.repeat([0, 50], 30)]), np.eye(2)[np.arange(60) % 2]
    theta = network.initial(np.random.default_rng(0))
    embedded = network.forward(theta, X).a[1]
    expected = together(Spread.of(embedded).of_rows(embedded)[None])
    np.testing.assert_allclose(own_and_distance(network, theta, X, Y)[1], expected, rtol=1e-4)


def test_distances_are_those_of_mahalanobis():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5)) + 3
    covariance = np.cov(a.T, bias=True)
    inverse = np.linalg.inv(covariance + 1e-3 * np.trace(covariance) / 5 * np.eye(5))
    expected = [(row - a.mean(axis=0)) @ inverse @ (row - a.mean(axis=0)) for row in a]
    np.testing.assert_allclose(Spread.of(a).of_rows(a), expected, rtol=1e-3)
    np.testing.assert_allclose(together(np.array([[1.0, 2, 3], [0, 0, 4]], dtype=np.float32)), [0.5, 1, 5.5])


def test_wide_rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 400))
    X[7] *= 10
    assert clf(max_iter=3).suspect_labels(X, rng.integers(2, size=60)).unusual.tolist() == [7]


@pytest.mark.parametrize("block", [8192, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_pull_and_self_influence_are_those_of_gradients_in_full(weighted, block, monkeypatch):
    monkeypatch.setattr("glassprop.influence.influence._FEWEST", block)
    monkeypatch.setattr("glassprop.influence.influence._MOST", block)
    rng = np.random.default_rng(1)
    network = Network(3, [Layer(4, "tanh"), Layer(2, "softmax")], cost="cross_entropy")
    theta, X, Y = network.initial(rng), rng.normal(size=(11, 3)), np.eye(2)[rng.integers(2, size=11)]
    weight = rng.random(11) if weighted else None
    each = np.array([network.gradient(theta, X[i : i + 1], Y[i : i + 1]) for i in range(11)])
    mean = np.average(each, axis=0, weights=weight)
    sizes = np.linalg.norm(each, axis=1)
    end = OfGradients.of(network, Trace.of_final(theta), X, Y, weight)
    np.testing.assert_allclose(end.own, sizes**2, rtol=1e-10)
    np.testing.assert_allclose(end.pull, each @ mean / sizes / np.linalg.norm(mean), rtol=1e-8, atol=1e-10)
    layers = X, network.forward(theta, X).a[1]
    np.testing.assert_allclose(end.distance, together(np.array([Spread.of(a).of_rows(a) for a in layers])), rtol=1e-4)


def test_a_wrong_label_pulls_against_the_rest():
    """Its step costs the others; theirs do not."""
    X, y = blobs()
    X = X - 2  # around 0, where slopes go by the inputs
    found = clf(learning_rate_init=0.002).suspect_labels(X, y)
    assert found.pull[0] < 0
    assert 0 in found.against[:3]
    assert (np.diff(found.pull[found.against]) >= 0).all()
    assert np.median(found.pull) > 0.1


def test_pulls_are_those_of_the_first_weights_that_were_kept():
    X, y = iris()
    tracer = Tracer(4)
    model = clf().set_callbacks(tracer).fit(X, y)
    X_in, Y = model.encode_targets(X, y)
    first = tracer.trace().thetas[0]
    expected = OfGradients.of(model.network_, Trace.of_final(first), X_in, Y, None).pull
    np.testing.assert_array_equal(model.suspect_labels(X, y, trace=tracer).pull, expected)
    assert not np.array_equal(model.suspect_labels(X, y).pull, expected)


def test_forgotten_and_learned_last():
    more = {"forgotten": np.array([0, 3, 1]), "learned": np.array([4, -1, 9]), "epochs": 10}
    found = said("classes", np.full((3, 3), 1 / 3), np.eye(3), **more)
    assert found.most_forgotten.tolist() == [1, 2]
    assert found.learned_last.tolist() == [2, 0]
    assert [found.row(i)["forgotten"] for i in range(3)] == [0, 3, 1]
    assert "Learned last: 2, 0" in str(found)


# --- who trains -----------------------------------------------------------------------------------------------


def test_an_estimator_that_is_not_fitted_stays_so(found):
    model = clf()
    again = model.suspect_labels(*iris())
    assert "n_iter_" not in vars(model)
    np.testing.assert_allclose(again.scores, found.scores, rtol=1e-9)


def test_a_fit_that_was_watched_says_the_same(found):
    margins = Margins()
    model = clf().set_callbacks(margins).fit(*iris())
    again = model.suspect_labels(*iris(), margins=margins)
    np.testing.assert_allclose(again.scores, found.scores, rtol=1e-9)
    np.testing.assert_allclose(again.self_influence, found.self_influence, rtol=1e-6)


def test_a_fit_that_nobody_watched():
    model = clf().fit(*iris())
    theta = model.theta_.copy()
    found = model.suspect_labels(*iris())
    assert found.epochs == 0
    assert "final weights alone" in " ".join(str(found).split())
    assert found.row(0)["spread"] is found.row(0)["forgotten"] is found.row(0)["learned"] is None
    assert set(found.suspected) & set(WRONG)
    np.testing.assert_array_equal(model.theta_, theta)


def test_what_cannot_be_asked():
    X, y = iris()
    margins = Margins()
    model = clf(max_iter=2).set_callbacks(margins).fit(X, y)
    with pytest.raises(SettingsError, match="margins must be a Margins that was set in fit, or None, got 'yes'"):
        model.suspect_labels(X, y, margins="yes")
    with pytest.raises(SettingsError, match="has watched no completed fit"):
        model.suspect_labels(X, y, margins=Margins())
    with pytest.raises(DataError, match=r"a fit on 150 rows with 3 outputs .* these are 149"):
        model.suspect_labels(X[1:], y[1:], margins=margins)
    with pytest.raises(ValueError, match="classes that training did not see"):
        model.suspect_labels(X, y + 1, margins=margins)


# --- training again -------------------------------------------------------------------------------------------


def test_what_training_without_them_brings():
    """Against the same by hand."""
    X, y = load_iris(return_X_y=True)
    wrong = np.random.default_rng(0).choice(150, 30, replace=False)
    y[wrong] = (y[wrong] + 1) % 3
    told = []
    found = clf(max_iter=30).suspect_labels(X, y, retrain=2, progress=lambda done, of: told.append((done, of)))
    before, after, left_out = np.empty(150), np.empty(150), []
    for kept, aside in StratifiedKFold(2, shuffle=True, random_state=0).split(X, y):
        suspected = clf(max_iter=30).suspect_labels(X[kept], y[kept]).suspected
        left = np.delete(kept, suspected)
        left_out.append(len(suspected))
        before[aside] = clf(max_iter=30).fit(X[kept], y[kept]).predict(X[aside])
        after[aside] = clf(max_iter=30).fit(X[left], y[left]).predict(X[aside])
    trusted = np.delete(np.arange(150), found.suspected)
    of = found.retrained
    assert (of.before, of.after) == (np.mean((before == y)[trusted]), np.mean((after == y)[trusted]))
    assert (of.before_all, of.after_all) == (np.mean(before == y), np.mean(after == y))
    assert (of.left_out, of.judged_on, of.folds) == (round(np.mean(left_out)), len(trusted), 2)
    assert told == [(done, 4) for done in range(1, 5)]


@pytest.mark.parametrize("fitted", [False, True])
def test_training_again_of_numbers_leaves_the_estimator_as_it_was(fitted):
    X, y = load_diabetes(return_X_y=True)
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=10, random_state=0)
    model = model.fit(X, y) if fitted else model
    before = dict(vars(model))
    of = model.suspect_labels(csr_array(X), y, np.ones(442), retrain=2).retrained
    assert (of.metric, of.folds) == ("R²", 2)
    assert vars(model).keys() == before.keys()


def test_no_class_is_lost():
    X, y = load_iris(return_X_y=True)
    X, y = X[:104], y[:104]  # four of the third class, which look like any other
    X[100:] = X[[0, 1, 60, 61]]
    assert clf(max_iter=20).suspect_labels(X, y, retrain=2).retrained.folds == 2


@pytest.mark.parametrize("retrain", [1, -1, 151, "yes", 2.5])
def test_no_such_number_of_folds(retrain):
    with pytest.raises(SettingsError, match="retrain must be True, False or a number of folds from 2 to the 150 rows"):
        clf().suspect_labels(*iris(), retrain=retrain)


# --- what is said ---------------------------------------------------------------------------------------------


def test_text_and_data():
    X, y = iris(["<b>setosa</b>", "versi\x1b[31m" + "color " * 9, "virginica"])
    found = clf().suspect_labels(X, y)
    found = replace(found, retrained=Retrained("accuracy", 0.9, 0.95, 12, 140, 0.88, 0.9, 5))
    for each in (found, clf(max_iter=2).fit(X, y).suspect_labels(X, y)):
        text = str(each)
        assert all(len(line) <= 80 for line in text.splitlines())
        assert "\x1b" not in text
        assert "<b>setosa" not in each._repr_html_()
        plain = json.loads(json.dumps(each.to_dict(), allow_nan=False))
        assert plain["n_suspected"] == len(each.suspected)
        assert [row["row"] for row in plain["rows"]] == [*each.suspected, *each.unusual]
    assert all(f"{row:>9}" in str(found) for row in WRONG)
    assert "accuracy goes from 0.900 to 0.950 on the 140 rows" in " ".join(str(found).split())
    assert found.to_dict()["retrained"]["left_out"] == 12
    assert found.to_dict(rows=[3])["rows"][0]["given"] == "<b>setosa</b>"
