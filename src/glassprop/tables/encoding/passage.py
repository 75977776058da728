"""Pieces of a table through its encoder and its network, one a thread, and what the network says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Lock, local

import narwhals as nw
import numpy as np

from glassprop.tables.encoding.block_encoder import BlockEncoder, blocks_of
from glassprop.tables.encoding.encode import TypedColumns, frame_of
from glassprop.tables.encoding.findings import Finding


class Passage:
    """For the pieces of one table, whether it is in memory or comes piece by piece.

    Parameters
    ----------
    encoder : BlockEncoder
    verb : callable
        Of the network: inputs (n_rows, n_inputs) -> what it says of them.
    rows : int
        Of the whole table: its pieces, and with them all bits, follow from that and from the threads.
    threads : int
    """

    def __init__(
        self, encoder: BlockEncoder, verb: Callable[[np.ndarray], np.ndarray], rows: int, threads: int
    ) -> None:
        self._encoder, self._verb, self._rows, self.threads = encoder, verb, rows, threads
        self._mine, self._loaded, self._loading = local(), Event(), Lock()

    @property
    def typed(self) -> TypedColumns:
        """What reads the columns."""
        return self._encoder.typed

    def pieces(self) -> Iterator[slice]:
        """The rows of each piece."""
        return blocks_of(self._rows, self.threads, self._encoder.rows_read())

    def rows_of_piece(self, *, as_in_memory: bool) -> int:
        """How many rows a piece has: of those pieces, or of such that do not depend on the threads."""
        return next(self.pieces()).stop if as_in_memory else self._encoder.rows_read()

    def __call__(self, frame: nw.DataFrame, findings: list[Finding]) -> list[np.ndarray]:
        """What the network says of a piece, in parts of (some rows, ...); what is odd in it goes to `findings`."""
        frame, encoder, mine = frame_of(frame), self._encoder, self._mine
        if not hasattr(mine, "room"):
            mine.room = encoder.room(min(self._rows, encoder.rows_written()), compact=False)
        read, said = encoder.read(frame, findings), []
        for some in blocks_of(len(frame), 1, encoder.rows_written()):
            part = slice(0, some.stop - some.start)
            encoder.write(read.of(some), part, mine.room)
            said.append(self._say(mine.room.made()[part]))
        return said

    def _say(self, inputs: np.ndarray) -> np.ndarray:
        if self._loaded.is_set():
            return self._verb(inputs)
        with self._loading:  # the first to come may have to load or compile what all of them use
            said = self._verb(inputs)
            self._loaded.set()
            return said
