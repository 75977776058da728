"""L-BFGS over all examples at once: SciPy's optimizer on the objective and its gradient, one vector each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import cost_of_prediction
from glassprop.backprop.objective import Batch, BatchCost, Objective, evaluate, penalty
from glassprop.backprop.ranks import Reduce, SumsOverRanks, any_rank, cost_over_all
from glassprop.backprop.user_defined import check_user_defined
from glassprop.engine.blas_threads import ONE_THREAD
from glassprop.engine.elsewhere import beside_its_inputs
from glassprop.engine.plan import Data, is_elsewhere
from glassprop.equations.arrays import Array, like, namespace, on_host
from glassprop.errors import DivergenceError, SettingsError
from glassprop.training.feed import check_examples
from glassprop.training.state import BY_CALLBACK, BY_USER, Changes, TrainState
from glassprop.training.targets import smooth
from glassprop.training.train_settings import Settings


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
    validation: Data | None = None,
    on_iteration: Any = None,
    reduce: Reduce | None = None,
) -> LbfgsResult:
    """Minimize the objective; ``state.theta`` ends where it is smallest. Works in float64, whatever X's dtype.

    Parameters
    ----------
    settings : Settings
        Its objective and label smoothing are used; the rest is for mini-batches.
    validation : Data, optional
        Examples whose plain cost is recorded after each iteration; nothing is decided by it.
    on_iteration : callable (state) -> bool, optional
        Called after each iteration with the state so far; True stops.
    reduce : callable (vector), optional
        As for ``Network.train``: the objective is then that of the examples of all processes, each of which runs the
        same iterations.

    Raises
    ------
    DivergenceError
        If the cost at the start or after an iteration is not finite; the state is that of the last good iteration.
    SettingsError
        If something was asked for that has no meaning here: clipping, or dropout.
    """
    import scipy.optimize  # noqa: F401 - before its BLAS is looked for

    _refuse(architecture, settings)
    check_examples(architecture, data, state.theta)
    state.make_writable()
    check_user_defined(architecture, data.Y)
    state.begin_call()
    state.engine, state.engine_why = "reference", "the reference engine: L-BFGS takes all examples at once"
    ranks = None if reduce is None else SumsOverRanks(reduce)
    run = _Run(_Problem(architecture, settings, data, ranks), state, validation, on_iteration)
    options = {"maxfun": max_calls, "maxiter": max_iterations, "gtol": tol}
    try:
        with ONE_THREAD:
            result = run.problem.minimize(state.theta, options, run.after)
        if not np.isfinite(result.fun):
            raise run.diverged()
        state.theta[...] = result.x
    except KeyboardInterrupt:
        run.settle()
        state.interrupted, state.stopped_by, result = True, BY_USER, None
    with ONE_THREAD:
        return LbfgsResult(result, run.problem.reported(state.theta))


class _Run:
    """What happens after each iteration of one call."""

    def __init__(self, problem: _Problem, state: TrainState, validation: Data | None, on_iteration: Any) -> None:
        self.problem, self.state, self.validation, self.on_iteration = problem, state, validation, on_iteration
        self.unwritten: Changes | None = None

    def after(self, intermediate_result: Any) -> None:
        """SciPy's callback: bring an iteration into the state as a whole, and tell of it."""
        state, history, cost = self.state, self.state.history, float(intermediate_result.fun)
        theta = np.array(intermediate_result.x, dtype=state.theta.dtype)
        if not np.isfinite(cost):
            raise self.diverged()
        self.unwritten = Changes(
            {"epoch": state.epoch + 1},
            Changes.ends_of(
                (history.cost, self.problem.rescaled(cost, theta)),
                (history.validation_cost, self._validation_cost(theta)),
            ),
            theta,
        )
        self.unwritten.write(state)
        self.unwritten = None
        stop = self.on_iteration is not None and bool(self.on_iteration(state))
        if any_rank(self.problem.ranks, stop):
            state.stopped_by = BY_CALLBACK
            raise StopIteration

    def settle(self) -> None:
        """Write down the iteration that Ctrl-C came into, if it was over."""
        if self.unwritten is not None:
            self.unwritten.write(self.state)

    def diverged(self) -> DivergenceError:
        """The error, which says what is kept."""
        state = self.state
        when = f"after iteration {state.epoch}" if state.epoch else "at the start"
        kept = "; the weights of the last good iteration are kept" if state.history.cost else ""
        return DivergenceError(
            f"the cost is not a finite number {when} of L-BFGS; standardize the inputs and targets{kept}",
            epoch=state.epoch + 1,
            layer=None,
            state=state,
        )

    def _validation_cost(self, theta: Array) -> float | None:
        data = self.validation
        if data is None:
            return None
        here = self.problem.plain_cost(theta, data)
        cost = cost_over_all(self.problem.ranks, lambda rows: here, data.sample_weight, len(data))
        return self.problem.settings.cost_scale * cost


class _Problem:
    """The objective over all examples as SciPy sees it: float64 throughout, one vector for the gradient."""

    def __init__(self, architecture: Architecture, settings: Settings, data: Data, ranks: SumsOverRanks | None) -> None:
        self.architecture, self.settings, self.ranks = architecture, settings, ranks
        Y = smooth(architecture, data.Y.astype(np.float64), settings.label_smoothing)
        self.data = _in_float64(Data(data.X, Y, data.sample_weight))
        self._watched: tuple[Data, Data] | None = None
        here = len(data) if data.sample_weight is None else float(data.sample_weight.sum())
        self.total = here if ranks is None else ranks.add(here)[0]
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

    def plain_cost(self, theta: Array, data: Data) -> float:
        """The average cost of other examples, which stay the same from call to call."""
        if is_elsewhere(data.X):
            if self._watched is None:
                self._watched = data, beside_its_inputs(data)
            data = self._watched[1]
            theta = like(theta, data.X)
        return cost_of_prediction(self.architecture, theta, data.X, data.Y, data.sample_weight)

    def _evaluate(self, objective: Objective, at: Array) -> BatchCost:
        X, Y, weight = self.data.X, self.data.Y, self.data.sample_weight
        there, gradient = at, self.gradient
        if is_elsewhere(X):
            there = like(at, X)
            gradient = namespace(X).empty_like(there)
        with np.errstate(all="ignore"):
            batch = Batch(X, Y, weight)
            cost = evaluate(self.architecture, objective, there, [batch], gradient, self.ranks)
        if gradient is not self.gradient:
            self.gradient[...] = on_host(gradient)
        return cost


def _in_float64(data: Data) -> Data:
    """The same examples in float64, targets and weights where X lies. Y is float64 already."""
    if not is_elsewhere(data.X):
        return Data(data.X.astype(np.float64), data.Y, data.sample_weight)
    xp = namespace(data.X)
    return beside_its_inputs(Data(xp.astype(data.X, xp.float64, copy=False), data.Y, data.sample_weight))


def _refuse(architecture: Architecture, settings: Settings) -> None:
    faults = []
    if settings.objective.clip_norm is not None:
        faults.append("clip_norm (its line search needs the true gradient)")
    if any(layer.dropout for layer in architecture.layers):
        faults.append("dropout (its line search needs a cost that does not change from call to call)")
    if any(block.rate not in (0, 1) for block in architecture.layout.blocks):
        faults.append("factors of the learning rate other than 0 and 1 (it has no rate)")
    if faults:
        raise SettingsError(f"L-BFGS cannot be combined with {' or '.join(faults)}; use adam or sgd, or leave it out")
