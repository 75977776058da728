"""Predictions as CSV or TSV: as they are, fit for a terminal, or fit for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars


def delimited(frame: polars.DataFrame, separator: str, change: Callable[[str], str] | None = None) -> bytes:
    """The table with a header, in UTF-8; `change` is made to every text in it, names of columns among them."""
    buffer = BytesIO()
    if change is None:
        frame.write_csv(buffer, separator=separator)
        return buffer.getvalue()
    # The header as a row of its own: two names may be one when they are changed.
    header = type(frame)({str(number): [change(name)] for number, name in enumerate(frame.columns)})
    header.write_csv(buffer, separator=separator, include_header=False)
    _changed(frame, change).write_csv(buffer, separator=separator, include_header=False)
    return buffer.getvalue()


def _changed(frame: polars.DataFrame, change: Callable[[str], str]) -> polars.DataFrame:
    import polars

    columns = []
    for column in frame.iter_columns():
        if column.dtype == polars.String:
            known = {text: text if text is None else change(text) for text in column.unique().to_list()}
            column = polars.Series(column.name, [known[text] for text in column.to_list()], dtype=polars.String)
        columns.append(column)
    return polars.DataFrame(columns)
