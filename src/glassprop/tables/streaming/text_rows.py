"""A text file (CSV, TSV) as a source of rows: one pass finds its blocks and the types of its columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import quoted
from glassprop.tables.reading.surplus import called_total, header_told
from glassprop.tables.reading.text_file import told_kept
from glassprop.tables.reading.typed import Words
from glassprop.tables.reading.uneven_rows import short_told
from glassprop.tables.streaming.source_file import SourceFile
from glassprop.tables.streaming.text_blocks import Block, ReadBlock, cut, read_block
from glassprop.tables.streaming.text_form import TextForm, text_form
from glassprop.tables.streaming.typed_rows import as_typed, check_range, piece_rows, wanted_columns
from glassprop.tables.values.cells import MISSING
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 3


def text_rows(file: SourceFile, separator: str | None, as_text: Words) -> TextRows:
    """The rows of a text file.

    Raises
    ------
    TableError
        It cannot be read rightly, in blocks; it has no rows, or ends with a row that may be a total of the others.
    """
    form = text_form(file, separator, as_text)
    told = _Told(form)
    for block, data in cut(form):
        told.add(block, read_block(form, block, data, form.as_text, frozenset()))
    if not told.rows:
        raise TableError(f"{file.name} has a header but no rows: give a table with at least one row")
    return told.made()


@dataclass(frozen=True)
class TextRows:
    """A `RowSource` of a text file.

    Attributes
    ----------
    form : TextForm
    blocks : list of Block
    schema : dict of str to polars type
    words : dict of str to tuple of str
    quoted : frozenset of str
    notes : tuple of Note
    row_bytes : float
    """

    form: TextForm
    blocks: list[Block]
    schema: Mapping[str, Any]
    words: Mapping[str, tuple[str, ...]]
    quoted: frozenset[str]
    notes: tuple[Note, ...]
    row_bytes: float
    target: str | None = None
    rewriting: Callable[[int], str] | None = None

    @property
    def name(self) -> str:
        return self.form.file.name

    @property
    def columns(self) -> list[str]:
        return self.form.names

    @cached_property
    def cuts(self) -> NDArray[np.int64]:
        return np.unique(np.cumsum([0, *(block.rows for block in self.blocks)], dtype=np.int64))

    @property
    def n_rows(self) -> int:
        return int(self.cuts[-1])

    @property
    def piece_rows(self) -> int:
        """As `row_source.RowSource` says."""
        return piece_rows(self.row_bytes)

    def frames(self, first: int, stop: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """As `row_source.RowSource` says."""
        names = wanted_columns(self, columns)
        check_range(self, first, stop)
        plain, start = frozenset(self.words) - self.quoted, 0
        for block in self.blocks:
            begin, end = max(first - start, 0), min(stop - start, block.rows)
            start += block.rows
            if begin < end:
                data = self.form.file.part(block.start, block.end)
                found = read_block(self.form, block, data, self.words, plain).typed.frame.select(names)
                for at in range(begin, end, self.piece_rows):
                    yield as_typed(found[at : min(at + self.piece_rows, end)], self.schema, self.name)

    def digest(self) -> str:
        """As `row_source.RowSource` says."""
        return self.form.file.digest()

    def with_texts(self, names: Collection[str]) -> TextRows:
        """The same with some columns left as text."""
        more = [name for name in self.columns if name in names and name not in self.words]
        schema = dict(self.schema) | dict.fromkeys(more, need_polars().String)
        words = dict(self.words) | dict.fromkeys(more, _sorted(MISSING))
        return replace(self, schema=schema, words=words, quoted=self.quoted | frozenset(more))


@dataclass
class _Told:
    """What blocks tell of a file, put together as they come."""

    form: TextForm
    blocks: list[Block] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    kinds: dict[str, set[str]] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    unmarked: set[str] = field(default_factory=set)
    kept: dict[str, list[str]] = field(default_factory=dict)
    short: list[int] = field(default_factory=list)
    n_short: int = 0
    repeated: list[int] = field(default_factory=list)
    n_repeated: int = 0
    last: pl.DataFrame | None = None

    def add(self, block: Block, found: ReadBlock) -> None:
        frame = found.typed.frame
        self.blocks.append(replace(block, rows=frame.height, again=bool(found.repeated)))
        if found.short is not None:
            self.short += map(int, found.short.examples)
            self.n_short += found.short.number or 0
        if found.repeated:
            self.repeated.append(self.rows + self.n_repeated + found.repeated[0])
            self.n_repeated += len(found.repeated)
        for column in frame.iter_columns():
            self.kinds.setdefault(column.name, set()).update(_kinds(column))
        self.marked |= found.marked
        self.unmarked |= found.unmarked
        for name, words in found.typed.kept.items():
            self.kept[name] = list(dict.fromkeys([*self.kept.get(name, []), *words]))
        self.rows, self.bytes = self.rows + frame.height, self.bytes + int(frame.estimated_size())
        if frame.height:
            self.last = frame

    def made(self) -> TextRows:
        form, pl = self.form, need_polars()
        schema = {name: _kind(self.kinds[name], asked=name in form.as_text) for name in form.names}
        texts = [name for name, kind in schema.items() if kind == pl.String]
        words = {name: _sorted(form.as_text.get(name, MISSING)) for name in texts}
        telling = (set(texts) - self.marked) | (set(texts) & (self.unmarked | set(form.as_text)))
        self._refuse_total()
        kept = {name: some for name, some in self.kept.items() if name in telling}
        return TextRows(
            form, self.blocks, schema, words, frozenset(telling),
            (*form.notes, *(note.of(form.file.name) for note in told_kept(kept)), *self._notes()),
            self.bytes / self.rows,
        )  # fmt: skip

    def _notes(self) -> Iterator[Note]:
        if self.n_short:
            yield short_told(self.form.file.name, self.short[:_SHOWN], self.n_short)
        if self.n_repeated:
            yield header_told(self.n_repeated, self.repeated[0]).of(self.form.file.name)

    def _refuse_total(self) -> None:
        label = None if self.last is None or self.last.height < 2 else called_total(self.last)
        if label is not None:
            raise TableError(
                f"the last row of {self.form.file.name} is called {quoted(label)}: leave it out, for a file that is "
                "read in blocks is not added up to see whether it is a total"
            )


def _kinds(column: pl.Series) -> Iterator[str]:
    """Of what type the values of a column in a block are; "long" for whole numbers that floats would round."""
    pl = need_polars()
    if column.null_count() == len(column):
        return
    if column.dtype == pl.String:
        yield "text"
    elif column.dtype.is_float():
        yield "float"
    else:
        yield "whole"
        if not (column.cast(pl.Float64).cast(pl.Int64, strict=False) == column).all():
            yield "long"


def _kind(kinds: set[str], *, asked: bool) -> Any:
    """The type that a column has in a file that is read whole."""
    pl = need_polars()
    if asked or not kinds or "text" in kinds or {"float", "long"} <= kinds:
        return pl.String
    return pl.Float64 if "float" in kinds else pl.Int64


def _sorted(words: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words) - {""}))
