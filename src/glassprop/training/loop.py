"""The training loop: epochs, validation, stopping. It prints nothing; ``on_epoch`` is told what happened."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, cast

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.ranks import Group, LaneSums, Ranks, Reduce, SumsOverRanks, any_rank, asked_among
from glassprop.engine.blas_threads import ONE_THREAD
from glassprop.engine.choose import Notify
from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.errors import SettingsError
from glassprop.training.epochs import Epochs
from glassprop.training.keeping import Keeper
from glassprop.training.lanes import is_laned
from glassprop.training.looks import Looks
from glassprop.training.ready import Ready
from glassprop.training.reports import OnEpoch, Validation
from glassprop.training.state import BY_CALLBACK, BY_USER, TrainState
from glassprop.training.train_settings import Settings


def train(
    architecture: Architecture,
    state: TrainState,
    data: Data | Source | LanedSource,
    settings: Settings,
    *,
    rng: Any = None,
    validation: Validation | None = None,
    on_epoch: OnEpoch | None = None,
    dropout_key: int = 0,
    epochs: int | None = None,
    resume: bool = False,
    notify: Notify | None = None,
    reduce: Reduce | None = None,
    group: Group | None = None,
    checked: bool = False,
    open_ended: bool = False,
    ready: Ready | None = None,
    keeper: Keeper | None = None,
    looks: Looks | None = None,
) -> TrainState:
    """Train until the epochs are over, the score stops improving, ``on_epoch`` returns True, or Ctrl-C.

    However it ends, where the best weights of a validation score are kept, it ends with them. So it does if a cost
    turns NaN or infinite: that epoch is in the history, its score as NaN, and ``state.diverged`` and
    ``state.stopped_by`` say so.

    Parameters
    ----------
    state : TrainState
        Holds θ; changed in place and returned.
    data : Data, Source or LanedSource
        Arrays, which each epoch takes in an order of its own; or what gives blocks of them, or lanes, in its order.
    rng : numpy Generator (or RandomState)
        Shuffles; nothing else is drawn from it.
    dropout_key : int
        Seeds the dropout masks (32 bits).
    epochs : int, optional
        Stop after so many; the schedule still reckons with ``settings.epochs``.
    resume : bool
        Go on with the call that the state was left in, as if nothing had happened; ``rng`` and ``dropout_key`` are
        the state's. A key that it lacks, since nothing was dropped before, is drawn from its generator.
    notify : callable (str), optional
        Called when machine code has to be compiled first, which happens once per machine if it can be cached.
    reduce : callable (vector), optional
        Makes of this process's sums those over all that train this network together: see ``Network.train``.
    group : Group, optional
        The processes that share the lanes of a LanedSource, each of which has it whole: bits do not depend on how many
        there are, unless there is a ``reduce``, which adds up as it likes.
    checked : bool
        Whether the arrays, those of validation too, have been looked at already, as ``given_examples`` does.
    open_ended : bool
        Whether more calls may follow, nobody can say how many: then ``engine="auto"`` reckons with more than this one.
    ready : Ready, optional
        What earlier calls have made with the same architecture, settings and θ, and the next may use again: only after
        one that came to its end.
    keeper : Keeper, optional
        Asked between steps, every few tenths of a second at most, whether it is to be handed the state to keep. What it
        raises ends training.
    looks : Looks, optional
        Says which epochs are to show what they see of each row, and where: of arrays in memory.

    Raises
    ------
    DivergenceError
        If a cost turns NaN or infinite, that of validation data included where training is judged by them, and there
        are no best weights to go back to; ``state``, which is the error's too, then holds the weights of the last good
        epoch, or those it began with.
    DerivativeError, DataError, SettingsError
        Before the first step, if something cannot be trained on.
    """
    n = len(data) if isinstance(data, Data) else 0  # whose order is the loop's
    if resume:
        state.resume_call(n, drops=any(layer.dropout for layer in architecture.layers))
    else:
        state.begin_call(n, rng, dropout_key)
    ranks = _ranks(data, reduce, group)
    length = None if open_ended else settings.epochs  # of which this call may make a part
    began = (state.engine, state.engine_why) if resume else ("", "")

    def made() -> Epochs:
        return Epochs(architecture, state, data, settings, validation, notify, ranks, group, checked, length, began)

    run = ready.run(data, state, made) if ready is not None and isinstance(data, Data) else made()
    run.epochs, run.keeper, run.looks = settings.epochs if epochs is None else epochs, keeper, looks
    if resume and state.epoch:
        run.decide()  # it may have been left before that; a second time changes nothing
    try:
        with ONE_THREAD if run.needs_one_thread else nullcontext():
            while not state.stopped_by:
                message = run.epoch() or run.decide()
                stop = on_epoch is not None and bool(on_epoch(run.report(message)))
                if any_rank(ranks, stop) and not state.stopped_by:
                    state.stopped_by = BY_CALLBACK
                if keeper is not None and not state.stopped_by and asked_among(ranks, 0, keeper.due):
                    keeper.keep(state)
    except KeyboardInterrupt:
        run.settle()
        if group is not None and group.size > 1:
            raise  # the others have to hear of it: they wait for this process
        state.interrupted, state.stopped_by = True, BY_USER
    except BaseException:  # a scorer or a user-defined function failed, or a callback
        run.settle()
        raise
    finally:
        run.feed.close()
        if run.keeps_best:
            state.restore_best()
    return state


def _ranks(data: Data | Source | LanedSource, reduce: Reduce | None, group: Group | None) -> Ranks | None:
    """Who makes sums over all processes of those here.

    Raises
    ------
    SettingsError
    """
    if group is not None and not is_laned(data):
        raise SettingsError(f"a group of processes shares the lanes of a LanedSource, got a {type(data).__name__}")
    if reduce is not None:
        return SumsOverRanks(reduce)
    return None if group is None else LaneSums(group, len(cast(LanedSource, data).lanes))
