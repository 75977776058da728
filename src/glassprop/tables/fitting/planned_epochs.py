"""``max_time`` of a table: how many epochs its networks may have is decided once, before the first is trained."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from glassprop.estimator.time_plan import TooShortWarning
from glassprop.ground.note import Note, Say
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.spoken import note_of
from glassprop.tables.fitting.table_network import TableNetwork


class _Known(Exception):
    """How many epochs are planned is known."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs


class _Ask:
    """A callback that ends a fit as soon as it has planned its epochs."""

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        raise _Known(context.max_subtasks)

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Nothing to do: it does not come to this."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""


def planned_epochs(network: TableNetwork, X: Any, X_inner: Any, seconds: float, more: float, say: Say) -> int:
    """So many that all trainings of a table fit into the time, one at least.

    Parameters
    ----------
    network : TableNetwork
        With as many epochs as there would be without a limit.
    X, X_inner : arrays or CSR matrices
        Of the rows to train on, and of those that are watched, if any.
    seconds : float
        Left for all of it.
    more : float
        How many trainings there are besides those of the network, a shorter one being a part of one.
    say : callable
    """
    made, rows, watched = network.first(X, X_inner)
    trainings = network.trainings(X.shape[1]) + more
    made.set_params(max_time=seconds / trainings)
    epochs = int(made.max_iter)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            final_step.train(made, *rows, watched, (_Ask(),))
        except _Known as known:
            epochs = known.epochs
    asked = float(network.options.max_time or seconds)
    _tell(caught, asked, trainings, say)
    say(Note(f"{epochs} epochs are planned for the time of {asked:g} seconds", "planned-epochs", number=epochs))
    return epochs


def _tell(caught: Sequence[warnings.WarningMessage], asked: float, trainings: float, say: Say) -> None:
    """That the time is too short, which one network says of its own share of it."""
    short = next((one.message for one in caught if isinstance(one.message, TooShortWarning)), None)
    if short is not None:
        what = "an epoch of all networks takes" if trainings > 1 else "an epoch takes"
        say(note_of(TooShortWarning(asked, what, short.seconds * trainings)))
