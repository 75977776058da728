"""From a file of rows and columns to a fitted scikit-learn Pipeline with one of our estimators at its end."""

from __future__ import annotations

from glassprop.tables.fitting.fit import Outcome, fit_table
from glassprop.tables.reading.builtin import BUILT_IN
from glassprop.tables.reading.table import Table, read_table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.recognize import ColumnRole
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.use.apply import gradient_arrays, predict_table, score_table
from glassprop.tables.use.diagnose import diagnose
from glassprop.tables.use.explain_table import explain_table

__all__ = [
    "BUILT_IN",
    "ColumnRole",
    "Defaults",
    "FitOptions",
    "Outcome",
    "Table",
    "diagnose",
    "explain_table",
    "fit_table",
    "gradient_arrays",
    "predict_table",
    "read_table",
    "score_table",
]
