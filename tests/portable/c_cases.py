"""The models of plan_cases that C can say, and others of tables without columns of text."""

from __future__ import annotations

from functools import cache

import numpy as np
from portable import plan_cases
from portable.plan_cases import Case, case

from glassprop import TabularClassifier, TabularRegressor
from glassprop.portable.plan_of import plan_of
from glassprop.portable.whole_model import TextInput, Whole

_MORE = {
    "classes of a table": plan_cases._of_table(
        TabularClassifier(**plan_cases._KEEP, cross_fit=2), plan_cases._classes(), "title"
    ),
    "two classes of a table": plan_cases._of_table(
        TabularClassifier(**plan_cases._KEEP, cross_fit=None), np.asarray(plan_cases.table()["num"] > 0), "title"
    ),
    "amounts of a table": plan_cases._of_table(
        TabularRegressor(**plan_cases._KEEP, cross_fit=2), plan_cases.table()["num"] * 100, "title"
    ),
    "plain classes of a table": plan_cases._of_table(
        TabularClassifier(**plan_cases._KEEP, recipe="plain", cross_fit=None), plan_cases._classes(), "title"
    ),
    "classes, trained": plan_cases._trained("classes", drop=("title",)),
    "classes, trained by the recipe": plan_cases._trained("classes", recipe="tabular", drop=("title",)),
}


@cache
def c_case(name: str) -> Case:
    """One of them, fitted once."""
    if name not in _MORE:
        return case(name)
    plan_cases.CASES[name] = _MORE[name]
    try:
        return case(name)
    finally:
        del plan_cases.CASES[name]


@cache
def c_wholes() -> dict[str, Whole]:
    """The records of all that C can say, by their names."""
    found = {name: plan_of(c_case(name).model) for name in [*plan_cases.CASES, *_MORE]}
    return {
        name: whole for name, whole in found.items() if not any(isinstance(piece, TextInput) for piece in whole.inputs)
    }
