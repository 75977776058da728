"""What a tabular estimator is handed as X, made a table with named columns: data frames stay what they are."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
from sklearn.utils import check_array

from glassprop.errors import TableError
from glassprop.ground.nothing import is_nothing
from glassprop.ground.text import listed, quoted
from glassprop.tables.values.packages import need_polars


def given_frame(X: Any, estimator: Any = None) -> tuple[nw.DataFrame, bool]:
    """A table, and whether its columns have names of their own.

    Raises
    ------
    TableError
        A table whose columns' names are not text, or twice the same; one that is not at hand (lazy).
    TypeError, ValueError
        As scikit-learn, of an array that is none of rows and columns.
    """
    if hasattr(X, "collect") and hasattr(X, "lazy"):
        raise TableError("a lazy table has no rows in memory: collect it first")
    if (names := _pandas_names(X)) is not None:
        X = X.set_axis(names, axis=1)
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        return frame, names is None
    return _of_array(X, estimator), False


def one_row(x: Any) -> Any:
    """A row as a table of one row: of an array or a list, of a series, or of what is one already.

    Raises
    ------
    SettingsError
        If it is none, or several.
    """
    if hasattr(x, "to_frame") and hasattr(x, "index"):  # a row of a pandas table
        return x.to_frame().T.infer_objects()
    if hasattr(x, "columns"):
        return x
    from glassprop.estimator.blamed import one_row_of  # what blames is loaded by whoever asks for it

    return one_row_of(x)


def _pandas_names(X: Any) -> list[str] | None:
    """Names for the columns of a pandas table that has others than text; None where all are text.

    Raises
    ------
    TableError
        Two columns have one name.
    """
    if not (hasattr(X, "iloc") and hasattr(X, "columns")):
        return None
    names = list(X.columns)
    texts = [str(name) for name in names]
    if len(set(texts)) < len(texts):
        twice = sorted({name for name in texts if texts.count(name) > 1})
        raise TableError(f"{len(twice)} name(s) stand above several columns ({listed(twice, 5)}): give each its own")
    if all(isinstance(name, str) for name in names):
        return None
    if any(isinstance(name, str) for name in names):
        odd = next(name for name in names if not isinstance(name, str))
        raise TableError(f"some names of columns are text and some, as {quoted(odd)}, are not: make all of them text")
    return texts if not all(isinstance(name, int | np.integer) for name in names) else _numbered(len(names))


def _of_array(X: Any, estimator: Any) -> nw.DataFrame:
    array = check_array(X, dtype=None, ensure_all_finite=False, estimator=estimator, input_name="X")
    if array.dtype.kind not in "biufOUSMm":
        raise TableError(f"X is an array of {array.dtype}: numbers, texts, dates and true or false can be learned from")
    if array.dtype.kind == "S":
        array = array.astype(str)
    pl = need_polars()
    columns = dict(zip(_numbered(array.shape[1]), array.T, strict=True))
    made = {name: _series(pl, name, column) for name, column in columns.items()}
    return nw.from_native(pl.DataFrame(made), eager_only=True)


def _series(pl: Any, name: str, column: np.ndarray) -> Any:
    """Of objects those of one type, numbers first; what is left is read as objects are."""
    if column.dtype.kind != "O":
        column = column.astype(np.float32) if column.dtype == np.float16 else column
        return pl.Series(name, np.ascontiguousarray(column))
    values = [None if is_nothing(value) else value for value in column.tolist()]
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and all(issubclass(kind, int | float | np.number) and kind is not bool for kind in kinds):
        return pl.Series(name, [np.nan if value is None else float(value) for value in values])
    if kinds == {str}:
        return pl.Series(name, values)
    return pl.Series(name, values, dtype=pl.Object)


def _numbered(count: int) -> list[str]:
    return [f"x{place}" for place in range(count)]
