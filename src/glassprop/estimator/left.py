"""Which rows a fit was on: kept while it is under way or left, so that ``resume`` can take the same rows again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Rows
from glassprop.errors import DataError, SettingsError
from glassprop.training.state import TrainState


@dataclass(frozen=True)
class Left:
    """The rows of a fit. Where training stands is the state's to say.

    Attributes
    ----------
    n : int
        How many were given.
    dtype : str
        Of X.
    kept, aside : arrays of rows, or None
        Those to train on and those set aside to judge by, in their orders, where ``fit`` divided them.
    n_val : int
        How many were given to judge by or to be watched.
    """

    n: int
    dtype: str
    kept: NDArray[np.integer] | None = None
    aside: NDArray[np.integer] | None = None
    n_val: int = 0

    def refuse_other_data(self, X: Rows, X_val: Any) -> None:
        """Refuse data that cannot be those of before.

        Raises
        ------
        DataError
            If there are more or fewer rows, or they are of another dtype.
        """
        given = 0 if X_val is None else X_val.shape[0] if hasattr(X_val, "shape") else len(X_val)
        self.refuse_other(Left(len_of(X), str(X.dtype), n_val=given))

    def refuse_other(self, now: Left) -> None:
        """The same, from what the data given now are."""
        given = now.n_val
        faults = [] if now.n == self.n else [f"it was on {self.n} rows, got {now.n}"]
        if now.dtype != self.dtype:
            faults.append(f"its X was {self.dtype}, got {now.dtype}")
        if given and self.aside is not None:
            faults.append(f"it set {len(self.aside)} rows aside to judge by, and does so again: leave X_val out")
        elif given != self.n_val:
            faults.append(f"it was given {self.n_val or 'no'} rows as X_val, got {given or 'none'}")
        if faults:
            raise DataError(f"a fit is resumed on the same data: {'; '.join(faults)}")


def len_of(X: Any) -> int:
    """How many rows there are, in a sparse matrix too."""
    return int(X.shape[0])


def refuse_to_resume(solver: str, state: TrainState) -> None:
    """Say why there is nothing to go on with.

    Raises
    ------
    SettingsError
    """
    then = "to train on from its weights, call fit with warm_start=True, or partial_fit"
    if solver == "lbfgs":
        raise SettingsError(f"L-BFGS keeps its state inside SciPy, and cannot be resumed; {then}")
    ended = state.stopped_by if state.stopped_by and not state.left else "no fit was interrupted before its end."
    raise SettingsError(f"there is nothing to resume: {ended.rstrip('.')}; {then}")


def refuse_to_keep(call: str, solver: str, keepers: int) -> None:
    """Say why a fit cannot be kept while it runs.

    Raises
    ------
    SettingsError
    """
    if solver == "lbfgs":
        raise SettingsError(
            "L-BFGS keeps its state inside SciPy, so that no checkpoint can be written: use another solver, or leave "
            "Checkpoint out"
        )
    if call == "partial_fit":
        raise SettingsError("a Checkpoint keeps fits: after partial_fit, which is one epoch, save the model instead")
    if keepers > 1:
        raise SettingsError(f"one Checkpoint keeps a fit, got {keepers}")
