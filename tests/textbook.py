"""Activations, costs and networks from their textbook definitions, for `autograd` to differentiate: nothing of ours."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
from autograd import grad
from autograd.scipy.special import erf
from members_alone import gathered, mean_of


def sigmoid(z):
    """1 / (1 + e^-z)."""
    return 1 / (1 + anp.exp(-z))


def _softmax(z):
    e = anp.exp(z - anp.max(z))
    return e / anp.sum(e)


ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: anp.where(z > 0, z, 0.0),
    "leaky_relu": lambda z, p=0.01: anp.where(z > 0, z, p * z),
    "sigmoid": sigmoid,
    "tanh": anp.tanh,
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "elu": lambda z, p=1.0: anp.where(z > 0, z, p * (anp.exp(z) - 1)),
    "selu": lambda z: 1.0507009873554805 * anp.where(z > 0, z, 1.6732632423543772 * (anp.exp(z) - 1)),
    "gelu": lambda z: z * (1 + erf(z / anp.sqrt(2.0))) / 2,
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * anp.tanh(anp.log(1 + anp.exp(z))),
    "softsign": lambda z: z / (1 + anp.abs(z)),
    "hardswish": lambda z: anp.where(z > 3, z, anp.where(z > -3, z * (z + 3) / 6, 0.0)),
    "squared_relu": lambda z: anp.where(z > 0, z * z, 0.0),
    "blended_selu": lambda z, p=1.0: (1 - p) * z + p * ACTIVATIONS["selu"](z),
    "blended_mish": lambda z, p=1.0: (1 - p) * z + p * ACTIVATIONS["mish"](z),
    "exp": anp.exp,
    "softmax": _softmax,
}


def _y_log_y(y):
    return np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0)), 0.0)


COSTS = {
    "squared_error": lambda a, y: anp.sum((a - y) ** 2),
    "half_squared_error": lambda a, y: anp.sum((a - y) ** 2) / 2,
    "cross_entropy": lambda a, y: -anp.sum(y * anp.log(a)),
    "binary_cross_entropy": lambda a, y: -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a)),
    "absolute_error": lambda a, y: anp.sum(anp.abs(a - y)),
    "huber": lambda a, y, p=1.0: anp.sum(
        anp.where(anp.abs(a - y) <= p, (a - y) ** 2 / 2, p * (anp.abs(a - y) - p / 2))
    ),
    "poisson": lambda a, y: anp.sum(_y_log_y(y) - y * anp.log(a) - y + a),
    "quantile": lambda a, y, p=0.5: anp.sum(anp.where(y > a, p * (y - a), (1 - p) * (a - y))),
    "log_cosh": lambda a, y: anp.sum(anp.log(anp.cosh(a - y))),
}


def _called(table, spec):
    """ "elu(0.5)" as a function with its parameter."""
    name, _, rest = spec.partition("(")
    if not rest:
        return table[name]
    parameter = float(rest[:-1])
    return lambda *arguments: table[name](*arguments, parameter)


def cost_from(network, theta, layer, a, y):
    """C_0 of one example from a of a layer on (0: the input). θ is cut up here, by its documented order."""
    parts = _Parts(theta)
    for l, (n_in, n_out) in enumerate(zip(network.sizes[:-1], network.sizes[1:], strict=True), start=1):
        of, before = network.layers[l - 1], a
        if of.kind == "scale":
            z = parts.take(n_out) * a if l > layer else parts.take(n_out)
        elif of.kind == "periodic":
            z = _waves(of, parts, a, l > layer)
        elif of.kind == "category":
            z = _rows(of, parts, a, l > layer)
        else:
            w, b = anp.reshape(parts.take(n_in * n_out), (n_out, n_in)), parts.take(n_out)
            z = anp.dot(w, a) + b if l > layer else None
        p = parts.take(n_out) if of.parametric else None
        if l > layer:
            a = z if of.kind != "dense" else _activate(of.activation.spec, z, p)
            a = a + before if of.residual else a
    assert parts.start == len(theta)
    return _called(COSTS, network.cost_function.spec)(a, y)


def _waves(of, parts, a, wanted):
    """Inputs that are not embedded; then of each that is itself, and sums of waves. Parameters lie column by column."""
    k, q, m = len(of.columns), of.frequencies, of.each - 1
    f, c = (anp.reshape(parts.take(k * q), (k, q)) for _ in range(2))
    w, e = anp.reshape(parts.take(k * m * q), (k, m, q)), anp.reshape(parts.take(k * m), (k, m))
    if not wanted:
        return None
    z = [a[i] for i in range(len(a)) if i not in of.columns]
    for i, column in enumerate(of.columns):
        cosines = anp.cos(2 * np.pi * f[i] * a[column] + c[i])
        z += [a[column], *(anp.dot(w[i, j], cosines) + e[i, j] for j in range(m))]
    return anp.array(z)


def _rows(of, parts, a, wanted):
    """Inputs that are no codes, then the row of each code: tables lie one after another."""
    tables = [anp.reshape(parts.take(s * n), (s, n)) for s, n in zip(of.sizes, of.each, strict=True)]
    if not wanted:
        return None
    z = [a[i] for i in range(len(a)) if i not in of.columns]
    for column, table in zip(of.columns, tables, strict=True):
        code = getattr(a[column], "_value", a[column])  # of which there is no derivative
        row = table[round(float(getattr(code, "_value", code)))]
        z += [row[m] + 0 * a[column] for m in range(table.shape[1])]
    return anp.array(z)


class _Parts:
    """One vector, cut up from its start on."""

    def __init__(self, theta):
        self.theta, self.start = theta, 0

    def take(self, n):
        self.start += n
        return self.theta[self.start - n : self.start]


def _activate(spec, z, p):
    return _called(ACTIVATIONS, spec)(z) if p is None else ACTIVATIONS[spec.partition("(")[0]](z, p)


def by_theta(network, theta, x, y):
    """∂C_0/∂θ (size,); of several members, the mean of theirs."""
    if network.members > 1:
        return gathered(network, theta, lambda plain, own: by_theta(plain, own, x, y))
    return grad(lambda t: cost_from(network, t, 0, x, y))(theta)


def by_a(network, theta, layer, a, y):
    """∂C_0/∂a of a layer (n_l,); of several members, the mean of theirs."""
    if network.members > 1:
        return mean_of(network, theta, lambda plain, own: by_a(plain, own, layer, a, y))
    return grad(lambda value: cost_from(network, theta, layer, value, y))(a)
