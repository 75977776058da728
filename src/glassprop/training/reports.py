"""What a training is judged by, and what it tells of each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glassprop.engine.plan import Data
from glassprop.training.state import TrainState


@dataclass(frozen=True)
class EpochReport:
    """What ``on_epoch`` is told: the state as it stands, and a sentence where something was decided."""

    state: TrainState
    message: str = ""


@dataclass(frozen=True)
class Validation:
    """What an epoch is judged by, where it is not the training cost.

    Attributes
    ----------
    data : Data or None
        Its plain cost goes into the history.
    score : callable (theta) -> float, or None
        More is better; None with ``judges``: minus the validation cost.
    judges : bool
        Whether stopping and the best weights follow it; else it is only recorded.
    """

    data: Data | None = None
    score: Callable[[Any], float] | None = None
    judges: bool = True


OnEpoch = Callable[[EpochReport], bool | None]
