"""Public: names and values that functions take, as types for annotations of your own; nothing here does anything."""

from __future__ import annotations

from glassprop.engine.choose import EngineName
from glassprop.equations.activation import ActivationLike, ActivationName
from glassprop.equations.cost import CostLike, CostName
from glassprop.equations.initial import InitialName
from glassprop.estimator.build import SolverName
from glassprop.training.schedule import ScheduleName

__all__ = [
    "ActivationLike",
    "ActivationName",
    "CostLike",
    "CostName",
    "EngineName",
    "InitialName",
    "ScheduleName",
    "SolverName",
]
