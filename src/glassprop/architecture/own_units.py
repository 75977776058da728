"""The last step of a regression: from a of the last layer, in which it is trained, to the target's own units."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from numbers import Real

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.errors import ArchitectureError


@dataclass(frozen=True)
class OwnUnits:
    """How a target was standardized: a network is trained on (y - mean) / spread, and predicts mean + spread · a.

    Costs, gradients and explanations are in the units that are trained in; predictions alone are in the target's own.

    Parameters
    ----------
    mean : float
    spread : float
        Such as a standard deviation; more than 0.

    Raises
    ------
    ArchitectureError
        If one is not a finite number, or the spread is not more than 0.

    Examples
    --------
    >>> import numpy as np
    >>> units = OwnUnits(mean=20.0, spread=5.0)
    >>> units.own(np.array([1.0])), units.standard(np.array([25.0]))
    (array([25.]), array([1.]))
    """

    mean: float
    spread: float

    def __post_init__(self) -> None:
        for name in ("mean", "spread"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
                raise ArchitectureError(f"{name} of a target must be a finite number, got {value!r}")
            object.__setattr__(self, name, float(value))
        if self.spread <= 0:
            raise ArchitectureError(f"spread of a target must be more than 0, got {self.spread!r}")

    def own(self, a: Array) -> Array:
        """From what the last layer gives; in float64 on the way, and of a's dtype."""
        return (np.asarray(a, np.float64) * self.spread + self.mean).astype(a.dtype, copy=False)

    def standard(self, y: Array) -> Array:
        """From the target's own units."""
        return (y - self.mean) / self.spread
