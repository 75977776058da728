"""What is diagnosed, as plain data: a network and its θ, examples, settings, and what is known of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.diagnosis.measured import Task
from glassprop.diagnosis.watched import Watched
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array, on_host
from glassprop.insight.names import InputName
from glassprop.network import Network
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

MOST_ROWS = 2000  # that are looked at
_NUMBERS = 20_000_000  # of X at once, where a sparse one is made dense


@dataclass(frozen=True, eq=False)
class Case:
    """All of it.

    Attributes
    ----------
    theta : array or None
        As it is at the end; None where training never came to one.
    data, validation : Data
        As the network takes them; NumPy's or CSR.
    inputs, names : sequences of str
        What the inputs, and the outputs or classes, are called.
    columns : sequence of (str or None), or None
        The columns of a table that the inputs are made of.
    arguments : mapping
        The estimator's, by name.
    start : array or None
        θ before the first step, where it is known.
    state : TrainState or None
        Of the training.
    scale : float
        What costs are multiplied by where they are told.
    error, derivative : str, float
        What training failed with; the error of a wrong derivative.
    passes : float
        Rows that may go through the network forward and back, to measure.
    """

    network: Network
    theta: Array | None
    data: Data
    task: Task
    inputs: Sequence[str]
    names: Sequence[str]
    arguments: Mapping[str, Any]
    settings: Settings
    validation: Data | None = None
    start: Array | None = None
    state: TrainState | None = None
    watched: Watched = field(default_factory=Watched)
    scale: float = 1.0
    error: str = ""
    derivative: float = float("nan")
    passes: float = inf
    columns: Sequence[str | None] | None = None

    def called(self, inputs: Sequence[InputName] | None) -> Case:
        """The same with these names of the inputs; as it is where there are none, or not as many as inputs."""
        if inputs is None or len(inputs) != self.network.n_inputs:
            return self
        return replace(self, inputs=[one.name for one in inputs], columns=[one.column for one in inputs])

    @cached_property
    def sample(self) -> Data:
        """Some rows, in float64 and dense, without weights: where there are any, rows are drawn by them."""
        n, weight = len(self.data), self.data.sample_weight
        most = min(MOST_ROWS, max(100, _NUMBERS // max(int(self.data.X.shape[1]), 1)))
        rows: NDArray[np.integer] = np.arange(n)
        if weight is not None and weight.sum() > 0:
            rows = np.random.default_rng(0).choice(n, min(n, most), p=weight / weight.sum())
        elif n > most:
            rows = np.sort(np.random.default_rng(0).choice(n, most, replace=False))
        return dense(self.data.rows(rows))

    @property
    def batch(self) -> int:
        """Examples of a step; all, where there are no steps."""
        return len(self.data) if self.arguments.get("solver") == "lbfgs" else self.settings.batch_of(len(self.data))


def dense(data: Data) -> Data:
    """Examples in float64, and dense, without weights."""
    X = data.X.toarray() if hasattr(data.X, "toarray") else on_host(data.X)
    return Data(np.asarray(X, np.float64), np.asarray(on_host(data.Y), np.float64))
