"""`read_table`: from names of files, standard input or a built-in name to a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import BinaryIO

from glassprop.errors import TableError
from glassprop.ground.text import listed
from glassprop.tables.reading.binary_file import read_arrow, read_parquet, with_text
from glassprop.tables.reading.builtin import BUILT_IN, read_builtin
from glassprop.tables.reading.index_columns import index_notes
from glassprop.tables.reading.several import put_together
from glassprop.tables.reading.sources import ARROW, PARQUET, SEPARATORS, Content, content_of, files_of, opened
from glassprop.tables.reading.table import Table
from glassprop.tables.reading.text_file import read_text
from glassprop.tables.reading.typed import Words
from glassprop.tables.values.packages import need_polars, panics_as


def read_table(source: str | Sequence[str], *, stdin: BinaryIO | None = None, as_text: Words | None = None) -> Table:
    """Read a table.

    Parameters
    ----------
    source : str or sequence of str
        The name of a .csv, .tsv, .parquet, .arrow or .xlsx file, which may be packed (.gz, .zst, .zip); a pattern of
        names (``data/*.csv``) or several of either, whose rows are put together; ``-`` for CSV on standard input; or a
        built-in name: digits, iris, wine, breast_cancer, diabetes (``./iris`` is a file of that name).
    stdin : binary file, optional
        Read for ``-``; standard input by default.
    as_text : dict of str to collection of str, optional
        Columns of a text file that stay text whatever they look like, so that ``1E2`` alone in a file is not 100.0;
        with the words, in lower case, that stand for "missing" in them where they are not in quotes. Of all other
        columns, those of plain numbers become numbers, if that loses nothing.

    Returns
    -------
    Table

    Raises
    ------
    TableError
        If there is no such file, or it cannot be read rightly; or several do not have the same columns. One line.
    MissingPackageError
        If polars is not installed, or what reads a file of this kind.

    Examples
    --------
    >>> table = read_table("iris")
    >>> table.frame.shape, table.target
    ((150, 5), 'species')
    """
    need_polars()
    names = files_of(source)
    if len(names) == 1:
        return _read_one(names[0], stdin, as_text or {})
    odd = [name for name in names if name == "-" or name in BUILT_IN]
    if odd:
        raise TableError(f"{listed(odd)} cannot be one of several tables: give files, or it alone")
    return put_together(names, lambda name, also: _read_one(name, None, {**also, **(as_text or {})}))


def _read_one(source: str, stdin: BinaryIO | None, as_text: Words) -> Table:
    if source in BUILT_IN:
        frame, target = read_builtin(source)
        return Table(frame, source, target)
    if source == "-":
        data = (stdin if stdin is not None else sys.stdin.buffer).read()
        return _of_content(opened(Content(data, "standard input", ".csv")), as_text)
    return _of_content(content_of(source), as_text)


def _of_content(content: Content, as_text: Words) -> Table:
    data, name = content.data, content.name
    with panics_as(TableError, f"{name} cannot be read"):
        if content.ending in PARQUET or data.startswith(b"PAR1"):
            frame = read_parquet(data, name)
        elif content.ending in ARROW or data.startswith(b"ARROW1"):
            frame = read_arrow(data, name)
        else:
            typed, notes = read_text(data, name, SEPARATORS.get(content.ending), as_text)
            return Table(typed.frame, name, None, (*content.notes, *notes), typed.words, typed.quoted)
    if frame.width == 0 or frame.height == 0:
        raise TableError(f"{name} has a header but no rows: give a table with at least one row")
    return Table(with_text(frame), name, None, (*content.notes, *index_notes(data, name)))
