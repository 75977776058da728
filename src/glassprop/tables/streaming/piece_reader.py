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

from glassprop.errors import SettingsError
from glassprop.tables.encoding.block_encoder import BlockEncoder, block_encoder
from glassprop.tables.encoding.written_inputs import Layout
from glassprop.tables.streaming.compact_rows import CompactRows
from glassprop.tables.streaming.recut import recut
from glassprop.tables.streaming.row_source import RowSource


class ExampleReader(Protocol):
    """What is learned from rows: which of them, their targets as the network takes them, and their weights."""

    @property
    def use_columns(self) -> Sequence[str]:
        """The columns by which it is told which rows are learned from."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """The columns of targets and weights."""
        ...

    @property
    def n_outputs(self) -> int: ...

    @property
    def weighted(self) -> bool: ...

    def taken(self, frame: nw.DataFrame, first: int) -> NDArray[np.bool_]:
        """Which rows are learned from, (n_rows,), of a frame whose first is row number `first` of the table."""
        ...

    def examples(self, frame: nw.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
        """Y (n, n_outputs), of the inputs' type, and weights (n,), of rows that are all learned from."""
        ...


@dataclass(frozen=True)
class PieceReader:
    """Reads pieces.

    Attributes
    ----------
    source : RowSource
    encoder : BlockEncoder
    examples : ExampleReader
    used : array of uint8
        A bit for each row of the table (``numpy.packbits``): whether it is learned from.
    """

    source: RowSource
    encoder: BlockEncoder
    examples: ExampleReader
    used: NDArray[np.uint8]

    @classmethod
    def of(
        cls, source: RowSource, steps: Sequence[Any], examples: ExampleReader, used: NDArray[np.uint8] | None
    ) -> PieceReader:
        """steps: fitted, as `encoder` of tables/encoding makes them. used: None has a pass over the table tell.

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
        used = _used(source, examples) if used is None else used
        return cls(source, replace(found, typed=typed), examples, used)

    @property
    def layout(self) -> Layout:
        return self.encoder.layout

    def taken(self, first: int, stop: int) -> NDArray[np.bool_]:
        """Which of the rows [first, stop) are learned from."""
        bits = np.unpackbits(self.used[first // 8 : -(-stop // 8)])
        return bits[first % 8 : first % 8 + stop - first].astype(bool)

    def rows(self, first: int, stop: int) -> CompactRows | None:
        """Those of the rows [first, stop) that are learned from; None if there are none."""
        columns = list(dict.fromkeys([*self.encoder.typed.columns(), *self.examples.columns]))
        found, at = list[CompactRows](), first
        for frame in recut(self.source.frames(first, stop, columns), self.source.piece_rows):
            taken = self.taken(at, at + frame.height)
            at += frame.height
            if taken.any():
                table = nw.from_native(frame, eager_only=True)
                found.append(self._encoded(table if taken.all() else table[np.flatnonzero(taken)]))
        return CompactRows.together(found) if found else None

    def _encoded(self, frame: nw.DataFrame) -> CompactRows:
        Y, weight = self.examples.examples(frame)
        return CompactRows.of_parts(self.layout, self.encoder.parts(self.encoder.read(frame, [])), Y, weight)


def _used(source: RowSource, examples: ExampleReader) -> NDArray[np.uint8]:
    found, at = list[NDArray[np.bool_]](), 0
    for frame in source.frames(0, source.n_rows, list(dict.fromkeys([*examples.columns, *examples.use_columns]))):
        found.append(examples.taken(nw.from_native(frame, eager_only=True), at))
        at += frame.height
    return np.packbits(np.concatenate(found))
