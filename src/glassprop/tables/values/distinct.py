"""The different values of a column and which of them stands in each row, by whatever its library has for it."""

from __future__ import annotations

import sys
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.tables.values.packages import need_polars
from glassprop.tables.values.texts import MISSING_CODE

Distinct = tuple[np.ndarray, list[Any]]


def distinct_texts(series: nw.Series) -> Distinct | None:
    """Codes (n_rows,), -1 where missing, and the texts in the order in which they first come.

    None where the column holds something else than text, or its library has nothing for it.
    """
    library = series.implementation
    if library.is_polars():
        return _of_polars(series.to_native()) if series.dtype in (nw.String, nw.Categorical, nw.Enum) else None
    if library.is_pandas():
        return _of_pandas(series.to_native(), series.__native_namespace__())
    if library.is_pyarrow():
        return _of_arrow(series.to_native()) if series.dtype == nw.String else None
    return None


def _of_polars(native: Any) -> Distinct:
    pl = need_polars()
    texts = native.cast(pl.String)
    if "pyarrow" in sys.modules:  # in half the time, without a query of its own; not worth loading it
        return _of_arrow(texts.to_arrow(compat_level=pl.CompatLevel.oldest()))
    known = texts.unique(maintain_order=True).drop_nulls()
    codes = texts.replace_strict(
        known, pl.Series(np.arange(len(known), dtype=np.int32)), default=None, return_dtype=pl.Int32
    )
    return codes.fill_null(MISSING_CODE).to_numpy(), known.to_list()


def _of_pandas(native: Any, pandas: Any) -> Distinct | None:
    if isinstance(native.dtype, pandas.CategoricalDtype):
        native = native.astype(object)
    if pandas.api.types.infer_dtype(native, skipna=True) not in ("string", "empty"):
        return None  # 1, 1.0 and True are one to pandas
    codes, known = pandas.factorize(native)
    return codes, list(known)


def _of_arrow(native: Any) -> Distinct:
    encoded = native.dictionary_encode()
    encoded = encoded.combine_chunks() if hasattr(encoded, "combine_chunks") else encoded
    encoded = encoded.chunk(0) if hasattr(encoded, "chunk") else encoded
    return encoded.indices.fill_null(MISSING_CODE).to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()


def distinct_values(values: list[Any]) -> Distinct:
    """The same of anything. Values are one where their types are one, too: 1, 1.0 and True are three.

    Raises
    ------
    TypeError, or anything else
        From values without a hash, or with one of their own.
    """
    places: dict[Any, int] = {}
    codes = [places.setdefault((type(value), value), len(places)) for value in values]
    return np.array(codes, dtype=np.intp), [value for _, value in places]
