"""The activations as kernels on blocks of (neurons, examples): value, and slope, by the code of the table."""

from __future__ import annotations

from math import erfc, sqrt
from math import exp as libm_exp

import numpy as np
from numba import njit

from glassprop.engine.compiled.elementary import exp, expm1, log1p, sigmoid, tanh
from glassprop.engine.compiled.low_level import OPTIONS, fill, part
from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE

CODES = {
    name: code
    for code, name in enumerate(
        (
            "identity",
            "relu",
            "leaky_relu",
            "sigmoid",
            "tanh",
            "softplus",
            "elu",
            "selu",
            "gelu",
            "silu",
            "mish",
            "softsign",
            "hardswish",
            "squared_relu",
            "exp",
            "softmax",
        )
    )
}
(
    IDENTITY, RELU, LEAKY_RELU, SIGMOID, TANH, SOFTPLUS, ELU, SELU, GELU, SILU, MISH, SOFTSIGN, HARDSWISH, SQUARED_RELU,
    EXP, SOFTMAX,
) = range(len(CODES))  # fmt: skip
# their slope needs z, which a overwrites: it is kept beside a
KEEPS_SLOPE = (SOFTPLUS, GELU, SILU, MISH, SOFTSIGN, HARDSWISH, SQUARED_RELU)
# with a trained parameter they are other kernels, and their slope is kept: it does not follow from a
TRAINED_LEAKY_RELU, TRAINED_ELU = len(CODES), len(CODES) + 1
TRAINED = {"leaky_relu": TRAINED_LEAKY_RELU, "elu": TRAINED_ELU}
_ROOT_HALF, _ROOT_TWO_PI = 1 / sqrt(2), sqrt(2 * np.pi)


@njit(**OPTIONS)
def activate(code, parameter, z, slope, n, ld, scratch):
    """a = σ(z) in place, on a flat block of n rows (neurons) of ``ld`` examples; slopes kept where they need z."""
    one = z.dtype.type(1)
    zero, p = z.dtype.type(0), z.dtype.type(parameter)
    size = n * ld
    if code == RELU:
        for i in range(size):
            z[i] = z[i] if not z[i] <= zero else zero
    elif code == LEAKY_RELU:
        for i in range(size):
            z[i] = z[i] if z[i] > zero else p * z[i]
    elif code == SIGMOID:
        for i in range(size):
            z[i] = sigmoid(z[i])
    elif code == TANH:
        for i in range(size):
            z[i] = tanh(z[i])
    elif code == ELU:
        for i in range(size):
            z[i] = z[i] if z[i] > zero else p * expm1(min(z[i], zero))
    elif code == SELU:
        scale, low = z.dtype.type(SELU_SCALE), z.dtype.type(SELU_SCALE * SELU_ALPHA)
        for i in range(size):
            z[i] = scale * z[i] if z[i] > zero else low * expm1(min(z[i], zero))
    elif code == EXP:
        for i in range(size):
            z[i] = exp(z[i])
    elif code == SILU:
        for i in range(size):
            s = sigmoid(z[i])
            z[i] = z[i] * s
            slope[i] = s + z[i] * (one - s)
    elif code == MISH:
        _mish(z, slope, size)
    elif code == SOFTPLUS:
        for i in range(size):
            slope[i] = sigmoid(z[i])
        for i in range(size):
            z[i] = max(z[i], zero) + log1p(exp(-abs(z[i])))
    elif code == GELU:
        for i in range(size):
            below = z.dtype.type(0.5 * erfc(-z[i] * _ROOT_HALF))
            slope[i] = below + z[i] * z.dtype.type(libm_exp(-0.5 * z[i] * z[i]) / _ROOT_TWO_PI)
            z[i] = z[i] * below
    elif code == SOFTSIGN:
        for i in range(size):
            s = one / (one + abs(z[i]))
            slope[i] = s * s
            z[i] = z[i] / (one + abs(z[i]))
    elif code == HARDSWISH:
        _hardswish(z, slope, size)
    elif code == SQUARED_RELU:
        for i in range(size):
            r = z[i] if not z[i] <= zero else zero
            slope[i] = r + r
            z[i] = r * r
    elif code == SOFTMAX:
        softmax(z, scratch, n, ld)


