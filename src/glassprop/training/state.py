"""What a training run remembers: θ, the optimizer's vectors, the best so far, and the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.midway import StepCosts
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.optimizer import OptimizerState
from glassprop.training.generators import draw_key

BY_CALLBACK, BY_USER = "A callback asked to stop.", "Interrupted by the user."


@dataclass
class History:
    """Lists with one number for each epoch; lists that were not requested stay empty.

    Attributes
    ----------
    cost : list of float
        The training cost, L2 included: the average over batches as they were met.
    validation_cost : list of float
        The plain cost of the validation data after the epoch: no L2, no smoothing, no dropout.
    score : list of float
        The score of the validation data: more is better.

    Examples
    --------
    >>> from glassprop.settings import History
    >>> History(cost=[0.9, 0.4, 0.5]).least_cost()
    0.4
    """

    cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    _looked_at: tuple[int, float] = field(default=(0, inf), init=False, repr=False, compare=False)

    def least_cost(self) -> float:
        """The least cost of all epochs, infinite if there are none. Asked again, it looks at what has come since."""
        seen, least = self._looked_at
        if seen > len(self.cost):  # entries were taken out
            seen = 0
        fresh = self.cost[seen:]
        if fresh:
            least = min([least, *fresh] if seen else fresh)
            self._looked_at = len(self.cost), least
        return least if self.cost else inf

    def curves(self) -> dict[str, list[float]]:
        """The lists by name."""
        return {"cost": self.cost, "validation_cost": self.validation_cost, "score": self.score}

    def __deepcopy__(self, memo: dict[int, Any]) -> History:
        """Lists of their own; what stands in them needs no copy, and to look at each number would take long."""
        return History(list(self.cost), list(self.validation_cost), list(self.score))


@dataclass
class TrainState:
    """Where training stands. ``train`` changes it in place, and goes on from it when called again.

    Attributes
    ----------
    theta : array (size,)
        The parameters.
    optimizer : OptimizerState or None
        None before the first step. What it remembers belongs to θ: where θ goes back to the best, so does this.
    rate : float or None
        The learning rate of the step that came last before θ; None before the first epoch has ended.
    step, epoch, samples : int
        Steps of the present optimizer; epochs of the present call; examples seen in all calls.
    optimizer_samples : int
        What a schedule counts: 0 until the present optimizer has finished an epoch.
    plateaus, waiting : int
        How often the score stopped improving; for how many epochs it has not improved now.
    best_score, best_epoch
        The best score so far (more is better), and its epoch (of the present call).
    best_theta, best_optimizer, best_rate
        θ, optimizer and rate as they stood then, where they are kept.
    last_theta, last_optimizer, last_rate
        As they stood after the last epoch, where training ended with the best ones: what a call is gone on from.
    history : History
        One number an epoch, of all calls.
    stopped_by : str
        Why training ended, in words.
    exhausted : bool
        Whether it ended because the epochs were over, with nothing said of convergence.
    interrupted : bool
        Whether the user ended it with Ctrl-C.
    diverged : bool
        Whether it ended because the cost turned NaN or infinite, and went back to the best weights.
    engine, engine_why : str
        What ran the epochs of the last call, and why.
    vector_bits, products : int and str
        The width of vector instructions in bits, and the library that computed large matrix products; 0 and empty if
        there were none or it is not known.
    planned : int
        How many epochs the present call was to have at most, where that was worked out; 0 if it is not known.
    kept_epoch : int
        The epoch, of all in the history, whose weights the last call went back to; 0 if they are the last epoch's.
    order, rng, dropout_key
        The random state of the present call, so that it can be resumed: the order of the last epoch, the generator that
        makes the next from it, and the seed of the dropout masks. None, None and 0 before a call; the order is None,
        too, where it is not known any more.
    drawn : bool
        Whether the order is already that of the next epoch, which was left in its middle.
    aside : array of rows or None
        Those that the present call was given and set aside for validation.
    so_far : StepCosts or None
        Of the steps that were made of the next epoch, where training was left in its middle; ``theta`` and the
        optimizer's memory are those after the last of them, all else is as after the epoch before. None between epochs.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> from glassprop.settings import Settings
    >>> network, rng, x = Network(1, [Layer(1, "identity")]), np.random.default_rng(0), np.ones((4, 1))
    >>> state = network.train(network.initial(rng), x, x, rng=rng, settings=Settings(epochs=5))
    >>> state.epoch, len(state.history.cost), state.exhausted
    (5, 5, True)
    """

    theta: Array
    optimizer: OptimizerState | None = None
    rate: float | None = None
    step: int = 0
    epoch: int = 0
    samples: int = 0
    optimizer_samples: int = 0
    plateaus: int = 0
    waiting: int = 0
    best_score: float = -inf
    best_epoch: int = 0
    best_theta: Array | None = None
    best_optimizer: OptimizerState | None = None
    best_rate: float | None = None
    last_theta: Array | None = None
    last_optimizer: OptimizerState | None = None
    last_rate: float | None = None
    history: History = field(default_factory=History)
    stopped_by: str = ""
    exhausted: bool = False
    interrupted: bool = False
    diverged: bool = False
    engine: str = "reference"
    engine_why: str = ""
    vector_bits: int = 0
    products: str = ""
    kept_epoch: int = 0
    planned: int = 0
    order: NDArray[np.integer] | None = None
    rng: Any = None
    dropout_key: int = 0
    drawn: bool = False
    aside: NDArray[np.integer] | None = None
    so_far: StepCosts | None = None

    def make_writable(self) -> None:
        """Copy what training writes to, where it cannot be written as it is: read-only, memory-mapped, misaligned."""
        self.theta = _writable(self.theta)
        for optimizer in (self.optimizer, self.best_optimizer, self.last_optimizer):
            if optimizer is not None:
                optimizer.vectors = tuple(_writable(vector) for vector in optimizer.vectors)

    @property
    def steps_made(self) -> int:
        """How many steps of the next epoch were made, where training was left in its middle."""
        return 0 if self.so_far is None else len(self.so_far)

    @property
    def left(self) -> bool:
        """Whether a call is under way, or was left before its end, so that it can be gone on with."""
        known = self.order is not None and self.rng is not None
        return known and (not self.stopped_by or self.interrupted or self.stopped_by == BY_CALLBACK)

    def restore_best(self) -> None:
        """Go back to the parameters of the best score, with the optimizer's memory and rate as they stood."""
        if self.best_theta is not None:
            if self.last_theta is None:
                self.last_optimizer, self.last_rate, self.last_theta = self.optimizer, self.rate, self.theta.copy()
            self.theta[...] = self.best_theta
            self.kept_epoch = len(self.history.cost) - self.epoch + self.best_epoch
            self.optimizer = None if self.best_optimizer is None else self.best_optimizer.copy()
            self.rate = self.best_rate

    def forget_best(self) -> None:
        """Let go of what was kept of the best epoch and of the last, not of the best score."""
        self.best_theta, self.best_optimizer, self.best_rate = None, None, None
        self.last_theta, self.last_optimizer, self.last_rate = None, None, None

    def restart_optimizer(self) -> None:
        """Forget the optimizer's memory, not θ: what a new call of ``fit`` does under a warm start."""
        self.optimizer, self.step, self.optimizer_samples, self.plateaus = None, 0, 0, 0

    def judge_anew(self) -> None:
        """Forget earlier scores: what is measured from now on cannot be compared with them."""
        self.best_score, self.best_epoch, self.waiting = -inf, 0, 0
        self.forget_best()
        self.history.score.clear()

    def begin_call(self, n: int = 0, rng: Any = None, dropout_key: int = 0) -> None:
        """Forget how the call before ended, and what chance decided in it; `n` examples come in the order they have."""
        self.epoch, self.kept_epoch, self.stopped_by = 0, 0, ""
        self.exhausted = self.interrupted = self.diverged = False
        self.order, self.rng, self.dropout_key, self.drawn = np.arange(n), rng, dropout_key, False
        self.last_theta, self.last_optimizer, self.last_rate, self.so_far = None, None, None, None

    def resume_call(self, n: int, *, drops: bool = False) -> None:
        """Go on with a call that was left after an epoch. drops: whether there is dropout now.

        Raises
        ------
        SettingsError
            If the state does not know where the call stood, or it was one on another number of examples.
        """
        if self.order is None or self.rng is None:
            raise SettingsError(
                "this state cannot be resumed: it is of no training run, or of one interrupted in the middle of an "
                "epoch; give one that on_epoch was handed"
            )
        if len(self.order) != n:
            raise SettingsError(
                f"this state is of a training run on {len(self.order)} examples, got {n}: give the same"
            )
        if drops and not self.dropout_key:
            self.dropout_key = draw_key(self.rng)  # it was switched on since
        if self.last_theta is not None:
            self.make_writable()
            self.theta[...], self.optimizer, self.rate = self.last_theta, self.last_optimizer, self.last_rate
            self.last_theta, self.last_optimizer, self.last_rate, self.kept_epoch = None, None, None, 0
        if self.interrupted or self.exhausted or self.stopped_by == BY_CALLBACK:
            self.stopped_by = ""
        self.exhausted = self.interrupted = False

    def forget_call(self) -> None:
        """Let go of what chance decided: the call is over, and will not be gone on with."""
        self.order, self.rng, self.dropout_key, self.drawn, self.aside = None, None, 0, False, None
        self.last_theta, self.last_optimizer, self.last_rate, self.so_far = None, None, None, None

    def judged(self, score: float, epoch: int, tol: float, *, keep: bool, last: bool = False) -> dict[str, Any]:
        """What changes with the score of an epoch; epochs without improvement are counted as scikit-learn does.

        A score that is NaN or -infinity is no improvement. ``keep``: copy θ, and what the optimizer
        remembers, where the score is the best so far. ``last``: of equal scores the later one is the best.
        """
        improved = score >= self.best_score + tol and score > -inf
        changes: dict[str, Any] = {"waiting": 0 if improved else self.waiting + 1}
        if score > self.best_score or (last and score == self.best_score > -inf):
            changes |= {"best_score": score, "best_epoch": epoch}
            if keep:
                optimizer = None if self.optimizer is None else self.optimizer.copy()
                changes |= {"best_theta": np.copy(self.theta), "best_optimizer": optimizer}
        return changes


