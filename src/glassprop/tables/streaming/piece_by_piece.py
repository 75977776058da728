"""What a fitted Pipeline says of a long table, piece by piece on several threads; what is odd in it is told once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import narwhals as nw
import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.ground.in_order import in_order
from glassprop.ground.note import Note, Say, as_note
from glassprop.tables.encoding.block_encoder import BLOCK
from glassprop.tables.encoding.findings import Finding, Findings, notes_of, warn_of
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting.spoken import told
from glassprop.tables.streaming.recut import recut
from glassprop.tables.streaming.row_source import RowSource

if TYPE_CHECKING:
    import polars as pl

Result = TypeVar("Result")


@dataclass(frozen=True)
class Said:
    """What a model says of a piece: probabilities or amounts (n_rows, ...), and what is odd in its rows."""

    outputs: np.ndarray
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()  # where the steps are not those of `TablePipeline`


class PieceByPiece:
    """A model on its way through a source.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
    task : {"classification", "regression"}
    source : RowSource

    Raises
    ------
    TableError
        Columns that the model needs are missing (named), or there is no row.
    """

    def __init__(self, pipeline: Pipeline, task: str, source: RowSource) -> None:
        self._verb = "predict" if task == "regression" else "predict_proba"
        self._pipeline, self._source, self._typed = pipeline, source, pipeline[0]
        self._typed.check(source.columns, source.n_rows)
        has_passage = isinstance(pipeline, TablePipeline)
        self._passage = pipeline.passage(source.n_rows, self._verb) if has_passage else None
        self._findings = Findings()
        self._notes: dict[Note, None] = {}

    def each(
        self,
        work: Callable[[int, pl.DataFrame], Result],
        also: tuple[str, ...] = (),
        of_rows: tuple[int, int] | None = None,
    ) -> Iterator[Result]:
        """What a function gives for each piece, in the pieces' order; it is called from several threads.

        Parameters
        ----------
        work : callable
            Is given the number of the first row, and the columns of the model with those named in `also`.
        also : tuple of str
        of_rows : (first, stop), optional
            Some of the rows alone.
        """
        source, passage = self._source, self._passage
        columns = list(dict.fromkeys((*self._typed.columns(), *also)))
        rows = BLOCK if passage is None else next(passage.pieces()).stop
        first, stop = of_rows or (0, source.n_rows)
        frames = recut(source.frames(first, stop, columns), rows)
        pieces = ((first + rows * number, frame) for number, frame in enumerate(frames))
        return in_order(lambda piece: work(*piece), pieces, 1 if passage is None else passage.threads)

    def said(self, frame: pl.DataFrame) -> Said:
        """What the model says of a piece."""
        if self._passage is not None:
            findings: list[Finding] = []
            outputs = np.concatenate(self._passage(nw.from_native(frame, eager_only=True), findings))
            return Said(outputs, tuple(findings))
        notes: list[Note] = []
        with told(lambda note: notes.append(as_note(note))):
            outputs = np.asarray(getattr(self._pipeline, self._verb)(frame))
        return Said(outputs, (), tuple(notes))

    def keep(self, said: Said) -> None:
        """Remember what is odd in a piece; called in the pieces' order."""
        self._findings.add(said.findings)
        self._notes |= dict.fromkeys(said.notes)

    def tell(self, rows: int, say: Say | None) -> None:
        """All that was odd, once for so many rows; where nobody listens, as warnings."""
        found = self._findings.of_table(self._typed.columns(), rows)
        if say is None:
            warn_of(found, stacklevel=4)
            for note in self._notes:
                warnings.warn(note, stacklevel=4)
            return
        for note in (*notes_of(found), *self._notes):
            say(note)
