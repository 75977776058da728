"""Numbers of bytes as people write them, and as they are shown to them."""

from __future__ import annotations

import re

_UNITS = {"": 1, **{letter: 1000**n for n, letter in enumerate("kmgt", 1)}}
_UNITS |= {f"{letter}i": 1024**n for n, letter in enumerate("kmgt", 1)}
_SIZE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*+([kmgt]i?)?b?\s*", re.IGNORECASE)


def size_of(text: str) -> int | None:
    """A number of bytes; None where the text is none.

    Examples
    --------
    >>> size_of("256MB"), size_of("1.5 GiB"), size_of("folder")
    (256000000, 1610612736, None)
    """
    match = _SIZE.fullmatch(text)
    return None if match is None else int(float(match[1]) * _UNITS[(match[2] or "").lower()])


def size_text(n_bytes: float) -> str:
    """A number of bytes in the unit that suits it.

    Examples
    --------
    >>> size_text(999), size_text(256_000_000), size_text(1.94e12)
    ('999 bytes', '256 MB', '1.94 TB')
    """
    value, unit = float(n_bytes), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}"
