"""The last step of a regression: from a of the last layer, in which it is trained, to the target's own units."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np

from glassprop.architecture.target_scales import SCALES, TargetScale
from glassprop.equations.arrays import Array
from glassprop.equations.domain import Domain
from glassprop.errors import ArchitectureError, DataError

MOST_KNOTS = 1000


@dataclass(frozen=True, repr=False)
class OwnUnits:
    """How a target was standardized: a network is trained on (y - mean) / spread, and predicts mean + spread · a.

    A heavy-tailed target is first brought to another scale, and predictions are brought back from it. Costs, gradients
    and explanations are in the units that are trained in; predictions alone are in the target's own.

    Parameters
    ----------
    mean : float
        Of the target on its scale.
    spread : float
        Such as a standard deviation; more than 0.
    scale : {"none", "log", "quantile", "poisson"}
        What (y - mean) / spread is taken of: y; log(y + shift); the quantile of a normal distribution that y is at;
        y, not below 0, for the cost "poisson", with a mean of 0.
    shift : float
        Of "log": what is added to y.
    factor : float
        Of "log" and "quantile": what y + shift is multiplied by for a prediction. What comes back from a bent scale is
        about a median; with the factor by which means are larger, it is a mean.
    knots : sequence of float
        Of "quantile": y at evenly spaced quantiles, three standard deviations to both sides. Of "log": two numbers,
        the lowest and the highest. Between the first and the last lies whatever is taken or predicted (before the
        factor); a y beyond counts as if it were there.

    Raises
    ------
    ArchitectureError
        If these are not such numbers.

    Examples
    --------
    >>> import numpy as np
    >>> units = OwnUnits(mean=20.0, spread=5.0)
    >>> units.own(np.array([1.0])), units.standard(np.array([25.0]))
    (array([25.]), array([1.]))
    """

    mean: float
    spread: float
    scale: str = "none"
    shift: float = 0.0
    factor: float = 1.0
    knots: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("mean", "spread", "shift", "factor"):
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        for name in ("spread", "factor"):
            if getattr(self, name) <= 0:
                raise ArchitectureError(f"{name} of a target must be more than 0, got {getattr(self, name)!r}")
        if not isinstance(self.scale, str) or self.scale not in SCALES:
            raise ArchitectureError(f"scale of a target must be one of {', '.join(SCALES)}, got {self.scale!r}")
        object.__setattr__(self, "knots", tuple(_number("a knot", knot) for knot in self.knots))
        faults = _faults(self, SCALES[self.scale])
        if faults:
            raise ArchitectureError(f"a target on the scale {self.scale!r} " + "; ".join(faults))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.to_dict().items())})"

    @property
    def outputs(self) -> Domain:
        """What a network in these units may give."""
        return SCALES[self.scale].outputs

    @property
    def formula(self) -> str:
        """What is trained on, in digits enough that it can be worked out."""
        shifted = f"target {_added(self.shift)}" if self.shift else "target"
        v = SCALES[self.scale].formula.format(target=shifted)
        return f"{f'({v} {_added(-self.mean)})' if self.mean or self.scale == 'none' else v} / {self.spread:.17g}"

    def own(self, a: Array) -> Array:
        """From what the last layer gives; in float64 on the way, and of a's dtype."""
        v = np.asarray(a, np.float64) * self.spread + self.mean
        if self.scale != "none":
            v = SCALES[self.scale].inverse(v, self.shift, np.array(self.knots))
            v = self.factor * (v + self.shift) - self.shift
            v = np.maximum(v, self.knots[0]) if self.knots else v
        return v.astype(a.dtype, copy=False)

    def slope(self, a: Array) -> Array:
        """How a prediction moves with what the last layer gives: the derivative of ``own``."""
        v = np.asarray(a, np.float64) * self.spread + self.mean
        scale, knots = SCALES[self.scale], np.array(self.knots)
        slope = scale.slope(v, self.shift, knots) * self.spread * self.factor
        return np.where(self.own(np.asarray(a, np.float64)) <= knots[0], 0.0, slope) if self.knots else slope

    def standard(self, y: Array) -> Array:
        """From the target's own units."""
        if self.scale != "none":
            y = SCALES[self.scale].forward(np.asarray(y, np.float64), self.shift, np.array(self.knots))
        return (y - self.mean) / self.spread

    def refuse(self, y: Array) -> None:
        """Refuse targets that the scale has no place for, as new ones to train on.

        Raises
        ------
        DataError
        """
        low = {"log": -self.shift, "poisson": 0.0}.get(self.scale)
        if low is None:
            return
        bad = y <= low if self.scale == "log" else y < low
        if bad.any():
            above = f"of more than {low:g}" if self.scale == "log" else "of 0 or more"
            raise DataError(
                f"the target scale {self.scale!r} takes numbers {above}, and {int(bad.sum())} of y are not, "
                f"{np.asarray(y)[bad][0]:g} the first: leave them out, or retrain on another scale"
            )

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, without what it has by default: ``OwnUnits(**found)`` makes the same."""
        found = asdict(self) | {"knots": list(self.knots)}
        default = {field.name: field.default for field in fields(self)} | {"knots": []}
        return {name: value for name, value in found.items() if value != default[name]}


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise ArchitectureError(f"{name} of a target must be a finite number, got {value!r}")
    return float(value)


def _added(number: float) -> str:
    return f"+ {number:.17g}" if number > 0 else f"- {-number:.17g}"


def _faults(units: OwnUnits, scale: TargetScale) -> list[str]:
    knots, faults = units.knots, []
    if not scale.least_knots <= len(knots) <= (MOST_KNOTS if scale.least_knots else 0):
        faults.append(f"takes {f'{scale.least_knots} knots or more' if scale.least_knots else 'no knots'}")
    elif knots and (any(b < a for a, b in pairwise(knots)) or not knots[0] < knots[-1]):
        faults.append("takes knots that rise")
    if units.shift and units.scale != "log":
        faults.append("takes no shift")
    elif units.scale == "log" and knots and not knots[0] + units.shift > 0:
        faults.append("takes knots that are more than 0 with the shift added")
    if units.factor != 1 and not scale.bends:
        faults.append("takes no factor")
    if units.mean and scale.outputs.low == 0:
        faults.append("takes a mean of 0")
    return faults
