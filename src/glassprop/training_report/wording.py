"""How the report of a training writes numbers and shares."""

from __future__ import annotations

from math import floor, log10


def number(value: float | None) -> str:
    """A number as it is shown: four digits after the point, or four significant ones."""
    if value is None:
        return "–"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}"
    return f"{value:.4f}"


def amount(value: float, spread: float) -> str:
    """A value of the target's own kind, to a ten-thousandth of its spread or so; no more digits than there are."""
    if not 1e-12 < spread < 1e15 or abs(value) >= 1e15:
        return f"{value:.6g}"
    decimals = max(0, 4 - floor(log10(spread)))
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
