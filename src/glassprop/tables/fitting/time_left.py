"""How much of the time that a fit may take is left."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

_LEAST = 0.01  # seconds: the least that training can be asked to take


@dataclass(frozen=True)
class TimeLeft:
    """The time of a fit, which began when this was made.

    Attributes
    ----------
    most : float or None
        Seconds; None: as long as it takes.
    """

    most: float | None = None
    _begun: float = field(default_factory=lambda: time.monotonic(), compare=False)

    def seconds(self) -> float | None:
        """So many, a hundredth at least; None: as many as it takes."""
        if self.most is None:
            return None
        return max(self.most - (time.monotonic() - self._begun), _LEAST)
