"""Validation data on another scale than training's are warned about; those that only differ are not."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from glassprop import MLPClassifier, MLPRegressor
from glassprop.estimator.far import warn_if_far

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
TABLES = {
    "iris": load_iris,
    "wine": load_wine,
    "cancer": load_breast_cancer,
    "digits": load_digits,
    "diabetes": lambda return_X_y: load_diabetes(return_X_y=return_X_y, scaled=False),
}


def told(X: Any, X_val: Any, names: Any = None) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_if_far(X, X_val, names)
    assert len(caught) <= 1
    return str(caught[0].message) if caught else ""


@pytest.mark.parametrize("scaler", [StandardScaler, MinMaxScaler, RobustScaler])
@pytest.mark.parametrize("table", TABLES)
def test_a_scaler_forgotten_on_one_side(table: str, scaler: Any) -> None:
    X, X_val = train_test_split(TABLES[table](return_X_y=True)[0].astype(float), random_state=0)
    scale = scaler().fit(X)
    for change in (np.asarray, csr_array):
        assert told(change(scale.transform(X)), change(X_val)).startswith("X_val lies far outside X in ")
        assert not told(change(scale.transform(X)), change(scale.transform(X_val)))
        assert not told(change(X), change(X_val))
        if table not in ("digits",):  # where pixels from 0 to 1 lie within those from 0 to 16
            assert told(change(X), change(scale.transform(X_val)))


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("shift", "stretch", "far"),
    [(0, 1, False), (3, 1, False), (0, 3, False), (-3, 1, False), (5, 1, True), (-5, 1, True), (0, 9, True)],
)
def test_the_threshold_from_both_sides(shift: float, stretch: float, far: bool, sparse: bool) -> None:
    """Four standard deviations, for more than half of the rows: three are a shift, five are another scale."""
    rng = np.random.default_rng(0)
    X, X_val = rng.normal(size=(2000, 4)), rng.normal(size=(1000, 4))
    X_val[:, 2] = shift + stretch * X_val[:, 2]
    change = csr_array if sparse else np.asarray
    assert ("1 of 4 columns (2)" in told(change(X), change(X_val))) == far


@pytest.mark.parametrize("kind", ["cauchy", "lognormal", "pareto", "counts", "rare ones", "integers of any size"])
def test_heavy_tails_and_rare_values_are_no_other_scale(kind: str) -> None:
    rng = np.random.default_rng(0)
    draw = {
        "cauchy": lambda n: rng.standard_cauchy((n, 50)),
        "lognormal": lambda n: rng.lognormal(0, 3, (n, 50)),
        "pareto": lambda n: rng.pareto(0.5, (n, 50)),
        "counts": lambda n: rng.poisson(0.05, (n, 50)).astype(float),
        "rare ones": lambda n: (rng.uniform(size=(n, 50)) < 0.002).astype(float),
        "integers of any size": lambda n: np.exp2(rng.integers(0, 60, (n, 50))),
    }[kind]
    for n, n_val in ((20, 10), (25, 300), (1000, 10), (1000, 500)):
        X, X_val = draw(n), draw(n_val)
        assert not told(X, X_val)
        assert not told(csr_array(X), csr_array(X_val))
    X, X_val = draw(1000), draw(500)
    X, X_val = (np.c_[part, rng.normal(size=len(part))] for part in (X, X_val))
    X_val[:, -1] += 100  # another column does not hide behind them
    assert "1 of 51 columns (50)" in told(X, X_val)


def test_a_lognormal_column_left_unscaled_is_seen() -> None:
    rng = np.random.default_rng(0)
    raw = 1000 * rng.lognormal(0, 1, (500, 1))
    assert told(StandardScaler().fit_transform(raw[:400]), raw[400:])


def test_what_says_nothing() -> None:
    rng = np.random.default_rng(0)
    X, X_val = rng.normal(size=(200, 3)), rng.normal(size=(50, 3))
    X[:, 1], X_val[:, 1] = 7.0, 8.0  # constant in training: a flag, a year
    assert not told(X, X_val)
    assert not told(csr_array(X), csr_array(X_val))
    assert not told(X[:19], X_val + 100)
    assert not told(X, X_val[:9] + 100)
    group = np.r_[np.zeros(995), np.ones(5)][:, None]  # a category rare in training and usual in validation
    assert not told(group, np.ones((50, 1)))
    assert not told(1 - group, np.zeros((50, 1)))
    assert not told(np.full((50, 1), 1e308), np.full((50, 1), -1e308))
    assert told(X.astype(np.float32), (X_val + 100).astype(np.float32))


def test_implicit_zeros_count() -> None:
    X = csr_array(100 + np.random.default_rng(0).normal(size=(100, 2)))
    assert "2 of 2 columns" in told(X, csr_array((50, 2)))


def test_the_message_names_columns_and_what_would_do() -> None:
    X = np.random.default_rng(0).normal(size=(100, 9))
    message = told(X, X + 50, [f"c{i}" for i in range(9)])
    assert "in 9 of 9 columns (c0, c1, c2, ...)" in message
    assert "transform_input=['X_val']" in message
    assert "\n" not in message


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_fit_warns_whether_they_judge_or_are_watched(solver: str) -> None:
    X, y = load_diabetes(return_X_y=True, scaled=False, as_frame=True)
    scaled = pd.DataFrame(StandardScaler().fit_transform(X), columns=X.columns)
    model = MLPRegressor(hidden_layer_sizes=(2,), solver=solver, max_iter=2, random_state=0)
    with pytest.warns(UserWarning, match=r"X_val lies far outside X in 8 of 10 columns \(age, bmi, bp, \.\.\.\)"):
        model.fit(scaled, y, X_val=X[:50], y_val=y[:50])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
        model.fit(scaled, y, X_val=scaled[:50], y_val=y[:50])


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_a_pipeline_transforms_validation_data_if_told_to(estimator: Any) -> None:
    X, y = load_breast_cancer(return_X_y=True)
    X, X_val, y, y_val = train_test_split(X, y, random_state=0)
    settings = {"hidden_layer_sizes": (8,), "early_stopping": True, "random_state": 0, "max_iter": 20}
    by_hand = estimator(**settings)
    scale = StandardScaler().fit(X)
    by_hand.fit(scale.transform(X), y, X_val=scale.transform(X_val), y_val=y_val)
    wrong = Pipeline([("scale", StandardScaler()), ("mlp", estimator(**settings))])
    with pytest.warns(UserWarning, match="X_val lies far outside X"):
        wrong.fit(X, y, mlp__X_val=X_val, mlp__y_val=y_val)
    with sklearn.config_context(enable_metadata_routing=True):
        asked = estimator(**settings).set_fit_request(X_val=True, y_val=True)
        right = Pipeline([("scale", StandardScaler()), ("mlp", asked)], transform_input=["X_val"])
        right.fit(X, y, X_val=X_val, y_val=y_val)
    assert right[-1].validation_scores_ == by_hand.validation_scores_
    np.testing.assert_array_equal(right[-1].theta_, by_hand.theta_)
    assert wrong[-1].validation_scores_ != by_hand.validation_scores_
