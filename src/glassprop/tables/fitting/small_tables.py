"""What a table too small to spare rows for stopping learns from folds: decay, number of epochs, and how sure to be.

Networks are trained on all folds but one, and watched on that one. The weight decay and the epoch at which their loss
is least, averaged over folds, are those of the network of all rows; and what it says is drawn towards the guess that
knows no columns as far as what they say would have to be. An epoch is judged by the loss after that, where there are
classes. See docs/decisions/0023-small-tables.md and 0036-tempered-epochs.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from glassprop.errors import DivergenceError
from glassprop.tables.fitting.final_step import ClassWeight
from glassprop.tables.fitting.folds import Fold

# How sure the network may be, between the guess (0) and what it was trained to say (1). Never 0: a network all of whose
# predictions are the same has nothing to explain.
SURE = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
_SMOOTHED = 3  # epochs over which losses are averaged before the least is looked for
_LEAST_SHARE = 1e-7  # what float32 can tell from 0 beside 1


@dataclass(frozen=True)
class FoldsChoice:
    """What folds choose: how long to train, with which decay, and how far to trust what comes of it.

    Attributes
    ----------
    weight_decay : float
        With which the loss on rows kept apart was least,
    epochs : int
        and after which epoch.
    sure : float
        How far predictions may go from the guess, 0 to 1.
    folds : int
    loss, loss_of_guess : float
        Averaged over the rows kept apart: log loss, or squared error in units of the standardized target.
    rows : str
        Where the networks of the folds are the model: a digest by which rows and folds are known again.
    curves : tuple of dict
        Of each network that is in the model: training and validation, costs by epoch, and best_epoch.
    """

    weight_decay: float
    epochs: int
    sure: float
    folds: int
    loss: float
    loss_of_guess: float
    curves: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    rows: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; without rows and curves where no network of a fold is in the model."""
        return {name: value for name, value in asdict(self).items() if name not in ("rows", "curves") or value}


class _Watch:
    """A callback that keeps what the network says of the rows kept apart, after each epoch."""

    def __init__(self, X: np.ndarray, tell: Callable[[str, int, int], None], done: int, of: int) -> None:
        self.said: list[np.ndarray] = []
        self.X, self._tell, self._place = X, tell, (done, of)

    def setup(self, estimator: Any, context: Any) -> None:
        self._tell("on_fold", *self._place)  # only now is it sure that there is nothing to refuse

    def on_compiling(self, done: int, of: int) -> None:
        """Passed on to whoever shows the training."""
        self._tell("on_compiling", done, of)

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is not None:
            self.said.append(outputs_of(estimator, self.X))

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""


class StopAfter:
    """A callback that ends training after so many epochs of a schedule that would go on."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        return context.parent is not None and estimator.n_iter_ >= self._epochs

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""


def learn_from_folds(
    make: Callable[[int, float], Any],
    decays: Sequence[float],
    X: Any,
    y: np.ndarray,
    weights: np.ndarray | None,
    folds: Sequence[Fold],
    *,
    classification: bool,
    drawn: bool = True,
    class_weight: ClassWeight,
    epochs: int,
    listeners: Sequence[Any] = (),
) -> FoldsChoice | None:
    """Train networks on all folds but each, and see when their loss on that one is least; None where none can be.

    Parameters
    ----------
    make : callable (rows, weight decay) -> estimator
        An unfitted one, for so many rows.
    decays : sequence of float
        Those that are tried.
    X, y, weights
        All rows to train on, as the network has them.
    folds : sequence of (train, kept)
    classification : bool
    drawn : bool
        Whether what the network says may be drawn towards the guess; not where amounts are no linear function of what
        its last layer makes.
    class_weight : {"balanced"}, mapping or None
    epochs : int
        Of the schedule.
    listeners : sequence
        Those callbacks that show the training: their ``on_fold(done, of)`` and ``on_compiling(done, of)`` are called.

    Raises
    ------
    KeyboardInterrupt
        Training was interrupted: of the network of all rows there is nothing yet.
    """
    counted = counted_as(y, weights, class_weight)
    sound = [usable(fold, y, counted, classification=classification) for fold in folds]
    trials = [(decay, train, kept) for decay in decays for train, kept in sound if len(kept)]
    rows = float(sum(counted[kept].sum() for _, kept in sound))
    losses = {decay: np.zeros((epochs, len(SURE))) for decay in decays}

    def tell(hook: str, done: int, of: int) -> None:
        for listener in listeners:
            if hasattr(listener, hook):
                getattr(listener, hook)(done, of)

    guessed = 0.0
    for done, (decay, train, kept) in enumerate(trials):
        watch = _Watch(X[kept], tell, done, len(trials))
        said, classes = _said(make(len(train), decay), X, y, weights, train, watch, epochs)
        of_fold, of_guess = losses_of(said, y, counted, train, kept, classes)
        if not drawn:
            of_fold[:, :-1] = np.inf
        losses[decay] += of_fold / rows
        guessed += of_guess / rows / len(decays)
    if not trials:
        return None
    choices = [_choice(losses[decay], decay, guessed, len(folds), tempered=classification) for decay in decays]
    return min((choice for choice in choices if choice is not None), key=lambda choice: choice.loss, default=None)


def usable(fold: Fold, y: np.ndarray, counted: np.ndarray, *, classification: bool) -> Fold:
    """The fold without what says nothing; no row is kept apart where it all says nothing."""
    train, kept = fold
    if classification:  # a class that no other fold has cannot be learned, and one alone neither
        kept = kept[np.isin(y[kept], y[train]) & (len(np.unique(y[train])) > 1)]
    return train, kept if counted[kept].any() and counted[train].any() else kept[:0]


def _said(
    estimator: Any,
    X: Any,
    y: np.ndarray,
    weights: np.ndarray | None,
    train: np.ndarray,
    watch: _Watch,
    epochs: int,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Train on some rows; what was said of others after each epoch (n_epochs, n_kept, ...), and the classes."""
    estimator.set_callbacks(watch)
    try:
        estimator.fit(X[train], y[train], sample_weight=None if weights is None else weights[train])
    except DivergenceError:  # later epochs are as bad as can be
        if not watch.said:
            raise
        watch.said.append(np.full_like(watch.said[-1], np.nan))
    if getattr(estimator, "interrupted_", False):
        raise KeyboardInterrupt
    last = watch.said[-1]
    return np.stack([*watch.said, *[last] * (epochs - len(watch.said))][:epochs]), getattr(estimator, "classes_", None)


