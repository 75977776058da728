"""How a training goes, in a notebook: one line for a fit, which is written anew as it goes on. It needs no widgets."""

from __future__ import annotations

import io
import sys
from html import escape
from time import perf_counter
from typing import Any

from glassprop.ground.tell import Told
from glassprop.ground.text import one_line
from glassprop.training.reports import EpochReport
from glassprop.training.state import TrainState

_EVERY = 0.1  # seconds between two that are seen
_APART = 4  # fits of one cell that keep a line each; those after them share the last
_CELL = "_glassprop_cell"  # where a notebook's shell keeps which cell runs, and how many fits it has had


def notebook_shell() -> Any:
    """IPython's shell, where it shows HTML and what is printed goes there; None elsewhere, as in a terminal."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or getattr(shell, "kernel", None) is None:
        return None
    return None if _is_redirected() else shell


def _is_redirected() -> bool:
    """Whether what is printed goes into a file or is kept, rather than to the notebook."""
    return isinstance(sys.stdout, io.StringIO | io.TextIOWrapper)


class NotebookLine:
    """A line of a notebook that is written anew in its place: a bar, and words."""

    def __init__(self, shell: Any) -> None:
        self._id, self.number = _place(shell)
        self._shown = self.number > _APART  # by a fit before
        self._due = 0.0

    def write(self, done: int, of: int, words: list[str], below: list[str], *, now: bool = False) -> None:
        """Show so much of a bar, words beside it, and lines under it; ten times a second at most, unless ``now``."""
        from IPython.display import display

        if not now and perf_counter() < self._due:
            return
        fit = [f"fit {self.number:,}"] if self.number >= _APART else []
        words = [one_line(one) for one in (*fit, *words) if one]
        below = [one_line(one) for one in below]
        drawn = {"text/plain": "\n".join([" · ".join(words), *below]), "text/html": _html(done, of, words, below)}
        display(drawn, raw=True, display_id=self._id, update=self._shown)
        self._shown, self._due = True, perf_counter() + _EVERY


def _place(shell: Any) -> tuple[str, int]:
    """The line of the fit that begins, and which fit of its cell it is."""
    from uuid import uuid4

    parent = getattr(shell, "parent_header", None) or {}
    cell = parent.get("msg_id") or getattr(shell, "execution_count", 0)
    before = getattr(shell, _CELL, None)
    number = before[1] + 1 if before is not None and before[0] == cell else 1
    line = before[2] if before is not None and number > _APART else f"glassprop-{uuid4().hex}"
    setattr(shell, _CELL, (cell, number, line))
    return line, number


def _html(done: int, of: int, words: list[str], below: list[str]) -> str:
    bar = f'<progress max="{max(of, 1)}" value="{done}" style="flex:0 1 16em;min-width:5em"></progress>' if of else ""
    said = "".join(f'<span style="white-space:nowrap">{escape(one)}</span>' for one in words)
    more = "".join(f'<div style="opacity:.75">{escape(one)}</div>' for one in below)
    return (
        '<div class="glassprop-progress tex2jax_ignore mathjax_ignore" style="font:13px/1.5 system-ui,sans-serif">'
        f'<div style="display:flex;flex-wrap:wrap;align-items:center;gap:0 1em">{bar}{said}</div>{more}</div>'
    )


class NotebookBar:
    """A fit: epochs, cost, validation score, time; what is to be said of it stands under the line."""

    def __init__(self, shell: Any, epochs: int) -> None:
        self._line, self._epochs = NotebookLine(shell), epochs
        self._begun, self._before = perf_counter(), sys.exception()
        self._report: EpochReport | None = None
        self._said: list[str] = []
        self._news = ""  # of many, as of a rate that goes down, the last

    def say(self, message: str) -> bool:
        """Take in a message; always, so that it is said nowhere else."""
        if isinstance(message, Told):
            words = [f"compiling: {message.done} of {message.of} parts"]
            self._line.write(message.done, message.of, words, self._said)
        else:
            self._said.append(message.removeprefix("glassprop: "))
        return True

    def __call__(self, report: EpochReport) -> None:
        """Take in an epoch."""
        self._report, self._news = report, report.message or self._news
        taken = perf_counter() - self._begun
        left = taken / report.state.epoch * max(self._epochs - report.state.epoch, 0)
        self._write(f"{_time(taken)}, at most {_time(left)} left")

    def close(self) -> None:
        """End the line: how far it came, how long it took, and why it is over where that is no plain end."""
        error = sys.exception()
        why = "" if error is None or error is self._before else f"ended by {type(error).__name__}"
        if self._report is not None and self._report.state.interrupted:
            why = "interrupted"
        self._write(_time(perf_counter() - self._begun), why, now=True)

    def _write(self, *more: str, now: bool = False) -> None:
        if self._report is None:
            self._line.write(0, 0, ["no epoch", *more], self._said, now=now)
            return
        epoch = self._report.state.epoch
        words = [f"epoch {epoch:,}/{self._epochs:,}", *seen(self._report), *more]
        self._line.write(epoch, self._epochs, words, [*self._said, *filter(None, [self._news])], now=now)


class NotebookTable:
    """A fit to a table: what is found in it, and how far its networks are. A callback of these."""

    def __init__(self, shell: Any) -> None:
        self._line, self._said = NotebookLine(shell), list[str]()
        self._begun, self._before = perf_counter(), sys.exception()
        self._last: tuple[int, int, list[str]] = 0, 0, []
        self.interrupted = False

    def say(self, message: str) -> None:
        """Something was found in the table."""
        self._said.append(message.removeprefix("glassprop: "))
        self._show(*self._last)

    def end(self) -> None:
        """All is over."""
        done, of, words = self._last
        error = sys.exception()
        why = "done" if error is None or error is self._before else f"ended by {type(error).__name__}"
        why = "interrupted" if self.interrupted else why
        self._show(of if why == "done" else done, of, [*words, why], now=True)

    def on_fold(self, done: int, of: int) -> None:
        """Another network is trained on a part of a small table, to choose how long to train."""
        self._show(done, of, [f"training {done + 1} of {of} on parts of a small table"])

    def on_network(self, done: int, of: int) -> None:
        """Another network is trained without a fold of the rows."""
        self._show(done, of, [f"network {done + 1} of {of}, without a fold of the rows"])

    def on_compiling(self, done: int, of: int) -> None:
        """Machine code is being compiled."""
        self._show(done, of, [f"compiling: {done} of {of} parts"])

    def on_begin(self, network: Any, state: TrainState) -> None:
        """A network is about to be trained."""

    def on_state(self, state: TrainState) -> None:
        """An epoch of the one network is over."""
        words = [f"epoch {state.epoch:,}/{state.planned:,}", *seen(EpochReport(state))]
        self._show(state.epoch, state.planned, words)

    def setup(self, estimator: object, context: Any) -> None:
        """Nothing to do before a fit, nor after it, nor before and after tasks."""

    on_fit_task_begin = on_fit_task_end = teardown = setup

    def _show(self, done: int, of: int, words: list[str], *, now: bool = False) -> None:
        self._last = done, of, words
        self._line.write(done, of, [*words, _time(perf_counter() - self._begun)], self._said, now=now)


def seen(report: EpochReport) -> list[str]:
    """The last epoch in words: its cost, and its score or else the cost of validation data."""
    history = report.state.history
    words = [f"cost {history.cost[-1]:.4g}"] if history.cost else []
    if history.score:
        return [*words, f"score {history.score[-1]:.4g}"]
    return [*words, f"validation cost {history.validation_cost[-1]:.4g}"] if history.validation_cost else words


def _time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02} h" if minutes >= 60 else f"{minutes}:{rest:02}"
