"""What tests of the definitions share: points all over, and the definitions evaluated there in 40 digits."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import numpy as np
from core_cases import ACTIVATION_NAMES, COST_NAMES, outputs, targets

from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.cost import COSTS, Cost
from glassprop.equations.definitions import definition_of
from glassprop.equations.expression import Arithmetic

MP: Arithmetic = Arithmetic(
    whole=mp.mpf,
    constant=mp.mpf,
    positive=lambda x: x > 0,
    zero=lambda x: x == 0,
    functions={"exp": mp.exp, "ln": mp.log, "Φ": mp.ncdf, "φ": mp.npdf},
)
OTHER_PARAMETER = 0.3  # fits every function that has one


def with_other_parameters(entry):
    """The entry, and where it has a parameter also one with another."""
    return [entry, replace(entry, parameters=(OTHER_PARAMETER,))] if entry.parameters else [entry]


ELEMENTWISE = [
    s for name in ACTIVATION_NAMES if ACTIVATIONS[name].elementwise for s in with_other_parameters(ACTIVATIONS[name])
]
ALL_COSTS = [cost for name in COST_NAMES for cost in with_other_parameters(COSTS[name])]
Z = np.concatenate([np.linspace(-12, 12, 97), [-1e-4, 1e-4, -30.0, 30.0]])  # kinks at whole numbers among them


def spec(entry: object) -> str:
    return entry.spec


def names_of(function: Activation | Cost, **numbers: float) -> dict[str, mp.mpf]:
    """Exactly these numbers, by the names that a definition uses."""
    given = {name: mp.mpf(float(number)) for name, number in numbers.items()}
    return given | ({"p": mp.mpf(function.parameters[0])} if function.parameters else {})


def activation_at(sigma: Activation, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and slope of the definition at each z."""
    definition, found = definition_of(sigma), []
    with mp.workdps(40):
        for one in z:
            names = names_of(sigma, z=one)
            a = definition.value_at(names, MP)
            found.append((float(a), float(definition.slope_at({**names, "a": a}, MP))))
    return tuple(np.array(found).T)


def pairs_for(cost: Cost, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and targets in the cost's domains, some of them equal. -> two of shape (n,)"""
    rng = np.random.default_rng(0)
    a, y = outputs(cost.outputs, 40, 3, rng), targets(cost.targets, 40, 3, rng)
    inside = ~cost.outputs.outside(y)
    inside[5:] = False
    return np.where(inside, y, a).ravel().astype(dtype), y.ravel().astype(dtype)


def cost_at(cost: Cost, a: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and slope of the definition at each pair."""
    definition, found = definition_of(cost), []
    with mp.workdps(40):
        for one, target in zip(a, y, strict=True):
            names = names_of(cost, a=one, y=target)
            found.append((float(definition.value_at(names, MP)), float(definition.slope_at(names, MP))))
    return tuple(np.array(found).T)
