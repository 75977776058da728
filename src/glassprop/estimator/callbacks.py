"""scikit-learn 1.9's callback protocol: the fit is the root task, each epoch one of its subtasks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from glassprop.training.state import TrainState


class EpochHooks:
    """Calls the hooks of the callbacks set on an estimator at the begin and end of each epoch."""

    def __init__(self, estimator: Any, X: Any, y: Any, metadata: dict[str, Any], epochs: int) -> None:
        self._estimator = estimator
        self._about = {"X": X, "y": y, "metadata": metadata}
        self._root = estimator._init_callback_context(max_subtasks=epochs)
        self._root.call_on_fit_task_begin(estimator=estimator, **self._about)
        self._epochs, self._done = epochs, 0
        self._open()

    def _open(self) -> None:
        self._task = self._root.subcontext(task_name="epoch")
        self._task.call_on_fit_task_begin(estimator=self._estimator, **self._about)

    def epoch_ended(self, state: TrainState) -> bool:
        """Tell the callbacks; returns whether one of them asks to stop."""
        stop = self._task.call_on_fit_task_end(
            estimator=self._estimator,
            **self._about,
            reconstruction_attributes=lambda: {"_state": replace(state, theta=state.theta.copy())},
        )
        self._done += 1
        if not stop and not state.stopped_by and self._done < self._epochs:
            self._open()
        return bool(stop)

    def fit_ended(self) -> None:
        """Tell the callbacks that all is over; the estimator is fitted now."""
        self._root.call_on_fit_task_end(estimator=self._estimator, **self._about, reconstruction_attributes=dict)
