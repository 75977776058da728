"""A piece of a table's rows, read and encoded: those that are learned from, with their targets and weights."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Protocol

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from sklearn import config_context

from glassprop.errors import SettingsError, TableError
from glassprop.tables.encoding.block_encoder import BlockEncoder, block_encoder
from glassprop.tables.encoding.written_inputs import Layout
from glassprop.tables.streaming.compact_rows import CompactRows
from glassprop.tables.streaming.row_source import RowSource


class ExampleReader(Protocol):
    """What is learned from rows: which of them, their targets as the network takes them, and their weights."""

    @property
    def columns(self) -> Sequence[str]:
        """The columns that it reads."""
        ...

    @property
    def n_outputs(self) -> int: ...

    @property
    def weighted(self) -> bool: ...

    def taken(self, frame: nw.DataFrame, first: int) -> NDArray[np.bool_]:
        """Which rows are learned from, (n_rows,), of a frame whose first is row number `first` of the table."""
        ...

    def examples(self, frame: nw.DataFrame, first: int) -> tuple[NDArray[np.bool_], np.ndarray, np.ndarray | None]:
        """The same, with Y (n, n_outputs), of the inputs' type, and weights (n,), of the rows that are learned from."""
        ...


@dataclass(frozen=True)
class PieceReader:
    """Reads pieces.

    Attributes
    ----------
    source : RowSource
    encoder : BlockEncoder
    examples : ExampleReader
    """

    source: RowSource
    encoder: BlockEncoder
    examples: ExampleReader

    @classmethod
    def of(cls, source: RowSource, steps: Sequence[Any], examples: ExampleReader) -> PieceReader:
        """steps: fitted, as `encoder` of tables/encoding makes them.

        Raises
        ------
        SettingsError
            They are of another kind.
        """
        with config_context(transform_output="default"):
            found = block_encoder(list(steps))
        if found is None:
            raise SettingsError(
                "a stream is encoded by the steps of a table's Pipeline as they are made here, not others"
            )
        typed = copy(found.typed)
        typed.forget()  # what is new in rows has been told of the table as a whole
        return cls(source, replace(found, typed=typed), examples)

    @property
    def layout(self) -> Layout:
        return self.encoder.layout

    def taken(self, first: int, stop: int) -> NDArray[np.bool_]:
        """Which of the rows [first, stop) are learned from; no other columns are read than it takes to know."""
        found, at = [np.zeros(0, dtype=bool)], first
        for frame in self.source.frames(first, stop, list(self.examples.columns)):
            found.append(self.examples.taken(nw.from_native(frame, eager_only=True), at))
            at += frame.height
        return np.concatenate(found)

    def rows(self, first: int, stop: int, count: int) -> CompactRows:
        """Those of the rows [first, stop) that are learned from, `count` of them.

        Raises
        ------
        TableError
            They are not as many.
        """
        columns = list(dict.fromkeys([*self.encoder.typed.columns(), *self.examples.columns]))
        found, at = list[CompactRows](), first
        for frame in self.source.frames(first, stop, columns):
            if some := self._encoded(nw.from_native(frame, eager_only=True), at):
                found.append(some)
            at += frame.height
        if sum(map(len, found)) != count:
            raise TableError(
                f"rows {first} to {stop} of {self.source.name} held {count} rows to learn from, and now hold "
                f"{sum(map(len, found))}: begin again, and leave the file alone"
            )
        return CompactRows.together(found)

    def _encoded(self, frame: nw.DataFrame, first: int) -> CompactRows | None:
        taken, Y, weight = self.examples.examples(frame, first)
        if not len(Y):
            return None
        some = frame if taken.all() else frame[np.flatnonzero(taken)]
        parts = self.encoder.parts(self.encoder.read(some, []))
        return CompactRows.of_parts(self.layout, parts, Y, weight)
