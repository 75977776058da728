"""What the commands write: results to standard output, everything else to standard error, text as text."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from glassprop.ground import number_text
from glassprop.ground.note import Note, as_note
from glassprop.ground.text import LONGEST_LINE, one_line, shown, visible, visible_json

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 80
_MOST_OF_A_KIND = 100  # notes in JSON
ABOUT_SCORES = ("worse-than-guessing", "few-rows")  # kinds of notes that stand beneath the scores


def complain(message: str) -> None:
    """The one line of an error."""
    sys.stderr.write(f"glassprop: {one_line(message)}\n")
    sys.stderr.flush()


def warn(message: str) -> None:
    """A line for what went on regardless."""
    sys.stderr.write(f"warning: {one_line(message)}\n")
    sys.stderr.flush()


def say(message: str) -> None:
    """A line of progress or news; not part of the result."""
    sys.stderr.write(f"{one_line(message)}\n")
    sys.stderr.flush()


class Messages:
    """Lines that wait until the work is under way, so that a refusal is the only line of its run."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._kept: list[Note] = []
        self._open = False

    def __call__(self, message: str) -> None:
        self._notes.append(as_note(message))
        if self._open:
            say(message)

    def keep(self, note: Note) -> None:
        """Have a note as data alone: it is said elsewhere."""
        self._kept.append(note)

    def open(self) -> None:
        """Say what has waited; from now on say things at once."""
        if not self._open:
            self._open = True
            for note in self._notes:
                say(note)

    def data(self) -> list[dict[str, Any]]:
        """The notes as JSON has them; beyond so many of a kind, their number alone."""
        found, kinds = [], Counter[str]()
        for note in (*self._notes, *self._kept):
            kinds[note.kind] += 1
            if kinds[note.kind] <= _MOST_OF_A_KIND:
                found.append(note.to_dict())
        over = {kind: count - _MOST_OF_A_KIND for kind, count in kinds.items() if count > _MOST_OF_A_KIND}
        more = [Note(f"{count:,} more notes of kind {kind}", kind, number=count) for kind, count in over.items()]
        return [*found, *(note.to_dict() for note in more)]


def console_for(stream: TextIO) -> Console:
    """A rich console that takes table text literally; 80 columns and no color where there is no terminal."""
    from rich.console import Console

    class Patient(Console):
        def on_broken_pipe(self) -> None:  # rich would exit with 1; the exit code of a closed pipe is run's to give
            raise BrokenPipeError

    width = None if stream.isatty() else _PIPE_WIDTH
    return Patient(file=stream, width=width, markup=False, highlight=False, emoji=False)


def write_bytes(data: bytes | memoryview) -> None:
    """All of `data` on standard output. Unbuffered, one write may take only a part, or none at all."""
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:  # a notebook's, or one that collects text: `main` can be called from Python, too
        sys.stdout.write(bytes(data).decode(errors="backslashreplace"))
        return
    rest = memoryview(data)
    while rest:
        rest = rest[binary.write(rest) or 0 :]
    binary.flush()


def abandon_stdout() -> None:
    """Point standard output at nothing, so that Python's last flush finds no fault a second time."""
    with suppress(AttributeError, ValueError, OSError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object, one line, on standard output."""
    from glassprop.ground.json_values import to_json

    write_bytes(f"{visible_json(to_json(value))}\n".encode())


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str = "",
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> None:
    """A table on standard output; the columns numbered in `right` are numbers, those in `whole` are not wrapped."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        show_header=any(columns),
    )
    for index, name in enumerate(columns):
        stays = index in whole
        table.add_column(Text(name), justify="right" if index in right else "left", overflow="fold", no_wrap=stays)
    for row in rows:
        table.add_row(
            *(Text(encodable(str(cell) if k in whole else shown(cell, LONGEST_LINE))) for k, cell in enumerate(row))
        )
    if title:
        print_title(title)
    console = console_for(sys.stdout)
    console.print(table)
    console.print()


def print_title(title: str) -> None:
    """A title on standard output."""
    from rich.text import Text

    console_for(sys.stdout).print(Text(encodable(shown(title, LONGEST_LINE)), style="bold"))


def encodable(text: str) -> str:
    """`text` with escapes for what standard output cannot show, before the layout counts characters."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def print_line(text: str = "") -> None:
    """One line on standard output."""
    sys.stdout.write(f"{visible(text)}\n")


def print_sentence(text: str) -> None:
    """A sentence on standard output, broken between words where the line ends."""
    from rich.text import Text

    console_for(sys.stdout).print(Text(encodable(shown(text, LONGEST_LINE))))


def number(value: object) -> str:
    """A score as it is shown: four digits after the point, or four significant ones."""
    if isinstance(value, int):
        return f"{value:,}"
    return number_text.number(value, "-") if value is None or isinstance(value, float) else str(value)


def few(values: Sequence[object], most: int = 8) -> str:
    """`values` by commas; a long list is cut in the middle and counted."""
    return " ".join(few_pieces(values, most))


def few_pieces(values: Sequence[object], most: int = 8) -> list[str]:
    """The same value by value, the commas with them: text that may be broken between them alone."""
    cut = len(values) > most
    some = [*map(shown, values[: most - 2]), "…", shown(values[-1])] if cut else list(map(shown, values))
    count = f" ({len(values)})" if cut else ""
    return [*(f"{piece}," for piece in some[:-1]), *(f"{piece}{count}" for piece in some[-1:])]


def print_scores(
    scores: Mapping[str, Any],
    baseline: Mapping[str, Any] | None = None,
    intervals: Mapping[str, Sequence[float]] | None = None,
    *,
    title: str,
    against: str = "baseline",
) -> None:
    """Scores by scikit-learn's names, with their intervals and beside the baseline's where these are known."""
    beside = {
        "95 % interval": {name: f"{number(low)} to {number(high)}" for name, (low, high) in (intervals or {}).items()},
        against: {name: number(value) for name, value in (baseline or {}).items()},
    }
    known = {head: texts for head, texts in beside.items() if texts}
    rows = [
        [name, number(value), *(texts.get(name, "-") for texts in known.values())] for name, value in scores.items()
    ]
    right = list(range(1, 2 + len(known)))
    print_table(["score", "model" if known else "value", *known], rows, title=title, right=right)


def against(task: str) -> str:
    """What the baseline's scores are of."""
    return "most frequent class" if task == "classification" else "mean"
