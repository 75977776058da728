"""Values as JSON: what numpy, paths and tuples become, and what stands for a number that is not finite."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def to_plain(value: Any) -> Any:
    """`value` in JSON's own types. NaN and infinities become None, for JSON has no word for them.

    Arrays and numpy's scalars (anything with ``tolist``) become lists and numbers; what has no counterpart
    (a date, a path) becomes its text.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return to_plain(value.tolist())
    return str(value)


def to_json(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """`value` as strict JSON (no NaN), non-ASCII characters as they are, or as escapes."""
    return json.dumps(to_plain(value), allow_nan=False, ensure_ascii=ascii_only, indent=indent)
