"""From a file of rows and columns to a fitted scikit-learn Pipeline with one of our estimators at its end."""

from __future__ import annotations

from glassprop.tables.apply import gradient_arrays, predict_table, score_table
from glassprop.tables.builtin import BUILT_IN
from glassprop.tables.defaults import Defaults
from glassprop.tables.diagnose import diagnose
from glassprop.tables.explain import explain_table
from glassprop.tables.fit import Outcome, fit_table
from glassprop.tables.options import FitOptions
from glassprop.tables.recognize import ColumnRole
from glassprop.tables.table import Table, read_table

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
