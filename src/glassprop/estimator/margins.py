"""``Margins``: a callback that gathers how clearly each training row was given its label, epoch by epoch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from glassprop.engine.elsewhere import outputs_elsewhere
from glassprop.engine.plan import Data, is_elsewhere
from glassprop.engine.seen_sums import SeenSums
from glassprop.equations.arrays import Array, Rows, on_host
from glassprop.errors import SettingsError
from glassprop.estimator.callbacks import EPOCH, LastFit
from glassprop.influence.rows_of_fit import RowsOfFit
from glassprop.influence.seen_rows import SeenRows, of_weights, put_together, rows_of
from glassprop.network import Network
from glassprop.training.looks import is_due
from glassprop.training.state import TrainState


class Margins:
    """A callback that averages each training row's outputs and margins over epochs, and counts forgetting.

    Rows whose margins stay small or negative during training are not learned from the other rows: they have wrong
    labels, or are unusual. It keeps only sums, no numbers of single epochs, and changes no bit of the fit.

    Notes
    -----
    It keeps a reference to the training data, and what it has recorded, until the next fit; a pickle has only the
    results. Of fits that run at the same time, in threads, it follows the last to begin. In a fit that is resumed it
    sees the remaining epochs, and with ``partial_fit`` the rows of the last call. It does not follow rows that come
    from a source or are spread over several processes, and says so when it is asked.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import Margins, MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> y[10] = 2  # a wrong label
    >>> margins = Margins()
    >>> clf = MLPClassifier((8,), learning_rate_init=0.02, max_iter=60, random_state=0)
    >>> clf = clf.set_callbacks(margins).fit(X, y)
    >>> rows = margins.rows()
    >>> int(rows.margin.argmin()), int(rows.learned[10])
    (10, -1)
    """

    def __init__(self) -> None:
        self._fit = LastFit()
        self._forget()

    def _forget(self) -> None:
        self._of: RowsOfFit | None = None
        self._known = ""  # by what the rows are known again: as they are when the fit begins
        self._sums: SeenSums | None = None
        self._state: TrainState | None = None  # while a fit is under way
        self._theta: Array | None = None  # that a fit ended with
        self._found: SeenRows | None = None

    def __getstate__(self) -> dict[str, Any]:
        found = self.rows() if self._theta is not None and self._sums is not None else self._found
        return {
            "_fit": LastFit(),
            "_of": None,
            "_known": "",
            "_sums": None,
            "_state": None,
            "_theta": None,
            "_found": found,
        }

    # --- scikit-learn's protocol ------------------------------------------------------------------------------

    def setup(self, estimator: object, context: Any) -> None:
        """A fit begins: forget the one before."""
        self._fit.begins()
        self._forget()

    def on_fit_task_begin(self, estimator: object, context: Any, *, X: Any, y: Any, metadata: Any) -> None:
        """The fit begins, or an epoch: ``on_rows`` was told, or will be."""

    def on_fit_task_end(self, estimator: object, context: Any) -> None:
        """An epoch is over, or all: keep the weights that the fit has ended with, if it has."""
        if self._state is not None and context.task_name != EPOCH and not self._fit.is_another:
            self._theta = np.array(on_host(self._state.theta))

    def teardown(self, estimator: object, context: Any) -> None:
        """The fit is over, or has failed."""
        if not self._fit.is_another:
            self._state = None

    # --- what our estimators tell beside it -------------------------------------------------------------------

    def on_begin(self, network: Network, state: TrainState) -> None:
        """Training begins."""
        if not self._fit.is_another:
            self._state = state

    def on_rows(self, rows: RowsOfFit) -> None:
        """Which rows it is on."""
        if self._fit.is_another:
            return
        self._of, self._known = rows, rows.known
        if rows.looks is not None:
            self._sums = rows.looks.ask()
        elif rows.data is not None:
            self._sums = SeenSums(rows.task, on_host(rows.data.Y))

    def on_state(self, state: TrainState) -> None:
        """An epoch is over, and has added what it saw; where it cannot, look at the outputs of all rows after some."""
        of = None if self._fit.is_another else self._of
        if of is None or of.data is None or of.looks is not None or self._sums is None:
            return
        if is_due(state.epoch):
            self._sums.begin(state.epoch).take(_outputs(of.network, state.theta, of.data.X))

    # --- what it gathered -------------------------------------------------------------------------------------

    def rows(self) -> SeenRows:
        """What the last fit has seen of its rows.

        Raises
        ------
        SettingsError
            If it has seen no fit that came to its end, or one on rows that are not here.
        """
        if self._found is None:
            self._found = self._gathered()
        return self._found

    def _gathered(self) -> SeenRows:
        of, theta = self._of, self._theta
        if of is None or theta is None:
            raise SettingsError(
                "this Margins has watched no completed fit: set it with set_callbacks(margins) on an MLPClassifier "
                "or MLPRegressor and call fit"
            )
        if of.data is None or self._sums is None:
            raise SettingsError(
                f"this Margins has seen a fit on {of.n} rows that come from a source or lie in several processes, of "
                "which no margins are gathered: fit arrays in memory, in one process"
            )
        trained_on = np.arange(of.n) if of.kept is None else of.kept
        seen, weight = rows_of(self._sums), of.data.sample_weight
        parts = [(trained_on, seen)]
        without = np.flatnonzero(~seen.trained if weight is None else ~seen.trained | (on_host(weight) == 0))
        if len(without):
            parts.append((trained_on[without], self._of_weights(of, of.data.rows(without), theta)))
        if of.held is not None and of.aside is not None:
            parts.append((of.aside, self._of_weights(of, of.held, theta)))
        return replace(put_together(of.n, parts), rows=self._known)

    @staticmethod
    def _of_weights(of: RowsOfFit, data: Data, theta: Array) -> SeenRows:
        return of_weights(of.task, _outputs(of.network, theta, data.X), on_host(data.Y))


def _outputs(network: Network, theta: Array, X: Rows) -> Array:
    """a of the last layer by a forward pass, not in the target's own units."""
    with np.errstate(all="ignore"):
        if is_elsewhere(X):
            return on_host(outputs_elsewhere(network, theta, X))
        return network.in_units(None).predict(theta, X)
