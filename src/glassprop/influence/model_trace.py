"""The traces of a model: of its network, or of each of those that are averaged in it, and which rows taught it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.engine.plan import Data
from glassprop.equations.arrays import on_host
from glassprop.errors import DataError, SettingsError
from glassprop.ground.array_digest import digest_of
from glassprop.ground.in_notebook import InNotebook
from glassprop.influence.known_rows import are_others
from glassprop.influence.trace import Trace


@dataclass(frozen=True, eq=False)
class ModelTrace(InNotebook):
    """The traces of a model's networks: their weights at a few epochs of training. It holds no data.

    Attributes
    ----------
    model : str
        A digest of the model's weights, by which it is known; "": not known.
    traces : tuple of Trace
        One; or one of each of the networks that were trained apart and are averaged in the model.
    network : Architecture or None
        What each of these is a trace of; None: of the model's own network.
    taught : array (n_rows, n_traces) of bool, or None
        Which rows of the table taught which network; None: all rows did.
    rows : str
        A digest by which the rows that ``fit`` was given are known again, see ``known_rows``; "": not known.

    Examples
    --------
    >>> import os, tempfile
    >>> import glassprop
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> tracer = glassprop.Tracer(5)
    >>> clf = glassprop.MLPClassifier((8,), max_iter=40, tol=0, learning_rate_init=0.02, random_state=0)
    >>> clf = clf.set_callbacks(tracer).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     glassprop.save_trace(tracer, os.path.join(folder, "m.trace"))
    ...     trace = glassprop.load_trace(os.path.join(folder, "m.trace"))
    >>> len(trace.traces), trace.epochs
    (1, (16, 32, 40))
    """

    model: str
    traces: tuple[Trace, ...]
    network: Architecture | None = None
    taught: NDArray[np.bool_] | None = None
    rows: str = ""

    def __post_init__(self) -> None:
        if not self.traces or (self.network is None and len(self.traces) > 1):
            raise DataError("there is one trace, or one of each of several networks, and what network these are of")
        if self.taught is not None and self.taught.shape[1:] != (len(self.traces),):
            raise DataError(f"rows taught {len(self.traces)} network(s), got an array {self.taught.shape}")

    @property
    def is_final(self) -> bool:
        """Whether there is no trace, and the final weights serve."""
        return all(trace.is_final for trace in self.traces)

    @property
    def epochs(self) -> tuple[int, ...]:
        """All epochs whose weights were kept, in any of the networks; none where the final weights serve."""
        kept = {int(epoch) for trace in self.traces for epoch in trace.epochs}
        return () if self.is_final else tuple(sorted(kept))

    @property
    def weights(self) -> int:
        """How many weights there are, of all networks."""
        return sum(map(len, self.traces))

    @property
    def any_taught(self) -> NDArray[np.bool_] | None:
        """Which rows taught any of the networks; None: all."""
        return None if self.taught is None else np.asarray(self.taught.any(axis=1))

    def of_one(self) -> Trace:
        """The trace, where the model is one network.

        Raises
        ------
        SettingsError
        """
        if len(self.traces) > 1:
            raise SettingsError(f"the trace is of {len(self.traces)} networks, and that of one is needed here")
        return self.traces[0]

    def check_of(self, theta: Any) -> None:
        """Refuse weights of another model.

        Raises
        ------
        DataError
        """
        if self.model and self.model != digest_of_weights(theta):
            raise DataError("the trace is of another model: its weights are not those that this trace was kept with")

    def check_rows(self, data: Data) -> None:
        """Refuse other rows than those of the fit.

        Raises
        ------
        DataError
        """
        if are_others(self.rows, data):
            raise DataError(
                f"the trace was kept in a fit on other rows than these {len(data)}: give the X and y of that fit, in "
                "the same order"
            )

    def of_rows(self, rows: NDArray[Any]) -> Self:
        """For some rows of the table, by their numbers."""
        return self if self.taught is None else replace(self, taught=self.taught[rows])


def digest_of_weights(theta: Any) -> str:
    """By which a model is known."""
    return digest_of([on_host(theta)])


def rows_that_taught(rows: Sequence[NDArray[Any]], n_rows: int) -> NDArray[np.bool_]:
    """Of the numbers of rows that taught each network, which rows taught which. -> (n_rows, n_networks)."""
    taught = np.zeros((n_rows, len(rows)), dtype=bool)
    for network, numbers in enumerate(rows):
        taught[numbers, network] = True
    return taught
