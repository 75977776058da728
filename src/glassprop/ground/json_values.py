"""Values as JSON: what numbers, arrays, paths and tuples become, and what stands for a number that is not finite.

What is read by others gets null for NaN and infinities (`to_plain`); what is read back here, and must be the same
again, gets their names (`spelled`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

_NAMES = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def to_plain(value: Any) -> Any:
    """`value` in JSON's own types. NaN and infinities become None, for JSON has no word for them.

    Arrays and numpy's scalars (anything with ``tolist``) become lists and numbers; what has no counterpart
    (a date, a path) becomes its text.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return plain_numbers(value)
    if hasattr(value, "tolist"):
        return to_plain(value.tolist())
    return str(value)


def plain_number(value: float) -> float | None:
    """A float; None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def plain_numbers(array: Any) -> Any:
    """Nested lists of floats, with None for what is not finite."""
    array = np.asarray(array, dtype=np.float64)
    finite = np.isfinite(array)
    if finite.all():
        return array.tolist()
    whole = array.astype(object)
    whole[~finite] = None
    return whole.tolist()


def to_json(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """`value` as strict JSON (no NaN), non-ASCII characters as they are, or as escapes."""
    return json.dumps(to_plain(value), allow_nan=False, ensure_ascii=ascii_only, indent=indent)


def spelled(value: Any) -> Any:
    """A number, numpy's too, as JSON has it: "inf", "-inf" or "nan" where it is not finite; all else as it is."""
    if isinstance(value, np.generic):
        value = value.item()
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def unspelled(value: Any) -> Any:
    """What `spelled` was given."""
    return _NAMES.get(value, value) if isinstance(value, str) else value
