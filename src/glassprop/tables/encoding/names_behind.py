"""What the network's inputs are called behind any fitted steps, and which column of the table each is made of."""

from __future__ import annotations

from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from glassprop.insight.names import InputName
from glassprop.tables.encoding.encode import TypedColumns
from glassprop.tables.encoding.input_names import input_names
from glassprop.tables.encoding.slopes import numbers_in, slopes_of

_BETWEEN = tuple("_: =")  # one of these stands between a column's name and the rest of an input's
_MISSING = "missingindicator_"


def names_behind(before: Any, X: Any) -> list[InputName] | None:
    """Of each input that fitted steps make of X; None where they cannot tell.

    Steps that `glassprop train` makes know it. Of others an input belongs to the column whose name its own begins with,
    as scikit-learn's steps have it; of one that belongs to none the column is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.preprocessing import OneHotEncoder
    >>> frame = pd.DataFrame({"color": ["red", "green"]})
    >>> names_behind(OneHotEncoder().fit(frame), frame)[1]
    InputName(name='color_red', column='color')
    """
    if isinstance(before, Pipeline) and _is_ours(before):
        return input_names(before)
    columns = [str(name) for name in X.columns] if hasattr(X, "columns") else None
    if _one_by_one(before, X):
        return None if columns is None else [InputName(name, name) for name in columns]
    try:
        names = [str(name) for name in before.get_feature_names_out(columns)]
    except (AttributeError, ValueError, TypeError):  # a step that names nothing, or wants other names
        return None
    names = _plain(names, before)
    known = columns if columns is not None else [f"x{k}" for k in range(X.shape[1])]
    found = [_with_column(name, known) for name in names]
    if columns is None:  # an array's columns have numbers
        return [InputName(*(f"column {part[1:]}" if part in known else part for part in one)) for one in found]
    return found


def names_out(before: Any) -> list[InputName] | None:
    """The same where no rows are at hand; the columns that inputs are made of are known of our own steps alone."""
    if isinstance(before, Pipeline) and _is_ours(before):
        return input_names(before)
    try:
        names = [str(name) for name in before.get_feature_names_out()]
    except (AttributeError, ValueError, TypeError):  # a step that names nothing, or one that was fitted otherwise
        return None
    return [InputName(name, name) for name in _plain(names, before)]


def _is_ours(steps: Pipeline) -> bool:
    kinds = [type(step) for _, step in steps.steps]
    return kinds == [TypedColumns, ColumnTransformer] and {name for name, _, _ in steps[1].transformers_} <= {
        "numbers",
        "categories",
        "texts",
    }


def _one_by_one(before: Any, X: Any) -> bool:
    """Whether each input is one column, scaled."""
    values = numbers_in(X)
    if values is None or not len(values):
        return False
    slopes = slopes_of(before, X[:1])
    return slopes is not None and slopes.shape[1] == values.shape[1]


def _plain(names: list[str], before: Any) -> list[str]:
    """Without the names of steps in front, where they stay different."""
    last = before.steps[-1][1] if isinstance(before, Pipeline) else before
    steps = [name for name, _, _ in last.transformers_] if isinstance(last, ColumnTransformer) else []
    found = list(names)
    for step in steps:
        found = [name.removeprefix(f"{step}__") if name.startswith(f"{step}__") else name for name in found]
    return found if len(set(found)) == len(names) else names


def _with_column(name: str, columns: list[str]) -> InputName:
    if name in columns:
        return InputName(name, name)
    marked = name.removeprefix(_MISSING)
    if marked != name and marked in columns:
        return InputName(f"{marked} is missing", marked)
    whole = name.rpartition("__")[2] if "__" in name else name  # names of steps that could not be taken off
    heads = [(part[: len(column)], part[len(column) :], column) for column in columns for part in (name, whole)]
    of = [column for head, rest, column in heads if head == column and rest.startswith(_BETWEEN)]
    return InputName(name, max(of, key=len, default=""))
