"""The training rows that drove one prediction, with their cells, as an HTML page and as data of a section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glassprop.errors import DataError
from glassprop.ground.text import shown
from glassprop.influence.blame import Blame
from glassprop.training_report.html_pages import html_page
from glassprop.training_report.shown_rows import MOST_COLUMNS, ShownRows, rows_to_show

_BAR = 100  # how long the bar of the strongest row is


def blame_page(
    blame: Blame,
    rows: Any,
    *,
    names: Sequence[str] | None = None,
    numbers: Sequence[int] | None = None,
    asked: Any = None,
    target: str = "the label",
    source: str = "",
) -> str:
    """An HTML document of a `Blame`: proponents and opponents with their cells and scores. It loads and runs nothing.

    Parameters
    ----------
    blame : Blame
        As ``clf.blame`` gives it.
    rows : data frame, or array or CSR matrix (n_rows, n_columns)
        The training rows, as a person is to see them.
    names : sequence of str, optional
        Of the columns of an array.
    numbers : sequence of int (n_rows,), optional
        What each row is called; without, they are counted from 0.
    asked : data frame or array (1, n_columns), optional
        The row whose prediction was examined, if it is not a training row; without it, its cells are not shown.
    target, source : str
        What labels are of, and where the rows come from.

    Returns
    -------
    str
        One HTML document.

    Raises
    ------
    DataError
        If there is another number of rows or names, or the row that was asked for has other columns.
    MissingPackageError
        If jinja2, or for a data frame narwhals, is not installed.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> from glassprop.showing import blame_page
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), learning_rate_init=0.02, max_iter=500, random_state=0).fit(X, y)
    >>> blame_page(clf.blame(X, y, row=70), X).startswith("<!DOCTYPE html>")
    True
    """
    table = rows_to_show(rows, names)
    n = len(blame.scores)
    if table.n_rows != n or (numbers is not None and len(numbers) != n):
        raise DataError(f"the scores are of {n} training rows, and there are {table.n_rows} to show")
    other = None if asked is None else rows_to_show(asked, names)
    if other is not None and (other.n_rows != 1 or other.names != table.names):
        raise DataError("the row that was asked for is one row with the columns of the training rows")
    found = blame_section(blame, table, numbers=numbers, asked=other)
    return html_page("blame_page.html", found=found, target=target, source=source)


def blame_section(
    blame: Blame,
    table: ShownRows,
    *,
    numbers: Sequence[int] | None = None,
    asked: ShownRows | None = None,
) -> dict[str, Any]:
    """What a page, or a section, shows of a `Blame`, as plain data: rows by their numbers, with cells."""
    found = blame.to_dict()
    pulls = [*found["proponents"], *found["opponents"]]
    listed = [pull["row"] for pull in pulls]
    most = max((abs(pull["score"]) for pull in pulls), default=0.0)
    seen = _looks(table, listed)
    own = _looks(asked, [0]) if asked is not None else _looks(table, [found["row"]]) if found["row"] is not None else []

    def told(pull: Mapping[str, Any], look: Mapping[str, Any]) -> dict[str, Any]:
        length = round(_BAR * abs(pull["score"]) / most, 1) if most else 0.0
        return {**pull, "row": _number(pull["row"], numbers), "bar": length, **look}

    lines = [told(pull, look) for pull, look in zip(pulls, seen, strict=True)]
    many = len(found["proponents"])
    return {
        **found,
        "label": found["label"] if blame.has_label else "",
        "titles": [title for title, _ in blame.sides()],
        "row": None if found["row"] is None else _number(found["row"], numbers),
        "picture": table.picture is not None,
        "columns": [] if table.picture else [shown(name) for name in table.names[:MOST_COLUMNS]],
        "more_columns": 0 if table.picture else max(0, len(table.names) - MOST_COLUMNS),
        "asked": own[0] if own else None,
        "proponents": lines[:many],
        "opponents": lines[many:],
    }


def _number(row: int, numbers: Sequence[int] | None) -> int:
    return row if numbers is None else int(numbers[row])


def _looks(table: ShownRows, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Cells, or a picture, of each row."""
    picture = table.picture
    if picture and rows:
        return [{"cells": [], "image": image} for image in table.pictures(rows, picture)]
    return [{"cells": cells, "image": ""} for cells in table.cells(rows)]
