"""Searches that are to be, as kinds: within a model that is made of others, each fit of it searches anew.

A search that has found something is written as that (``searches.py``), so these are templates and never fitted ones.
"""

from __future__ import annotations

from typing import Any

from glassprop.export.kinds.inner_steps import Template
from glassprop.export.kinds.kind import Kind, add, kind_of
from glassprop.export.kinds.scikit_values import RandomState
from glassprop.export.kinds.splitters import CV
from glassprop.export.schema.array_values import NaN, Scalar
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import (
    Either,
    Field,
    Flag,
    Mapped,
    Maybe,
    NotKept,
    Object,
    Real,
    Several,
    Text,
    Whole,
    Word,
)

_DISTRIBUTIONS = ("uniform", "loguniform", "randint", "norm", "expon")  # of scipy.stats


class _Distribution:
    """One of SciPy's that was given its numbers, as {"distribution": name, "args": […], "kwds": {…}}."""

    _fields = Object(
        {"distribution": Word(*_DISTRIBUTIONS), "args": Several(Real(), into=tuple, most=8), "kwds": Mapped(Real(), 8)}
    )

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        from scipy.stats._distn_infrastructure import rv_frozen

        if not isinstance(value, rv_frozen):
            raise Misfit(at, f"a {type(value).__name__} is no distribution that a file may name")
        given = {"distribution": value.dist.name, "args": value.args, "kwds": value.kwds}
        return self._fields.write(given, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        from scipy import stats

        found = self._fields.read(node, at, arrays)
        return getattr(stats, found["distribution"])(*found["args"], **found["kwds"])


class _Tried:
    """A value of an argument: as a label may be, several of them, or a step."""

    _tuple = Object({"tuple": Several(Scalar(), into=tuple, most=1000)})
    _plain = Either(Scalar(), Several(Scalar(), most=1000))

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if isinstance(value, tuple):
            return self._tuple.write({"tuple": value}, at, arrays)
        if kind_of(value) is not None:
            return Template().write(value, at, arrays)
        return self._plain.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is dict and node.keys() == {"tuple"}:
            return self._tuple.read(node, at, arrays)["tuple"]
        return (Template() if type(node) is dict and "kind" in node else self._plain).read(node, at, arrays)


def _never_fitted(made: Any, at: str) -> None:
    raise Misfit(at, "a search that has found something is written as that")


_GRID = Mapped(Several(_Tried(), least=1, most=10_000))
_DRAWN = Mapped(Either(Several(_Tried(), least=1, most=10_000), _Distribution()))
_GRIDS, _DRAWS = Either(_GRID, Several(_GRID, least=1)), Either(_DRAWN, Several(_DRAWN, least=1))
_SEARCH: dict[str, Field] = {
    "estimator": Template(), "scoring": Maybe(Either(Text(200), Several(Text(200), most=100))), "n_jobs": NotKept(),
    "refit": Either(Flag(), Text(200)), "cv": CV, "verbose": Either(Flag(), Whole()),
    "pre_dispatch": Either(Whole(1), Text(40)), "error_score": Either(Word("raise"), NaN(), Real()),
    "return_train_score": Flag(),
}  # fmt: skip
_HALVING: dict[str, Field] = {
    **{name: field for name, field in _SEARCH.items() if name != "pre_dispatch"},
    "factor": Real(0), "resource": Text(200), "max_resources": Either(Word("auto"), Whole(1)),
    "min_resources": Either(Word("exhaust", "smallest"), Whole(1)), "aggressive_elimination": Flag(),
    "random_state": RandomState(),
}  # fmt: skip
_PLACE, _HALVES = "sklearn.model_selection", "sklearn.model_selection._search_successive_halving"


def _search(name: str, home: str, fields: dict[str, Field], **more: Field) -> Kind:
    return Kind(name, home, {**fields, **more}, check=_never_fitted, columns=False)


add(
    _search("grid_search", f"{_PLACE}:GridSearchCV", _SEARCH, param_grid=_GRIDS),
    _search(
        "randomized_search",
        f"{_PLACE}:RandomizedSearchCV",
        _SEARCH,
        param_distributions=_DRAWS,
        n_iter=Whole(1),
        random_state=RandomState(),
    ),
    _search(
        "halving_grid_search",
        f"{_HALVES}:HalvingGridSearchCV",
        _HALVING,
        param_grid=_GRIDS,
    ),
    _search(
        "halving_random_search",
        f"{_HALVES}:HalvingRandomSearchCV",
        _HALVING,
        param_distributions=_DRAWS,
        n_candidates=Either(Word("exhaust"), Whole(1)),
    ),
)
