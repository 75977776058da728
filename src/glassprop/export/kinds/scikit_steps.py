"""scikit-learn's own steps as kinds: scalers, imputer, encoders, and what holds other steps.

What scikit-learn predicts with in compiled code, or counts columns by, is not read from a file but made anew from what
it follows from (``derived``); everything else is checked to fit together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.inner_steps import Step
from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.named_functions import TRANSFORMING_FUNCTION, Arguments, check_arguments
from glassprop.export.kinds.scikit_values import (
    Categories,
    Dropped,
    DType,
    Infrequent,
    NumberType,
    RandomState,
    Seen,
    has_shape,
)
from glassprop.export.schema.array_values import Array, NaN, Scalar, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Field, Flag, Maybe, Only, Real, Several, Text, Whole, Word

FLOATS = ("float64", "float32")
_VECTOR = Array(FLOATS)
_PAIR = Several(Real(), into=tuple, least=2, most=2)


def _one_each(*names: str) -> Any:
    """A check that these attributes, where they are not None, have one number for each column."""

    def check(made: Any, at: str) -> None:
        for name in names:
            has_shape(made, name, (made.n_features_in_,), at)

    return check


def _quantiles_fit(made: Any, at: str) -> None:
    has_shape(made, "references_", (made.n_quantiles_,), at)
    has_shape(made, "quantiles_", (made.n_quantiles_, made.n_features_in_), at)


def _components_fit(made: Any, at: str) -> None:
    has_shape(made, "components_", (made.n_components_, made.n_features_in_), at)
    has_shape(made, "mean_", (made.n_features_in_,), at)
    for name in ("explained_variance_", "explained_variance_ratio_", "singular_values_"):
        has_shape(made, name, (made.n_components_,), at)


def _power_fits(made: Any, at: str) -> None:
    has_shape(made, "lambdas_", (made.n_features_in_,), at)
    scaler: Any = getattr(made, "_scaler", None)
    if made.standardize and (scaler is None or scaler.n_features_in_ != made.n_features_in_):
        raise Misfit(at, "its _scaler must be one for the same columns")


def _function_fits(made: Any, at: str) -> None:
    check_arguments(made.func, made.kw_args, at)
    check_arguments(made.inverse_func, made.inv_kw_args, at)


def _kept(made: Any) -> int:
    return int(np.count_nonzero(made.variances_ > made.threshold))


add(
    Kind(
        "standard_scaler", "sklearn.preprocessing:StandardScaler",
        {"copy": Flag(), "with_mean": Flag(), "with_std": Flag()},
        {"n_samples_seen_": Seen(), "mean_": Maybe(_VECTOR), "var_": Maybe(_VECTOR), "scale_": Maybe(_VECTOR)},
        check=_one_each("mean_", "var_", "scale_"),
    ),
    Kind(
        "robust_scaler", "sklearn.preprocessing:RobustScaler",
        {"copy": Flag(), "with_centering": Flag(), "with_scaling": Flag(), "quantile_range": _PAIR,
         "unit_variance": Flag()},
        {"center_": Maybe(_VECTOR), "scale_": Maybe(_VECTOR)},
        check=_one_each("center_", "scale_"),
    ),
    Kind(
        "min_max_scaler", "sklearn.preprocessing:MinMaxScaler",
        {"copy": Flag(), "clip": Flag(), "feature_range": _PAIR},
        {"n_samples_seen_": Seen(), "scale_": _VECTOR, "min_": _VECTOR, "data_min_": _VECTOR, "data_max_": _VECTOR,
         "data_range_": _VECTOR},
        check=_one_each("scale_", "min_", "data_min_", "data_max_", "data_range_"),
    ),
    Kind(
        "max_abs_scaler", "sklearn.preprocessing:MaxAbsScaler",
        {"copy": Flag()},
        {"n_samples_seen_": Seen(), "max_abs_": _VECTOR, "scale_": _VECTOR},
        {"clip": Flag()},
        check=_one_each("max_abs_", "scale_"),
    ),
    Kind("normalizer", "sklearn.preprocessing:Normalizer", {"copy": Flag(), "norm": Word("l1", "l2", "max")}),
    Kind("binarizer", "sklearn.preprocessing:Binarizer", {"copy": Flag(), "threshold": Real()}),
    Kind(
        "quantile_transformer", "sklearn.preprocessing:QuantileTransformer",
        {"copy": Flag(), "ignore_implicit_zeros": Flag(), "n_quantiles": Whole(1), "random_state": RandomState(),
         "output_distribution": Word("normal", "uniform"), "subsample": Maybe(Whole(1))},
        {"n_quantiles_": Whole(1), "references_": _VECTOR, "quantiles_": Array(FLOATS, axes=2)},
        check=_quantiles_fit,
    ),
    Kind(
        "power_transformer", "sklearn.preprocessing:PowerTransformer",
        {"copy": Flag(), "method": Word("yeo-johnson", "box-cox"), "standardize": Flag()},
        {"lambdas_": _VECTOR},
        {"_scaler": Step(kind="standard_scaler")},
        check=_power_fits,
    ),
    Kind(
        "pca", "sklearn.decomposition:PCA",
        {"n_components": Maybe(Either(Whole(), Real(0, 1), Word("mle"))), "copy": Flag(), "whiten": Flag(),
         "svd_solver": Text(40), "tol": Real(), "iterated_power": Either(Whole(), Word("auto")),
         "n_oversamples": Whole(1), "power_iteration_normalizer": Text(40), "random_state": RandomState()},
        {"mean_": _VECTOR, "components_": Array(FLOATS, axes=2), "explained_variance_": _VECTOR,
         "explained_variance_ratio_": _VECTOR, "singular_values_": _VECTOR, "noise_variance_": Real(0),
         "n_samples_": Whole(1), "n_components_": Whole()},
        {"_fit_svd_solver": Text(40)},
        check=_components_fit,
        width=lambda made: made.n_components_,
    ),
    Kind(
        "variance_threshold", "sklearn.feature_selection:VarianceThreshold",
        {"threshold": Real(0)},
        {"variances_": _VECTOR},
        check=_one_each("variances_"),
        width=_kept,
    ),
    Kind(
        "identity", "sklearn.preprocessing:FunctionTransformer",
        {"func": Maybe(TRANSFORMING_FUNCTION), "inverse_func": Maybe(TRANSFORMING_FUNCTION),
         "kw_args": Maybe(Arguments()), "inv_kw_args": Maybe(Arguments()), "validate": Flag(), "accept_sparse": Flag(),
         "check_inverse": Flag(), "feature_names_out": Maybe(Word("one-to-one"))},
        check=_function_fits,
        version=2,
    ),
)  # fmt: skip


def _imputer_fits(made: Any, at: str) -> None:
    has_shape(made, "statistics_", (made.n_features_in_,), at)
    marks = made.indicator_
    if made.add_indicator != (marks is not None):
        raise Misfit(at, "it must have an indicator_ exactly where add_indicator is true")
    if marks is not None and marks.n_features_in_ != made.n_features_in_:
        raise Misfit(at, "its indicator_ is for other columns")
    if made._fill_dtype.kind in "fiub" and any(isinstance(value, str | None) for value in made.statistics_.tolist()):
        raise Misfit(at, "its statistics_ must be numbers")


def _imputed(made: Any) -> int:
    marks = 0 if made.indicator_ is None else len(made.indicator_.features_)
    empty = np.array([value != value for value in made.statistics_.tolist()], dtype=bool)
    return int(made.n_features_in_ + marks - (0 if made.keep_empty_features else empty.sum()))


def _indicator_fits(made: Any, at: str) -> None:
    made._n_features = made.n_features_in_
    features = made.features_
    if features.size and not (
        features[0] >= 0 and features[-1] < made.n_features_in_ and (np.diff(features) > 0).all()
    ):
        raise Misfit(at, "its features_ must be numbers of columns, in rising order")


def _rise_below(numbers: np.ndarray, limit: int) -> bool:
    """Whether these rise, from 0 or more to less than the limit; there is at least one."""
    return bool(numbers[0] >= 0 and numbers[-1] < limit and (np.diff(numbers) > 0).all())


def _one_hot_fits(made: Any, at: str) -> None:
    """Set what follows from the categories: scikit-learn places ones by it in compiled code, without a look."""
    _count_categories(made, at)
    _group(made, at)
    if made.drop is not None and not all(map(len, made.categories_)):
        raise Misfit(at, "there is nothing to drop of no categories")
    try:
        made._set_drop_idx()
    except (ValueError, TypeError, IndexError) as error:
        raise Misfit(at, "what it drops is not among its categories_") from error
    made._n_features_outs = made._compute_n_features_outs()


def _group(made: Any, at: str) -> None:
    made._infrequent_enabled = made.min_frequency is not None or (made.max_categories or 0) >= 1
    if made._infrequent_enabled:
        _group_infrequent(made, at)
    elif hasattr(made, "_infrequent_indices"):
        raise Misfit(at, "it groups nothing, and has _infrequent_indices")


def _group_infrequent(made: Any, at: str) -> None:
    """``_default_to_infrequent_mappings``: where each category goes when the infrequent share one input."""
    groups = getattr(made, "_infrequent_indices", [])
    if len(groups) != made.n_features_in_:
        raise Misfit(at, "it must have _infrequent_indices for each column")
    made._default_to_infrequent_mappings = []
    for categories, few in zip(made.categories_, groups, strict=True):
        if few is None:
            made._default_to_infrequent_mappings.append(None)
            continue
        if not few.size or not _rise_below(few, len(categories)):
            raise Misfit(at, "_infrequent_indices must be numbers of categories, in rising order")
        frequent = np.setdiff1d(np.arange(len(categories)), few)
        mapping = np.full(len(categories), len(frequent), dtype=np.int64)
        mapping[frequent] = np.arange(len(frequent))
        made._default_to_infrequent_mappings.append(mapping)


def _ordinal_fits(made: Any, at: str) -> None:
    _count_categories(made, at)
    _group(made, at)
    made._missing_indices = {
        k: len(categories) - 1
        for k, categories in enumerate(made.categories_)
        if len(categories) and categories[-1] != categories[-1]
    }


def _count_categories(made: Any, at: str) -> None:
    if len(made.categories_) != made.n_features_in_:
        raise Misfit(at, f"it must have categories_ for each of {made.n_features_in_} columns")


_DERIVED = ("_infrequent_enabled", "_default_to_infrequent_mappings", "_drop_idx_after_grouping", "drop_idx_",
            "_n_features_outs")  # fmt: skip
_GROUPING: dict[str, Field] = {
    "min_frequency": Maybe(Either(Whole(), Real(0, 1))), "max_categories": Maybe(Whole(1)),
}  # fmt: skip

add(
    Kind(
        "simple_imputer", "sklearn.impute:SimpleImputer",
        {"missing_values": Either(Only(None), Whole(-(2**53)), Real(), NaN(), Text(200)),
         "strategy": Word("mean", "median", "most_frequent", "constant"), "fill_value": Maybe(Scalar()),
         "copy": Flag(), "add_indicator": Flag(), "keep_empty_features": Flag()},
        {"statistics_": Either(Array(FLOATS, numbers="not infinite"), Values()),
         "indicator_": Maybe(Step(kind="missing_indicator")), "_fit_dtype": DType(), "_fill_dtype": DType()},
        check=_imputer_fits,
        width=_imputed,
    ),
    Kind(
        "missing_indicator", "sklearn.impute:MissingIndicator",
        {"missing_values": Either(Only(None), Whole(-(2**53)), Real(), NaN(), Text(200)),
         "features": Word("missing-only", "all"), "sparse": Either(Flag(), Word("auto")), "error_on_new": Flag()},
        {"features_": Array(("int64",))},
        {"_precomputed": Flag()},
        derived=("_n_features",),
        check=_indicator_fits,
        width=lambda made: len(made.features_),
    ),
    Kind(
        "one_hot_encoder", "sklearn.preprocessing:OneHotEncoder",
        {"categories": Either(Word("auto"), Categories()), "drop": Maybe(Dropped()), "sparse_output": Flag(),
         "dtype": NumberType(), "handle_unknown": Word("error", "ignore", "infrequent_if_exist", "warn"),
         **_GROUPING, "feature_name_combiner": Word("concat")},
        {"categories_": Categories()},
        {"_infrequent_indices": Infrequent()},
        derived=_DERIVED,
        check=_one_hot_fits,
        width=lambda made: sum(made._n_features_outs),
    ),
    Kind(
        "ordinal_encoder", "sklearn.preprocessing:OrdinalEncoder",
        {"categories": Either(Word("auto"), Categories()), "dtype": NumberType(),
         "handle_unknown": Word("error", "use_encoded_value"), "unknown_value": Maybe(Either(Real(), NaN())),
         "encoded_missing_value": Either(Real(), NaN()), **_GROUPING},
        {"categories_": Categories()},
        {"_infrequent_indices": Infrequent()},
        derived=("_infrequent_enabled", "_default_to_infrequent_mappings", "_missing_indices"),
        check=_ordinal_fits,
    ),
)  # fmt: skip
