"""A fit that fails leaves the estimator as it was, unless training got somewhere before it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from glassprop.errors import DivergenceError
from glassprop.estimator.callbacks import OF_THE_FIT


@contextmanager
def undone_on_failure(estimator: Any) -> Iterator[None]:
    """Put the attributes back if an error comes out of the block.

    Not so where there is something to keep: a divergence after the first epoch leaves the weights of the last good
    one; and a model that was trained further, in place, is not put back to numbers that are no longer its own.
    """
    before = dict(vars(estimator))
    epochs_before = _epochs(estimator)
    try:
        yield
    except BaseException as error:
        trained_on = before.get("_state") is vars(estimator).get("_state") and _epochs(estimator) > epochs_before
        new_is_good = isinstance(error, DivergenceError) and error.epoch > 1
        if not trained_on and not new_is_good:
            of_the_fit = {name: value for name, value in vars(estimator).items() if name in OF_THE_FIT}
            vars(estimator).clear()
            vars(estimator).update({**before, **of_the_fit})
        raise


def _epochs(estimator: Any) -> int:
    """How many epochs (or iterations) the estimator's training has behind it, over all calls."""
    state = vars(estimator).get("_state")
    return 0 if state is None else len(state.history.cost)
