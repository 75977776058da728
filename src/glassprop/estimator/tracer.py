"""``Tracer``: a callback that keeps some of the weights of a fit, for ``blame`` to look at afterwards."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from glassprop.equations.arrays import Array, on_host
from glassprop.errors import SettingsError
from glassprop.estimator.callbacks import LastFit
from glassprop.ground.text import quoted
from glassprop.influence.model_trace import ModelTrace, digest_of_weights
from glassprop.influence.rows_of_fit import RowsOfFit
from glassprop.influence.trace import Trace
from glassprop.influence.tracing import Tracing
from glassprop.network import Network
from glassprop.training.state import TrainState


class Tracer:
    """A callback that keeps the weights of up to k epochs of a fit, spread over its epochs, with their learning rates.

    The last are those that the fit ends with. It keeps no data. In a fit that is resumed it sees the remaining epochs;
    of fits that run at the same time, in threads, it follows the last to begin.

    Parameters
    ----------
    k : int, default=10
        How many sets of weights are kept at most; each takes as much memory as the network's parameters.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier, Tracer
    >>> X, y = load_iris(return_X_y=True)
    >>> tracer = Tracer(5)
    >>> clf = MLPClassifier((8,), learning_rate_init=0.02, max_iter=40, tol=0, random_state=0)
    >>> clf = clf.set_callbacks(tracer).fit(X, y)
    >>> tracer.trace().epochs.tolist()
    [16, 32, 40]
    >>> clf.blame(X, y, row=70, trace=tracer).label
    '1'
    """

    def __init__(self, k: int = 10) -> None:
        try:
            number = 0 if isinstance(k, bool) else index(k)
        except TypeError:
            number = 0
        if number < 1:
            raise SettingsError(f"k must be a whole number of weights to keep, 1 or more, got {quoted(k, 60)}")
        self.k = number
        self._fit = LastFit()
        self._tracing: Tracing | None = None
        self._state: TrainState | None = None  # while a fit is under way
        self._rows = ""  # by what those of the fit are known again
        self._model: ModelTrace | None = None  # what whoever trains several networks has put together

    # --- scikit-learn's protocol ------------------------------------------------------------------------------

    def setup(self, estimator: object, context: Any) -> None:
        """A fit begins: forget the one before."""
        self._fit.begins()
        self._tracing, self._state, self._model, self._rows = None, None, None, ""

    def on_fit_task_begin(self, estimator: object, context: Any, *, X: Any, y: Any, metadata: Any) -> None:
        """The fit begins, or an epoch: ``on_begin`` was told, or will be."""

    def on_fit_task_end(self, estimator: object, context: Any) -> None:
        """An epoch is over, or all: keep the weights that training has ended with, if it has."""
        if self._tracing is not None and self._state is not None and not self._fit.is_another:
            self._tracing.end(self._state)

    def teardown(self, estimator: object, context: Any) -> None:
        """The fit is over, or has failed."""
        if not self._fit.is_another:
            self._state = None

    # --- what our estimators tell beside it -------------------------------------------------------------------

    def on_begin(self, network: Network, state: TrainState) -> None:
        """Training begins."""
        if self._fit.is_another:
            return
        self._tracing, self._state = Tracing(self.k), state
        self._tracing.begin(state)

    def on_rows(self, rows: RowsOfFit) -> None:
        """Which rows it is on."""
        if not self._fit.is_another:
            self._rows = rows.known

    def on_state(self, state: TrainState) -> None:
        """An epoch is over."""
        if self._fit.is_another:
            return
        self._state = state
        if self._tracing is not None:
            self._tracing.take(state)

    # --- what it kept -----------------------------------------------------------------------------------------

    def trace(self) -> Trace:
        """The weights of the last fit, up to those that it ended with.

        Raises
        ------
        SettingsError
            If it has seen no fit that came to its end.
        """
        return (self._tracing or Tracing(self.k)).trace()

    def of_another(self) -> Tracer:
        """One for a network that is trained beside others, to become part of the same model."""
        return Tracer(self.k)

    def end_at(self, epoch: int, theta: Array) -> None:
        """The fit is over, and has gone back to the weights that it had after this epoch."""
        if self._tracing is not None:
            self._tracing.last = epoch, np.array(on_host(theta))

    def keep(self, trace: ModelTrace) -> None:
        """What was kept of a model that is more than one fit: of the networks of a table, with the rows that taught."""
        self._model = trace

    def model_trace(self) -> ModelTrace:
        """All that was kept of the last fit, with what it is known by: what ``glassprop.save_trace`` writes.

        Raises
        ------
        SettingsError
            If it has seen no fit that came to its end.
        """
        if self._model is not None:
            return self._model
        trace = self.trace()
        return ModelTrace(digest_of_weights(trace.thetas[-1]), (trace,), rows=self._rows)
