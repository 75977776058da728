"""`row_source`: from files, or tables of Python, to rows that are read again and again in pieces of bounded size."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import listed, quoted
from glassprop.tables.reading.builtin import BUILT_IN
from glassprop.tables.reading.other_kinds import refuse_other_kinds
from glassprop.tables.reading.reader import read_table
from glassprop.tables.reading.sources import ARROW, PARQUET, SEPARATORS, file_at, files_of
from glassprop.tables.reading.typed import Words
from glassprop.tables.reading.unpack import GZIP, ZIP, ZSTANDARD
from glassprop.tables.streaming.arrow_package import need_pyarrow
from glassprop.tables.streaming.arrow_rows import arrow_rows
from glassprop.tables.streaming.frame_rows import frame_rows, table_rows
from glassprop.tables.streaming.parquet_rows import parquet_rows
from glassprop.tables.streaming.rewriting import unpacked
from glassprop.tables.streaming.several_rows import SeveralRows
from glassprop.tables.streaming.source_file import SourceFile
from glassprop.tables.streaming.text_rows import text_rows
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_CLOSE = 0.05  # of a lane's rows: as far as its end may be moved, to where reading begins cheaply
WHOLE = 16 << 20  # bytes of a text file that is read at once
_PACKED = ((GZIP, "gzip", "gunzip -k"), (ZSTANDARD, "Zstandard", "unzstd"))


class RowSource(Protocol):
    """Rows and named columns, as `Table` has them, of which only a few are in memory at a time.

    Several threads may read it at once.

    Examples
    --------
    >>> from glassprop.tables import row_source
    >>> source = row_source("iris")
    >>> source.n_rows, len(source.columns)
    (150, 5)
    """

    @property
    def name(self) -> str:
        """Where it came from, for messages."""
        ...

    @property
    def n_rows(self) -> int: ...

    @property
    def columns(self) -> list[str]: ...

    @property
    def schema(self) -> Mapping[str, Any]:
        """The polars type of each column."""
        ...

    @property
    def cuts(self) -> NDArray[np.int64]:
        """Numbers of rows at which reading begins cheaply, in their order; 0 and `n_rows` among them."""
        ...

    @property
    def piece_rows(self) -> int:
        """The maximum number of rows of a piece."""
        ...

    @property
    def row_bytes(self) -> float:
        """What a row takes in memory as it is read, or thereabouts."""
        ...

    @property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """As a `Table` has it."""
        ...

    @property
    def quoted(self) -> frozenset[str]:
        """As a `Table` has it."""
        ...

    @property
    def target(self) -> str | None:
        """As a `Table` has it."""
        ...

    @property
    def notes(self) -> tuple[Note, ...]:
        """As a `Table` has them."""
        ...

    @property
    def rewriting(self) -> Callable[[int], str] | None:
        """Gives the command that writes the file with a cut every so many rows, where to read from between two cuts is
        slow; None: it is not."""
        ...

    def frames(self, first: int, stop: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows [first, stop), in their order, in pieces of at most `piece_rows`; these columns, or all of them.

        Put together they are what `read_table` gives of these rows.

        Raises
        ------
        TableError
            A column, or a row, is not there; what is there cannot be read, or has changed.
        """
        ...

    def digest(self) -> str:
        """Of what is in it, whatever files are called. All of it is read."""
        ...


def row_source(source: Any, *, as_text: Words | None = None) -> RowSource:
    """Look at a table without reading it into memory.

    Parameters
    ----------
    source : str, path, sequence of them, or table
        The name of a .parquet, .arrow or text file, a pattern of names, a folder of .parquet files, or several of
        these; a built-in name; a polars, pandas or Arrow table.
    as_text : dict of str to collection of str, optional
        As for `read_table`.

    Returns
    -------
    RowSource

    Raises
    ------
    TableError
        There is no such file, or it is of a kind that cannot be read in pieces; several do not have the same columns.
    MissingPackageError
        If polars or pyarrow is not installed.

    Examples
    --------
    >>> source = row_source("iris")
    >>> source.n_rows, sum(frame.height for frame in source.frames(10, 20))
    (150, 10)
    """
    need_polars()
    names = _names(source)
    if names is None:
        return frame_rows(source)
    parts = [_of_one(name, as_text or {}) for name in names]
    return parts[0] if len(parts) == 1 else SeveralRows.of(parts)


def _names(source: Any) -> list[str] | None:
    """The names of files that are meant; None if this is a table."""
    if isinstance(source, str | os.PathLike):
        source = [source]
    elif not isinstance(source, list | tuple):
        return None
    names = []
    for given in source:
        name = os.fspath(given)
        names += _in_folder(name) if os.path.isdir(name) else files_of(name)
    if odd := [name for name in names if name == "-" or (name in BUILT_IN and len(names) > 1)]:
        raise TableError(f"{listed(odd)} cannot be streamed: give files, which can be read more than once")
    return list(dict.fromkeys(names)) or files_of([])


def _in_folder(folder: str) -> list[str]:
    found = sorted(name for name in os.listdir(folder) if name.lower().endswith(PARQUET) and name[0] not in "._")
    if not found:
        raise TableError(f"{quoted(folder)} is a folder without .parquet files: give files, or a pattern of names")
    return [os.path.join(folder, name) for name in found]


def _of_one(name: str, as_text: Words) -> RowSource:
    if name in BUILT_IN:
        return table_rows(read_table(name))
    path = file_at(name)
    need_pyarrow()
    file = SourceFile(str(path))
    start, ending = file.start(), path.suffix.lower()
    _refuse_packed(file, start)
    refuse_other_kinds(start, file.name)
    if not file.size:
        raise TableError(f"{file.name} is empty (0 bytes): give a table with a header and rows")
    if ending in PARQUET or start.startswith(b"PAR1"):
        return parquet_rows(file)
    if ending in ARROW or start.startswith(b"ARROW1"):
        return arrow_rows(file)
    if file.size <= WHOLE:
        return table_rows(read_table(name, as_text=as_text))
    return text_rows(file, SEPARATORS.get(ending), as_text)


def _refuse_packed(file: SourceFile, start: bytes) -> None:
    for magic, kind, tool in _PACKED:
        if start.startswith(magic):
            command = unpacked(file.path, tool)
            raise TableError(
                f"{file.name} is a {kind} file, which cannot be read in pieces: unpack it first, {command}"
            )
    if start.startswith(ZIP):
        raise TableError(
            f"{file.name} is a zip file or a spreadsheet, which cannot be read in pieces: unpack it first "
            f"({unpacked(file.path, 'unzip')}), or export it as CSV"
        )


def lanes_of(source: RowSource, n_lanes: int) -> list[tuple[int, int]]:
    """The rows [first, stop) of each lane: about as many for each, beginning at a cut where one is close."""
    share = source.n_rows / n_lanes
    edges, cuts = [0], source.cuts
    for lane in range(1, n_lanes):
        wanted = round(lane * share)
        place = int(np.searchsorted(cuts, wanted))
        nearest = min(cuts[max(place - 1, 0) : place + 1].tolist(), key=lambda cut: abs(cut - wanted))
        edges.append(nearest if abs(nearest - wanted) <= _CLOSE * share / 2 else wanted)
    return list(zip(edges, [*edges[1:], source.n_rows], strict=True))
