"""What a training run remembers: θ, the optimizer's vectors, the best so far, and the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.optimizer import OptimizerState


@dataclass
class History:
    """One number an epoch each; lists that were not asked for stay empty.

    Attributes
    ----------
    cost : list of float
        The training cost, L2 included: the average over batches as they were met.
    validation_cost : list of float
        The plain cost of the validation data after the epoch: no L2, no smoothing, no dropout.
    score : list of float
        The score of the validation data: more is better.
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)


@dataclass
class TrainState:
    """Where training stands. ``train`` changes it in place, and goes on from it when called again.

    Attributes
    ----------
    theta : array (size,)
        The parameters.
    optimizer : OptimizerState or None
        None before the first step.
    step, epoch, samples : int
        Steps of the present optimizer; epochs of the present call; examples seen in all calls.
    optimizer_samples : int
        What a schedule counts: 0 until the present optimizer has finished an epoch.
    plateaus, waiting : int
        How often the score stopped improving; for how many epochs it has not improved now.
    best_score, best_epoch, best_theta
        The best score so far (more is better), its epoch (of the present call), and its parameters if kept.
    stopped_by : str
        Why training ended, in words.
    exhausted : bool
        Whether it ended because the epochs were over, with nothing said of convergence.
    interrupted : bool
        Whether the user ended it with Ctrl-C.
    engine, engine_why : str
        Who ran the epochs of the last call, and why.
    """

    theta: Array
    optimizer: OptimizerState | None = None
    step: int = 0
    epoch: int = 0
    samples: int = 0
    optimizer_samples: int = 0
    plateaus: int = 0
    waiting: int = 0
    best_score: float = -inf
    best_epoch: int = 0
    best_theta: Array | None = None
    history: History = field(default_factory=History)
    stopped_by: str = ""
    exhausted: bool = False
    interrupted: bool = False
    engine: str = "reference"
    engine_why: str = ""

    def restart_optimizer(self) -> None:
        """Forget the optimizer's memory, not θ: what a new call of ``fit`` does under a warm start."""
        self.optimizer, self.step, self.optimizer_samples, self.plateaus = None, 0, 0, 0

    def judge_anew(self) -> None:
        """Forget earlier scores: what is measured from now on cannot be compared with them."""
        self.best_score, self.best_epoch, self.best_theta, self.waiting = -inf, 0, None, 0
        self.history.score.clear()

    def judge(self, score: float, tol: float, *, keep: bool) -> None:
        """Take in the score of an epoch; count epochs without improvement, strictly as scikit-learn does.

        A score that is NaN or -infinity is no improvement. ``keep``: copy θ where the score is the best so far.
        """
        improved = score >= self.best_score + tol and score > -inf
        self.waiting = 0 if improved else self.waiting + 1
        if score > self.best_score:
            self.best_score, self.best_epoch = score, self.epoch
            if keep:
                self.best_theta = np.copy(self.theta)
