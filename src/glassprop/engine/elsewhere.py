"""The reference engine on X of another library, where it lies: θ goes there for an epoch, and comes back at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.fits import check_inputs
from glassprop.backprop.gradient import blocks_of
from glassprop.backprop.members import predicted
from glassprop.backprop.objective import Objective
from glassprop.engine.midway import Midway, StepCosts
from glassprop.engine.plan import Data, EpochCost, EpochPlan, Examples
from glassprop.engine.reference import ReferenceEngine
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.arrays import Array, like, namespace, on_host
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.errors import SettingsError
from glassprop.ground.text import first_line
from glassprop.optimizer import Optimizer, OptimizerState

_KEPT = 2  # examples of training and of validation


class ElsewhereEngine:
    """What lasts from epoch to epoch stays NumPy's: θ, what the optimizer remembers, targets and weights.

    So all that is kept, saved, explained or gone on with is the same wherever it was trained.
    """

    name = "reference"
    works = True

    def __init__(self, architecture: Architecture, objective: Objective, optimizer: Optimizer) -> None:
        self._reference = ReferenceEngine(architecture, objective, optimizer)
        self._brought: list[tuple[Data, Data]] = []

    def epoch(
        self, theta: Array, state: OptimizerState, rows: Examples, plan: EpochPlan, midway: Midway | None = None
    ) -> EpochCost:
        """As ``ReferenceEngine.epoch``."""
        if not isinstance(rows, Data):
            raise SettingsError("examples that come in blocks must be NumPy arrays or sparse matrices")
        data = self._beside_its_inputs(rows)
        there = like(theta, data.X)
        memory = OptimizerState(tuple(like(vector, data.X) for vector in state.vectors), state.t, state.kind)

        def come_back() -> None:
            theta[...], state.t = on_host(there), memory.t
            for vector, moved in zip(state.vectors, memory.vectors, strict=True):
                vector[...] = on_host(moved)

        cost = self._reference.epoch(there, memory, data, plan, _kept_here(midway, come_back))
        come_back()
        return cost if cost.examples is None else replace(cost, examples=brought_home(cost.examples))

    def cost(self, theta: Array, data: Data, edges: Array | None = None) -> float:
        """As ``ReferenceEngine.cost``; there are no lanes, which edges would be of."""
        data = self._beside_its_inputs(data)
        return self._reference.cost(like(theta, data.X), data)

    def _beside_its_inputs(self, data: Data) -> Data:
        """The same examples, with targets and weights where X lies; moved once, and kept for the next epoch."""
        for given, found in self._brought:
            if given is data:
                return found
        found = beside_its_inputs(data)
        self._brought = [*self._brought, (data, found)][-_KEPT:]
        return found


def _kept_here(midway: Midway | None, come_back: Callable[[], None]) -> Midway | None:
    """The same, where what is kept in the middle of an epoch has come here first."""
    if midway is None:
        return None
    keep = midway.keep

    def come_back_and_keep(costs: StepCosts) -> None:
        come_back()
        keep(costs)

    return replace(midway, keep=come_back_and_keep)


def beside_its_inputs(data: Data) -> Data:
    """The same examples, with targets and weights where X lies. Weights keep their precision."""
    weight = data.sample_weight
    there: Any = None if weight is None else like(weight, data.X, namespace(data.X).float64)
    return Data(data.X, like(data.Y, data.X), there)


def brought_home(data: Data) -> Data:
    """The same examples as NumPy arrays."""
    return Data(*(on_host(part) for part in (data.X, data.Y, data.sample_weight)))


def outputs_elsewhere(architecture: Architecture, theta: Array, X: Array) -> Array:
    """a of the last layer, where X lies, in the wider precision of X and θ; by blocks. X (n, n_inputs) -> (n, n_L)."""
    xp = namespace(X)
    wide = np.result_type(theta, numpy_type(X)) if xp.isdtype(X.dtype, "real floating") else theta.dtype
    X = xp.astype(X, getattr(xp, wide.name), copy=False)
    check_inputs(architecture, theta, X)
    theta = like(theta, X)
    blocks = [predicted(architecture, theta, X[rows, :]) for rows in blocks_of(X)]
    return blocks[0] if len(blocks) == 1 else xp.concat(blocks)


def numpy_type(X: Array) -> np.dtype:
    """The dtype of an array of any library, as NumPy has it."""
    return X.dtype if isinstance(X.dtype, np.dtype) else np.dtype(str(X.dtype).rpartition(".")[2])


def refuse_functions_of_numpy(architecture: Architecture, X: Array) -> None:
    """Refuse user-defined functions that do not give arrays of X's library when they are given some.

    Raises
    ------
    SettingsError
        Naming the function.
    """
    for layer in architecture.layers:
        if not activation_is_built_in(layer.activation):
            z = like(np.full((2, layer.n), 0.5), X)
            name = f"activation {layer.activation.name!r}"
            a = _called(name, X, layer.activation, z)
            _called(name, X, layer.activation.pullback, z, z, a)
    cost = architecture.cost_function
    if not cost_is_built_in(cost):
        a = like(np.full((2, architecture.sizes[-1]), 0.5), X)
        for function in (cost, cost.by_output):
            _called(f"cost {cost.name!r}", X, function, a, a)


def _called(name: str, X: Array, function: Callable[..., Array], *arrays: Array) -> Array:
    library = type(X).__module__.partition(".")[0]
    try:
        result = function(*arrays)
        why = "" if type(result) is type(X) else f"it gives a {type(result).__name__}"
    except Exception as error:
        why = f"it fails with {type(error).__name__}: {first_line(error).rstrip('.')}"
    if why:
        raise SettingsError(
            f"{name} does not work on arrays of {library}, of which X is one: {why}; write it with operators and "
            f"functions of {library}, or give X as a NumPy array"
        )
    return result
