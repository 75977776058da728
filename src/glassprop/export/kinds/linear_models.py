"""scikit-learn's linear models as kinds: a file has all that they predict with, a matrix and a vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.scikit_values import Number, RandomState, Weights, has_shape, labels_rise
from glassprop.export.kinds.splitters import CV
from glassprop.export.schema.array_values import Array, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Field, Flag, Maybe, NotKept, Real, Several, Text, Whole, Word

FLOATS = ("float64", "float32")
_VECTOR, _MATRIX = Array(FLOATS), Array(FLOATS, axes=2)
_SLOPES = Either(_VECTOR, _MATRIX)
_OFFSETS = Either(Number(), _VECTOR)
_COUNTS = Maybe(Either(Whole(), Array(("int32", "int64"))))
_FAR = 1e150  # with inputs as far as those of a table, sums of products stay finite


def _lines_fit(made: Any, at: str) -> None:
    """A slope for each input, one row of them for each output where there are rows."""
    slopes, offsets = made.coef_, np.asarray(made.intercept_)
    if slopes.shape[-1] != made.n_features_in_ or (slopes.ndim == 2 and not len(slopes)):
        raise Misfit(f"{at}.coef_", f"it must have slopes for {made.n_features_in_} inputs")
    outputs = (len(slopes),) if slopes.ndim == 2 else ()
    if offsets.shape not in ((), (1,), outputs):
        raise Misfit(f"{at}.intercept_", "it must have an intercept for each output")
    if any((np.abs(numbers) > _FAR).any() for numbers in (slopes, offsets)):
        raise Misfit(at, "its slopes and intercepts must be within ±1e150")


def _logits_fit(made: Any, at: str) -> None:
    _lines_fit(made, at)
    labels_rise(made.classes_, at)
    count = len(made.classes_)
    if count < 2:
        raise Misfit(at, "it must have two classes or more")
    has_shape(made, "coef_", (1 if count == 2 else count, made.n_features_in_), at)
    has_shape(made, "intercept_", (1 if count == 2 else count,), at)


def _outputs(made: Any) -> int:
    return 1 if made.coef_.ndim == 1 else len(made.coef_)


_FITTED: dict[str, Field] = {"coef_": _SLOPES, "intercept_": _OFFSETS}
_RIDGE: dict[str, Field] = {
    "alpha": Either(Real(0), Array()), "fit_intercept": Flag(), "copy_X": Flag(), "max_iter": Maybe(Whole(1)),
    "tol": Real(0), "solver": Text(40), "positive": Flag(), "random_state": RandomState(),
}  # fmt: skip
_NET: dict[str, Field] = {
    "alpha": Real(0), "l1_ratio": Real(0, 1), "fit_intercept": Flag(), "precompute": Flag(), "max_iter": Whole(1),
    "copy_X": Flag(), "tol": Real(0), "warm_start": Flag(), "positive": Flag(), "random_state": RandomState(),
    "selection": Word("cyclic", "random"),
}  # fmt: skip
_NET_FITTED: dict[str, Field] = {
    **_FITTED, "n_iter_": Either(Whole(), Several(Whole())), "dual_gap_": Either(Number(), _VECTOR)
}  # fmt: skip

add(
    Kind(
        "linear_regression", "sklearn.linear_model:LinearRegression",
        {"fit_intercept": Flag(), "copy_X": Flag(), "tol": Real(0), "n_jobs": NotKept(), "positive": Flag()},
        _FITTED,
        {"rank_": Whole(), "singular_": _VECTOR},
        check=_lines_fit,
        width=_outputs,
    ),
    Kind(
        "ridge", "sklearn.linear_model:Ridge",
        _RIDGE,
        {**_FITTED, "n_iter_": _COUNTS, "solver_": Text(40)},
        check=_lines_fit,
        width=_outputs,
    ),
    Kind(
        "ridge_cv", "sklearn.linear_model:RidgeCV",
        {"alphas": Either(Several(Real(0), into=tuple, least=1), Array()), "fit_intercept": Flag(),
         "scoring": Maybe(Text(200)), "cv": CV, "gcv_mode": Maybe(Word("auto", "svd", "eigen")),
         "store_cv_results": Flag(), "alpha_per_target": Flag()},
        {**_FITTED, "alpha_": Either(Number(), _VECTOR), "best_score_": Either(Number(), _VECTOR)},
        {"cv_results_": Either(_MATRIX, Array(FLOATS, axes=3))},
        check=_lines_fit,
        width=_outputs,
    ),
    Kind(
        "lasso", "sklearn.linear_model:Lasso",
        {name: field for name, field in _NET.items() if name != "l1_ratio"},
        _NET_FITTED,
        {"l1_ratio": Real(0, 1)},
        check=_lines_fit,
        width=_outputs,
    ),
    Kind(
        "elastic_net", "sklearn.linear_model:ElasticNet",
        _NET,
        _NET_FITTED,
        check=_lines_fit,
        width=_outputs,
    ),
    Kind(
        "logistic_regression", "sklearn.linear_model:LogisticRegression",
        {"penalty": Maybe(Text(40)), "C": Real(0, infinite=True), "l1_ratio": Maybe(Real(0, 1)), "dual": Flag(),
         "tol": Real(0), "fit_intercept": Flag(), "intercept_scaling": Real(),
         "class_weight": Maybe(Either(Word("balanced"), Weights())), "random_state": RandomState(), "solver": Text(40),
         "max_iter": Whole(), "verbose": Either(Flag(), Whole()), "warm_start": Flag(), "n_jobs": NotKept()},
        {"classes_": Values(), "coef_": _MATRIX, "intercept_": _VECTOR, "n_iter_": Array(("int32", "int64"))},
        check=_logits_fit,
        width=lambda made: len(made.classes_),
    ),
)  # fmt: skip