def outputs_of(estimator: Any, X: Any) -> np.ndarray:
    """As they are: a share or shares, or the standardized target. (n_rows, n_outputs)"""
    return np.asarray(estimator.network_.predict(estimator.theta_, X, engine=estimator.engine_), dtype=np.float64)


def losses_of(
    said: np.ndarray,
    y: np.ndarray,
    counted: np.ndarray,
    train: np.ndarray,
    kept: np.ndarray,
    classes: np.ndarray | None,
) -> tuple[np.ndarray, float]:
    """Sums over the rows kept apart: (n_epochs, n_sure), and that of the guess. classes: those of rows to train on."""
    if classes is None:
        amounts = said[:, None, :, 0] * SURE[:, None]
        mean = np.average(y[train], weights=counted[train])
        return _finite((amounts - y[kept]) ** 2 @ counted[kept]), float((mean - y[kept]) ** 2 @ counted[kept])
    shares = said if said.shape[2] > 1 else np.concatenate([1 - said, said], axis=2)
    prior = np.log(shares_of(y[train], counted[train]))
    logs = np.log(np.clip(shares, _LEAST_SHARE, 1.0))[:, None] * SURE[:, None, None]
    logs = logs + prior * (1 - SURE)[:, None, None]
    true = np.searchsorted(classes, y[kept])
    of_true = np.take_along_axis(logs, true[None, None, :, None], axis=3)[..., 0]
    losses = np.logaddexp.reduce(logs, axis=3) - of_true
    return _finite(losses @ counted[kept]), float(-prior[true] @ counted[kept])


def _finite(losses: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(losses), np.inf, losses)


def counted_as(y: np.ndarray, weights: np.ndarray | None, class_weight: ClassWeight) -> np.ndarray:
    """How much each row counts in training. (n_rows,)"""
    counted = np.ones(len(y)) if weights is None else weights
    return counted if class_weight is None else counted * compute_sample_weight(class_weight, y)


def shares_of(y: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Of the classes among rows, which count so much. (n_classes,), none of them 0."""
    _, number = np.unique(y, return_inverse=True)
    counts = np.bincount(number, weights=counted)
    return np.clip(counts / counts.sum(), _LEAST_SHARE, 1.0)


def _choice(losses: np.ndarray, decay: float, guessed: float, folds: int, *, tempered: bool) -> FoldsChoice | None:
    """The epoch that is judged best, and how sure networks should be then."""
    smooth = smoothed(as_judged(losses, tempered=tempered))
    epoch = int(np.argmin(smooth))
    if not np.isfinite(smooth[epoch]):
        return None
    sure = len(SURE) - 1 - int(np.argmin(losses[epoch, ::-1]))  # of equals, the surest
    return FoldsChoice(decay, epoch + 1, float(SURE[sure]), folds, float(losses[epoch, sure]), guessed)


def as_judged(losses: np.ndarray, *, tempered: bool) -> np.ndarray:
    """What an epoch is judged by: the loss of networks as they are, or tempered, as sure as they should be then.

    Networks of classes become too sure long before they have learned what there is; how far amounts go from their
    mean says less of that, and of noise it is chosen in vain. losses (..., n_sure) -> (...)
    """
    return losses.min(axis=-1) if tempered else losses[..., -1]


def smoothed(losses: np.ndarray) -> np.ndarray:
    """Averaged over neighboring epochs; beside an epoch in which a network diverged, as it is. (n_epochs,)"""
    padded = np.pad(losses, (_SMOOTHED // 2, _SMOOTHED // 2), mode="edge")
    smooth = np.convolve(padded, np.full(_SMOOTHED, 1 / _SMOOTHED), mode="valid")
    return np.where(np.isfinite(smooth), smooth, losses)


def be_as_sure(estimator: Any, sure: float, shares: np.ndarray | None) -> None:
    """Draw what a fitted network says towards a guess, by the weights and biases of its last layer.

    Probabilities p become proportional to p^sure · q^(1 - sure) with the shares q of classes (n_classes,); amounts
    become sure times as far from the mean, which is 0 in units of the standardized target.
    """
    if sure == 1:
        return
    network, theta = estimator.network_, estimator.theta_.copy()
    last = network.dense_layers[-1]
    if shares is None:
        offset: Any = 0.0
    else:
        logs = np.log(shares)
        offset = logs if len(logs) > 2 else logs[1] - logs[0]
    network.w(theta, last)[...] *= sure
    bias = network.b(theta, last)
    bias[...] = sure * bias + (1 - sure) * offset
    estimator.theta_ = theta
