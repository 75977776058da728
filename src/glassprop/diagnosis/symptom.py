"""What looking for a symptom gives, and what an entry of the table of symptoms is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glassprop.diagnosis.measured import Measured


@dataclass(frozen=True)
class Seen:
    """What was seen of a symptom: its number, a sentence, and where.

    threshold, source: where they are others than those of the table, for a symptom that shows in several ways.
    """

    number: float
    sentence: str
    where: str = ""
    threshold: float | None = None
    source: str = ""


Look = Callable[[Measured, float], Sequence[Seen]]  # (measured, threshold)


@dataclass(frozen=True)
class Symptom:
    """An entry of the table.

    Attributes
    ----------
    look : callable (measured, threshold) -> what was seen beyond the threshold
    threshold : float
    source : str
        Where the threshold comes from.
    brings : tuple of str
        Kinds that this one explains where both are found.
    """

    look: Look
    threshold: float
    source: str
    brings: tuple[str, ...] = ()
