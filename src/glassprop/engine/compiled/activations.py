"""The activations as parts that work on blocks of (neurons, examples): value with slope, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from glassprop.engine.compiled.elementary import exp, expm1, gelu, log1p, mish, selu, sigmoid, tanh
from glassprop.engine.compiled.low_level import INLINE, fill, part, product
from glassprop.engine.compiled.part import Part, Shape
from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE

# a = σ(z) in place, on a block of n rows (neurons) of ``ld`` examples, with a fixed parameter; slopes are kept where they
# need z, which a overwrites. trained: a parameter for each neuron, where it is trained
ACTIVATE = Shape("F N N N I I N")  # parameter, trained, z, slope, n, ld, scratch
# ∂C/∂z = pullback of ∂C/∂a, in place on g
PULL_BACK = Shape("F N N N I I N")  # parameter, g, a, slope, n, ld, scratch


class Kernels(NamedTuple):
    """The two parts of an activation, None for one that has nothing to do, and whether it keeps its slope."""

    activate: Part | None
    pull_back: Part | None
    keeps_slope: bool = False


def _value(name: str, loop: Any) -> Part:
    """The part of a loop over (z, slope, parameter), all numbers of a block."""

    def activate(parameter, trained, z, slope, n, ld, scratch):
        flat = part(z, 0, n * ld)
        loop(flat, part(slope, 0, n * ld), flat.dtype.type(parameter))

    return ACTIVATE.part(name=name)(activate)


def _way_back(name: str, loop: Any) -> Part:
    """The part of a loop over (g, a, slope, parameter)."""

    def pull_back(parameter, g, a, slope, n, ld, scratch):
        flat = part(g, 0, n * ld)
        loop(flat, part(a, 0, n * ld), part(slope, 0, n * ld), flat.dtype.type(parameter))

    return PULL_BACK.part(name=f"{name}_back")(pull_back)


@njit(**INLINE)
def _relu(z, slope, p):
    zero = z.dtype.type(0)
    for i in range(z.shape[0]):
        z[i] = z[i] if not z[i] <= zero else zero


@njit(**INLINE)
def _relu_back(g, a, slope, p):
    zero = g.dtype.type(0)
    for i in range(g.shape[0]):
        g[i] = g[i] if a[i] > zero else zero


@njit(**INLINE)
def _leaky_relu(z, slope, p):
    zero = z.dtype.type(0)
    for i in range(z.shape[0]):
        z[i] = z[i] if z[i] > zero else p * z[i]


@njit(**INLINE)
def _leaky_relu_back(g, a, slope, p):
    one, zero = g.dtype.type(1), g.dtype.type(0)
    for i in range(g.shape[0]):
        g[i] = g[i] * (one if a[i] > zero else p)


@njit(**INLINE)
def _sigmoid(z, slope, p):
    for i in range(z.shape[0]):
        z[i] = sigmoid(z[i])


@njit(**INLINE)
def _sigmoid_back(g, a, slope, p):
    one = g.dtype.type(1)
    for i in range(g.shape[0]):
        g[i] *= a[i] * (one - a[i])


@njit(**INLINE)
def _tanh(z, slope, p):
    for i in range(z.shape[0]):
        z[i] = tanh(z[i])


@njit(**INLINE)
def _tanh_back(g, a, slope, p):
    one = g.dtype.type(1)
    for i in range(g.shape[0]):
        g[i] *= one - a[i] * a[i]


@njit(**INLINE)
def _elu(z, slope, p):
    zero = z.dtype.type(0)
    for i in range(z.shape[0]):
        z[i] = z[i] if z[i] > zero else p * expm1(min(z[i], zero))


@njit(**INLINE)
def _elu_back(g, a, slope, p):
    one, zero = g.dtype.type(1), g.dtype.type(0)
    for i in range(g.shape[0]):
        g[i] *= one if a[i] > zero else a[i] + p


@njit(**INLINE)
def _selu(z, slope, p):
    zero, scale, low = z.dtype.type(0), z.dtype.type(SELU_SCALE), z.dtype.type(SELU_SCALE * SELU_ALPHA)
    for i in range(z.shape[0]):
        z[i] = scale * z[i] if z[i] > zero else low * expm1(min(z[i], zero))


@njit(**INLINE)
def _selu_back(g, a, slope, p):
    zero, scale, low = g.dtype.type(0), g.dtype.type(SELU_SCALE), g.dtype.type(SELU_SCALE * SELU_ALPHA)
    for i in range(g.shape[0]):
        g[i] *= scale if a[i] > zero else a[i] + low


@njit(**INLINE)
def _exp(z, slope, p):
    for i in range(z.shape[0]):
        z[i] = exp(z[i])


@njit(**INLINE)
def _exp_back(g, a, slope, p):
    most = np.finfo(g.dtype).max
    for i in range(g.shape[0]):
        g[i] *= min(a[i], most)


@njit(**INLINE)
def _silu(z, slope, p):
    one = z.dtype.type(1)
    for i in range(z.shape[0]):
        s = sigmoid(z[i])
        z[i] = z[i] * s
        slope[i] = s + z[i] * (one - s)


@njit(**INLINE)
def _softplus(z, slope, p):
    one, zero = z.dtype.type(1), z.dtype.type(0)
    for i in range(z.shape[0]):
        e = exp(-abs(z[i]))
        slope[i] = (one if z[i] >= zero else e) / (one + e)
        z[i] = max(z[i], zero) + log1p(e)


@njit(**INLINE)
def _gelu(z, slope, p):
    for i in range(z.shape[0]):
        z[i], slope[i] = gelu(z[i])


@njit(**INLINE)
def _softsign(z, slope, p):
    one = z.dtype.type(1)
    for i in range(z.shape[0]):
        s = one / (one + abs(z[i]))
        slope[i] = s * s
        z[i] = z[i] / (one + abs(z[i]))


@njit(**INLINE)
def _squared_relu(z, slope, p):
    zero = z.dtype.type(0)
    for i in range(z.shape[0]):
        r = z[i] if not z[i] <= zero else zero
        slope[i] = r + r
        z[i] = r * r


@njit(**INLINE)
def _hardswish(z, slope, p):
    kind = z.dtype.type
    zero, one, three, six, half = kind(0), kind(1), kind(3), kind(6), kind(0.5)
    for i in range(z.shape[0]):
        x = z[i]
        slope[i] = one if x > three else x / three + half if x > -three else zero
        z[i] = x * (min(max(x + three, zero), six) / six)


@njit(**INLINE)
def _mish(z, slope, p):
    for i in range(z.shape[0]):
        z[i], slope[i], _ = mish(z[i])


@njit(**INLINE)
def _blended_selu(z, slope, p):
    one = z.dtype.type(1)
    for i in range(z.shape[0]):
        value, by_z, _ = selu(z[i])
        slope[i] = (one - p) + p * by_z
        z[i] = product(one - p, z[i]) + p * value


@njit(**INLINE)
def _blended_mish(z, slope, p):
    one = z.dtype.type(1)
    for i in range(z.shape[0]):
        value, by_z, _ = mish(z[i])
        slope[i] = (one - p) + p * by_z
        z[i] = product(one - p, z[i]) + p * value


@njit(**INLINE)
def _by_slope(g, a, slope, p):
    for i in range(g.shape[0]):
        g[i] *= slope[i]


@ACTIVATE.part()
def softmax(parameter, trained, z, slope, n, ld, scratch):
    """Softmax over the rows of a block, example by example, in place. scratch: room for 2 ld numbers."""
    top, total = part(scratch, 0, ld), part(scratch, ld, ld)
    for i in range(ld):
        top[i] = z[i]
    for j in range(1, n):
        row = part(z, j * ld, ld)
        for i in range(ld):
            top[i] = max(top[i], row[i])
    fill(total, 0)
    for j in range(n):
        row = part(z, j * ld, ld)
        for i in range(ld):
            row[i] = exp(row[i] - top[i])
        for i in range(ld):  # apart from the loop above, which would not become vector code with it
            total[i] += row[i]
    for j in range(n):
        row = part(z, j * ld, ld)
        for i in range(ld):
            row[i] /= total[i]


@PULL_BACK.part()
def softmax_back(parameter, g, a, slope, n, ld, scratch):
    """Its pullback, which mixes the neurons: a (g - Σ g a)."""
    dots = part(scratch, 0, ld)
    fill(dots, 0)
    for j in range(n):
        g_row, a_row = part(g, j * ld, ld), part(a, j * ld, ld)
        for i in range(ld):
            dots[i] += g_row[i] * a_row[i]
    for j in range(n):
        g_row, a_row = part(g, j * ld, ld), part(a, j * ld, ld)
        for i in range(ld):
            g_row[i] = a_row[i] * (g_row[i] - dots[i])


# With a trained parameter for each neuron, of any sign; slope (2 n, ld): σ'(z), then ∂a/∂p.


@ACTIVATE.part()
def trained_leaky_relu(parameter, trained, z, slope, n, ld, scratch):
    """E6 with a slope that is trained."""
    one, zero = part(z, 0, ld).dtype.type(1), part(z, 0, ld).dtype.type(0)
    for j in range(n):
        p, row = trained[j], part(z, j * ld, ld)
        up, by_p = part(slope, j * ld, ld), part(slope, (n + j) * ld, ld)
        for i in range(ld):
            by_p[i] = min(row[i], zero)
        for i in range(ld):
            up[i] = one if row[i] > zero else p
        for i in range(ld):
            row[i] = row[i] if row[i] > zero else p * by_p[i]


@ACTIVATE.part()
def trained_elu(parameter, trained, z, slope, n, ld, scratch):
    """ELU with an α that is trained."""
    one, zero = part(z, 0, ld).dtype.type(1), part(z, 0, ld).dtype.type(0)
    for j in range(n):
        p, row = trained[j], part(z, j * ld, ld)
        up, by_p = part(slope, j * ld, ld), part(slope, (n + j) * ld, ld)
        for i in range(ld):
            by_p[i] = expm1(min(row[i], zero))
        for i in range(ld):
            up[i] = one if row[i] > zero else p * by_p[i] + p
        for i in range(ld):
            row[i] = row[i] if row[i] > zero else p * by_p[i]


def _trained_blend(name: str, function: Any) -> Part:
    """The part of (1 - p) z + p σ(z), by σ as a function to value, slope and what it is more than z."""

    def activate(parameter, trained, z, slope, n, ld, scratch):
        one = part(z, 0, ld).dtype.type(1)
        for j in range(n):
            p, row = trained[j], part(z, j * ld, ld)
            up, by_p = part(slope, j * ld, ld), part(slope, (n + j) * ld, ld)
            for i in range(ld):
                value, by_z, by_p[i] = function(row[i])
                up[i] = (one - p) + p * by_z
                row[i] = product(one - p, row[i]) + p * value

    return ACTIVATE.part(name=name)(activate)


BY_SLOPE = _way_back("by_slope", _by_slope)
_FROM_A: dict[str, tuple[Callable[..., None], Callable[..., None]]] = {
    "relu": (_relu, _relu_back),
    "leaky_relu": (_leaky_relu, _leaky_relu_back),
    "sigmoid": (_sigmoid, _sigmoid_back),
    "tanh": (_tanh, _tanh_back),
    "elu": (_elu, _elu_back),
    "selu": (_selu, _selu_back),
    "exp": (_exp, _exp_back),
}
# their slope needs z, which a overwrites: it is kept beside a
_KEEPING = {
    "softplus": _softplus,
    "gelu": _gelu,
    "silu": _silu,
    "mish": _mish,
    "softsign": _softsign,
    "hardswish": _hardswish,
    "squared_relu": _squared_relu,
    "blended_selu": _blended_selu,
    "blended_mish": _blended_mish,
}
KERNELS: dict[str, Kernels] = {
    "identity": Kernels(None, None),
    "softmax": Kernels(softmax, softmax_back),
    **{name: Kernels(_value(name, up), _way_back(name, back)) for name, (up, back) in _FROM_A.items()},
    **{name: Kernels(_value(name, up), BY_SLOPE, keeps_slope=True) for name, up in _KEEPING.items()},
}
# with a trained parameter they are other kernels, and their slope is kept: it does not follow from a
TRAINED: dict[str, Kernels] = {
    "leaky_relu": Kernels(trained_leaky_relu, BY_SLOPE, keeps_slope=True),
    "elu": Kernels(trained_elu, BY_SLOPE, keeps_slope=True),
    "blended_selu": Kernels(_trained_blend("trained_selu", selu), BY_SLOPE, keeps_slope=True),
    "blended_mish": Kernels(_trained_blend("trained_mish", mish), BY_SLOPE, keeps_slope=True),
}
