"""Estimators that were fitted apart, as one whose network has theirs as members."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from glassprop.estimator.training_means import mean_of
from glassprop.network import Network
from glassprop.training.state import History, TrainState


def joined(estimators: Sequence[Any], *, interrupted: bool = False) -> Any:
    """One estimator, whose predictions are the mean of theirs; its curves are the means of theirs, too.

    They have the same arguments, but for the seed and how layers start, and the same classes.
    """
    first, states = estimators[0], [one._state for one in estimators]
    # Layers may have started otherwise, which is of no more account: those of the first are told for all.
    network, theta = Network.joined([(first.network_, one.theta_) for one in estimators])
    made = copy(first)
    made.set_params(n_members=len(estimators), member="network")
    epochs = max(len(state.history.cost) for state in states)
    best = round(float(np.mean([one.best_epoch_ for one in estimators])))
    made._state = TrainState(
        theta,
        epoch=max(state.epoch for state in states),
        samples=sum(state.samples for state in states),
        history=History(*(mean_curve(curves, epochs) for curves in _curves(states))),
        stopped_by=states[0].stopped_by,
        engine=states[0].engine,
        engine_why=states[0].engine_why,
        vector_bits=states[0].vector_bits,
        products=states[0].products,
        best_score=float(np.mean([state.best_score for state in states])),
        best_epoch=best,
        kept_epoch=best,
    )
    made.network_ = network
    known = [means for one in estimators if (means := one.kept_means()) is not None]
    if len(known) == len(estimators):
        made.keep_means(mean_of(known))
    made._record()
    made.interrupted_ = made._state.interrupted = interrupted
    made.time_curve_ = _one_after_another([getattr(one, "time_curve_", []) for one in estimators])
    return made


def course_of(network: Any) -> dict[str, Any]:
    """What is kept of the training of one of them, JSON-able: six digits of each cost, None of one that is infinite."""
    curves = {"training": network.loss_curve_, "validation": network.validation_curve_}
    found: dict[str, Any] = {
        name: [float(f"{cost:.6g}") if np.isfinite(cost) else None for cost in curve] for name, curve in curves.items()
    }
    return found | {"best_epoch": int(network.best_epoch_)}


def _one_after_another(curves: Sequence[list[Any]]) -> list[Any]:
    """Curves against time, each of which begins where the one before it ended."""
    found, begun = [], 0.0
    for curve in curves:
        found += [(begun + seconds, *rest) for seconds, *rest in curve]
        begun = found[-1][0] if found else 0.0
    return found


def _curves(states: Sequence[TrainState]) -> list[list[list[float]]]:
    return [[state.history.curves()[name] for state in states] for name in ("cost", "validation_cost", "score")]


def mean_curve(curves: Sequence[Sequence[float]], epochs: int) -> list[float]:
    """By epoch; one that has ended stays at its last number."""
    if not all(len(curve) for curve in curves):
        return []
    whole = [[*curve, *[curve[-1]] * (epochs - len(curve))] for curve in curves]
    return np.mean(whole, axis=0).tolist()
