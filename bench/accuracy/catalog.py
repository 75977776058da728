"""Every table by its name: those of the lists, and those on which the worst is looked for."""

from __future__ import annotations

from bench.accuracy.extremes import EXTREMES
from bench.accuracy.prepared import Prepared, prepared
from bench.accuracy.tables import BY_NAME


def load(name: str) -> Prepared:
    """Read or make it."""
    return prepared(name) if name in BY_NAME else EXTREMES[name]()
