"""The scales that a regression target may be standardized on, in one table: each way there beside the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.equations.domain import POSITIVE, REALS, Domain

_FARTHEST = 3.0  # quantiles are those of a normal distribution, this many standard deviations to both sides


@dataclass(frozen=True)
class TargetScale:
    """A way to bend a target y before it is standardized.

    Parameters
    ----------
    name : str
    forward, inverse : callable (values, shift, knots) -> values
        From y and back. ``inverse`` is given what a network said, so anything, and keeps it between the ends.
    slope : callable (values, shift, knots) -> values
        The derivative of ``inverse``; at a corner, that to its right.
    formula : str
        What ``forward`` does, for people; {target} is the target, with its shift.
    outputs : Domain
        What a network on this scale may give.
    least_knots : int
        How many knots it needs at least; 0: it has none.
    """

    name: str
    forward: Callable[[Array, float, Array], Array]
    inverse: Callable[[Array, float, Array], Array]
    slope: Callable[[Array, float, Array], Array]
    formula: str
    outputs: Domain = REALS
    least_knots: int = 0

    @property
    def bends(self) -> bool:
        """Whether equal steps on it are unequal ones of the target: what is in the middle is then a median, no mean."""
        return self.least_knots > 0


def quantile_places(count: int) -> Array:
    """Where on a normal distribution that many knots stand."""
    return np.linspace(-_FARTHEST, _FARTHEST, count)


def _as_it_is(values: Array, shift: float, knots: Array) -> Array:
    return values


def _at_least_0(values: Array, shift: float, knots: Array) -> Array:
    return np.maximum(values, 0.0)


def _log(y: Array, shift: float, knots: Array) -> Array:
    return np.log(np.clip(y, knots[0], knots[-1]) + shift)


def _exp(v: Array, shift: float, knots: Array) -> Array:
    low, high = np.log(knots[[0, -1]] + shift)
    return np.clip(np.exp(np.clip(v, low, high)) - shift, knots[0], knots[-1])


def _to_quantile(y: Array, shift: float, knots: Array) -> Array:
    """Of a value that several knots have, the middle of their places."""
    places = quantile_places(len(knots))
    y = np.clip(y, knots[0], knots[-1])
    below, above = -np.interp(-y, -knots[::-1], -places[::-1]), np.interp(y, knots, places)
    return (below + above) / 2


def _from_quantile(v: Array, shift: float, knots: Array) -> Array:
    return np.interp(v, quantile_places(len(knots)), knots)


def _one(v: Array, shift: float, knots: Array) -> Array:
    return np.ones_like(v)


def _exp_slope(v: Array, shift: float, knots: Array) -> Array:
    low, high = np.log(knots[[0, -1]] + shift)
    return np.where((v >= low) & (v < high), np.exp(np.clip(v, low, high)), 0.0)


def _quantile_slope(v: Array, shift: float, knots: Array) -> Array:
    """Of the piece between two knots; flat beyond the outermost."""
    places = quantile_places(len(knots))
    pieces = np.concatenate([[0.0], np.diff(knots) / np.diff(places), [0.0]])
    return pieces[np.searchsorted(places, v, side="right")]


SCALES: dict[str, TargetScale] = {
    scale.name: scale
    for scale in (
        TargetScale("none", _as_it_is, _as_it_is, _one, "{target}"),
        TargetScale("log", _log, _exp, _exp_slope, "log({target})", least_knots=2),
        TargetScale(
            "quantile", _to_quantile, _from_quantile, _quantile_slope, "normal quantile of {target}", least_knots=3
        ),
        TargetScale("poisson", _at_least_0, _as_it_is, _one, "{target}", outputs=POSITIVE),
    )
}
