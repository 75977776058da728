"""Names as types say what the tables have: an entry without its name, or a name without its entry, is red here."""

from __future__ import annotations

import inspect
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from numpy.typing import ArrayLike

from glassprop import Activation, Cost, Layer, MLPClassifier, MLPRegressor, Network
from glassprop.engine.choose import ENGINES
from glassprop.equations import activation, arrays, cost
from glassprop.equations.initial import DATA, INITIALS
from glassprop.estimator.build import STOCHASTIC_SOLVERS
from glassprop.estimator.constraints import SHARED
from glassprop.schedules import SCHEDULES
from glassprop.settings import Settings
from glassprop.typing import (
    ActivationLike,
    ActivationName,
    CostLike,
    CostName,
    EngineName,
    InitialName,
    ScheduleName,
    SolverName,
)

TABLES: dict[str, tuple[Any, set[str]]] = {
    "activations": (ActivationName, {*activation.ACTIVATIONS, *activation.ALIASES}),
    "costs": (CostName, {*cost.COSTS, *cost.ALIASES}),
    "schedules": (ScheduleName, {*SCHEDULES}),
    "solvers": (SolverName, {"lbfgs", *STOCHASTIC_SOLVERS}),
    "engines": (EngineName, {*ENGINES}),
    "starts": (InitialName, {"auto", DATA, *INITIALS}),
}


@pytest.mark.parametrize("table", TABLES)
def test_each_name_is_that_of_an_entry(table: str) -> None:
    names, entries = TABLES[table]
    assert sorted(get_args(names)) == sorted(entries)


def test_each_name_is_taken() -> None:
    for name in get_args(ActivationName):
        assert activation.find_activation(name)
    for name in get_args(CostName):
        assert cost.find_cost(name)
    for argument, names in (("solver", SolverName), ("learning_rate", ScheduleName), ("engine", EngineName)):
        assert SHARED[argument][0].options == set(get_args(names))


def parts(hint: Any) -> set[Any]:
    """The members of a union, and of unions in it; a Literal is one member."""
    return set(get_args(hint)) if get_args(hint) and not isinstance(get_args(hint)[0], str) else {hint}


TAKEN = [
    *((function, name, hint) for function in (MLPClassifier.__init__, MLPRegressor.__init__) for name, hint in (
        ("activation", ActivationLike), ("output_activation", ActivationLike), ("loss", CostLike),
        ("solver", SolverName), ("learning_rate", ScheduleName), ("engine", EngineName),
    )),
    *((kind.from_weights, name, ActivationLike) for kind in (MLPClassifier, MLPRegressor)
      for name in ("activation", "out_activation")),
    (Layer.__init__, "activation", ActivationLike), (Layer.__init__, "initial", InitialName),
    (Network.__init__, "cost", CostLike), (Network.predict, "engine", EngineName), (Settings, "engine", EngineName),
]  # fmt: skip


@pytest.mark.parametrize(("function", "name", "hint"), TAKEN)
def test_signatures_use_them(function: Any, name: str, hint: Any) -> None:
    """A name beside ``str`` is still offered by editors, and lets parameters stand in brackets."""
    assert parts(hint) <= parts(get_type_hints(function)[name])


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_every_argument_has_a_type(kind: Any) -> None:
    hints = get_type_hints(kind.__init__)
    assert [name for name in inspect.signature(kind).parameters if hints.get(name, Any) is Any] == []


def test_what_is_like_an_activation_may_be_any_text() -> None:
    assert {ActivationName, Activation, str} == parts(ActivationLike)
    assert {CostName, Cost, str} == parts(CostLike)


def test_arrays_have_a_type_of_their_own() -> None:
    """What is dense is an array; what users give is what NumPy makes one of; X may be sparse, and is of no type."""
    assert get_origin(arrays.Array) is np.ndarray
    hints = get_type_hints(Network.gradient)
    assert hints["return"] == arrays.Array
    assert hints["theta"] == hints["Y"] == ArrayLike
    assert hints["X"] is Any
