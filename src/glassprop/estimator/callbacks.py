"""scikit-learn 1.9's callback protocol: the fit is the root task, each epoch one of its subtasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import get_ident
from typing import Any, Protocol

from sklearn.utils import _safe_indexing

from glassprop.estimator.verbose import tell
from glassprop.ground.tell import Told
from glassprop.influence.rows_of_fit import RowsOfFit
from glassprop.network import Network
from glassprop.training.state import TrainState

# What scikit-learn hangs on an estimator for its callbacks; it belongs to the fit and not to the model.
UNDER_WAY = "_callback_fit_ctx"  # there from the first hook to the last
LISTENERS = ("_skl_callbacks", "_parent_callback_ctx")  # there where somebody wants to hear of a fit
EPOCH = "epoch"  # what the task of one is called
OF_THE_FIT = ("_skl_callbacks", UNDER_WAY, "_skl_callbacks_to_teardown", "_parent_callback_ctx")


def told_data(X: Any, y: Any, sample_weight: Any, rows: Any) -> dict[str, Callable[[], Any]]:
    """What hooks are told of the training data: as ``fit`` was given it, without the rows set aside.

    Worked out when a hook asks for it. ``rows``: integers, or None where none were set aside.
    """

    def part(array: Any) -> Any:
        if rows is None:
            return array
        return _safe_indexing(array.tocsr() if hasattr(array, "tocsr") else array, rows)

    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    return {
        "X": cache(lambda: part(X)),
        "y": cache(lambda: part(y)),
        "metadata": cache(lambda: {name: part(values) for name, values in weights.items()}),
    }


class EpochHooks(Protocol):
    """What is told of a fit's epochs; made when it begins."""

    heard: bool

    def begin(self, rows: RowsOfFit) -> None:
        """Training is about to begin on these rows."""
        ...

    def epoch_ended(self, state: TrainState) -> bool:
        """An epoch is over; returns whether somebody asks to stop."""
        ...

    def fit_ended(self) -> None:
        """All is over."""
        ...

    def told(self, message: str) -> None:
        """Something is to be said, or how far compiling is."""
        ...


class Unheard:
    """Where nobody listens."""

    heard = False

    def begin(self, rows: RowsOfFit) -> None:
        return

    def epoch_ended(self, state: TrainState) -> bool:
        return False

    def fit_ended(self) -> None:
        return

    def told(self, message: str) -> None:
        tell(message)


class LastFit:
    """Which fit a callback follows that is set in several: of those that run at once, in threads, the last to begin."""

    def __init__(self) -> None:
        self._thread: int | None = None

    def begins(self) -> None:
        """A fit begins, in this thread."""
        self._thread = get_ident()

    @property
    def is_another(self) -> bool:
        """Whether what is being told is of another fit."""
        return self._thread not in (None, get_ident())


@dataclass(frozen=True)
class Watchers:
    """Callbacks that are content with the state of training after each epoch, which their ``on_state`` is handed.

    Attributes
    ----------
    callbacks : list
    alone : bool
        Whether nobody else listens. Then epochs are no tasks: one may take less time than to make it a task.
    """

    callbacks: list[Any]
    alone: bool

    @classmethod
    def among(cls, attributes: Mapping[str, Any]) -> Watchers:
        """Those among the callbacks of a fit. attributes: the estimator's."""
        callbacks = attributes.get(LISTENERS[0], ())
        found = [callback for callback in callbacks if hasattr(callback, "on_state")]
        return cls(found, bool(found) and len(found) == len(callbacks) and LISTENERS[1] not in attributes)

    def begin(self, network: Network, state: TrainState) -> None:
        """Training is about to begin, or to go on."""
        for callback in self.callbacks:
            callback.on_begin(network, state)

    def rows(self, rows: RowsOfFit) -> None:
        """Which rows it is on, for those who have an ``on_rows``."""
        for callback in self.callbacks:
            if hasattr(callback, "on_rows"):
                callback.on_rows(rows)

    def take(self, state: TrainState) -> None:
        """An epoch is over."""
        for callback in self.callbacks:
            callback.on_state(state)


class CalledHooks:
    """Calls the hooks of the callbacks set on an estimator at the begin and end of each epoch.

    Parameters
    ----------
    estimator : object
        What hooks are handed, as scikit-learn wants it; nothing here looks into it.
    root : CallbackContext
        scikit-learn's, of the fit.
    told : dict
        What hooks may ask for by name.
    epochs : int
        How many there are at most.
    as_it_stands : callable () -> dict
        What makes a copy of the estimator one that training and callbacks no longer touch.
    watchers : Watchers
        Who is content with less.
    """

    def __init__(
        self,
        estimator: object,
        root: Any,
        told: dict[str, Callable[[], Any]],
        epochs: int,
        as_it_stands: Callable[[], dict[str, Any]],
        watchers: Watchers,
    ) -> None:
        self._estimator, self._root, self._told = estimator, root, told
        self._as_it_stands, self._watchers = as_it_stands, watchers
        self.heard = not watchers.alone
        self._root.call_on_fit_task_begin(estimator=estimator, **told)
        self._epochs, self._done = epochs, 0
        if epochs and self.heard:  # what is resumed may have been left after the last one
            self._open()

    def _open(self) -> None:
        self._task = self._root.subcontext(task_name=EPOCH)
        self._task.call_on_fit_task_begin(estimator=self._estimator, **self._told)

    def begin(self, rows: RowsOfFit) -> None:
        """Tell those who want to know."""
        self._watchers.rows(rows)

    def epoch_ended(self, state: TrainState) -> bool:
        """Tell the callbacks; returns whether one of them asks to stop."""
        self._watchers.take(state)
        if not self.heard:
            return False
        stop = self._task.call_on_fit_task_end(
            estimator=self._estimator, **self._told, reconstruction_attributes=self._as_it_stands
        )
        self._done += 1
        if not stop and not state.stopped_by and self._done < self._epochs:
            self._open()
        return bool(stop)

    def fit_ended(self) -> None:
        """Tell the callbacks that all is over; the estimator is fitted now."""
        self._root.call_on_fit_task_end(
            estimator=self._estimator, **self._told, reconstruction_attributes=self._as_it_stands
        )

    def told(self, message: str) -> None:
        """How far compiling is goes to those callbacks that have an ``on_compiling``, all else to standard error."""
        callbacks = getattr(self._estimator, LISTENERS[0], ())
        listening = [callback for callback in callbacks if hasattr(callback, "on_compiling")]
        if not isinstance(message, Told) or not listening:
            tell(message)
            return
        for callback in listening:
            callback.on_compiling(message.done, message.of)
