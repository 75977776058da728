"""Predictions as CSV or TSV: as they are, fit for a terminal, or fit for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

_ROWS = 100_000  # written together


def delimited(frame: polars.DataFrame, separator: str, change: Callable[[str], str] | None = None) -> Iterator[bytes]:
    """The table with a header, in UTF-8, piece by piece; `change` is made to every text in it, names of columns among
    them."""
    # The header as a row of its own: two names may be one when they are changed.
    names = frame.columns if change is None else [change(name) for name in frame.columns]
    yield _written(type(frame)({str(number): [name] for number, name in enumerate(names)}), separator)
    for part in frame.iter_slices(_ROWS):
        yield _written(part if change is None else _changed(part, change), separator)


def _written(frame: polars.DataFrame, separator: str) -> bytes:
    buffer = BytesIO()
    frame.write_csv(buffer, separator=separator, include_header=False)
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
