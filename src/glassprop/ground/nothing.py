"""Whether a value stands for nothing: None, NaN, and what pandas has in their place."""

from __future__ import annotations


def is_nothing(value: object) -> bool:
    """Whether nothing stands there.

    Examples
    --------
    >>> is_nothing(None), is_nothing(float("nan")), is_nothing(0), is_nothing("")
    (True, True, False, False)
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value
