"""Numbers as text for people: scores, amounts, shares, ticks of an axis, cells."""

from __future__ import annotations

from math import floor, isfinite, log10


def number(value: float | None, absent: str = "–") -> str:
    """A number as it is shown: four digits after the point, or four significant ones.

    Examples
    --------
    >>> number(0.98765), number(1234567.0), number(None)
    ('0.9877', '1.235e+06', '–')
    """
    if value is None:
        return absent
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}"
    return f"{value:.4f}"


def amount(value: float, deviation: float) -> str:
    """A value of a quantity with this standard deviation, to a ten-thousandth of that; no more digits than there are.

    Examples
    --------
    >>> amount(1234.56789, 100.0), amount(1200.0, 100.0)
    ('1234.57', '1200')
    """
    if not 1e-12 < deviation < 1e15 or abs(value) >= 1e15:
        return f"{value:.6g}"
    decimals = max(0, 4 - floor(log10(deviation)))
    shown = f"{value:.{decimals}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def percent(share: float | None) -> str:
    """A share as a percentage; a few rows of many are not said to be none, nor all but a few to be all."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def tick(value: float, digits: int = 3) -> str:
    """A number at an axis."""
    if value == 0:
        return "0"
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.{digits}g}"


def shortest(value: float) -> str:
    """The shortest text that is read back as this number; whole numbers without a point.

    Examples
    --------
    >>> shortest(5.0), shortest(0.1)
    ('5', '0.1')
    """
    return str(int(value)) if isfinite(value) and value == int(value) else repr(value)
