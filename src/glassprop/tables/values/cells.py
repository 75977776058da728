"""One column of any data frame as an array of one kind: numbers, text, or moments in time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.ground.number_text import shortest
from glassprop.ground.text import first_line, quoted
from glassprop.tables.values.absent import without
from glassprop.tables.values.distinct import distinct_texts, distinct_values
from glassprop.tables.values.moments import BEYOND_CALENDAR, moment_texts, seconds_of, within_calendar
from glassprop.tables.values.packages import panics_as
from glassprop.tables.values.short_floats import half_doubles, written_doubles
from glassprop.tables.values.texts import MISSING_CODE, Texts

# Numbers beyond this are marks such as 1.8e308 for "no data": they count as infinite. Squares of all others,
# and of all that are not 0, stay within float64.
LARGEST = 1e150
SMALLEST = 1e-150
EXACT = 2**53  # whole numbers up to here are one to one with float64
BEYOND = "infinite or beyond 1e150"
# Words for "missing" in delimited text, in lower case; in tables that have types of their own, text is what it says.
MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "?", "\\n", "nat"})
# Further ones where a number or a date is expected; in a category they are values like any other.
MISSING_NUMBER = MISSING | {
    "-", "--", ".", "none", "nil", "unknown", "missing", "not available",
    "#value!", "#div/0!", "#ref!", "#num!",
}  # fmt: skip
# What a missing category is called; no cell can hold it, since cells are stripped.
MISSING_CATEGORY = ""
# White space, and NUL: some programs fill fields up with it, and NumPy's texts of one length lose it at their end.
_NO_VALUE = ("NAType", "NaTType")  # what pandas has in columns of objects
BLANK = "\0\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_FIRST_DAY, _EPOCH = date(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)
_TEXT = (nw.String, nw.Categorical, nw.Enum, nw.Object, nw.Time)
_MANY = 256  # rows from which on a library is quicker than Python at finding the different ones
_BLOCK = 16_384  # rows looked at together: what is made of them stays in the caches


@dataclass(frozen=True)
class Cells:
    """A column.

    Attributes
    ----------
    kind : str
        "number": float64, NaN where missing, infinite or beyond 1e150. "text": stripped. "date": float64, seconds since
        1970 (UTC), NaN where missing or beyond the years 1 to 9999. "other": nothing that can be used.
    content : array (n_rows,) or, for "text", Texts
    infinite : int
        How many numbers or dates count as missing because they are that far out.
    logical : bool
        The column held true and false, not words.
    """

    kind: str
    content: np.ndarray | Texts
    infinite: int = 0
    logical: bool = False

    def __len__(self) -> int:
        return len(self.content)

    @property
    def values(self) -> np.ndarray:
        """Row by row: numbers, or texts, None where missing."""
        return self.content.array() if isinstance(self.content, Texts) else self.content

    @property
    def texts(self) -> Texts:
        """The column, if it is one of text; else nothing but missing ones."""
        return self.content if isinstance(self.content, Texts) else _no_texts(len(self.content))

    @property
    def missing(self) -> int:
        """How many are missing."""
        return self.content.missing if isinstance(self.content, Texts) else int(np.isnan(self.content).sum())

    @property
    def beyond(self) -> str:
        """What is wrong with those that are too far out."""
        return BEYOND_CALENDAR if self.kind == "date" else BEYOND


def cells_of(series: nw.Series, words: frozenset[str] = frozenset()) -> Cells:
    """Read a column, whatever library it comes from; `words`, in lower case, stand for a missing value."""
    with panics_as(TableError, f"column {quoted(series.name)} cannot be read"):
        cells = _cells_of(_in_known_zone(out_of_categories(series)), words)
    if words and cells.kind in ("number", "date"):
        return replace(cells, content=without(cells.values, words, dates=cells.kind == "date"))
    return cells


def _cells_of(series: nw.Series, words: frozenset[str]) -> Cells:
    kind = series.dtype
    if series.null_count() == len(series):  # whatever its type
        return Cells("text", _no_texts(len(series)))
    if kind == nw.Boolean:
        return Cells("text", texts_of(series.to_list()), logical=True)
    if kind.is_numeric():
        return _numbers(_as_floats(series))
    if kind == nw.Duration:
        return _numbers(seconds_of(series))
    if kind in (nw.Date, nw.Datetime):
        moments, beyond = within_calendar(seconds_of(series))
        return Cells("date", moments, beyond)
    if kind == nw.Object and (typed := _of_objects(series)) is not None:
        return typed
    if kind in _TEXT:
        found = distinct_texts(series) if len(series) >= _MANY else None
        text = partial(text_of, words=words)
        return Cells("text", texts_of(values_of(series), words) if found is None else Texts.of_values(*found, text))
    return Cells("other", np.full(len(series), np.nan))


def _of_objects(series: nw.Series) -> Cells | None:
    """Truths or dates, where a column of objects holds nothing else; None: text."""
    values = [None if _is_nothing(value) else value for value in series.to_list()]
    kinds = {type(value) for value in values} - {type(None)}
    if all(issubclass(kind, bool | np.bool_) for kind in kinds):
        return Cells("text", texts_of(values), logical=True)
    if all(issubclass(kind, date) for kind in kinds):
        seconds = [np.nan if value is None else _seconds(value) for value in values]
        return Cells("date", *within_calendar(np.array(seconds, dtype=np.float64)))
    return None


def _is_nothing(value: Any) -> bool:
    return type(value).__name__ in _NO_VALUE or (isinstance(value, float) and value != value)


def _seconds(moment: date) -> float:
    """Since 1970; without a time zone, it is in UTC."""
    if not isinstance(moment, datetime):
        return (moment - _FIRST_DAY).days * 86_400.0
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH).total_seconds()


def out_of_categories(series: nw.Series) -> nw.Series:
    """Categories of pandas, and dictionaries of Arrow, of anything but text as what they are."""
    native = series.to_native()
    if series.dtype not in (nw.Categorical, nw.Enum):
        return series
    if series.implementation.is_pyarrow() and "string" not in str(native.type.value_type):
        return nw.from_native(native.cast(native.type.value_type), series_only=True)
    if not series.implementation.is_pandas_like():
        return series
    kinds = {type(category) for category in native.cat.categories}
    if kinds <= {str}:
        return series
    return nw.from_native(native.astype(native.cat.categories.dtype), series_only=True)


def _in_known_zone(series: nw.Series) -> nw.Series:
    """In UTC where they are pandas' times in a zone whose name narwhals does not read, such as America/New_York."""
    native = series.to_native()
    if series.dtype == nw.Unknown and hasattr(getattr(native, "dtype", None), "tz"):
        return nw.from_native(native.dt.tz_convert("UTC"), series_only=True)
    return series


