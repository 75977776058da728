"""Every setting of a training run, in one frozen record that checks itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

from glassprop.backprop.objective import Objective
from glassprop.equations.domain import NOT_NEGATIVE, SHARE
from glassprop.errors import SettingsError
from glassprop.optimizer import Adam, Optimizer
from glassprop.training.schedule import Constant, Schedule


@dataclass(frozen=True)
class Settings:
    """How to train.

    Parameters
    ----------
    optimizer : Optimizer
        See ``glassprop.optimizer.OPTIMIZERS``.
    schedule : Schedule
        See ``glassprop.training.schedule.SCHEDULES``; holds the learning rate.
    epochs : int
        How often every example is seen, at most.
    batch_size : int or None
        Examples a step; None is 200, or all if there are fewer.
    objective : Objective
        L2, clipping of the gradient.
    label_smoothing : float
        Targets of a classification become ``(1 - s) y + s / n_classes``.
    shuffle : bool
        Whether each epoch takes the examples in a new order.
    tol : float
        By how much the score must improve to count.
    patience : float
        Training stops after more than this many epochs in a row without such an improvement; infinity never.
    restore_best : bool
        End with the weights of the best validation score rather than the last.
    cost_scale : float
        What the data's part of the cost is multiplied by in reports.
    engine : {"auto", "compiled", "reference"}
        Who runs the epochs; "auto" takes machine code where it can.

    Raises
    ------
    SettingsError
        With all faults in one message.
    """

    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    epochs: int = 200
    batch_size: int | None = None
    objective: Objective = field(default_factory=Objective)
    label_smoothing: float = 0.0
    shuffle: bool = True
    tol: float = 1e-4
    patience: float = 10
    restore_best: bool = True
    cost_scale: float = 1.0
    engine: str = "auto"

    def __post_init__(self) -> None:
        norm, size, patience = self.objective.clip_norm, self.batch_size, self.patience
        faults = [
            f"{name} must be {rule}, got {value!r}"
            for name, value, fits, rule in (
                ("epochs", self.epochs, _counts(self.epochs), "a whole number of 1 or more"),
                ("batch_size", size, size is None or _counts(size), "None, or a whole number of 1 or more"),
                ("l2", self.objective.l2, NOT_NEGATIVE.takes(self.objective.l2), "0 or more"),
                ("clip_norm", norm, norm is None or (isinstance(norm, Real) and norm > 0), "None, or above 0"),
                ("label_smoothing", self.label_smoothing, SHARE.takes(self.label_smoothing), "in [0, 1)"),
                ("tol", self.tol, isinstance(self.tol, Real) and self.tol >= 0, "0 or more"),
                ("patience", patience, isinstance(patience, Real) and patience >= 1, "1 or more"),
            )
            if not fits
        ]
        if faults:
            raise SettingsError("; ".join(faults))

    def batch_of(self, n: int) -> int:
        """The batch size for n examples."""
        return min(200 if self.batch_size is None else self.batch_size, n)


def _counts(number: Any) -> bool:
    """Whether this is a whole number of 1 or more."""
    return isinstance(number, Integral) and not isinstance(number, bool) and int(number) >= 1