@njit(**OPTIONS)
def activate_trained(code, parameters, z, slope, n, ld):
    """a = σ(z) in place, with a parameter for each neuron, of any sign; slope (2 n, ld): σ'(z), then ∂a/∂p."""
    one, zero = z.dtype.type(1), z.dtype.type(0)
    for j in range(n):
        p, row = parameters[j], part(z, j * ld, ld)
        up, by_p = part(slope, j * ld, ld), part(slope, (n + j) * ld, ld)
        if code == TRAINED_ELU:
            for i in range(ld):
                by_p[i] = expm1(min(row[i], zero))
            for i in range(ld):
                up[i] = one if row[i] > zero else p * by_p[i] + p
        else:
            for i in range(ld):
                by_p[i] = min(row[i], zero)
            for i in range(ld):
                up[i] = one if row[i] > zero else p
        for i in range(ld):
            row[i] = row[i] if row[i] > zero else p * by_p[i]


@njit(**OPTIONS)
def _hardswish(z, slope, size):
    zero, one, three, six, half = (
        z.dtype.type(0),
        z.dtype.type(1),
        z.dtype.type(3),
        z.dtype.type(6),
        z.dtype.type(0.5),
    )
    for i in range(size):
        x = z[i]
        slope[i] = one if x > three else x / three + half if x > -three else zero
        z[i] = x * (min(max(x + three, zero), six) / six)


@njit(**OPTIONS)
def _mish(z, slope, size):
    """z tanh(softplus(z)): with n = e^z (e^z + 2), the tanh is n / (n + 2); for large z it is 1."""
    one, two, far = z.dtype.type(1), z.dtype.type(2), z.dtype.type(20)
    for i in range(size):
        e = exp(min(z[i], far))
        n = e * (e + two)
        t = n / (n + two)
        slope[i] = t + z[i] * (one - t * t) * sigmoid(z[i])
        z[i] = z[i] * t


@njit(**OPTIONS)
def softmax(z, scratch, n, ld):
    """Softmax over the rows of a block, example by example, in place. scratch: room for 2 ld numbers.

    Leaves the largest z of each example in scratch[:ld] and Σ e^(z - largest) in scratch[ld:2 ld].
    """
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


@njit(**OPTIONS)
def pull_back(code, parameter, g, a, slope, n, ld, scratch):
    """∂C/∂z = pullback of ∂C/∂a, in place on g. All blocks flat, n rows of ``ld`` examples."""
    one, zero = g.dtype.type(1), g.dtype.type(0)
    p = g.dtype.type(parameter)
    size = n * ld
    if code == RELU:
        for i in range(size):
            g[i] = g[i] if a[i] > zero else zero
    elif code == LEAKY_RELU:
        for i in range(size):
            g[i] = g[i] * (one if a[i] > zero else p)
    elif code == SIGMOID:
        for i in range(size):
            g[i] *= a[i] * (one - a[i])
    elif code == TANH:
        for i in range(size):
            g[i] *= one - a[i] * a[i]
    elif code == ELU:
        for i in range(size):
            g[i] *= one if a[i] > zero else a[i] + p
    elif code == SELU:
        scale, low = g.dtype.type(SELU_SCALE), g.dtype.type(SELU_SCALE * SELU_ALPHA)
        for i in range(size):
            g[i] *= scale if a[i] > zero else a[i] + low
    elif code == EXP:
        most = np.finfo(g.dtype).max
        for i in range(size):
            g[i] *= min(a[i], most)
    elif code == SOFTMAX:
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
    elif code != IDENTITY:
        for i in range(size):
            g[i] *= slope[i]
