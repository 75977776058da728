"""The costs as parts that work on blocks of (outputs, examples): C_0 of each example, and ∂C_0/∂a or the collapsed δ."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.elementary import exp, expm1, log, log1p, tanh
from glassprop.engine.compiled.low_level import INLINE, part
from glassprop.engine.compiled.part import Part, Shape

COST_FROM_Z = Shape("N N I I I D", slots.COST_FROM_Z)  # z, y, n, ld, used, costs
COST_FROM_A = Shape("F F N N I I I D", slots.COST_FROM_A)  # parameter, clip, a, y, n, ld, used, costs
COST_SLOPE = Shape("F N N I I I", slots.COST_SLOPE)  # parameter, a, y, n, ld, used
LN_2 = float(np.log(2))


class Kernels(NamedTuple):
    """The two parts of a cost: C_0 of each example, added up, and ∂C_0/∂a in place of y."""

    from_a: Part
    slope: Part


def _from_a(name: str, one: Any) -> Part:
    """The part that adds ``one(parameter, a, y, tiny)`` of each output, in float64."""

    def cost(parameter, clip, a, y, n, ld, used, costs):
        kind = part(a, 0, 1).dtype.type
        tiny, least, most = np.finfo(kind).tiny, kind(clip), kind(1 - clip)
        for j in range(n):
            for i in range(used):
                value = a[j * ld + i]
                if clip > 0:
                    value = min(max(value, least), most)
                costs[i] += one(parameter, np.float64(value), np.float64(y[j * ld + i]), tiny)

    return COST_FROM_A.part(name=name)(cost)


def _slope(name: str, one: Any) -> Part:
    """The part that puts ``one(parameter, a, y, tiny)`` of each output in place of y."""

    def slope(parameter, a, y, n, ld, used):
        kind = part(a, 0, 1).dtype.type
        tiny = np.finfo(kind).tiny
        for j in range(n):
            for i in range(used):
                at = j * ld + i
                y[at] = kind(one(parameter, np.float64(a[at]), np.float64(y[at]), tiny))

    return COST_SLOPE.part(name=f"{name}_slope")(slope)


def _from_z(name: str, one: Any) -> Part:
    """The part that adds ``one(z, y, tiny)`` of each output: the cost of a collapsed pair, straight from z."""

    def cost(z, y, n, ld, used, costs):
        tiny = np.finfo(part(z, 0, 1).dtype.type).tiny
        for j in range(n):
            for i in range(used):
                costs[i] += one(np.float64(z[j * ld + i]), np.float64(y[j * ld + i]), tiny)

    return COST_FROM_Z.part(name=f"{name}_from_z")(cost)


@njit(**INLINE)
def _times_log(y, a, tiny):
    return 0.0 if y == 0 else y * log(max(a, tiny))


# --- the part of C_0 that one output adds, and its slope: functions of (parameter, a, y, tiny) ---------------------


@njit(**INLINE)
def _squared(p, a, y, tiny):
    return (a - y) * (a - y)


@njit(**INLINE)
def _squared_slope(p, a, y, tiny):
    return 2.0 * (a - y)


@njit(**INLINE)
def _half_squared(p, a, y, tiny):
    return 0.5 * (a - y) * (a - y)


@njit(**INLINE)
def _half_squared_slope(p, a, y, tiny):
    return a - y


@njit(**INLINE)
def _cross_entropy(p, a, y, tiny):
    return -_times_log(y, a, tiny)


@njit(**INLINE)
def _cross_entropy_slope(p, a, y, tiny):
    return -y / max(a, tiny * (1.0 + y))


@njit(**INLINE)
def _binary(p, a, y, tiny):
    return -_times_log(y, a, tiny) - _times_log(1.0 - y, 1.0 - a, tiny)


@njit(**INLINE)
def _binary_slope(p, a, y, tiny):
    return (1.0 - y) / max(1.0 - a, tiny * (2.0 - y)) - y / max(a, tiny * (1.0 + y))


@njit(**INLINE)
def _absolute(p, a, y, tiny):
    return abs(a - y)


@njit(**INLINE)
def _absolute_slope(p, a, y, tiny):
    return _sign(a - y)


@njit(**INLINE)
def _huber(p, a, y, tiny):
    r = a - y
    return 0.5 * r * r if abs(r) <= p else p * (abs(r) - 0.5 * p)


@njit(**INLINE)
def _huber_slope(p, a, y, tiny):
    return min(max(a - y, -p), p)


@njit(**INLINE)
def _poisson(p, a, y, tiny):
    return _times_log(y, y, tiny) - _times_log(y, a, tiny) - y + a


@njit(**INLINE)
def _poisson_slope(p, a, y, tiny):
    return 1.0 - y / max(a, tiny * (1.0 + y))


@njit(**INLINE)
def _quantile(p, a, y, tiny):
    r = a - y
    return max(-p * r, (1.0 - p) * r)


@njit(**INLINE)
def _quantile_slope(p, a, y, tiny):
    r = _sign(a - y)
    return 0.5 * r * (1.0 + r * (1.0 - 2.0 * p))


@njit(**INLINE)
def _log_cosh(p, a, y, tiny):
    """As the equation has it: near 0, by cosh d - 1."""
    d = abs(a - y)
    if d < 1:
        less = expm1(-d)
        return log1p(0.5 * less * less * exp(d))
    return d + log1p(exp(-2.0 * d)) - LN_2


@njit(**INLINE)
def _log_cosh_slope(p, a, y, tiny):
    return tanh(a - y)


@njit(**INLINE)
def _sign(r):
    return (1.0 if r > 0 else 0.0) - (1.0 if r < 0 else 0.0)


# --- what a pair that collapses costs, straight from z: functions of (z, y, tiny) ----------------------------------


@njit(**INLINE)
def _binary_of_sigmoid(z, y, tiny):
    return max(z, 0.0) - y * z + log1p(exp(-abs(z)))


@njit(**INLINE)
def _half_squared_of_identity(z, y, tiny):
    return 0.5 * (z - y) * (z - y)


@njit(**INLINE)
def _poisson_of_exp(z, y, tiny):
    return exp(z) - y * z + _times_log(y, y, tiny) - y


_ONE_OUTPUT: dict[str, tuple[Any, Any]] = {
    "squared_error": (_squared, _squared_slope),
    "half_squared_error": (_half_squared, _half_squared_slope),
    "cross_entropy": (_cross_entropy, _cross_entropy_slope),
    "binary_cross_entropy": (_binary, _binary_slope),
    "absolute_error": (_absolute, _absolute_slope),
    "huber": (_huber, _huber_slope),
    "poisson": (_poisson, _poisson_slope),
    "quantile": (_quantile, _quantile_slope),
    "log_cosh": (_log_cosh, _log_cosh_slope),
}
KERNELS: dict[str, Kernels] = {
    name: Kernels(_from_a(name, value), _slope(name, slope)) for name, (value, slope) in _ONE_OUTPUT.items()
}
# by activation and cost; what they collapse to is the same for all pairs. None: the pair has a kernel of its own for it all
PAIRS: dict[tuple[str, str], Part | None] = {
    ("softmax", "cross_entropy"): None,
    ("sigmoid", "binary_cross_entropy"): _from_z("binary", _binary_of_sigmoid),
    ("identity", "half_squared_error"): _from_z("half_squared", _half_squared_of_identity),
    ("exp", "poisson"): _from_z("poisson", _poisson_of_exp),
}
