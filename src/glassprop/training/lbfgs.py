"""L-BFGS over all examples at once: SciPy's optimizer on the objective and its gradient, one vector each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.architecture.fits import check_shapes
from glassprop.architecture.layers import Architecture
from glassprop.backprop.objective import BatchCost, Objective, evaluate, penalty
from glassprop.backprop.own import check_own_functions
from glassprop.engine.reference import Data
from glassprop.equations.arrays import Array
from glassprop.errors import DivergenceError, SettingsError
from glassprop.training.settings import Settings
from glassprop.training.state import TrainState
from glassprop.training.targets import smooth


@dataclass(frozen=True)
class LbfgsResult:
    """What SciPy says of the run: its own result object, and the reported cost at the end."""

    scipy: Any
    cost: float


def train_lbfgs(
    architecture: Architecture,
    state: TrainState,
    data: Data,
    settings: Settings,
    *,
    max_iterations: int,
    max_calls: int,
    tol: float,
    on_iteration: Any = None,
) -> LbfgsResult:
    """Minimize the objective; ``state.theta`` ends where it is smallest. Works in float64, whatever X's dtype.

    Parameters
    ----------
    settings : Settings
        Its objective and label smoothing are used; the rest is for mini-batches.
    on_iteration : callable (state) -> bool, optional
        Called after each iteration with the state so far; True stops.

    Raises
    ------
    DivergenceError
        If the cost at the start or a step is not finite.
    SettingsError
        If something was asked for that has no meaning here: clipping, or dropout.
    """
    _refuse(architecture, settings)
    check_shapes(architecture, data.X, data.Y, data.sample_weight, state.theta)
    state.make_writable()
    architecture.cost_function.check_targets(data.Y)
    check_own_functions(architecture, data.Y)
    state.epoch, state.stopped_by, state.exhausted, state.interrupted = 0, "", False, False
    state.engine, state.engine_why = "reference", "the reference engine: L-BFGS takes all examples at once"
    problem = _Problem(architecture, settings, data)

    def after(intermediate_result: Any) -> None:
        state.theta[...] = intermediate_result.x
        state.epoch += 1
        state.history.cost.append(problem.rescaled(float(intermediate_result.fun), state.theta))
        if on_iteration is not None and on_iteration(state):
            state.stopped_by = "A callback asked to stop."
            raise StopIteration

    try:
        result = problem.minimize(state.theta, {"maxfun": max_calls, "maxiter": max_iterations, "gtol": tol}, after)
    except KeyboardInterrupt:
        state.interrupted, state.stopped_by, result = True, "Interrupted by the user.", None
    if result is not None:
        if not np.isfinite(result.fun):
            raise DivergenceError(
                "the cost is not a finite number at the start of L-BFGS; standardise the inputs and targets",
                epoch=state.epoch,
                layer=None,
                state=state,
            )
        state.theta[...] = result.x
    return LbfgsResult(result, problem.reported(state.theta))


class _Problem:
    """The objective over all examples as SciPy sees it: float64 throughout, one vector for the gradient."""

    def __init__(self, architecture: Architecture, settings: Settings, data: Data) -> None:
        self.architecture, self.settings = architecture, settings
        Y = smooth(architecture, data.Y.astype(np.float64), settings.label_smoothing)
        self.data = Data(data.X.astype(np.float64), Y, data.sample_weight)
        self.total = len(data) if data.sample_weight is None else float(data.sample_weight.sum())
        self.gradient = np.empty(architecture.layout.size)

    def minimize(self, theta: Array, options: dict[str, Any], callback: Any) -> Any:
        """Run SciPy's L-BFGS-B from θ; returns its result."""
        from scipy.optimize import minimize

        exact = Objective(l2=self.settings.objective.l2)  # with costs as they are, not as they are reported

        def value_and_gradient(at: Any) -> tuple[float, Any]:
            cost = self._evaluate(exact, at)
            return cost.data + cost.penalty, self.gradient

        start = theta.astype(np.float64)
        return minimize(value_and_gradient, start, method="L-BFGS-B", jac=True, options=options, callback=callback)

    def rescaled(self, value: float, theta: Array) -> float:
        """A value of the objective on the scale of reports, which is that of the data's part alone."""
        part = penalty(self.architecture, self.settings.objective.l2 / self.total, theta)
        return self.settings.cost_scale * (value - part) + part

    def reported(self, theta: Array) -> float:
        """The cost at θ as it is reported."""
        cost = self._evaluate(self.settings.objective, theta.astype(np.float64))
        return self.settings.cost_scale * cost.data + cost.penalty

    def _evaluate(self, objective: Objective, at: Array) -> BatchCost:
        X, Y, weight = self.data.X, self.data.Y, self.data.sample_weight
        with np.errstate(all="ignore"):
            return evaluate(self.architecture, objective, at, X, Y, weight, None, self.gradient)


def _refuse(architecture: Architecture, settings: Settings) -> None:
    faults = []
    if settings.objective.clip_norm is not None:
        faults.append("clip_norm (its line search needs the true gradient)")
    if any(layer.dropout for layer in architecture.layers):
        faults.append("dropout (its line search needs a cost that does not change from call to call)")
    if faults:
        raise SettingsError(f"L-BFGS cannot be combined with {' or '.join(faults)}; use adam or sgd, or leave it out")
