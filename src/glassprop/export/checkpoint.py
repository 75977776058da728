"""``Checkpoint``: a callback that keeps a fit on the disk while it runs, so that it can be gone on with bit for bit."""

from __future__ import annotations

import os
import time
import warnings
from math import isfinite
from numbers import Integral, Real
from pathlib import Path
from signal import SIGTERM
from typing import Any

from glassprop.errors import DataError, ModelFileError, SettingsError
from glassprop.estimator.job import Job
from glassprop.estimator.left import Left
from glassprop.export.checkpoint_file import Kept
from glassprop.export.checkpoint_folder import CheckpointFolder
from glassprop.ground.note import Note, NoteWarning, Say
from glassprop.ground.stop_signals import StopSignals
from glassprop.ground.text import quoted
from glassprop.training.state import TrainState

_TOLD = "checkpoint-progress"  # the kind of a note that is no warning


class Checkpoint:
    """A callback that saves the state of a fit to a folder from time to time, and can go on from there.

    After a crash, a kill or a power cut, the fit can be completed to the same bits as if nothing had happened: set the
    same callback with ``resume=True`` on an estimator with the same arguments, and call ``fit`` with the same data. On
    Ctrl-C and SIGTERM a checkpoint is written first; then Ctrl-C ends the fit as usual, and SIGTERM ends Python with
    code 143.

    Parameters
    ----------
    folder : str or path-like
        Created if it does not exist. It belongs to one job: a folder that already has checkpoints is refused without
        ``resume``.
    every : float, default=60.0
        Seconds from one checkpoint to the next.
    keep : int, default=3
        How many checkpoints are kept.
    resume : bool, default=False
        Whether to go on from the newest complete checkpoint; if there is none, the fit starts from the beginning.
    on_message : callable (str), optional
        Called with what happens: where it goes on from, which checkpoint is damaged, that the disk is full. None:
        problems become warnings.

    Notes
    -----
    Several fits with one callback, such as those of a search in one process, are numbered, and each has checkpoints of
    its own; fits that were completed are read from there. Fits by L-BFGS and calls of ``partial_fit`` are refused.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import Checkpoint, MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clf = MLPClassifier((8,), max_iter=30, random_state=0).set_callbacks(Checkpoint(folder, every=60))
    ...     first = clf.fit(X, y).theta_
    ...     clf = MLPClassifier((8,), max_iter=30, random_state=0).set_callbacks(Checkpoint(folder, resume=True))
    ...     bool((clf.fit(X, y).theta_ == first).all())  # it had come to its end
    True
    """

    folder: str
    every: float
    keep: int
    resume: bool
    on_message: Say | None
    over: int
    has_written: bool

    def __init__(
        self,
        folder: str | os.PathLike[str],
        every: float = 60.0,
        keep: int = 3,
        *,
        resume: bool = False,
        on_message: Say | None = None,
    ) -> None:
        if not isinstance(folder, str | os.PathLike) or not os.fspath(folder):
            raise SettingsError(f"folder must be the path of a folder, got {quoted(folder, 60)}")
        if isinstance(every, bool) or not isinstance(every, Real) or not (isfinite(every) and every >= 0):
            raise SettingsError(f"every must be a number of seconds, 0 or more, got {quoted(every, 60)}")
        if isinstance(keep, bool) or not isinstance(keep, Integral) or keep < 1:
            raise SettingsError(f"keep must be a whole number of 1 or more, got {quoted(keep, 60)}")
        self.folder, self.every, self.keep, self.resume = os.fspath(folder), float(every), int(keep), bool(resume)
        self.on_message = on_message
        self.over, self.has_written = 0, False  # fits that came to their end; whether what is there is ours

    def begin_fit(self, job: Job, left: Left, *, reads: bool = True, writes: bool = True) -> Any:
        """A fit of an estimator begins, or is to be gone on with: called by the estimator."""
        self.refuse_others()
        folder, say = CheckpointFolder(self.folder), self.on_message or _warn
        if writes:
            folder.make()
        try:
            found = folder.newest(self.over + 1, say) if self.resume and reads else None
            if found is not None:
                _refuse_another(*found, job, left, say)
        except BaseException:
            folder.close()
            raise
        if self.resume and reads and found is None and not self.over:
            say(Note(f"there is no checkpoint to resume from in {folder}: training starts from the beginning", _TOLD))
        return _Keeping(self, folder, job, left, found, say, writes)

    def refuse_others(self) -> None:
        """Refuse a folder that has checkpoints which are not to be gone on with.

        Raises
        ------
        SettingsError
        """
        folder = CheckpointFolder(self.folder)
        if folder.files() and not (self.resume or self.has_written):
            raise SettingsError(
                f"{folder} has checkpoints of a training run: resume it (resume=True, or --resume), or name another "
                "folder"
            )

    # --- scikit-learn's protocol, of which there is nothing to be done ----------------------------------------

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to do before a fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Nothing to do after an epoch."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing to do after a fit."""


