"""What was seen of the rows of a fit, held against the model and the rows that are asked about."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.margins import Margins
from glassprop.ground.text import quoted
from glassprop.influence.known_rows import are_others
from glassprop.influence.seen_rows import SeenRows, of_weights
from glassprop.network import Network


def seen_rows(network: Network, theta: Array, data: Data, task: str, margins: Any) -> SeenRows:
    """What ``margins`` saw of these rows; where there is none, what the final weights say of them.

    Raises
    ------
    SettingsError
        If it is no ``Margins`` that saw a fit.
    DataError
        If it saw one on other rows.
    """
    if margins is None:
        return of_weights(task, network.in_units(None).predict(theta, data.X), data.Y)
    if not isinstance(margins, Margins | SeenRows):
        raise SettingsError(f"margins must be a Margins that was set in fit, or None, got {quoted(margins, 60)}")
    found = margins.rows() if isinstance(margins, Margins) else margins
    if found.task != task or found.outputs.shape != data.Y.shape:
        n, outputs = found.outputs.shape
        raise DataError(
            f"the Margins watched a fit on {n} rows with {outputs} outputs ({found.task}), but these are {len(data)} "
            f"rows with {data.Y.shape[1]} ({task}): it watched another fit"
        )
    if are_others(found.rows, data):
        raise DataError(
            f"the Margins saw a fit on other rows than these {len(data)}: give the X and y of that fit, in the same "
            "order"
        )
    return found


def plain_targets_of(y: Any) -> Array:
    """Targets as they were given, as an array: (n,), or (n, n_outputs) where there are several."""
    dense = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
    return dense[:, 0] if dense.ndim == 2 and dense.shape[1] == 1 else dense
