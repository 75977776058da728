"""The list of a table's columns as a terminal shows it: those of one kind share a row, and no name is broken."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from glassprop.cli.output import console_for, encodable, few_pieces, print_line, print_table, print_title
from glassprop.ground.alike import as_one, kind_of_sentence
from glassprop.ground.text import shown

_USUAL, _WIDEST = 32, 40  # cells that names get beside the reason; longer ones stand below it
_BETWEEN = 6  # cells between the columns of the table
_REASON = 24  # cells that are left for the reason at least


def print_columns(columns: Sequence[tuple[str, str, str]], most: int | None = None) -> None:
    """What each column (name, role, reason) is used as; those whose reasons differ in numbers only share a row.

    Beyond `most` rows, the rest is counted.
    """
    kinds: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, role, reason in columns:
        kinds.setdefault((role, kind_of_sentence(str(reason))), []).append((name, str(reason)))
    rows = [
        (role, _names([name for name, _ in same]), as_one([reason for _, reason in same]))
        for (role, _), same in kinds.items()
    ]
    if most is not None and len(rows) > most:
        rest = sum(map(len, list(kinds.values())[most:]))
        rows = [*rows[:most], ("…", [f"{rest:,} more"], "glassprop info shows all")]
    roles = max(len("used as"), *(len(str(role)) for role, _, _ in rows))
    longest = max((_cells(name) for _, names, _ in rows for name in names), default=0)
    room = console_for(sys.stdout).width - roles - _BETWEEN
    reasons = max((_cells(reason) for _, _, reason in rows), default=0)
    beside = max(longest, _USUAL, room - reasons)
    if longest <= _WIDEST and beside <= room - min(_REASON, reasons):
        cells = [(role, "\n".join(_wrapped(names, beside)), reason) for role, names, reason in rows]
        print_table(["used as", "columns", "why"], cells, title="Columns", whole=[1])
    else:
        _print_below(rows, roles, room)


def _names(names: list[str]) -> list[str]:
    """Names of columns, a comma behind each but the last; of many, a few."""
    return [encodable(piece) for piece in few_pieces(names)]


def _cells(text: str) -> int:
    """How wide a text is on a terminal."""
    from rich.cells import cell_len

    return cell_len(text)


def _wrapped(pieces: list[str], width: int) -> list[str]:
    """Lines of so many cells, broken between the pieces alone; a longer piece has a line of its own."""
    lines: list[str] = []
    for piece in pieces:
        if lines and _cells(lines[-1]) + 1 + _cells(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def _print_below(rows: list[tuple[str, list[str], str]], indent: int, room: int) -> None:
    """Where names are long: the reason, and the names below it."""
    print_title("Columns")
    for role, names, reason in rows:
        print_line(f"{role:{indent}}   {encodable(shown(reason))}")
        for line in _wrapped(names, room):
            print_line(f"{'':{indent}}   {line}")
    print_line()
