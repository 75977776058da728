"""A page to go through labels that are probably wrong, row by row, with keys; it saves what was decided as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassprop.document.closed_page import script_data
from glassprop.influence.suspects import Suspects
from glassprop.training_report.html_pages import as_is, html_page
from glassprop.training_report.map_chart import map_chart
from glassprop.training_report.row_map import has_map, row_map
from glassprop.training_report.shown_rows import rows_to_show
from glassprop.training_report.suspects_record import is_regression, suspects_record

SCRIPTS = ("parts", "decisions", "csv", "why", "row", "list", "main")
KEYED = 10  # classes that have a key of their own


def suspects_page(
    suspects: Suspects,
    rows: Any,
    *,
    names: Sequence[str] | None = None,
    numbers: Sequence[int] | None = None,
    target: str = "the label",
    source: str = "",
) -> str:
    """An HTML document to decide about labels that are probably wrong: one file, which loads nothing.

    It holds the listed rows (2,000 at most, 100 columns of each), and no others. Decisions stay in the browser's
    memory, and are saved as a CSV file with the columns row, given, new_label and action (keep, relabel, leave out).

    Parameters
    ----------
    suspects : Suspects
        As ``suspect_labels`` gives them.
    rows : data frame, or array or CSR matrix (n_rows, n_columns)
        What a person is to see of each row: the table that the labels are of. Columns that make up a picture, told by
        their names, are shown as one.
    names : sequence of str, optional
        Of the columns of an array.
    numbers : sequence of int (n_rows,), optional
        What each row is called; without, they are counted from 0.
    target, source : str
        What the labels are of, and where they come from.

    Returns
    -------
    str
        One HTML document.

    Raises
    ------
    DataError
        If there is another number of rows or names.
    MissingPackageError
        If jinja2, or for a data frame narwhals, is not installed.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> from glassprop.showing import suspects_page
    >>> X, y = load_iris(return_X_y=True)
    >>> y[3] = 2
    >>> clf = MLPClassifier((8,), learning_rate_init=0.02, max_iter=60, random_state=0)
    >>> page = suspects_page(clf.suspect_labels(X, y), X, names=["sepal", "width", "petal", "breadth"])
    >>> page.startswith("<!DOCTYPE html>")
    True
    """
    drawn = row_map(suspects) if has_map(suspects) else None
    record = suspects_record(
        suspects, rows_to_show(rows, names), numbers=numbers, target=target, source=source, drawn=drawn
    )
    regression = is_regression(suspects)
    return html_page(
        "suspects.html",
        styles=("suspects.css",),
        scripts=[f"suspects_{name}.js" for name in SCRIPTS],
        record=record,
        data=as_is(script_data(record)),
        chart=as_is(map_chart(drawn, regression=regression)) if drawn else "",
        counts=drawn and drawn["counts"],
        regression=regression,
        keyed=record["classes"] is not None and len(record["classes"]) <= KEYED,
        kinds={kind: sum(row["kind"] == kind for row in record["rows"]) for kind in ("label", "row")},
        retrained=suspects.retrained,
        doubt=suspects.doubt,
    )
