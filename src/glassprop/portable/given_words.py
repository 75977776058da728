"""What callers give a model in another language, in words."""

from __future__ import annotations

from glassprop.portable.whole_model import Source

_KINDS = {
    "number": "a number",
    "date": "days since 1970-01-01, in UTC, with the time of day as a fraction",
    "time": "hours since midnight",
    "text": "text",
}


def what(source: Source) -> str:
    """What is to be given, in words."""
    if source.given == "truth":
        return "1 for true, 0 for false"
    if source.kind == "category":
        return "a category, as text" if source.given == "text" else "a category, as the number that it is"
    return _KINDS.get(source.kind, source.kind)
