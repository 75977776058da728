"""Where training stands, as scikit-learn's networks keep it and as ours do: curves, counts, the optimizer's memory."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer
from sklearn.utils import check_random_state

from glassprop.architecture.parameters import Layout
from glassprop.equations.arrays import Array
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.build import STOCHASTIC_SOLVERS, Arguments, build_optimizer, build_schedule
from glassprop.optimizer import OptimizerState
from glassprop.training.schedule import Progress
from glassprop.training.state import History, TrainState

_FIFTH = 5.0  # what "adaptive" divides the rate by


def leave_theirs(made: Any, estimator: BaseMLP, arguments: Arguments, *, same_weights: bool) -> None:
    """Give scikit-learn's network the attributes of its own ``fit``, so that it goes on from where ours stands.

    made: it has its weights. same_weights: whether they are our parameters, for which the optimizer's memory holds.
    """
    state = estimator._state
    made.n_layers_, made.n_outputs_ = len(made.coefs_) + 1, made.coefs_[-1].shape[1]
    made.n_iter_, made.t_, made.loss_ = state.epoch, state.samples, float(estimator.loss_)
    made._random_state = check_random_state(made.random_state)
    judged = bool(made.early_stopping) and made.solver != "lbfgs"
    # with early stopping its own fit leaves one list under both names, which training goes on in
    made._best_coefs = made.coefs_ if judged else [w.copy() for w in made.coefs_]
    made._best_intercepts = made.intercepts_ if judged else [b.copy() for b in made.intercepts_]
    if made.solver == "lbfgs":
        _leave_places(made)
        return
    made.loss_curve_ = list(state.history.cost)
    made._no_improvement_count = state.waiting
    made.validation_scores_ = list(state.history.score) if judged else None
    made.best_validation_score_ = state.best_score if judged else None
    made.best_loss_ = None if judged else state.history.least_cost()
    if same_weights and (optimizer := _their_optimizer(made, estimator, arguments)) is not None:
        made._optimizer = optimizer


def _leave_places(made: Any) -> None:
    """Where weights and biases stand in the vector of L-BFGS."""
    made._coef_indptr, made._intercept_indptr, start = [], [], 0
    for w in made.coefs_:
        made._coef_indptr.append((start, start + w.size, w.shape))
        start += w.size
    for b in made.intercepts_:
        made._intercept_indptr.append((start, start + b.size))
        start += b.size


def _their_optimizer(made: Any, estimator: BaseMLP, arguments: Arguments) -> Any:
    """Theirs with the memory of ours, or None where there is none, or it is of another."""
    state, ours = estimator._state, build_optimizer(arguments)
    if state.optimizer is None or not ours.can_go_on(state.optimizer):
        return None
    vectors = [_by_parameter(estimator.network_.layout, vector) for vector in state.optimizer.vectors]
    parameters = [*made.coefs_, *made.intercepts_]
    if made.solver == "sgd":
        how = made.learning_rate, made.momentum, made.nesterovs_momentum, made.power_t
        found = SGDOptimizer(parameters, made.learning_rate_init, *how)
        progress = Progress(samples=state.optimizer_samples, plateaus=state.plateaus)
        found.learning_rate = build_schedule({**arguments, "warmup": 0, "learning_rate": how[0]}, 1).now(progress)
        found.velocities = vectors[0] if vectors else found.velocities
        return found
    found = AdamOptimizer(parameters, made.learning_rate_init, made.beta_1, made.beta_2, made.epsilon)
    found.t, (found.ms, found.vs) = state.optimizer.t, vectors
    if found.t:
        found.learning_rate = found.learning_rate_init * (
            np.sqrt(1 - found.beta_2**found.t) / (1 - found.beta_1**found.t)
        )
    return found


def _by_parameter(layout: Layout, vector: Array) -> list[Array]:
    """Copies of what stands in a vector like θ: (n_in, n_out) of all layers, then (n_out,) of all."""
    layers = list(layout.by_layer)
    weights = [layout.w(vector, l).T.copy() for l in layers]  # always: of one output, .T is in order as it is
    return [*weights, *(layout.b(vector, l).copy() for l in layers)]


def their_state(sk: Any, estimator: BaseMLP) -> TrainState:
    """Where scikit-learn's network stands, for our estimator around its weights.

    What is not there, since weights were set rather than trained, counts as nothing.
    """
    known = vars(sk)
    judged = known.get("validation_scores_") is not None
    history = History(list(known.get("loss_curve_", [])), [], list(sk.validation_scores_) if judged else [])
    state = TrainState(estimator.theta_, history=history)
    state.epoch, state.samples = int(known.get("n_iter_", 0)), int(known.get("t_", 0))
    state.waiting = int(known.get("_no_improvement_count", 0))
    before = len(history.cost) - state.epoch
    if judged:
        scores = np.array(history.score, dtype=np.float64)
        state.best_score = float(sk.best_validation_score_)
        if (scores == state.best_score).any():
            state.kept_epoch = int(np.argmax(scores == state.best_score)) + 1
            state.best_epoch = state.kept_epoch - before
    elif history.cost:
        state.best_score = -float(min(history.cost))
        state.best_epoch = int(np.argmin(history.cost)) + 1 - before
    _take_optimizer(state, sk, estimator)
    return state


def _take_optimizer(state: TrainState, sk: Any, estimator: BaseMLP) -> None:
    theirs = vars(sk).get("_optimizer")
    if theirs is None or sk.solver not in STOCHASTIC_SOLVERS:
        return
    ours = build_optimizer(sk.get_params(deep=False))
    layout = estimator.network_.layout
    lists = [theirs.ms, theirs.vs] if isinstance(theirs, AdamOptimizer) else [theirs.velocities][: ours.n_vectors]
    if ours.n_vectors != len(lists):  # the solver was changed since
        return
    vectors = tuple(_in_one(layout, arrays, state.theta) for arrays in lists)
    state.step = int(getattr(theirs, "t", 0))
    state.optimizer = OptimizerState(vectors, state.step, type(ours).__name__)
    state.rate, state.optimizer_samples = float(theirs.learning_rate_init), state.samples
    if isinstance(theirs, SGDOptimizer):
        state.rate = float(theirs.learning_rate)
        if theirs.lr_schedule == "adaptive":
            state.plateaus = round(log(theirs.learning_rate_init / state.rate) / log(_FIFTH)) if state.rate else 0


def _in_one(layout: Layout, arrays: list[Array], theta: Array) -> Array:
    """One vector like θ of arrays by parameter, which come as ``_by_parameter`` has them."""
    vector = np.zeros_like(theta)
    layers = list(layout.by_layer)
    for l, w, b in zip(layers, arrays[: len(layers)], arrays[len(layers) :], strict=True):
        layout.w(vector, l)[...], layout.b(vector, l)[...] = w.T, b
    return vector
