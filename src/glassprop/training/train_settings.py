"""Every setting of a training run, in one frozen record that checks itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Literal, get_args

import numpy as np

from glassprop.backprop.objective import Objective
from glassprop.engine.choose import ENGINES, EngineName
from glassprop.equations.domain import NOT_NEGATIVE, POSITIVE, SHARE
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.optimizer import OPTIMIZERS, Adam, Optimizer
from glassprop.training.generators import check_generator
from glassprop.training.schedule import SCHEDULES, Constant, Schedule

BestEpoch = Literal["first", "last"]


@dataclass(frozen=True)
class Settings:
    """How to train.

    Parameters
    ----------
    optimizer : Optimizer
        See ``glassprop.optimizers.OPTIMIZERS``.
    schedule : Schedule
        See ``glassprop.schedules.SCHEDULES``; holds the learning rate.
    decay_schedule, dropout_schedule : Schedule or None
        What the optimizer's weight decay, and every layer's dropout, are multiplied by in each step: a schedule that
        starts from 1 rather than a learning rate, such as ``Cosine(1.0)``, which lets them fade. None: 1 throughout.
        L2 is part of the objective, which stays the same.
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
    own_batches : bool
        Whether each member of a network takes the examples of an epoch in an order of its own, so that its batches are
        not those of the others. Only where they are shuffled, and come as arrays to one process.
    tol : float
        By how much the score must improve to count.
    patience : float
        Training stops after more than this many epochs in a row without such an improvement; infinity never.
    restore_best : bool
        End with the weights of the best validation score rather than the last.
    best_epoch : {"first", "last"}
        Which epoch is the best, of several whose scores are equal.
    cost_scale : float
        What the data's part of the cost is multiplied by in reports.
    engine : {"auto", "compiled", "reference"}
        What runs the epochs: "auto" takes machine code where it is available, unless the training run is so small that
        loading the code would take longer.

    Raises
    ------
    SettingsError
        With all faults in one message.

    Examples
    --------
    >>> from glassprop.optimizers import AdamW
    >>> from glassprop.schedules import Cosine
    >>> from glassprop.settings import Settings
    >>> settings = Settings(AdamW(decay=0.02), Cosine(0.01), epochs=50, batch_size=64)
    >>> settings.epochs, settings.schedule
    (50, Cosine(rate=0.01))
    """

    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    decay_schedule: Schedule | None = None
    dropout_schedule: Schedule | None = None
    epochs: int = 200
    batch_size: int | None = None
    objective: Objective = field(default_factory=Objective)
    label_smoothing: float = 0.0
    shuffle: bool = True
    own_batches: bool = True
    tol: float = 1e-4
    patience: float = 10
    restore_best: bool = True
    best_epoch: BestEpoch = "first"
    cost_scale: float = 1.0
    engine: EngineName = "auto"

    def __post_init__(self) -> None:
        kinds = [
            fault_of_kind("optimizer", self.optimizer, Optimizer, OPTIMIZERS),
            fault_of_kind("schedule", self.schedule, Schedule, SCHEDULES),
            *(_fault_of_factors(name, getattr(self, name)) for name in ("decay_schedule", "dropout_schedule")),
            self._fault_of_decay(),
            fault_of_kind("objective", self.objective, Objective),
            *(_fault_of_switch(name, getattr(self, name)) for name in ("shuffle", "own_batches", "restore_best")),
        ]
        objective = self.objective if isinstance(self.objective, Objective) else Objective()
        norm, size, patience = objective.clip_norm, self.batch_size, self.patience
        faults = [
            f"{name} must be {rule}, got {value!r}"
            for name, value, fits, rule in (
                ("epochs", self.epochs, _counts(self.epochs), "a whole number of 1 or more"),
                ("batch_size", size, size is None or _counts(size), "None, or a whole number of 1 or more"),
                ("l2", objective.l2, NOT_NEGATIVE.takes(objective.l2), "0 or more"),
                ("clip_norm", norm, norm is None or (isinstance(norm, Real) and norm > 0), "None, or above 0"),
                ("label_smoothing", self.label_smoothing, SHARE.takes(self.label_smoothing), "in [0, 1)"),
                ("tol", self.tol, isinstance(self.tol, Real) and self.tol >= 0, "0 or more"),
                ("patience", patience, isinstance(patience, Real) and patience >= 1, "1 or more"),
                ("best_epoch", self.best_epoch, self.best_epoch in get_args(BestEpoch), "first or last"),
                ("engine", self.engine, self.engine in ENGINES, f"one of {', '.join(ENGINES)}"),
                ("cost_scale", self.cost_scale, POSITIVE.takes(self.cost_scale), "above 0"),
            )
            if not fits
        ]
        _refuse(*kinds, *faults)

    def _fault_of_decay(self) -> str:
        """A schedule needs something to multiply."""
        if self.decay_schedule is None or not isinstance(self.optimizer, Optimizer) or hasattr(self.optimizer, "decay"):
            return ""
        kind = type(self.optimizer).__name__
        return f"decay_schedule multiplies an optimizer's weight decay, and {kind} has none; use AdamW, or leave it out"

    def batch_of(self, n: int) -> int:
        """The batch size for n examples."""
        return min(200 if self.batch_size is None else self.batch_size, n)


def _counts(number: Any) -> bool:
    """Whether this is a whole number of 1 or more."""
    return isinstance(number, Integral) and not isinstance(number, bool) and int(number) >= 1


def check_run(settings: Any, rng: Any, on_epoch: Any, stratify: Any, reduce: Any) -> None:
    """Refuse what a training run cannot be told by.

    Raises
    ------
    SettingsError
    """
    check_generator(rng)
    told, adds = (each is None or callable(each) for each in (on_epoch, reduce))
    _refuse(
        "" if settings is None else fault_of_kind("settings", settings, Settings),
        _fault_of_switch("stratify", stratify),
        "" if told else f"on_epoch must be a function that is told of each epoch, got {quoted(on_epoch, 60)}",
        "" if adds else f"reduce must be a function that sums a vector over all processes, got {quoted(reduce, 60)}",
    )


def fault_of_kind(name: str, value: Any, kind: type, table: Mapping[str, type] | None = None) -> str:
    """Say what is wrong with a value that must be a record of this kind; empty if nothing is.

    A name in the table, or the class itself, is answered with what makes a record of it.
    """
    if isinstance(value, kind) and (table is None or type(value) is not kind):
        return ""
    known = table or {kind.__name__: kind}
    meant = known.get(value.lower()) if isinstance(value, str) else value
    meant = meant if isinstance(meant, type) and issubclass(meant, kind) else next(iter(known.values()))
    rest = f" (others: {', '.join(t.__name__ for t in known.values() if t is not meant)})" if len(known) > 1 else ""
    article = "an" if kind.__name__[0] in "AEIOU" else "a"
    noun = kind.__name__ if table else f"{kind.__name__} object"
    return f"{name} must be {article} {noun}, such as {meant.__name__}(){rest}, got {quoted(value, 60)}"


def _fault_of_factors(name: str, value: Any) -> str:
    fault = "" if value is None else fault_of_kind(name, value, Schedule, SCHEDULES)
    return fault.replace("()", "(1.0)", 1)  # a factor begins at 1, and not at a learning rate


def _fault_of_switch(name: str, value: Any) -> str:
    return "" if isinstance(value, bool | np.bool_) else f"{name} must be True or False, got {quoted(value, 60)}"


def _refuse(*faults: str) -> None:
    found = [fault for fault in faults if fault]
    if found:
        raise SettingsError("; ".join(found))
