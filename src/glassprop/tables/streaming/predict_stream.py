"""Predictions for tables larger than memory, as they come."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.ground.note import Say
from glassprop.tables.fitting.verdict import balanced
from glassprop.tables.streaming.piece_by_piece import PieceByPiece, Said
from glassprop.tables.streaming.row_source import RowSource
from glassprop.tables.use.apply import predictions

if TYPE_CHECKING:
    import polars as pl


def predict_stream(
    pipeline: Pipeline, record: dict[str, Any], source: RowSource, *, on_message: Say | None = None
) -> Generator[pl.DataFrame]:
    """Predict every row of a source, piece by piece.

    Pieces are read, encoded and predicted on as many threads as there are cores; a few of them are in memory at a time.

    Parameters
    ----------
    pipeline, record
        As ``fit_table`` made them, ``outcome.pipeline`` and ``outcome.record``, or read from a model file.
    source : RowSource
    on_message : callable, optional
        Called with each thing that a user should know, a `Note` of one line.

    Returns
    -------
    iterator of polars.DataFrame
        Put together they are what `predict_table` gives, to the bit. What is new or odd in the rows is told at the
        end, once for all of them.

    Raises
    ------
    TableError
        Columns that the model needs are missing (named), or there is no row; while it is read: rows that cannot be.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, predict_stream, read_table, row_source
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> pieces = predict_stream(outcome.pipeline, outcome.record, row_source("iris"))
    >>> sum(piece.height for piece in pieces)
    150
    """
    model = PieceByPiece(pipeline, record["task"], source)
    return _predicted(model, pipeline, record, source, on_message)


def _predicted(
    model: PieceByPiece, pipeline: Pipeline, record: dict[str, Any], source: RowSource, on_message: Say | None
) -> Generator[pl.DataFrame]:
    if on_message is not None:
        for note in source.notes:
            on_message(note)
        if record["task"] != "regression" and record.get("options", {}).get("class_weight") is not None:
            on_message(balanced(record["target_reading"]["name"]))

    def work(_: int, frame: pl.DataFrame) -> tuple[Said, pl.DataFrame]:
        said = model.said(frame)
        return said, predictions(pipeline, record, np.asarray(said.outputs, dtype=np.float64))

    for said, predicted in model.each(work, as_in_memory=True):
        model.keep(said)
        yield predicted
    model.tell(source.n_rows, on_message)
