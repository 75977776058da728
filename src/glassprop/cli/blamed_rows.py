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
        return {name: _plain(self._frame[name][row]) for name in self.columns}

    def texts(self, row: int) -> list[str]:
        """As they are shown."""
        return [_shown(cell) for cell in self.of(row).values()]


def _plain(cell: Any) -> Any:
    """A cell that holds several values as a list of them."""
    return cell.to_list() if hasattr(cell, "to_list") else cell


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
    heads = ["row", "target", "score"]
    for line in found.about():
        print_line(encodable(line))
    print_line()
    if asked is not None:
        print_rows("The row asked about", heads[:2], [(row, [found.label if found.has_label else ""])], asked)
    for title, pulls in found.sides():
        if pulls:
            lines = [(pull.row, [pull.label, f"{pull.score:.3g}"]) for pull in pulls]
            print_rows(title, heads, lines, cells)
        else:
            print_line(f"{title}: none")


def print_rows(title: str, heads: list[str], lines: Sequence[tuple[int, list[str]]], cells: Cells | None) -> None:
    """Rows with as many of their cells as there is room for.

    heads: of the number and what is said of a row; lines: the number, and that.
    """
    told = [[str(number), *(shown(text, _WIDEST) for text in texts)] for number, texts in lines]
    columns = [] if cells is None else _that_fit([heads, *told], cells, [number for number, _ in lines])
    names = [shown(name, _WIDEST) for name in columns]
    rows = [
        [*line, *([] if cells is None else cells.texts(number)[: len(columns)])]
        for line, (number, _) in zip(told, lines, strict=True)
    ]
    scores = (heads.index("score"),) if "score" in heads else ()
    print_table([*heads, *names], rows, title=title, right=(0, *scores))


def _that_fit(lines: list[list[str]], cells: Cells, rows: list[int]) -> list[str]:
    """The first columns that there is room for beside what is said of each row."""
    from rich.cells import cell_len

    used = sum(max(map(cell_len, column)) + _BETWEEN for column in zip(*lines, strict=True))
    by_row = [cells.texts(row) for row in rows]
    for place, name in enumerate(cells.columns):
        used += max(map(cell_len, [shown(name, _WIDEST), *(line[place] for line in by_row)])) + _BETWEEN
        if used > _WIDTH + _BETWEEN - 1:
            return cells.columns[:place]
    return cells.columns


def pull_data(pull: Pull, cells: Cells | None) -> dict[str, Any]:
    """A listed row as JSON has it."""
    found = {"row": pull.row, "label": pull.label, "score": pull.score}
    return found if cells is None else {**found, "cells": cells.of(pull.row)}
