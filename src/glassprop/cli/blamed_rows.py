"""Rows of a table as ``glassprop blame`` lists them: their numbers, and a few of their cells, to know them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from glassprop.cli.output import encodable, print_line, print_table
from glassprop.ground.text import shown

if TYPE_CHECKING:
    from glassprop.influence.blame import Blame, Pull
    from glassprop.tables import Table

_WIDTH, _BETWEEN = 80, 3
_WIDEST = 14  # characters of a cell or a name
_MOST = 8  # columns


class Cells:
    """A few cells of each row: the first columns besides the target, which often say what a row is.

    Parameters
    ----------
    table : Table
    target : str
        Its column is not among them.
    like : Cells, optional
        Of another table, whose columns these are as far as this one has them.
    """

    def __init__(self, table: Table, target: str, like: Cells | None = None) -> None:
        self._frame = table.frame
        names: list[str] = table.frame.columns
        wanted = names if like is None else [name for name in like.columns if name in names]
        self.columns: list[str] = [name for name in wanted if name != target][:_MOST]

    def of(self, row: int) -> dict[str, Any]:
        """By column, as data."""
        return {name: self._frame[name][row] for name in self.columns}

    def texts(self, row: int) -> list[str]:
        """As they are shown."""
        return [_shown(cell) for cell in self.of(row).values()]


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{cell:.6g}" if isinstance(cell, float) else shown(cell, _WIDEST)


def print_blame(found: Blame, cells: Cells | None, asked: Cells | None, row: int) -> None:
    """All of it on standard output, 80 columns wide.

    Parameters
    ----------
    found : Blame
    cells, asked : Cells or None
        Of the training rows, and of the table that the row asked for is one of; None: none are shown.
    row : int
        The number of that one.
    """
    for line in found.about():
        print_line(encodable(line))
    print_line()
    lists = [
        [(str(pull.row), pull.label, f"{pull.score:.3g}", pull.row) for pull in pulls] for _, pulls in found.sides()
    ]
    heads = ["row", "target", "score"]
    first = [] if asked is None else [(str(row), found.label, "", row)]
    texts = [[*map(shown, line[:3])] for line in (*first, *lists[0], *lists[1])]
    columns = _that_fit(heads, texts, cells, [line[3] for part in lists for line in part])
    if asked is not None:
        _print("The row asked for", heads, first, asked, [name for name in columns if name in asked.columns])
    for (title, pulls), lines in zip(found.sides(), lists, strict=True):
        if not pulls:
            print_line(f"{title}: none")
            continue
        _print(title, heads, lines, cells, columns)


def _print(
    title: str, heads: list[str], lines: Sequence[tuple[str, str, str, int]], cells: Cells | None, columns: list[str]
) -> None:
    rows = [
        [row, shown(label, _WIDEST), score, *(_texts(cells, number, columns) if cells is not None else [])]
        for row, label, score, number in lines
    ]
    names = [shown(name, _WIDEST) for name in columns] if cells is not None else []
    print_table([*heads, *names], rows, title=title, right=(0, 2))


def _texts(cells: Cells, row: int, columns: list[str]) -> list[str]:
    found = dict(zip(cells.columns, cells.texts(row), strict=True))
    return [found[name] for name in columns]


def _that_fit(heads: list[str], texts: list[list[str]], cells: Cells | None, rows: list[int]) -> list[str]:
    """The first columns that there is room for beside number, target and score."""
    from rich.cells import cell_len

    if cells is None:
        return []
    used = sum(
        min(max(map(cell_len, [head, *(line[k] for line in texts)])), _WIDEST) + _BETWEEN
        for k, head in enumerate(heads)
    )
    found = []
    by_row = [cells.texts(row) for row in rows]
    for place, name in enumerate(cells.columns):
        used += max(map(cell_len, [shown(name, _WIDEST), *(line[place] for line in by_row)])) + _BETWEEN
        if used > _WIDTH:
            break
        found.append(name)
    return found


def pull_data(pull: Pull, cells: Cells | None) -> dict[str, Any]:
    """A listed row as JSON has it."""
    found = {"row": pull.row, "label": pull.label, "score": pull.score}
    return found if cells is None else {**found, "cells": cells.of(pull.row)}
