"""How much each row drove others, along the traces of a model: of each row, the mean over the networks it taught."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.engine.plan import Data
from glassprop.errors import DataError
from glassprop.influence.influence import OnRows, influences
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.of_prediction import with_prediction_as_cost
from glassprop.influence.trace import Trace


def model_influences(
    network: Architecture,
    trace: ModelTrace,
    examples: Data,
    asked: Data,
    *,
    of_prediction: bool = False,
    on_rows: OnRows | None = None,
    damping: float | None = 1.0,
) -> NDArray[np.float64]:
    """``influences``, of each training row the mean over the networks that it taught; 0 of one that taught none.

    Parameters
    ----------
    examples, asked : Data
        The training rows (n), and those that are asked for (n').
    of_prediction : bool
        Whether it is the prediction of a number that is asked for, rather than its cost: then scores say by how much
        rows raised it, in its own units, and the targets of ``asked`` count for nothing.
    damping : float, optional
        As of ``influences``.

    Returns
    -------
    array (n', n)

    Raises
    ------
    DataError
        If the trace is of a table of another number of rows; and as ``influences``.
    """
    n = len(examples.Y)
    if trace.taught is not None and len(trace.taught) != n:
        raise DataError(
            f"the trace is of a table of {len(trace.taught)} rows, and there are {n}: give the rows that the model was "
            "trained on"
        )
    found = np.zeros((len(asked.Y), n))
    for place, each in enumerate(trace.traces):
        taught: Any = slice(None) if trace.taught is None else np.flatnonzero(trace.taught[:, place])
        rows = examples if trace.taught is None else examples.rows(taught)
        of = network if trace.network is None else trace.network
        found[:, taught] += _of_one(of, each, rows, asked, of_prediction, on_rows=on_rows, damping=damping)
    return found if trace.taught is None else found / np.maximum(trace.taught.sum(axis=1), 1)


def _of_one(
    network: Architecture, trace: Trace, rows: Data, asked: Data, of_prediction: bool, **more: Any
) -> NDArray[np.float64]:
    """Of one network."""
    Y_of, asked_of = asked.Y, None
    if of_prediction:
        asked_of, Y_of = with_prediction_as_cost(network, trace.thetas[-1], asked.X)
    return influences(network, trace, rows.X, rows.Y, asked.X, Y_of, rows.sample_weight, asked_of=asked_of, **more)
