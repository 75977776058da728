"""A finished search is written as the best model that it found; what it was looked for with is told, and not kept.

What a search is made of may be anything: distributions, functions that score, ways to split. What it has found is a
model like any other. So ``load`` gives that, and the file says beside it which search found it, and with what.
"""

from __future__ import annotations

import math
from typing import Any

from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Field, Mapped, Maybe, Object, Real, Several, Text, Whole
from glassprop.ground.text import one_line, shortened

SEARCHES: Field = Several(
    Object(
        {
            "at": Text(1000),
            "class": Text(200),
            "best_params": Mapped(Text(1000), most=1000),
            "best_score": Maybe(Real()),
            "candidates": Whole(),
        }
    ),
    most=20_000,
)


def is_search(value: Any) -> bool:
    """Whether this is one of scikit-learn's searches, or of a kind derived from them."""
    homes = {f"{base.__module__}.{base.__qualname__}" for base in type(value).__mro__}
    return "sklearn.model_selection._search.BaseSearchCV" in homes


def best_of(value: Any) -> Any:
    """What a search has found, where it is one and has; anything else as it is."""
    while is_search(value) and hasattr(value, "best_estimator_"):
        value = value.best_estimator_
    return value


def why_none(search: Any) -> str:
    """Why a search cannot be saved, as a sentence."""
    over = hasattr(search, "cv_results_")
    why = "with refit=False it has none" if over else "this one is not fitted"
    return f"a {type(search).__name__} is saved as the best_estimator_ that it has found, and {why}"


def written_for(value: Any, at: str, arrays: Writing) -> Any:
    """What is written for a value: of a search its best, and note what it was.

    Raises
    ------
    Misfit
        It has none.
    """
    while is_search(value):
        if not hasattr(value, "best_estimator_"):
            raise Misfit(at, why_none(value))
        arrays.searches.append({"at": at, **_told(value)})
        value = value.best_estimator_
    return value


def _told(search: Any) -> dict[str, Any]:
    """Which search it was, and what it found best."""
    score = getattr(search, "best_score_", None)
    known = score if score is not None and math.isfinite(score) else None
    parameters = getattr(search, "best_params_", {})
    return {
        "class": type(search).__name__,
        "best_params": {str(name): shortened(one_line(repr(value)), 200) for name, value in parameters.items()},
        "best_score": None if known is None else float(known),
        "candidates": len(getattr(search, "cv_results_", {}).get("params", ())),
    }
