"""What encoders of categories and texts do to columns: tables to look up, and terms."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from glassprop.errors import ExportError
from glassprop.portable.plan_of_categories import looked_up
from glassprop.portable.plan_of_columns import Column, Named, Sources, Term, Terms
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.category_places import NOWHERE
from glassprop.tables.encoding.text_inputs import TextTerms

Columns = list[Column]


def one_hot(step: OneHotEncoder, columns: Columns, at: str, sources: Sources) -> Columns:
    """One column for each category, the rare ones together, as scikit-learn has them.

    What would be refused there as unknown is 0 in all of them here.
    """
    found: Columns = []
    rare_ones = getattr(step, "infrequent_categories_", [None] * len(columns))
    drops = [None] * len(columns) if step.drop_idx_ is None else step.drop_idx_
    for column, known, rare, drop in zip(columns, step.categories_, rare_ones, drops, strict=True):
        rows, width = _grouped(known, rare)
        table = np.eye(width + 1, width)  # the last row is of nothing
        grouped = step.handle_unknown in ("infrequent_if_exist", "warn") and rare is not None
        others = width - 1 if grouped else width
        if drop is not None:
            table = np.delete(table, _grouped(known, rare)[0][_key(known[int(drop)])], axis=1)
        found += looked_up(column, rows, others, table, at, sources)
    return found


def ordinal(step: OrdinalEncoder, columns: Columns, at: str, sources: Sources) -> Columns:
    """The number of each category; NaN for what would be refused as unknown."""
    found: Columns = []
    rare_ones = getattr(step, "infrequent_categories_", [None] * len(columns))
    unknown = np.nan if step.unknown_value is None else float(step.unknown_value)
    for column, known, rare in zip(columns, step.categories_, rare_ones, strict=True):
        rows, width = _grouped(known, rare)
        numbers = np.append(np.arange(float(width)), unknown)
        if None in rows:
            numbers[rows[None]] = step.encoded_missing_value
        found += looked_up(column, rows, width, numbers[:, None], at, sources)
    return found


def _grouped(known: Any, rare: Any) -> tuple[dict[Any, int], int]:
    """The number of each category, the rare ones' last; and how many numbers there are."""
    few = set() if rare is None else {_key(value) for value in rare.tolist()}
    keys = [_key(value) for value in known.tolist()]
    frequent = [key for key in keys if key not in few]
    rows = dict.fromkeys(keys, len(frequent)) | {key: number for number, key in enumerate(frequent)}
    return rows, len(frequent) + bool(few)


def _key(value: Any) -> Any:
    """None for what is missing: NaN is equal to nothing."""
    return None if value is None or value != value or type(value).__name__ == "NAType" else value


def category_inputs(step: CategoryInputs, columns: Columns, at: str, sources: Sources) -> Columns:
    """One-hot, codes or means, by column."""
    found: Columns = []
    for column, own, width in zip(columns, step.places([""] * len(columns), 0), step.widths(), strict=True):
        rows: dict[Any, int]
        if own.table is not None:
            rows, others, table = dict(own.places), own.others, own.table
        else:
            place = lambda at, first=own.first, none=width: none if at == NOWHERE else at - first  # noqa: E731
            rows = {name: place(at) for name, at in own.places.items()}
            others, table = place(own.others), np.eye(width + 1, width)
        if not isinstance(column, Named):  # "" is missing wherever text comes from
            rows[None] = rows.pop("", others)
        found += looked_up(column, rows, others, table, at, sources)
    return found


def text_terms(step: TextTerms, columns: Columns, at: str, sources: Sources) -> Columns:
    """The terms of each column of text."""
    found: Columns = []
    for column, terms, idf in zip(columns, step.terms_, step.idf_, strict=True):
        if not isinstance(column, Named):
            raise ExportError(f"{at} is given text that no schema reads: let a TabularClassifier or -Regressor read it")
        made = Terms(column.place, tuple(terms), np.asarray(idf, np.float64))
        found += [Term(made, number) for number in range(len(terms))]
    return found