@dataclass(frozen=True)
class Changes:
    """What the end of an epoch or iteration writes into a state.

    Whole new values and places in lists, nothing that counts up: if Ctrl-C comes while it is written, it is written
    again, and counters and curves agree.

    Attributes
    ----------
    values : dict
        Of attributes of the state.
    numbers : tuple of (list, place, number)
        Entries of the history.
    theta : array or None
        Where θ is not in the state already.
    """

    values: dict[str, Any]
    numbers: tuple[tuple[list[float], int, float], ...]
    theta: Array | None = None

    @staticmethod
    def ends_of(*pairs: tuple[list[float], float | None]) -> tuple[tuple[list[float], int, float], ...]:
        """Numbers to stand at the ends of lists; None where there is none."""
        return tuple((entries, len(entries), number) for entries, number in pairs if number is not None)

    def write(self, state: TrainState) -> None:
        """Bring them into the state; a second time changes nothing."""
        if self.theta is not None:
            state.theta[...] = self.theta
        for entries, place, number in self.numbers:
            entries[place:] = [number]
        for name, value in self.values.items():
            setattr(state, name, value)


def _writable(array: Array) -> Array:
    """The array itself where kernels can write to it, else a copy in this machine's byte order."""
    if type(array) is np.ndarray and array.flags.carray and array.dtype.isnative:  # in C order, aligned, writable
        return array
    return np.require(array, dtype=array.dtype.newbyteorder("="), requirements=["C", "A", "W"])