def type_of(series: nw.Series) -> str | None:
    """What kind of values a column has by its type, in words; None where it has none at all."""
    series = out_of_categories(series)
    if series.null_count() == len(series):
        return None
    if series.dtype == nw.Boolean:
        return "true and false"
    if series.dtype.is_numeric() or series.dtype == nw.Duration:
        return "numbers"
    if series.dtype in (nw.Date, nw.Datetime):
        return "dates"
    if series.dtype == nw.Object and (typed := _of_objects(series)) is not None:
        return "dates" if typed.kind == "date" else "true and false"
    return "text" if series.dtype in _TEXT else "something else"


def _as_floats(series: nw.Series) -> np.ndarray:
    """float64, NaN where missing."""
    if series.implementation.is_pyarrow() and series.dtype.is_integer():  # it refuses whole numbers that are rounded
        missing = np.asarray(series.is_null().to_numpy(), dtype=bool)
        return np.where(missing, np.nan, np.asarray(series.fill_null(0).to_numpy(), dtype=np.float64))
    values = np.asarray(series.cast(nw.Float64).to_numpy())
    if series.dtype == nw.Float16:
        return half_doubles(values)
    return written_doubles(values) if series.dtype == nw.Float32 else values


def _numbers(values: Any) -> Cells:
    values = np.array(values, dtype=np.float64)
    infinite = 0
    for start in range(0, len(values), _BLOCK):
        some = values[start : start + _BLOCK]
        size = np.abs(some)
        if (far := size > LARGEST).any():
            some[far] = np.nan
            infinite += int(far.sum())
        if (tiny := size < SMALLEST).any():
            some[tiny] = 0.0
    return Cells("number", values, infinite)


def values_of(series: nw.Series) -> list[Any]:
    """The cells as Python has them, dates and durations that Python cannot have as text.

    Raises
    ------
    TableError
        The library that holds them cannot give them.
    """
    series = _in_known_zone(series)
    if series.dtype in (nw.Date, nw.Datetime, nw.Duration):
        return moment_texts(series)
    message = f"column {quoted(series.name)} has values that cannot be read"
    try:
        with panics_as(TableError, message):
            return series.to_list()
    except TableError:
        raise
    except Exception as error:  # whatever the library raises
        raise TableError(f"{message}: {first_line(error)}") from error


def texts_of(values: list[Any], words: frozenset[str] = frozenset()) -> Texts:
    """Stripped text of each value; equal numbers get equal text (5 and 5.0)."""
    text = partial(text_of, words=words)
    try:
        return Texts.of_values(*distinct_values(values), text)
    except Exception:  # lists and the like in a column of objects have no hash; that of others may raise anything
        return Texts.of_values(np.arange(len(values)), values, text)


def _no_texts(rows: int) -> Texts:
    return Texts(np.full(rows, MISSING_CODE), [])


def text_of(value: Any, words: frozenset[str] = frozenset()) -> str | None:
    """Stripped text of a value, None where it is missing; `words`, in lower case, stand for that."""
    if value is None or type(value).__name__ in _NO_VALUE:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        value = float(value if isinstance(value, float) else str(value))  # 0.1 in any precision
        return None if math.isnan(value) or (found := shortest(value)) in words else found
    text = written(value).strip(BLANK)
    return None if not text or (words and text.lower() in words) else text


def written(value: Any) -> str:
    """`str(value)`, of objects too that have none: whole numbers of thousands of digits, moments off the calendar."""
    try:
        return str(value)
    except Exception:  # it is an object of the user's, or of any library
        return hex(value) if isinstance(value, int) else f"<{type(value).__name__}>"
