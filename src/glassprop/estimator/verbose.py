"""What ``verbose`` shows: a progress bar on a terminal and in a notebook, scikit-learn's plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import Any

from glassprop.estimator.notebook_bar import NotebookBar, notebook_shell
from glassprop.ground.tell import Told
from glassprop.training.reports import EpochReport


def tell(message: str) -> None:
    """Say something on standard error, apart from results; how far something is, on a terminal alone."""
    if not isinstance(message, Told):
        _write_to(sys.stderr, message)
    elif _is_terminal(sys.stderr):
        sys.stderr.write(f"\r{message}" + "\n" * (message.done == message.of))


class Silent:
    """Says nothing."""

    def __call__(self, report: EpochReport) -> None:
        """Take in an epoch."""

    def say(self, message: str) -> bool:
        """Take in a message; returns whether it is shown here, and need not be said elsewhere."""
        return False

    def close(self) -> None:
        """End the display."""


class Lines(Silent):
    """The lines that scikit-learn prints, one an epoch, on standard output."""

    def __call__(self, report: EpochReport) -> None:
        history = report.state.history
        _write(f"Iteration {report.state.epoch}, loss = {history.cost[-1]:.8f}")
        if history.score:
            _write(f"Validation score: {history.score[-1]:f}")
        if report.message:
            _write(report.message)


def _write(line: str) -> None:
    _write_to(sys.stdout, line)


def _write_to(stream: Any, line: str) -> None:
    if stream is not None:  # as of a program without a console
        stream.write(line + "\n")


def _is_terminal(stream: Any) -> bool:
    return hasattr(stream, "isatty") and bool(stream.isatty())


class Bar(Silent):
    """A bar on standard error: epochs, cost, validation score, time left."""

    def __init__(self, epochs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("epoch {task.completed}/{task.total}"),
            BarColumn(bar_width=None),
            TextColumn("{task.description}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("", total=epochs)
        self._progress.start()

    def __call__(self, report: EpochReport) -> None:
        history = report.state.history
        text = f"cost {history.cost[-1]:.4g}"
        if history.score:
            text += f" · score {history.score[-1]:.4g}"
        elif history.validation_cost:
            text += f" · validation cost {history.validation_cost[-1]:.4g}"
        self._progress.update(self._task, completed=report.state.epoch, description=text)
        if report.message:
            self._progress.console.print(report.message, markup=False, highlight=False)

    def close(self) -> None:
        self._progress.stop()


def display(verbose: Any, epochs: int, *, is_part: bool = False) -> Silent | NotebookBar:
    """Choose by ``verbose``, and by whether people look at a terminal or a notebook.

    is_part: whether this is an epoch of many calls, which in a notebook are lines below each other.
    """
    if not verbose:
        return Silent()
    if _is_terminal(sys.stdout) and _is_terminal(sys.stderr):
        return Bar(epochs)
    shell = None if is_part else notebook_shell()
    if shell is not None:
        return NotebookBar(shell, epochs)
    return Lines()
