"""What a Tracer is to keep of a table's networks: of one, or of those of folds, each with the rows that taught it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.estimator.tracer import Tracer
from glassprop.influence.model_trace import ModelTrace, digest_of_weights, rows_that_taught
from glassprop.influence.trace import Trace
from glassprop.network import Network
from glassprop.tables.fitting.examples import Examples


@dataclass(frozen=True)
class TracedNetwork:
    """One of the networks of folds.

    Attributes
    ----------
    trace : Trace
    network : Network
        By itself, as it was trained.
    taught : array of int
        Which of the rows to train on it learned from.
    """

    trace: Trace
    network: Network
    taught: np.ndarray


def tracer_in(callbacks: Sequence[Any]) -> Tracer | None:
    """The Tracer among callbacks, if there is one."""
    return next((one for one in callbacks if isinstance(one, Tracer)), None)


def traced_network(tracer: Tracer, estimator: Any, taught: np.ndarray) -> TracedNetwork:
    """What was kept of a network that was trained apart, up to the epoch whose weights it has gone back to."""
    tracer.end_at(int(estimator.best_epoch_), estimator.theta_)
    return TracedNetwork(tracer.trace(), estimator.network_, taught)


def keep_trace(
    callbacks: Sequence[Any], estimator: Any, train: Examples, traced: Sequence[TracedNetwork] | None
) -> None:
    """Hand the Tracer among callbacks, if there is one, the trace of the whole model.

    traced: of the networks of folds that became the model; None: it is the one that the Tracer has heard.
    """
    tracer = tracer_in(callbacks)
    if tracer is None:
        return
    model, n_rows = digest_of_weights(estimator.theta_), len(train.source)
    if traced is None:
        tracer.keep(ModelTrace(model, (tracer.trace(),), None, rows_that_taught([train.rows], n_rows)))
        return
    taught = rows_that_taught([train.rows[one.taught] for one in traced], n_rows)
    tracer.keep(ModelTrace(model, tuple(one.trace for one in traced), traced[0].network, taught))
