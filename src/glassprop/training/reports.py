"""What a training is judged by, and what it tells of each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glassprop.engine.plan import Data
from glassprop.training.state import TrainState


@dataclass(frozen=True)
class EpochReport:
    """What ``on_epoch`` receives: the state of training, and a sentence if something was decided.

    Attributes
    ----------
    state : TrainState
        It goes on changing: copy what is to be kept.
    message : str
        Empty where there is nothing to tell.
    waited, seconds : float
        For how long the epoch has waited for examples, and how long it took with all that; 0 where none are read ahead.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network, rng, costs = Network(1, [Layer(1, "identity")]), np.random.default_rng(0), []
    >>> def watch(report):
    ...     costs.append(report.state.history.cost[-1])
    ...     return len(costs) == 3  # True stops
    >>> x = np.ones((4, 1))
    >>> network.train(network.initial(rng), x, x, rng=rng, on_epoch=watch).epoch, len(costs)
    (3, 3)
    """

    state: TrainState
    message: str = ""
    waited: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Validation:
    """What an epoch is judged by, where it is not the training cost.

    Attributes
    ----------
    data : Data or None
        Its plain cost goes into the history.
    score : callable (theta) -> float, or None
        More is better; None with ``judges``: minus the validation cost.
    lanes : integers (lanes here + 1,), or None
        Where the examples of each lane begin, and the last ones end, if each process of a group has those of its lanes;
        None: each has all.
    judges : bool
        Whether stopping and the best weights follow it; else it is only recorded.
    """

    data: Data | None = None
    score: Callable[[Any], float] | None = None
    judges: bool = True
    lanes: Any = None


OnEpoch = Callable[[EpochReport], bool | None]
