"""What a user should know of numbers that lie far from all others: marks for "no data", typing errors, totals."""

from __future__ import annotations

import numpy as np

from glassprop.ground.note import Note, Say
from glassprop.ground.number_text import shortest
from glassprop.ground.text import in_shell, quoted
from glassprop.tables.schema.far_values import FarValues, Value, far_values

_SHARED = 3  # columns share a line from this number on,
_NAMES = 6  # in which so many are named
_SHOWN = 3  # values of one column
_SUM = 1e-9  # how near the last target is to the sum of all others, where it is called one


def tell_far_values(columns: dict[str, FarValues], say: Say) -> None:
    """Say which columns have values that look like marks for "no data", and which others far from the rest."""
    marked = {name: found for name, found in columns.items() if found.marks}
    if len(marked) < _SHARED:
        for name, found in marked.items():
            say(_of_marks(name, found))
    else:
        named = _named({name: found.marks for name, found in marked.items()})
        told = (
            f"{len(marked)} column(s) have values that look like marks for missing values; they are taken as numbers, "
        )
        say(Note(f"{told}--missing COL=MARK counts one as missing: {named}", "no-data-mark", number=len(marked)))
    apart = {name: found for name, found in columns.items() if found.others}
    if len(apart) < _SHARED:
        for name, found in apart.items():
            say(_of_others(name, found))
    elif apart:
        named = _named({name: found.others for name, found in apart.items()})
        told = f"{len(apart)} column(s) have values far from all others, which their scales leave out"
        say(Note(f"{told}: {named}", "far-values", number=len(apart)))


def _of_marks(name: str, found: FarValues) -> Note:
    asked = in_shell(f"{name}={','.join(_examples(found.marks))}")
    text = (
        f"column {quoted(name)}: {_shown(found.marks)}, where all others are from {_span(found)}, looks like a mark "
        f"for a missing value; it is taken as a number: --missing {asked} would count it as missing"
    )
    return Note(text, "no-data-mark", name, sum(value.rows for value in found.marks), _examples(found.marks))


def _of_others(name: str, found: FarValues) -> Note:
    rows = sum(value.rows for value in found.others)
    text = (
        f"column {quoted(name)}: {rows} value(s) far from all others, which are from {_span(found)}: "
        f"{_shown(found.others)}; its scale leaves them out"
    )
    return Note(text, "far-values", name, rows, _examples(found.others))


def tell_far_targets(name: str, y: np.ndarray, rows: np.ndarray, say: Say) -> None:
    """Say which targets of a regression lie far from all others; `rows` are their numbers in the table, from 0."""
    found = far_values(y)
    if found is None:
        return
    far = [*found.marks, *found.others]
    count = sum(value.rows for value in far)
    first = int(np.flatnonzero(np.isin(y, [value.number for value in far]))[0])
    text = (
        f"target {quoted(name)}: {count} value(s) far from all others, which are from {_span(found)}: {_shown(far)}, "
        f"the first in row {rows[first]:,} (counted from 0)"
    )
    if _is_sum_of_the_others(y):
        text += ", the last row's is the sum of all others, a total"
    text += "; such rows are trained on and dominate the errors: leave them out if they are not data"
    say(Note(text, "target-outliers", name, count, _examples(far)))


def _is_sum_of_the_others(y: np.ndarray) -> bool:
    return bool(len(y) > 3 and abs(y[:-1].sum() - y[-1]) <= _SUM * np.abs(y).sum())


def _span(found: FarValues) -> str:
    return f"{_rounded(found.low)} to {_rounded(found.high)}"


def _rounded(number: float) -> str:
    """To six digits: it is told where others lie, and need not be found by it."""
    return shortest(float(f"{number:.6g}"))


def _shown(values: list[Value] | tuple[Value, ...]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(f"{shortest(v.number)} ({v.rows:,} row(s))" for v in values[:_SHOWN]) + more


def _examples(values: list[Value] | tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(shortest(value.number) for value in values[:_SHOWN])


def _named(columns: dict[str, tuple[Value, ...]]) -> str:
    named = [f"{quoted(name)} ({', '.join(_examples(values))})" for name, values in list(columns.items())[:_NAMES]]
    more = f" and {len(columns) - _NAMES:,} more" if len(columns) > _NAMES else ""
    return ", ".join(named) + more
