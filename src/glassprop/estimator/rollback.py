"""When a fit fails, put the estimator back as it was before, unless there is training progress worth keeping."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from glassprop.errors import DivergenceError
from glassprop.estimator.callbacks import OF_THE_FIT
from glassprop.estimator.stream import STREAM


class UndoneOnFailure:
    """Put an estimator's attributes (its ``vars``) back if an error comes out of the block.

    There are three exceptions. A divergence after the first epoch leaves the weights of the last good epoch. Where
    there was no model before, any error after the first epoch leaves what was trained so far, which can be gone on
    with. And a model that was trained further is left as it is: its weights have changed in place, and the attributes
    of before would not describe them. What a stream of calls has made ready is let go of in any case.
    """

    def __init__(self, attributes: dict[str, Any]) -> None:
        self._attributes = attributes

    def __enter__(self) -> None:
        self._before = dict(self._attributes)
        self._before.pop(STREAM, None)
        self._epochs_before = _epochs(self._attributes)

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            return
        before, attributes = self._before, self._attributes
        trained_on = before.get("_state") is attributes.get("_state") and _epochs(attributes) > self._epochs_before
        new_is_good = isinstance(error, DivergenceError) and error.epoch > 1
        # Not so for Ctrl-C, which may have come while an epoch's end was written down.
        new_is_good |= isinstance(error, Exception) and "_state" not in before and _epochs(attributes) > 0
        if not trained_on and not new_is_good:
            of_the_fit = {name: value for name, value in attributes.items() if name in OF_THE_FIT}
            attributes.clear()
            attributes.update({**before, **of_the_fit})


def _epochs(attributes: dict[str, Any]) -> int:
    """How many epochs (or iterations) training has behind it, over all calls."""
    state = attributes.get("_state")
    return 0 if state is None else len(state.history.cost)
