"""Running a fit: the training loop, with scikit-learn's hooks, progress display, attributes and warnings around it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from glassprop.backprop.ranks import Group
from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.errors import DivergenceError
from glassprop.estimator.callbacks import EpochHooks
from glassprop.estimator.fit_plan import FitPlan
from glassprop.estimator.job import FitKeeper
from glassprop.estimator.time_plan import Watch, planned_in_time
from glassprop.estimator.verbose import display, tell
from glassprop.influence.rows_of_fit import RowsOfFit
from glassprop.training.generators import draw_key
from glassprop.training.loop import train
from glassprop.training.ready import Ready
from glassprop.training.reports import EpochReport, Validation
from glassprop.training.state import TrainState


class DivergenceWarning(ConvergenceWarning):
    """The cost turned NaN or infinite, and training ended with the best weights of early stopping."""


# What scikit-learn says of a loss that is not finite. Its users, and its tests, look for these words.
_OTHER_WORDS = (
    " (in scikit-learn's words: Solver produced non-finite parameter weights. The input data may contain large values "
    "and need to be preprocessed.)"
)


def _add_words(error: DivergenceError) -> None:
    """Add scikit-learn's words to the error of a training that diverged."""
    error.args = (f"{error}{_OTHER_WORDS}",)


def without_other_words(error: DivergenceError) -> str:
    """What we say of it ourselves."""
    return str(error).removesuffix(_OTHER_WORDS)


@dataclass(frozen=True)
class Outside:
    """How a run shows itself: callables of the estimator's, which alone knows its attributes and callbacks.

    Attributes
    ----------
    record : callable (loss or None)
        Shows where training stands as attributes; the loss where it is known better than by the history.
    hooks : callable (epochs) -> EpochHooks
        Tells the callbacks that the fit begins.
    watch : Watch
        When the fit began; takes in the end of each epoch.
    rows : RowsOfFit
        Which rows it is on.
    report : callable (EpochReport)
        Takes in what is told of each epoch.
    ended : callable ()
        Does what is to be done at the end, where the fit is not left before it.
    """

    record: Callable[[float | None], None]
    hooks: Callable[[int], EpochHooks]
    watch: Watch
    rows: RowsOfFit | None = None
    report: Callable[[EpochReport], Any] = lambda report: None
    ended: Callable[[], None] = lambda: None


def run_stochastic(
    plan: FitPlan,
    state: TrainState,
    data: Data | Source | LanedSource,
    validation: Validation | None,
    rng: Any,
    outside: Outside,
    ready: Ready | None,
    group: Group | None = None,
    keeper: FitKeeper | None = None,
) -> None:
    """Train in epochs: all those of ``fit``, one of ``partial_fit``, or those that are left for ``resume``.

    group: the processes that share the lanes of the data; the first of them shows how it goes. keeper: who keeps it,
    and may have it in its end.
    """
    if plan.cuts_batches:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=6,
        )
    resumed = plan.call == "resume"
    dropout_key = draw_key(rng) if plan.drops and not resumed else 0
    done = state.epoch if resumed else 0
    over = keeper is not None and keeper.over
    plan = _planned(plan, state, data, validation, outside.watch, group, over=over)
    verbose = plan.verbose if group is None or group.rank == 0 else False
    left = 0 if over else max(plan.epochs - done, 0)
    hooks, show = _begun(outside, left), display(verbose, plan.epochs, is_part=plan.call == "partial_fit")

    def said(message: str) -> None:
        if not show.say(message):
            hooks.told(message)

    def on_epoch(report: EpochReport) -> bool:
        outside.report(report)
        outside.watch.note(report.state)
        if hooks.heard:
            outside.record(None)
        if verbose and report.state.epoch == done + 1:
            said(f"glassprop: {report.state.engine_why}")
        show(report)
        return hooks.epoch_ended(report.state)

    if verbose and plan.max_time is not None and plan.call != "partial_fit" and not (over or done):
        said(f"glassprop: {plan.epochs} epochs are planned in max_time={plan.max_time:g} seconds")

    def run() -> None:
        train(
            plan.network,
            state,
            data,
            plan.settings,
            rng=rng,
            validation=validation,
            on_epoch=on_epoch,
            dropout_key=dropout_key,
            epochs=plan.epochs,
            resume=resumed,
            notify=said,
            open_ended=plan.open_ended,
            ready=ready,
            group=group,
            keeper=keeper,
            looks=None if outside.rows is None else outside.rows.looks,
            reduce=getattr(group, "reduce", None),  # of a group that is not to add up in the fixed tree
        )

    try:
        if not over:
            run()
        if keeper is not None:
            keeper.ends(state)
    except DivergenceError as error:
        _add_words(error)
        raise
    finally:
        show.close()
        outside.record(None)
        if state.left and plan.call != "partial_fit":
            state.rng = deepcopy(state.rng)  # it may be one that others draw from
        else:
            state.forget_call()
    if plan.call != "partial_fit" and not state.left:
        outside.ended()
    _warn(plan, state, plan.meant_to_end)
    hooks.fit_ended()


