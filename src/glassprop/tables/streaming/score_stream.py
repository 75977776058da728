"""Scores of tables larger than memory, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from sklearn.pipeline import Pipeline

from glassprop.errors import TableError
from glassprop.ground.note import Say
from glassprop.tables.fitting.examples import refuse_lacking
from glassprop.tables.fitting.key_columns import KeyReading, weight_reading
from glassprop.tables.schema.target import Target
from glassprop.tables.streaming.labelled_rows import Labelled, LabelledRows, Others
from glassprop.tables.streaming.piece_by_piece import PieceByPiece, Said
from glassprop.tables.streaming.row_source import RowSource
from glassprop.tables.streaming.stream_scores import StreamScores
from glassprop.tables.use.apply import guess_and_seed, scored

if TYPE_CHECKING:
    import polars as pl


_START = 10_000  # rows


def score_stream(
    pipeline: Pipeline,
    record: dict[str, Any],
    source: RowSource,
    *,
    on_message: Say | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> dict[str, Any]:
    """Score the predictions for the rows of a source whose target is known, in one pass.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
    record : dict
    source : RowSource
    on_message : callable, optional
        Called with each thing that a user should know.
    on_rows : callable, optional
        Called with the number of rows of the source done since the last call.

    Returns
    -------
    dict
        What `score_table` gives. Of more than 100,000 rows, scores are the same but for rounding, and roc_auc is made
        of bins: ``within`` has how far it may be off. Intervals draw other random groups of rows than those in memory.

    Raises
    ------
    TableError
        As `score_table`.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_table, read_table, row_source, score_stream
    >>> outcome = fit_table(read_table("iris"), FitOptions(epochs=1, hidden=(2,), recipe="plain", cross_fit=None))
    >>> score_stream(outcome.pipeline, outcome.record, row_source("iris"))["rows"]
    150
    """
    target = Target.from_dict(record["target_reading"])
    refuse_lacking(source.name, source.columns, target, pipeline[0].columns(), "scoring")
    model = PieceByPiece(pipeline, record["task"], source)
    classes = None if record["labels"] is None else np.asarray(pipeline[-1].classes_)
    asked = record["options"]["weight"]
    weight = asked if asked in source.columns else None
    reader = LabelledRows(target, classes, None if weight is None else _weighing(source, weight), source.name)
    scores, others = StreamScores(classes, *guess_and_seed(record)), Others()

    def work(first: int, frame: pl.DataFrame) -> tuple[Labelled, Said | None]:
        found = reader.read(first, frame)
        return found, _finite(model.said(found.frame), source.name) if len(found.y) else None

    say = on_message or (lambda message: None)
    for note in source.notes:
        say(note)
    for found, said in model.each(work, reader.columns()):
        others.add(found.others)
        on_rows(found.others.rows)
        if said is not None:
            model.keep(said)
            scores.add(found.y, said.outputs, found.weights, found.numbers)
    others.tell(target, weight, source.name, say)
    model.tell(scores.rows, on_message)
    assessment, within = scores.assessment()
    return {**scored(record, assessment), "within": within}


def _weighing(source: RowSource, name: str) -> KeyReading:
    """The first rows say which decimal mark weights have that are text."""
    start = next(iter(source.frames(0, min(_START, source.n_rows))))
    return weight_reading(nw.from_native(start, eager_only=True), name)


def _finite(said: Said, name: str) -> Said:
    if not np.isfinite(said.outputs).all():
        raise TableError(f"{name}: the model's predictions of some rows are not finite, so they cannot be scored")
    return said
