"""Functions of NumPy, SciPy and scikit-learn that a file may name: a short list, each of them harmless.

Harmless is what opens no file, imports nothing, runs no code that it is given, keeps nothing, and gives as many numbers
as it takes: element by element (the first two tables), or a batch scaled by itself, or scores of columns (the last two,
which train alone calls). Not in the list, for example: ``numpy.load`` and ``numpy.vectorize`` for what they open or
call, ``numpy.repeat`` and ``numpy.outer`` for the size of what they give, ``functools.partial`` for what it holds. Of
further arguments there are those that are numbers, true, false or words of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Field, Flag, Maybe, Object, Real, Whole, Word, told

_OF_NUMPY = (
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "cos", "cosh", "deg2rad",
    "degrees", "exp", "exp2", "expm1", "fabs", "floor", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2",
    "logical_not", "negative", "positive", "rad2deg", "radians", "reciprocal", "rint", "sign", "signbit", "sin",
    "sinh", "sqrt", "square", "tan", "tanh", "trunc",
)  # fmt: skip
_OF_SCIPY = (
    "cbrt", "entr", "erf", "erfc", "erfinv", "exp10", "exp2", "expit", "expm1", "log1p", "log_expit", "logit", "ndtr",
    "ndtri",
)  # fmt: skip
_NUMBER = Maybe(Real(infinite=True))
# By their full names, with the further arguments that each may have.
ELEMENT_BY_ELEMENT: dict[str, dict[str, Field]] = {
    **{f"numpy.{name}": {} for name in _OF_NUMPY},
    **{f"scipy.special.{name}": {} for name in _OF_SCIPY},
    "numpy.clip": {"a_min": _NUMBER, "a_max": _NUMBER, "min": _NUMBER, "max": _NUMBER},
    "numpy.nan_to_num": {"nan": Real(), "posinf": _NUMBER, "neginf": _NUMBER},
    "numpy.round": {"decimals": Whole(-300, 300)},
}
OF_BATCHES: dict[str, dict[str, Field]] = {
    "sklearn.preprocessing.binarize": {"threshold": Real()},
    "sklearn.preprocessing.maxabs_scale": {},
    "sklearn.preprocessing.minmax_scale": {},
    "sklearn.preprocessing.normalize": {"norm": Word("l1", "l2", "max")},
    "sklearn.preprocessing.robust_scale": {"with_centering": Flag(), "with_scaling": Flag(), "unit_variance": Flag()},
    "sklearn.preprocessing.scale": {"with_mean": Flag(), "with_std": Flag()},
}
SCORES = (
    "sklearn.feature_selection.chi2",
    "sklearn.feature_selection.f_classif",
    "sklearn.feature_selection.f_regression",
    "sklearn.feature_selection.mutual_info_classif",
    "sklearn.feature_selection.mutual_info_regression",
    "sklearn.feature_selection.r_regression",
)
TRANSFORMING: Mapping[str, dict[str, Field]] = {**ELEMENT_BY_ELEMENT, **OF_BATCHES}


@cache
def function_of(name: str) -> Callable[..., Any]:
    """The function of a full name that is in one of the lists: only those are imported."""
    module, _, last = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), last)
    return found


def name_of(function: Any, names: Iterable[str]) -> str | None:
    """The name of a function, if it is one of these: the same object, not one that says it is."""
    return next((name for name in names if function is function_of(name)), None)


class Function:
    """A function of a list, as {"function": its full name}.

    what : for the message: what functions they are.
    """

    def __init__(self, names: tuple[str, ...], what: str) -> None:
        self._names, self._what = names, what
        self._field = Object({"function": Word(*names)})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        name = name_of(value, self._names)
        if name is None:
            raise Misfit(at, f"{told(value)} is none of the {self._what} that a file may name")
        return {"function": name}

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is not dict or type(node.get("function")) is not str or node["function"] not in self._names:
            raise Misfit(at, f"it must be one of the {self._what} that a file may name")
        return function_of(self._field.read(node, at, arrays)["function"])


TRANSFORMING_FUNCTION = Function(tuple(TRANSFORMING), "functions of NumPy, SciPy and scikit-learn")
SCORE_FUNCTION = Function(SCORES, "score functions of scikit-learn")


class Arguments:
    """Further arguments of a function; which it may have says the function, so `check_arguments` looks again."""

    _any = Object({}, {name: field for fields in TRANSFORMING.values() for name, field in fields.items()})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self._any.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._any.read(node, at, arrays)


def check_arguments(function: Any, arguments: dict[str, Any] | None, at: str) -> None:
    """Refuse further arguments that a function does not have.

    Raises
    ------
    Misfit
    """
    name = None if function is None else name_of(function, TRANSFORMING)
    known = TRANSFORMING.get(name or "", {})
    odd = [argument for argument in arguments or () if argument not in known]
    if odd:
        raise Misfit(at, f"its function has no argument {odd[0]!r} that a file may give")
