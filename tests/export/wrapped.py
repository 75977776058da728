"""scikit-learn's models that are made of ours, one of each form that a file has: unfitted, with rows for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import loguniform, randint
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  (it is still called an experiment)
from sklearn.feature_selection import (
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    f_classif,
    mutual_info_classif,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    KFold,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, QuantileTransformer, StandardScaler

from glassprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

_RNG = np.random.default_rng(0)
X = _RNG.normal(size=(60, 4))
TWO = np.array(["no", "yes"])[(X[:, 0] + X[:, 1] > 0).astype(int)]
THREE = np.digitize(X[:, 0], [-0.5, 0.5]) + 3
WORDS = np.array(["a", "b", "c"])[THREE - 3]
AMOUNTS = np.exp(X[:, 0])
PAIR = np.c_[X[:, 0], X[:, 1] ** 2]
LABELS = np.c_[X[:, 0] > 0, X[:, 1] > 0].astype(int)
FRAME = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": _RNG.choice(["x", "y", "z"], 60)})
SMALL = X.astype(np.float32)


def net(**settings: Any) -> MLPClassifier:
    """A small classifier of ours."""
    return MLPClassifier(**{"hidden_layer_sizes": (3,), "max_iter": 3, "random_state": 0, "batch_size": 8} | settings)


def amount(**settings: Any) -> MLPRegressor:
    """A small regressor of ours."""
    return MLPRegressor(**{"hidden_layer_sizes": (3,), "max_iter": 3, "random_state": 0, "batch_size": 8} | settings)


def _scaled(model: Any) -> Any:
    return make_pipeline(StandardScaler(), model)


def _by_type(model: Any) -> Any:
    """Columns by their types, of which there are none of the last."""
    groups = [
        ("numbers", StandardScaler(), make_column_selector(dtype_include=np.number)),
        ("words", OneHotEncoder(sparse_output=False), make_column_selector("c", dtype_exclude="number")),
        ("none", StandardScaler(), make_column_selector(dtype_include=["datetime", bool])),
    ]
    return make_pipeline(ColumnTransformer(groups), model)


WRAPPED: dict[str, tuple[Any, Any, Any]] = {
    "sigmoid": (CalibratedClassifierCV(net(), cv=2), X, TWO),
    "sigmoid of three": (
        CalibratedClassifierCV(_scaled(net()), cv=ShuffleSplit(2, test_size=0.5, random_state=0)), X, THREE),
    "isotonic": (CalibratedClassifierCV(net(), method="isotonic", cv=2), SMALL, TWO),
    "isotonic of three": (CalibratedClassifierCV(net(), method="isotonic", cv=2, ensemble=False), X, THREE),
    "temperature": (CalibratedClassifierCV(net(), method="temperature", cv=2), X, TWO),
    # As text: of numbers other than 0 to k - 1, scikit-learn 1.9 reads what lies beyond its rows (now and then a NaN).
    "temperature of three": (
        CalibratedClassifierCV(net(), method="temperature", cv=2, ensemble=True), SMALL, WORDS),
    "a frozen one calibrated": (CalibratedClassifierCV(FrozenEstimator(net().fit(X, TWO)), cv=2), X, TWO),
    "a target by functions": (
        TransformedTargetRegressor(amount(), func=np.log1p, inverse_func=np.expm1), X, AMOUNTS),
    "a target by its ranks": (
        TransformedTargetRegressor(_scaled(amount()), transformer=QuantileTransformer(n_quantiles=9)), X, AMOUNTS),
    "two targets scaled": (TransformedTargetRegressor(amount(), transformer=StandardScaler()), SMALL, PAIR),
    "voting": (VotingClassifier([("a", net()), ("b", "drop"), ("c", LogisticRegression())]), X, TWO),
    "voting by weights": (
        VotingClassifier([("a", net()), ("b", net(random_state=1))], voting="soft", weights=[1, 2.5]), X, THREE),
    "mean of amounts": (VotingRegressor([("a", amount()), ("b", Ridge())], weights=[1, 2]), X, AMOUNTS),
    "stacked": (StackingClassifier([("a", net()), ("b", "drop"), ("c", LogisticRegression())], cv=2), X, THREE),
    "stacked under ours": (
        StackingClassifier([("a", LogisticRegression(class_weight={0: 1, 1: 2}))], net(), cv=2, passthrough=True),
        X, TWO),
    "stacked as they were fitted": (
        StackingClassifier([("a", net().fit(X, THREE - 3))], LogisticRegression(), cv="prefit"), X, THREE),
    "stacked labels": (StackingClassifier([("a", net())], net(), cv=2), X, LABELS),
    "stacked amounts": (StackingRegressor([("a", amount()), ("b", LinearRegression())], cv=2), X, AMOUNTS),
    "stacked amounts, passed on": (
        StackingRegressor([("a", amount())], RidgeCV((0.1, 1.0), cv=2), cv=2, passthrough=True), X, AMOUNTS),
    "nets of lines": (
        StackingRegressor([("a", amount()), ("b", Lasso(0.1))], ElasticNet(0.1), cv=KFold(2)),
        X, AMOUNTS),
    "bagged": (BaggingClassifier(net(), 3, max_features=0.5, random_state=0), X, THREE),
    "bagged, judged out of the bag": (
        BaggingClassifier(net(), 8, max_samples=30, oob_score=True, random_state=np.random.RandomState(3)), X, TWO),
    "bagged amounts": (
        BaggingRegressor(amount(), 2, bootstrap_features=True, random_state=0), SMALL, AMOUNTS),
    "bagged pairs of amounts": (BaggingRegressor(_scaled(amount()), 2, random_state=0), X, PAIR),
    "a fixed threshold": (FixedThresholdClassifier(net(), threshold=0.3, pos_label="no"), X, TWO),
    "a tuned threshold": (
        TunedThresholdClassifierCV(net(), cv=StratifiedKFold(2), store_cv_results=True, thresholds=20), X, TWO),
    "a threshold tuned afterwards": (
        TunedThresholdClassifierCV(
            FrozenEstimator(net().fit(SMALL, TWO)), scoring="accuracy", cv="prefit", refit=False), SMALL, TWO),
    "one for each output": (MultiOutputClassifier(net()), X, np.c_[TWO, THREE.astype(str)]),
    "one for each amount": (MultiOutputRegressor(_scaled(amount())), X, PAIR),
    "a chain of labels": (ClassifierChain(net(), order=[1, 0], chain_method="predict_proba"), X, LABELS),
    "a chain of amounts": (RegressorChain(amount(), order="random", random_state=0), X, PAIR),
    "one against the rest": (OneVsRestClassifier(net()), X, THREE),
    "one against one other": (OneVsRestClassifier(net()), X, TWO),
    "one for each label": (OneVsRestClassifier(net()), X, LABELS),
    "one for each pair": (OneVsOneClassifier(net()), X, THREE),
    "calibrated among others": (
        VotingClassifier(
            [("a", CalibratedClassifierCV(_scaled(net()), cv=2)), ("b", net())], voting="soft"), X, THREE),
    "bagged behind a scaler": (_scaled(BaggingClassifier(net(), 2, random_state=0)), X, TWO),
    "stacked before a line": (
        make_pipeline(StackingRegressor([("a", amount())], cv=2), LinearRegression()), X, AMOUNTS),
    "calibrated, of a frame": (
        CalibratedClassifierCV(_by_type(net()), cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=1, random_state=0)),
        FRAME, TWO),
    "folds by their rows": (
        CalibratedClassifierCV(net(), cv=[(np.arange(30), np.arange(30, 60)), (np.arange(30, 60), np.arange(30))]),
        X, TWO),
    "of a table, calibrated": (
        CalibratedClassifierCV(TabularClassifier(epochs=2, n_members=1, random_state=0), cv=2), FRAME, TWO),
    "of a table, among others": (
        VotingRegressor([("t", TabularRegressor(epochs=2, cross_fit=2, random_state=0)), ("n", amount())]), X, AMOUNTS),
    "of a table, in a bag": (
        BaggingClassifier(TabularClassifier(epochs=2, n_members=1, roles={"x2": "drop"}), 2, random_state=0), X, THREE),
    "a search calibrated": (
        CalibratedClassifierCV(GridSearchCV(_scaled(net()), {"mlpclassifier__alpha": [1e-4, 10.0]}, cv=2), cv=2),
        X, TWO),
    "searches among others": (
        VotingClassifier([
            ("r", RandomizedSearchCV(net(), {
                "alpha": loguniform(1e-4, 1.0), "hidden_layer_sizes": [(2,), (3, 3)]}, n_iter=2, cv=2, random_state=0)),
            ("h", HalvingGridSearchCV(
                make_pipeline(StandardScaler(), net()), [{"standardscaler": [MinMaxScaler(), "passthrough"]}],
                cv=2, random_state=0)),
            ("d", HalvingRandomSearchCV(net(), {"max_iter": randint(1, 4)}, cv=2, random_state=0)),
        ]), X, TWO),
    "columns by their types": (_by_type(net()), FRAME, TWO),
    "the best columns": (make_pipeline(SelectKBest(f_classif, k=2), net()), X, TWO),
    "columns by information": (make_pipeline(SelectKBest(mutual_info_classif, k="all"), net()), X, TWO),
    "columns by chance": (
        make_pipeline(
            make_union(SelectFwe(alpha=0.2), SelectFdr(alpha=0.2), SelectFpr(alpha=0.2)),
            SelectPercentile(percentile=80),
            GenericUnivariateSelect(f_classif, mode="k_best", param=1),
            net(),
        ), X, TWO),
    "roots": (make_pipeline(FunctionTransformer(np.abs), FunctionTransformer(np.sqrt, validate=True), net()), X, TWO),
    "within bounds": (
        make_pipeline(
            make_union(
                FunctionTransformer(np.clip, kw_args={"a_min": -1, "a_max": 1}),
                FunctionTransformer(np.tanh, np.arctanh),
            ),
            net(),
        ), X, TWO),
}  # fmt: skip

# The kinds of these models, beside those of their steps.
KINDS = {
    "calibrated_classifier", "frozen_estimator", "transformed_target", "fixed_threshold", "tuned_threshold",
    "voting_classifier", "voting_regressor", "stacking_classifier", "stacking_regressor", "bagging_classifier",
    "bagging_regressor", "multi_output_classifier", "multi_output_regressor", "classifier_chain", "regressor_chain",
    "one_vs_rest", "one_vs_one", "linear_regression", "ridge", "ridge_cv", "lasso", "elastic_net",
    "logistic_regression", "select_k_best", "select_percentile", "select_fpr", "select_fdr", "select_fwe",
    "generic_univariate_select", "tabular_classifier", "tabular_regressor",
    "grid_search", "randomized_search", "halving_grid_search", "halving_random_search",
}  # fmt: skip
