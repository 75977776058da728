"""From a file of rows and columns to a fitted scikit-learn Pipeline with one of our estimators at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.ground.lazily import lazily

if TYPE_CHECKING:
    from glassprop.tables.fitting.fit import fit_table
    from glassprop.tables.fitting.outcome import Outcome
    from glassprop.tables.reading.builtin import BUILT_IN
    from glassprop.tables.reading.reader import read_table
    from glassprop.tables.reading.table import Table
    from glassprop.tables.schema.defaults import Defaults
    from glassprop.tables.schema.request import FitOptions
    from glassprop.tables.schema.roles import ColumnRole
    from glassprop.tables.streaming.fit_stream import fit_stream
    from glassprop.tables.streaming.predict_stream import predict_stream
    from glassprop.tables.streaming.row_source import RowSource, row_source
    from glassprop.tables.streaming.score_stream import score_stream
    from glassprop.tables.use.apply import gradient_arrays, predict_table, score_table, table_schema, text_columns
    from glassprop.tables.use.diagnose import diagnose
    from glassprop.tables.use.explain_table import explain_table

# Loaded at first use: to predict does not load what trains, and neither what explains.
_HOME = {
    "BUILT_IN": "glassprop.tables.reading.builtin",
    "ColumnRole": "glassprop.tables.schema.roles",
    "Defaults": "glassprop.tables.schema.defaults",
    "FitOptions": "glassprop.tables.schema.request",
    "Outcome": "glassprop.tables.fitting.outcome",
    "RowSource": "glassprop.tables.streaming.row_source",
    "Table": "glassprop.tables.reading.table",
    "diagnose": "glassprop.tables.use.diagnose",
    "explain_table": "glassprop.tables.use.explain_table",
    "fit_stream": "glassprop.tables.streaming.fit_stream",
    "fit_table": "glassprop.tables.fitting.fit",
    "gradient_arrays": "glassprop.tables.use.apply",
    "predict_stream": "glassprop.tables.streaming.predict_stream",
    "predict_table": "glassprop.tables.use.apply",
    "read_table": "glassprop.tables.reading.reader",
    "row_source": "glassprop.tables.streaming.row_source",
    "score_stream": "glassprop.tables.streaming.score_stream",
    "score_table": "glassprop.tables.use.apply",
    "table_schema": "glassprop.tables.use.apply",
    "text_columns": "glassprop.tables.use.apply",
}

__all__ = [
    "BUILT_IN",
    "ColumnRole",
    "Defaults",
    "FitOptions",
    "Outcome",
    "RowSource",
    "Table",
    "diagnose",
    "explain_table",
    "fit_stream",
    "fit_table",
    "gradient_arrays",
    "predict_stream",
    "predict_table",
    "read_table",
    "row_source",
    "score_stream",
    "score_table",
    "table_schema",
    "text_columns",
]


__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
