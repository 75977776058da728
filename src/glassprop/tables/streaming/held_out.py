"""The scores of a model on the held-out rows of the table that it was learned from, in one pass over it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from glassprop.backprop.ranks import Group, lanes_of_rank
from glassprop.errors import TableError
from glassprop.tables.fitting.assess import Assessment, Guess
from glassprop.tables.fitting.key_columns import weight_reading
from glassprop.tables.streaming.labelled_rows import Labelled, LabelledRows
from glassprop.tables.streaming.on_sample import Decided
from glassprop.tables.streaming.piece_by_piece import PieceByPiece, Said
from glassprop.tables.streaming.plain_bytes import as_numbers, of_numbers
from glassprop.tables.streaming.row_source import RowSource, lanes_of
from glassprop.tables.streaming.stream_scores import StreamScores, together
from glassprop.tables.streaming.uses import HELD_OUT

if TYPE_CHECKING:
    import polars as pl
    from sklearn.pipeline import Pipeline


def held_out_scores(
    pipeline: Pipeline, decided: Decided, guess: Guess, source: RowSource, n_lanes: int, group: Group | None = None
) -> tuple[Assessment, dict[str, float]]:
    """Score them, lane by lane; and, by name, how far scores may be off that are made of bins.

    group: processes that each score their lanes, and all have all scores in the end.

    Raises
    ------
    TableError
        There are none, or what the model says of one is no finite number.
    """
    target, weight, split = decided.task.target, decided.task.options.weight, decided.reader
    classes = np.asarray(pipeline[-1].classes_) if target.task == "classification" else None
    model = PieceByPiece(pipeline, target.task, source)
    start = nw.from_native(decided.table.frame, eager_only=True)
    reader = LabelledRows(target, classes, None if weight is None else weight_reading(start, weight), source.name)
    lanes, here = lanes_of(source, n_lanes), range(n_lanes)
    if group is not None:
        here = lanes_of_rank(n_lanes, group.rank, group.size)

    def work(first: int, frame: pl.DataFrame) -> tuple[Labelled, Said] | None:
        rows = np.arange(first, first + frame.height)
        mine = np.flatnonzero(split.read(nw.from_native(frame, eager_only=True), rows).uses == HELD_OUT)
        found = reader.read(0, frame[mine]) if len(mine) else None
        if found is None or not len(found.y):
            return None
        return replace(found, numbers=first + mine[found.numbers]), model.said(found.frame)

    def scores_of(lane: int) -> StreamScores:
        scores = StreamScores(classes, guess, split.seed)
        for each in model.each(work, (*reader.columns(), *split.columns), lanes[lane]):
            if each is not None:
                found, said = each
                if not np.isfinite(said.outputs).all():
                    raise TableError(f"{source.name}: the model's predictions of some held-out rows are not finite")
                scores.add(found.y, said.outputs, found.weights, found.numbers)
        return scores

    parts = [scores_of(lane) for lane in here]
    scores = together(parts if group is None or group.size == 1 else _of_all(parts, group))
    if not scores.rows:
        raise TableError(f"{source.name}: no held-out row has a target to score by: choose another split")
    return scores.assessment()


def _of_all(parts: list[StreamScores], group: Group) -> list[StreamScores]:
    """Those of the lanes of all processes, in their order."""
    mine = []
    for scores in parts:
        buffer = BytesIO()
        np.savez(buffer, **scores.arrays())  # type: ignore[arg-type]
        mine.append(buffer.getvalue())
    every = [part for vector in group.everyone(as_numbers(mine)) for part in of_numbers(vector)]
    return [parts[0].taken(dict(np.load(BytesIO(part)))) for part in every]
