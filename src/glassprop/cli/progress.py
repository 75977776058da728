"""Training as it is watched: a bar on a terminal, a few plain lines elsewhere. A scikit-learn callback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from glassprop.cli.output import console_for, say

_LINES = 4  # plain lines for a training of full length


class TrainingProgress:
    """Shows epochs as they end: cost, validation cost or score, time left.

    Follows scikit-learn's callback protocol; the root task is the fit, its subtasks are the epochs.

    Parameters
    ----------
    on_start : called when training first begins
    """

    def __init__(self, on_start: Callable[[], None] = lambda: None) -> None:
        self._on_start = on_start
        self._bar: Any = None
        self._networks: Any = None
        self._epochs: int | None = None
        self._epoch = 0

    def setup(self, estimator: Any, context: Any) -> None:
        self._on_start()
        self._epochs, self._epoch = context.max_subtasks, 0
        console = console_for(sys.stderr)
        if console.is_terminal and not console.is_dumb_terminal:
            self._bar = _bar(console, self._epochs)
            self._bar.start()

    def on_compiling(self, done: int, of: int) -> None:
        """Machine code is being compiled, before the first epoch."""
        if self._bar is not None:
            self._bar.update(0, state=f"compiling: {done} of {of} parts")

    def on_fold(self, done: int, of: int) -> None:
        """Networks are trained on parts of a small table, before the one of all rows."""
        self._on_start()
        if done == 0:
            say(f"small table: {of} training run(s) on parts of it choose how long to train")

    def on_network(self, done: int, of: int) -> None:
        """Networks are trained, each without a fold of the rows, and are all kept."""
        self._on_start()
        if self._networks is None:
            console = console_for(sys.stderr)
            if console.is_terminal and not console.is_dumb_terminal:
                self._networks = _bar_of_networks(console, of)
                self._networks.start()
            elif done == 0:
                say(f"{of} networks are trained, each without a fold of the rows")
        if self._networks is not None:
            self._networks.update(0, completed=done)

    def close(self) -> None:
        """No more is to be shown of networks of folds."""
        if self._networks is not None:
            self._networks.stop()
            self._networks = None

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to show before an epoch is over."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is None:
            return
        before, self._epoch = self._epoch, int(getattr(estimator, "n_iter_", self._epoch + 1))
        if not before and self._epochs:  # some epochs may have been made before the training was left
            self._epochs += self._epoch - 1
        if self._bar is not None:
            self._bar.update(0, completed=self._epoch, total=self._epochs, state=_state(estimator))
        elif not before or self._epoch % max(1, (self._epochs or 100) // _LINES) == 0:
            of = f"/{self._epochs}" if self._epochs else ""
            say(f"epoch {self._epoch}{of}: {_state(estimator)}")

    def teardown(self, estimator: Any, context: Any) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class TrialProgress:
    """Shows which remedy is tried: a bar on a terminal, a line each elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> TrialProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, done: int, of: int, name: str) -> None:
        """So many short runs are done, and that with the remedy of this name begins."""
        console = console_for(sys.stderr)
        if not console.is_terminal or console.is_dumb_terminal:
            say(f"short run {done + 1} of {of}: {name}")
            return
        if self._bar is None:
            self._bar = _bar_of_trials(console, of)
            self._bar.start()
        self._bar.update(0, completed=done, state=name)


class PassProgress:
    """Shows how far a pass over a table's rows is, on a terminal: elsewhere a refusal has to be the only line.

    Parameters
    ----------
    of : str
        What is counted.
    """

    def __init__(self, of: str = "rows") -> None:
        self._bar: Any = None
        self._what, self._of = "", of

    def __enter__(self) -> PassProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def __call__(self, what: str, done: int, of: int) -> None:
        """`done` of so many rows have been read for this purpose; the last call has all of them."""
        if what != self._what:
            self._open(what, of)
        if self._bar is not None:
            self._bar.update(0, completed=done)
        if done >= of:
            self._close()

    def _open(self, what: str, of: int) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._close()
        self._what = what
        console = console_for(sys.stderr)
        if console.is_terminal and not console.is_dumb_terminal:
            told = TextColumn(f"{of:,} {self._of}: {what}", markup=False)
            columns = told, BarColumn(bar_width=None), TaskProgressColumn(), TimeRemainingColumn()
            self._bar = Progress(*columns, console=console, transient=True, expand=True)
            self._bar.add_task("", total=of)
            self._bar.start()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar, self._what = None, ""


def _bar_of_trials(console: Any, of: int) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    name = TextColumn("{task.fields[state]}", markup=False)
    parts = TextColumn("short run"), MofNCompleteColumn(), BarColumn(bar_width=None), name
    bar = Progress(*parts, console=console, transient=True, expand=True)
    bar.add_task("", total=of, state="")
    return bar


def _bar_of_networks(console: Any, of: int) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("network"), MofNCompleteColumn(), BarColumn(bar_width=None), TimeRemainingColumn(), console=console
    )
    bar.add_task("", total=of)
    return bar


def _bar(console: Any, epochs: int | None) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[state]}", markup=False),
        TextColumn("at most"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        expand=True,
    )
    bar.add_task("", total=epochs, state="")
    return bar


def _state(estimator: Any) -> str:
    """The last epoch in a few words. A score that is the validation cost with its sign turned is left out."""
    last = {
        name: curve[-1]
        for name, attribute in (
            ("cost", "loss_curve_"),
            ("validation cost", "validation_curve_"),
            ("score", "validation_scores_"),
        )
        if (curve := getattr(estimator, attribute, None)) and curve[-1] is not None
    }
    if last.get("score") == -last.get("validation cost", float("nan")):
        del last["score"]
    return ", ".join(f"{name} {value:.4g}" for name, value in last.items())
