"""The decimal mark that the columns of a file agree on."""

from __future__ import annotations

import narwhals as nw
import numpy as np

from glassprop.tables.values.cells import texts_of
from glassprop.tables.values.decimal_marks import Votes, mark_of_file, votes_of, votes_of_numbers
from glassprop.tables.values.numbers import missing_number, to_numbers

_SOME = 1000  # rows tell
_MOSTLY = 0.9


def file_mark(frame: nw.DataFrame, *, typed: bool) -> str | None:
    """The decimal mark of most columns of numbers that decide for one; None where there is none, or as many for each.

    Parameters
    ----------
    frame : narwhals.DataFrame
    typed : bool
        Its numbers were numbers where it comes from, and say nothing of how others are written as text.
    """
    kinds = frame.schema.items()
    texts = _votes(frame.select([name for name, kind in kinds if kind == nw.String]))
    if typed or "," not in [votes.mark for votes in texts]:
        return mark_of_file(texts)
    return mark_of_file(texts + _votes(frame.select([name for name, kind in kinds if kind.is_float()])))


def _votes(frame: nw.DataFrame) -> list[Votes]:
    some = frame[:: max(1, len(frame) // _SOME)] if frame.columns else frame
    return [votes_of_column(some[name]) for name in some.columns]


def votes_of_column(series: nw.Series) -> Votes:
    """What a column of text or numbers says of its decimal mark; nothing where few of its values are numbers."""
    if series.dtype != nw.String:
        return votes_of_numbers(np.asarray(series.cast(nw.Float64).to_numpy(), dtype=np.float64))
    texts = texts_of(series.to_list())
    texts = texts.of(texts.each(lambda text: not missing_number(text), False, bool))
    votes = votes_of(texts.known, texts.counts().tolist())
    share = np.mean(~np.isnan(to_numbers(texts, votes.mark or "."))) if len(texts) else 0.0
    return votes if share >= _MOSTLY else Votes()
