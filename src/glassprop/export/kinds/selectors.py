"""Selectors of columns by their scores as kinds: which columns they keep follows from the scores in the file."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.named_functions import SCORE_FUNCTION
from glassprop.export.kinds.scikit_values import has_shape
from glassprop.export.schema.array_values import Array
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Field, Maybe, Real, Whole, Word

_SCORES = Array(("float64", "float32"), numbers="any")  # a constant column has none, one that tells all an infinite one


def _scores_fit(made: Any, at: str) -> None:
    has_shape(made, "scores_", (made.n_features_in_,), at)
    has_shape(made, "pvalues_", (made.n_features_in_,), at)
    if made.pvalues_ is None and _by_chance(made):
        raise Misfit(at, "it must have pvalues_ to select by")
    try:
        _kept(made)
    except (ValueError, TypeError, IndexError) as error:
        raise Misfit(at, "its scores do not select anything") from error


def _by_chance(made: Any) -> bool:
    """Whether it selects by how probable a score is by chance."""
    how = getattr(made, "mode", type(made).__name__.removeprefix("Select").lower())
    return how in ("fpr", "fdr", "fwe")


def _kept(made: Any) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scores that are alike
        return int(np.count_nonzero(made._get_support_mask()))


def _selector(name: str, home: str, **settings: Field) -> Kind:
    return Kind(
        name,
        f"sklearn.feature_selection:{home}",
        {"score_func": SCORE_FUNCTION, **settings},
        {"scores_": _SCORES, "pvalues_": Maybe(_SCORES)},
        check=_scores_fit,
        width=_kept,
    )


_K = Either(Word("all"), Whole())
add(
    _selector("select_k_best", "SelectKBest", k=_K),
    _selector("select_percentile", "SelectPercentile", percentile=Real(0, 100)),
    _selector("select_fpr", "SelectFpr", alpha=Real(0, 1)),
    _selector("select_fdr", "SelectFdr", alpha=Real(0, 1)),
    _selector("select_fwe", "SelectFwe", alpha=Real(0, 1)),
    _selector(
        "generic_univariate_select",
        "GenericUnivariateSelect",
        mode=Word("percentile", "k_best", "fpr", "fdr", "fwe"),
        param=Either(Word("all"), Real(0)),
    ),
)
