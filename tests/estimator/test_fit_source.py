"""Estimators trained from a source are those that ``fit`` makes of the same rows in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leaving import StopAfter
from sklearn.utils import check_random_state

import glassprop
from glassprop import MLPClassifier, MLPRegressor
from glassprop.engine.plan import Data
from glassprop.errors import DataError, SettingsError
from glassprop.schedules import SCHEDULES
from glassprop.training.lanes import ArrayLanes, generator_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(5)
X, WEIGHT = RNG.normal(size=(83, 4)), RNG.uniform(0.5, 2.0, 83)
LABELS = np.array(["low", "middle", "high"])[np.digitize(X[:, 0] + 0.5 * RNG.normal(size=83), [-0.5, 0.5])]
TWO = LABELS == "low"
AMOUNTS = X @ [1.0, -2.0, 0.5, 0.0]
X_VAL, LABELS_VAL, AMOUNTS_VAL = RNG.normal(size=(20, 4)), LABELS[:20], AMOUNTS[:20]


@dataclass(frozen=True)
class Blocks:
    """The rows as they are, in two blocks of one length and a rest."""

    data: Data

    def __len__(self) -> int:
        return len(self.data)

    def blocks(self, epoch: int) -> Iterator[Data]:
        for start in range(0, len(self.data), 40):
            yield self.data.rows(slice(start, start + 40))


@dataclass(frozen=True)
class OneLane:
    """The same as one lane, in pieces of 7 rows."""

    data: Data

    @property
    def lanes(self) -> tuple[int, ...]:
        return (len(self.data),)

    def lane(self, lane: int, epoch: int, first: int) -> Iterator[Data]:
        for start in range(first, len(self.data), 7):
            yield self.data.rows(slice(start, start + 7))


def one_hot(labels: np.ndarray) -> np.ndarray:
    classes = np.unique(labels)
    return (labels[:, None] == classes[1:] if len(classes) == 2 else labels[:, None] == classes).astype(float)


def clf(**settings: Any) -> MLPClassifier:
    fixed = {"hidden_layer_sizes": (6, 5), "dropout": 0.2, "batch_size": 8, "max_iter": 6, "random_state": 0}
    return MLPClassifier(**fixed | {"shuffle": False, "n_iter_no_change": 100, "tol": 0.0} | settings)


def reg(**settings: Any) -> MLPRegressor:
    fixed = {"hidden_layer_sizes": (6,), "batch_size": 8, "max_iter": 6, "random_state": 0, "shuffle": False}
    return MLPRegressor(**fixed | settings)


def fit_both(make: Any, source: Any, y: np.ndarray, Y: np.ndarray, weighted: bool, val: Any = None, **more: Any) -> Any:
    weight = WEIGHT if weighted else None
    given = {} if val is None else {"X_val": val[0], "y_val": val[1]}
    there = make().fit(X, y, weight, **given)
    found = make().fit_source(source(Data(X, Y, weight)), n_features=4, validation=val, **more)
    return there, found


def written(model: Any, folder: Path) -> bytes:
    path = folder / "written.glassprop"
    glassprop.save(model, path)
    return path.read_bytes()


def assert_same(one: Any, other: Any, folder: Path) -> None:
    np.testing.assert_array_equal(one.theta_, other.theta_)
    assert one.loss_curve_ == other.loss_curve_
    assert not hasattr(other, "input_means_")  # a source is read for epochs alone
    vars(one).pop("input_means_", None)
    assert written(one, folder) == written(other, folder)  # every fitted attribute is in it


SOURCES = [Blocks, OneLane]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("labels", [LABELS, TWO], ids=["three", "two"])
def test_a_classifier_is_the_one_that_fit_makes(source: Any, labels: Any, weighted: bool, tmp_path: Path) -> None:
    there, found = fit_both(clf, source, labels, one_hot(labels), weighted, classes=np.unique(labels))
    assert_same(there, found, tmp_path)
    assert (there.predict(X) == found.predict(X)).all()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regressor_is_the_one_that_fit_makes(source: Any, outputs: int, tmp_path: Path) -> None:
    y = AMOUNTS if outputs == 1 else np.stack([AMOUNTS, -AMOUNTS], axis=1)
    there, found = fit_both(reg, source, y, y.reshape(83, -1), True)
    assert_same(there, found, tmp_path)


@pytest.mark.parametrize("scoring", ["loss", None, "neg_log_loss"])
@pytest.mark.parametrize("source", SOURCES)
def test_early_stopping_by_rows_in_memory(source: Any, scoring: Any, tmp_path: Path) -> None:
    def make() -> MLPClassifier:
        more = {"learning_rate_init": 0.05, "hidden_layer_sizes": (40,), "max_iter": 60, "tol": 1e-4}
        return clf(early_stopping=True, scoring=scoring, n_iter_no_change=2, **more)

    val = X_VAL, LABELS_VAL, None
    there, found = fit_both(make, source, LABELS, one_hot(LABELS), True, val, classes=np.unique(LABELS))
    assert_same(there, found, tmp_path)
    assert found.best_iteration_ == there.best_iteration_ < found.n_iter_ < 60
    assert found.validation_scores_ == there.validation_scores_


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_and_data_that_are_watched(schedule: str, tmp_path: Path) -> None:
    def make() -> MLPRegressor:
        return reg(solver="sgd", learning_rate=schedule, warmup=1.5, learning_rate_init=0.01)

    there, found = fit_both(make, OneLane, AMOUNTS, AMOUNTS[:, None], False, (X_VAL, AMOUNTS_VAL, None))
    assert_same(there, found, tmp_path)
    assert len(found.validation_curve_) == 6


def test_single_precision_and_columns_names() -> None:
    data = Data(X.astype(np.float32), AMOUNTS[:, None].astype(np.float32))
    names = ["a", "b", "c", "d"]
    found = reg(early_stopping=True, scoring="loss").fit_source(
        Blocks(data), n_features=4, validation=(X_VAL, AMOUNTS_VAL, WEIGHT[:20]), feature_names=names
    )
    assert found.theta_.dtype == np.float32
    assert found.feature_names_in_.tolist() == names
    assert found.n_features_in_ == 4


def test_a_fit_that_was_left_is_gone_on_with(tmp_path: Path) -> None:
    straight = clf().fit_source(OneLane(Data(X, one_hot(LABELS))), n_features=4, classes=np.unique(LABELS))
    left = clf().set_callbacks(StopAfter(3))
    left.fit_source(OneLane(Data(X, one_hot(LABELS))), n_features=4, classes=np.unique(LABELS))
    assert left.n_iter_ == 3
    path = tmp_path / "left.glassprop"
    left.set_callbacks()
    glassprop.save(left, path)
    for model in (left, glassprop.load(path)):
        model.fit_source(OneLane(Data(X, one_hot(LABELS))), n_features=4, classes=np.unique(LABELS), resume=True)
        assert_same(model, straight, tmp_path)


def test_more_epochs_with_warm_start() -> None:
    def make() -> MLPRegressor:
        return reg(warm_start=True)

    there, found = make().fit(X, AMOUNTS), make()
    for _ in range(2):
        found.fit_source(Blocks(Data(X, AMOUNTS[:, None])), n_features=4)
    np.testing.assert_array_equal(there.fit(X, AMOUNTS).theta_, found.theta_)


def test_callbacks_hear_of_each_epoch() -> None:
    heard = StopAfter(2)
    found = reg().set_callbacks(heard).fit_source(Blocks(Data(X, AMOUNTS[:, None])), n_features=4)
    assert found.n_iter_ == 2


def drawn(lanes: tuple[int, ...], n: int, batch: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """The rows of each batch, by hand: the rule of decision 27, step by step, for four lanes and small batches."""
    starts, ends = np.cumsum([0, *lanes]), np.minimum(np.arange(-(-n // batch) + 1) * batch, n)
    orders = [generator_of(seed, epoch, lane).permutation(rows) for lane, rows in enumerate(lanes)]
    for start, stop in pairwise(ends.tolist()):
        parts = []
        for lane, (rows, place) in enumerate(zip(lanes, (0, 3, 2, 1), strict=True)):
            low, high = ((4 * end * rows + place * n) // (4 * n) for end in (start, stop))
            parts.append(starts[lane] + orders[lane][low:high])
        yield np.concatenate(parts)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_lanes_are_taken_as_a_plain_loop_takes_them(engine: str) -> None:
    """Unequal lanes, one of them empty: every step on the rows that the rule names, as one call of it a batch."""
    lanes, batch, epochs = (30, 0, 41, 12), 8, 3
    edges = np.cumsum([0, *lanes])
    data = Data(X, one_hot(LABELS), WEIGHT)
    settings = {"engine": engine, "max_iter": epochs, "dropout": 0.0, "solver": "sgd", "momentum": 0.0, "alpha": 0.0}
    settings["learning_rate_init"] = 0.1
    found = clf(**settings).fit_source(ArrayLanes(data, edges, 7), n_features=4, classes=np.unique(LABELS))
    theta = found.network_.initial(check_random_state(0), np.float64)
    for epoch in range(epochs):
        for rows in drawn(lanes, 83, batch, 7, epoch):
            part = data.rows(rows)
            theta -= 0.1 * found.network_.gradient(theta, part.X, part.Y, part.sample_weight)
    np.testing.assert_allclose(found.theta_, theta, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "given", "says"),
    [
        (lambda: reg(solver="lbfgs"), {}, "solver='lbfgs' works on all rows at once"),
        (lambda: reg(early_stopping=True), {}, "needs rows to judge by"),
        (lambda: reg(), {"classes": [0, 1]}, "classes are for classifiers"),
        (lambda: clf(), {}, "needs classes"),
        (lambda: clf(), {"classes": ["one"]}, "two labels or more"),
        (lambda: clf(class_weight="balanced"), {"classes": [0, 1]}, "class_weight does not go with a source"),
    ],
)
def test_what_does_not_go_with_a_source(make: Any, given: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        make().fit_source(Blocks(Data(X, AMOUNTS[:, None])), n_features=4, **given)


def test_rows_that_do_not_fit() -> None:
    source = Blocks(Data(X, AMOUNTS[:, None]))
    with pytest.raises(DataError, match="rows have 4 numbers, n_features is 5"):
        reg().fit_source(source, n_features=5)
    with pytest.raises(DataError, match="Y"):
        clf().fit_source(Blocks(Data(X, one_hot(LABELS))), n_features=4, classes=["a", "b"])
    with pytest.raises(DataError, match="no rows"):
        reg().fit_source(Blocks(Data(X[:0], AMOUNTS[:0, None])), n_features=4)
    model = reg().set_callbacks(StopAfter(2)).fit_source(source, n_features=4)
    with pytest.raises(DataError, match="on 83 rows, got 80"):
        model.fit_source(Blocks(Data(X[:80], AMOUNTS[:80, None])), n_features=4, resume=True)