def _begun(outside: Outside, epochs: int) -> EpochHooks:
    """The callbacks, who have been told that the fit begins, and on which rows."""
    hooks = outside.hooks(epochs)
    if outside.rows is not None:
        hooks.begin(outside.rows)
    return hooks


def _planned(
    plan: FitPlan,
    state: TrainState,
    data: Data | Source | LanedSource,
    validation: Validation | None,
    watch: Watch,
    group: Group | None,
    *,
    over: bool,
) -> FitPlan:
    """The plan with its number of epochs, which is decided once in a fit: what is gone on with keeps to it."""
    if plan.call == "partial_fit":
        state.planned = 0  # nobody knows how many calls there will be
        return plan
    if over:
        return plan
    if plan.max_time is not None and plan.call == "resume" and state.planned:
        plan = plan.of_epochs(state.planned)
    elif plan.max_time is not None:
        plan = planned_in_time(plan, state, data, validation, watch, group, tell)
    state.planned = plan.epochs
    return plan


def _warn(plan: FitPlan, state: TrainState, meant_to_end: bool) -> None:
    """Say what scikit-learn says, interrupted or not converged (unless the epochs were meant to end); or diverged."""
    if state.interrupted:
        warnings.warn("Training interrupted by user.", stacklevel=7)
    elif state.diverged:
        warnings.warn(state.stopped_by, DivergenceWarning, stacklevel=7)
    elif state.exhausted and not meant_to_end:
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({plan.settings.epochs}) reached and the optimization "
            "hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=7,
        )


def run_lbfgs(plan: FitPlan, state: TrainState, data: Data, validation: Data | None, outside: Outside) -> None:
    """Train with L-BFGS; the validation data are only watched."""
    from glassprop.training.lbfgs import train_lbfgs

    hooks, show = _begun(outside, plan.epochs), display(plan.verbose, plan.epochs)
    state.planned = plan.epochs

    def on_iteration(state: TrainState) -> bool:
        outside.record(None)
        outside.watch.note(state)
        show(EpochReport(state))
        return hooks.epoch_ended(state)

    try:
        result = train_lbfgs(
            plan.network,
            state,
            data,
            plan.settings,
            max_iterations=plan.epochs,
            max_calls=plan.max_calls,
            tol=plan.settings.tol,
            validation=validation,
            on_iteration=on_iteration,
        )
    except DivergenceError as error:
        _add_words(error)
        raise
    finally:
        show.close()
        outside.record(None)
    outside.record(result.cost)
    outside.ended()
    _warn(plan, state, meant_to_end=True)
    if result.scipy is not None and result.scipy.status != 0 and not state.stopped_by:
        warnings.warn(
            f"lbfgs failed to converge after {state.epoch} iteration(s) (status={result.scipy.status}): "
            f"{result.scipy.message}. Increase max_iter or max_fun, or scale the data.",
            ConvergenceWarning,
            stacklevel=6,
        )
    hooks.fit_ended()
