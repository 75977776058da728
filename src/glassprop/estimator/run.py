"""Running a fit: training between scikit-learn's manners, which are hooks, display, attributes and warnings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from glassprop.engine.plan import Data
from glassprop.errors import DivergenceError
from glassprop.estimator.callbacks import EpochHooks
from glassprop.estimator.progress import Silent, display, tell
from glassprop.estimator.validation import Held
from glassprop.training.lbfgs import train_lbfgs
from glassprop.training.loop import train
from glassprop.training.reports import EpochReport, OnEpoch, Validation
from glassprop.training.settings import Settings
from glassprop.training.state import TrainState


class DivergenceWarning(ConvergenceWarning):
    """The cost turned NaN or infinite, and training ended with the best weights of early stopping."""


# What scikit-learn says of a loss that is not finite. Its users, and its tests, look for these words.
_IN_OTHER_WORDS = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)


@contextmanager
def _scikit_learns_words() -> Iterator[None]:
    """Add scikit-learn's words to the error of a training that diverged."""
    try:
        yield
    except DivergenceError as error:
        error.args = (f"{error} (in scikit-learn's words: {_IN_OTHER_WORDS})",)
        raise


def run_stochastic(
    estimator: Any,
    data: Data,
    validation: Validation | None,
    settings: Settings,
    rng: Any,
    incremental: bool,
    told: Any,
) -> None:
    """Train in epochs, for ``fit`` or (``incremental``) one epoch of ``partial_fit``."""
    if estimator.batch_size != "auto" and estimator.batch_size > len(data):
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=4,
        )
    _forget_what_does_not_carry_over(estimator, incremental)
    dropout_key = int(rng.randint(2**32, dtype=np.uint64)) if np.any(estimator.dropout) else 0
    epochs = 1 if incremental else settings.epochs
    hooks, show = EpochHooks(estimator, told, epochs), display(estimator.verbose, epochs)
    try:
        with _scikit_learns_words():
            train(
                estimator.network_,
                estimator._state,
                data,
                settings,
                rng=rng,
                validation=validation,
                on_epoch=_teller(estimator, hooks, show),
                dropout_key=dropout_key,
                epochs=epochs,
                notify=tell,
            )
    finally:
        show.close()
        estimator._record()
        estimator._state.forget_call()
    _warn(estimator, incremental or settings.schedule.runs_to_the_end)
    hooks.fit_ended()


def _forget_what_does_not_carry_over(estimator: Any, incremental: bool) -> None:
    """What a new call of ``fit`` does not go on with, although it goes on with the weights."""
    estimator._state.forget_best()  # of this call alone, as in scikit-learn
    if not incremental:
        estimator._state.restart_optimizer()
    judged_by = (bool(estimator.early_stopping), estimator.scoring if estimator.early_stopping else None)
    if getattr(estimator, "_judged_by", judged_by) != judged_by:
        estimator._state.judge_anew()
    estimator._judged_by = judged_by


def _teller(estimator: Any, hooks: EpochHooks, show: Silent) -> OnEpoch:
    """What the training loop calls after each epoch."""

    def on_epoch(report: EpochReport) -> bool:
        estimator._record()
        if estimator.verbose and report.state.epoch == 1:
            tell(f"glassprop: {report.state.engine_why}")
        show(report)
        return hooks.epoch_ended(report.state)

    return on_epoch


def _warn(estimator: Any, meant_to_end: bool) -> None:
    """Say what scikit-learn says, interrupted or not converged (unless the epochs were meant to end); or diverged."""
    state = estimator._state
    if state.interrupted:
        estimator.interrupted_ = True
        warnings.warn("Training interrupted by user.", stacklevel=5)
    elif state.diverged:
        warnings.warn(state.stopped_by, DivergenceWarning, stacklevel=5)
    elif state.exhausted and not meant_to_end:
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the optimization "
            "hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=5,
        )


def run_lbfgs(estimator: Any, data: Data, held: Held | None, settings: Settings, told: Any) -> None:
    """Train with L-BFGS; ``held`` is only watched."""
    state = estimator._state
    hooks, show = EpochHooks(estimator, told, estimator.max_iter), display(estimator.verbose, estimator.max_iter)

    def on_iteration(state: TrainState) -> bool:
        estimator._record()
        show(EpochReport(state))
        return hooks.epoch_ended(state)

    try:
        with _scikit_learns_words():
            result = train_lbfgs(
                estimator.network_,
                state,
                data,
                settings,
                max_iterations=estimator.max_iter,
                max_calls=estimator.max_fun,
                tol=estimator.tol,
                validation=None if held is None else held.data,
                on_iteration=on_iteration,
            )
    finally:
        show.close()
        estimator._record()
    estimator.loss_ = result.cost
    _warn(estimator, meant_to_end=True)
    if result.scipy is not None and result.scipy.status != 0 and not state.stopped_by:
        warnings.warn(
            f"lbfgs failed to converge after {estimator.n_iter_} iteration(s) (status={result.scipy.status}): "
            f"{result.scipy.message}. Increase max_iter or max_fun, or scale the data.",
            ConvergenceWarning,
            stacklevel=4,
        )
    hooks.fit_ended()