class _Keeping:
    """One fit that is kept."""

    def __init__(
        self,
        callback: Checkpoint,
        folder: CheckpointFolder,
        job: Job,
        left: Left,
        found: tuple[Path, Kept] | None,
        say: Say,
        writes: bool,
    ) -> None:
        self._callback, self._folder, self._job, self._rows, self._say = callback, folder, job, left, say
        self._fit, self._writes = callback.over + 1, writes
        self.state = None if found is None else found[1].state
        self.left = None if found is None else found[1].left
        self.over = found is not None and found[1].ended
        self._newest = None if found is None else found[0]
        self._signals = StopSignals()
        self._signals.start()
        self._next = time.monotonic() + callback.every

    def due(self) -> bool:
        """Whether it is time, or a signal came."""
        self._signals.waits = True
        return bool(self._signals.heard) or (self._writes and time.monotonic() >= self._next)

    def keep(self, state: TrainState) -> None:
        """Write a checkpoint; then end, if a signal asks for that.

        Raises
        ------
        KeyboardInterrupt, TerminatedExit
        """
        self._write(state, ended=False)
        if not self._signals.heard:
            return
        if not self._writes:
            then = "it can be resumed (resume=True, or --resume)"
        elif self._newest is None:
            then = "no checkpoint could be written, so it has to start from the beginning"
        else:
            then = f"it can be resumed from {quoted(os.fspath(self._newest))} (resume=True, or --resume)"
        if self._signals.heard != SIGTERM:
            self._say(Note(f"training was stopped; {then}", _TOLD))
        self._signals.answer(f"terminated; {then}")

    def ends(self, state: TrainState) -> None:
        """Write the end down; of a fit that Ctrl-C ended only if it did not wait for a checkpoint.

        Raises
        ------
        TerminatedExit
            SIGTERM came when the end was so near that nobody asked any more; Ctrl-C is then told by the state.
        """
        if self.over:
            self._callback.over += 1
        elif not state.interrupted:
            self._write(state, ended=True)
            self._callback.over += 1
            state.interrupted = bool(self._signals.heard)
            if self._signals.heard == SIGTERM:
                self._signals.answer(f"terminated; training had ended, and {self._then()}")
        elif not self._signals.heard and state.left:
            self._write(state, ended=False)

    def _then(self) -> str:
        """Where it can be gone on with, in words."""
        if self._newest is None:
            return "no checkpoint could be written, so it has to start from the beginning"
        return f"it can be resumed from {quoted(os.fspath(self._newest))} (resume=True, or --resume)"

    def close(self) -> None:
        """Give back the signals, and the folder."""
        self._signals.stop()
        self._folder.close()

    def _write(self, state: TrainState, *, ended: bool) -> None:
        if not self._writes:
            self._callback.has_written = True  # another process does, for this one too
            return
        rows = self.left or self._rows
        try:
            kept = Kept(self._job, state, rows, ended)
            self._newest = self._folder.write(self._fit, kept, 1 if ended else self._callback.keep)
            self._callback.has_written = True
        except ModelFileError as error:
            older = "earlier checkpoints stay" if self._folder.files(self._fit) else "there is none so far"
            self._say(Note(f"no checkpoint was written ({error}): training goes on, and {older}", "checkpoint"))
        self._next = time.monotonic() + self._callback.every


def _refuse_another(path: Path, kept: Kept, job: Job, left: Left, say: Say) -> None:
    """Refuse a checkpoint of another job; say where it goes on, and what may make its bits others.

    Raises
    ------
    SettingsError, DataError
    """
    try:
        kept.job.refuse_another(job)
        kept.left.refuse_other(left)
    except (SettingsError, DataError) as error:
        raise type(error)(
            f"cannot resume from {quoted(os.fspath(path))}: {error}; a training run is resumed as it was begun: give "
            "the same, or another folder"
        ) from None
    state = kept.state
    step = f", step {state.steps_made}" if state.steps_made else ""
    where = "which had come to its end" if kept.ended else f"after epoch {state.epoch}{step}"
    say(Note(f"training is resumed from {quoted(path.name)}, {where}", _TOLD))
    cautions = kept.job.cautions(job)
    if cautions and not kept.ended:
        say(Note(f"bits may differ from those of an uninterrupted run: {'; '.join(cautions)}", "checkpoint"))


def _warn(message: str) -> None:
    """What is amiss; not how far things are."""
    if not (isinstance(message, Note) and message.kind == _TOLD):
        warnings.warn(NoteWarning(message if isinstance(message, Note) else Note(message)), stacklevel=2)
