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
    from scipy.optimize import minimize

    _refuse(architecture, settings)
    check_shapes(architecture, data.X, data.Y, data.sample_weight)
    architecture.cost_function.check_targets(data.Y)
    check_own_functions(architecture, data.Y)
    X = data.X.astype(np.float64)
    Y = smooth(architecture, data.Y.astype(np.float64), settings.label_smoothing)
    exact = Objective(l2=settings.objective.l2)
    total = len(data) if data.sample_weight is None else float(data.sample_weight.sum())
    theta, gradient = state.theta.astype(np.float64), np.empty(state.theta.size)
    state.epoch, state.stopped_by, state.exhausted, state.interrupted = 0, "", False, False
    state.engine, state.engine_why = "reference", "the reference engine: L-BFGS takes all examples at once"

    def value_and_gradient(at: Any) -> tuple[float, Any]:
        with np.errstate(all="ignore"):
            cost = evaluate(architecture, exact, at, X, Y, data.sample_weight, None, gradient)
        return cost.data + cost.penalty, gradient

    def after(intermediate_result: Any) -> None:
        state.theta[...] = intermediate_result.x
        state.epoch += 1
        part = penalty(architecture, settings.objective.l2 / total, state.theta)
        state.history.cost.append(settings.cost_scale * (float(intermediate_result.fun) - part) + part)
        if on_iteration is not None and on_iteration(state):
            state.stopped_by = "A callback asked to stop."
            raise StopIteration

    options = {"maxfun": max_calls, "maxiter": max_iterations, "gtol": tol}
    try:
        result = minimize(value_and_gradient, theta, method="L-BFGS-B", jac=True, options=options, callback=after)
    except KeyboardInterrupt:
        state.interrupted, state.stopped_by, result = True, "Interrupted by the user.", None
    if result is not None:
        if not np.isfinite(result.fun):
            raise DivergenceError(
                "the cost is not a finite number at the start of L-BFGS; standardise the inputs and targets",
                epoch=state.epoch,
                layer=None,
            )
        state.theta[...] = result.x
    end = _reported(architecture, settings, state, data, gradient)
    return LbfgsResult(result, settings.cost_scale * end.data + end.penalty)


def _reported(
    architecture: Architecture, settings: Settings, state: TrainState, data: Data, gradient: Any
) -> BatchCost:
    with np.errstate(all="ignore"):
        return evaluate(
            architecture,
            settings.objective,
            state.theta.astype(np.float64),
            data.X,
            smooth(architecture, data.Y.astype(np.float64), settings.label_smoothing),
            data.sample_weight,
            None,
            gradient,
        )


def _refuse(architecture: Architecture, settings: Settings) -> None:
    faults = []
    if settings.objective.clip_norm is not None:
        faults.append("clip_norm (its line search needs the true gradient)")
    if any(layer.dropout for layer in architecture.layers):
        faults.append("dropout (its line search needs a cost that does not change from call to call)")
    if faults:
        raise SettingsError(f"L-BFGS cannot be combined with {' or '.join(faults)}; use adam or sgd, or leave it out")
