"""The costs as kernels on blocks of (outputs, examples): C_0 of each example, and ∂C_0/∂a or the collapsed δ."""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled.activations import activate, activate_trained, pull_back
from glassprop.engine.compiled.elementary import exp, expm1, log, log1p, tanh
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, copy, fill, part, plus
from glassprop.engine.compiled.row import KEEPS, RESIDUAL, TRAINS

CODES = {
    name: code
    for code, name in enumerate(
        (
            "squared_error", "half_squared_error", "cross_entropy", "binary_cross_entropy", "absolute_error", "huber",
            "poisson", "quantile", "log_cosh",
        )
    )
}  # fmt: skip
(SQUARED, HALF_SQUARED, CROSS_ENTROPY, BINARY, ABSOLUTE, HUBER, POISSON, QUANTILE, LOG_COSH) = range(len(CODES))
LN_2 = float(np.log(2))
PREDICTION, COST, DELTA = range(3)  # how much of it is wanted
NO_PAIR, WITH_SOFTMAX, WITH_SIGMOID, WITH_IDENTITY, WITH_EXP = range(5)
PAIRS = {
    ("softmax", "cross_entropy"): WITH_SOFTMAX,
    ("sigmoid", "binary_cross_entropy"): WITH_SIGMOID,
    ("identity", "half_squared_error"): WITH_IDENTITY,
    ("exp", "poisson"): WITH_EXP,
}


@njit(**OPTIONS)
def _times_log(y, a, tiny):
    return 0.0 if y == 0 else y * log(max(a, tiny))


@njit(**OPTIONS)
def _one(code, p, a, y, tiny):
    """The part of C_0 that one output adds, in float64."""
    r = a - y
    if code == SQUARED:
        return r * r
    if code == HALF_SQUARED:
        return 0.5 * r * r
    if code == CROSS_ENTROPY:
        return -_times_log(y, a, tiny)
    if code == BINARY:
        return -_times_log(y, a, tiny) - _times_log(1.0 - y, 1.0 - a, tiny)
    if code == ABSOLUTE:
        return abs(r)
    if code == HUBER:
        return 0.5 * r * r if abs(r) <= p else p * (abs(r) - 0.5 * p)
    if code == POISSON:
        return _times_log(y, y, tiny) - _times_log(y, a, tiny) - y + a
    if code == LOG_COSH:
        return _log_cosh(abs(r))
    return max(-p * r, (1.0 - p) * r)


@njit(**OPTIONS)
def _log_cosh(d):
    """As the equation has it: near 0, by cosh d - 1."""
    if d < 1:
        less = expm1(-d)
        return log1p(0.5 * less * less * exp(d))
    return d + log1p(exp(-2.0 * d)) - LN_2


@njit(**OPTIONS)
def _sign(r):
    return (1.0 if r > 0 else 0.0) - (1.0 if r < 0 else 0.0)


@njit(**OPTIONS)
def _slope(code, p, a, y, tiny):
    """∂C_0/∂a of one output, in float64."""
    r = a - y
    if code == SQUARED:
        return 2.0 * r
    if code == HALF_SQUARED:
        return r
    if code == CROSS_ENTROPY:
        return -y / max(a, tiny * (1.0 + y))
    if code == BINARY:
        return (1.0 - y) / max(1.0 - a, tiny * (2.0 - y)) - y / max(a, tiny * (1.0 + y))
    if code == ABSOLUTE:
        return _sign(r)
    if code == HUBER:
        return min(max(r, -p), p)
    if code == POISSON:
        return 1.0 - y / max(a, tiny * (1.0 + y))
    if code == LOG_COSH:
        return tanh(r)
    return 0.5 * _sign(r) * (1.0 + _sign(r) * (1.0 - 2.0 * p))


@njit(**INLINE)
def output_layer(
    code, cost_p, pair, act, act_p, trained, ways, clip, z, slope, x, a, y, kept, share, n, ld, used, costs, scratch, want
):  # fmt: skip
    """The end of the forward pass and the start of the backward one, on a block of examples.

    z (n, ld) becomes σ(z); that is a, or where the layer is residual σ(z) + x. y (n, ld) becomes δ, each example's multiplied
    by its ``share`` in the average; columns from ``used`` on are padding, their δ is 0. ``kept`` becomes ∂C/∂a, where
    it is needed. trained: the activation's parameters (n,), where they are trained. Puts C_0 of each example into ``costs`` (ld,). ``clip`` > 0: costs are those of probabilities clipped to
    [clip, 1 - clip]. want: ``PREDICTION`` (a alone), ``COST`` (y is then spoiled) or ``DELTA``.
    """
    tiny = np.finfo(z.dtype).tiny
    exact = clip == 0.0
    if pair == WITH_SOFTMAX and want != PREDICTION:
        _softmax_and_cost(z, y, share, n, ld, used, clip, costs, scratch)
        return
    from_z = exact and pair != NO_PAIR
    if want != PREDICTION:
        for i in range(used):
            costs[i] = 0.0
        if from_z:
            _cost_from_z(pair, z, y, n, ld, used, costs, tiny)
    if ways & TRAINS:
        activate_trained(act, trained, z, slope, n, ld)
    else:
        activate(act, act_p, z, slope, n, ld, scratch)
    if ways & RESIDUAL:
        plus(z, x, a)
    if want == PREDICTION:
        return
    if not from_z:
        _cost_from_a(code, cost_p, clip, a, y, n, ld, used, costs, tiny)
    if want == DELTA:
        _last_delta(code, cost_p, pair, act, act_p, ways, z, slope, a, y, kept, n, ld, used, scratch, tiny)
        _share_out(y, share, n, ld, used)
        if ways & KEEPS:
            _share_out(kept, share, n, ld, used)


@njit(**INLINE)
def _cost_from_a(code, cost_p, clip, a, y, n, ld, used, costs, tiny):
    for j in range(n):
        for i in range(used):
            value = a[j * ld + i]
            if clip > 0:
                value = min(max(value, a.dtype.type(clip)), a.dtype.type(1 - clip))
            costs[i] += _one(code, cost_p, np.float64(value), np.float64(y[j * ld + i]), tiny)


@njit(**OPTIONS)
def _share_out(errors, share, n, ld, used):
    """Multiply the errors of each example by its share; those of padding are 0."""
    for j in range(n):
        row = part(errors, j * ld, ld)
        for i in range(used):
            row[i] *= share[i]
        for i in range(used, ld):
            row[i] = 0


@njit(**INLINE)
def _softmax_and_cost(z, y, share, n, ld, used, clip, costs, scratch):
    """Softmax, its cost Σ y (ln Σ e^z - z) and δ = (a Σy - y) · share, with few passes over the block.

    scratch: 4 ld numbers.
    """
    top, total = part(scratch, 0, ld), part(scratch, ld, ld)
    sum_y, dot = part(scratch, 2 * ld, ld), part(scratch, 3 * ld, ld)
    copy(part(z, 0, ld), top)
    for j in range(1, n):
        _rise(top, part(z, j * ld, ld))
    fill(total, 0)
    fill(sum_y, 0)
    fill(dot, 0)
    for j in range(n):
        _powers(part(z, j * ld, ld), part(y, j * ld, ld), top, total, sum_y, dot)
    for i in range(used):
        costs[i] = 0.0 if clip > 0 else sum_y[i] * log(total[i]) - dot[i]
    fill(part(sum_y, used, ld - used), 0)
    for i in range(ld):
        total[i] = 1 / total[i]
    for j in range(n):
        a, y_row = part(z, j * ld, ld), part(y, j * ld, ld)
        for i in range(ld):
            a[i] *= total[i]
        if clip > 0:
            _clipped_cost(a, y_row, a.dtype.type(clip), costs, used)
        _collapsed(a, y_row, sum_y, share)


@njit(**OPTIONS)
def _rise(top, row):
    for i in range(top.shape[0]):
        top[i] = max(top[i], row[i])


@njit(**OPTIONS)
def _powers(row, y, top, total, sum_y, dot):
    """z becomes e^(z - top); adds to Σ of it, to Σ y, and to Σ y (z - top).

    In loops over few arrays: whether they overlap is checked at run time, and with five there is no vector code.
    """
    zero = row.dtype.type(0)
    for i in range(row.shape[0]):
        row[i] -= top[i]
    for i in range(row.shape[0]):
        dot[i] += y[i] * row[i] if y[i] != zero else zero  # 0 · -inf is not 0
    for i in range(row.shape[0]):
        sum_y[i] += y[i]
    for i in range(row.shape[0]):
        row[i] = exp(row[i])
    for i in range(row.shape[0]):
        total[i] += row[i]


@njit(**OPTIONS)
def _clipped_cost(a, y, least, costs, used):
    zero, most = a.dtype.type(0), a.dtype.type(1) - least
    for i in range(used):
        costs[i] -= y[i] * log(min(max(a[i], least), most)) if y[i] != zero else zero


@njit(**OPTIONS)
def _collapsed(a, y, sum_y, share):
    """δ of softmax with cross-entropy (E26), in place of y."""
    for i in range(a.shape[0]):
        y[i] = (a[i] * sum_y[i] - y[i]) * share[i]


@njit(**OPTIONS)
def _cost_from_z(pair, z, y, n, ld, used, costs, tiny):
    """The cost of a collapsed pair, straight from z; that of softmax is in ``_softmax_and_cost``."""
    for j in range(n):
        z_row, y_row = part(z, j * ld, ld), part(y, j * ld, ld)
        for i in range(used):
            at, target = np.float64(z_row[i]), np.float64(y_row[i])
            if pair == WITH_SIGMOID:
                costs[i] += max(at, 0.0) - target * at + log1p(exp(-abs(at)))
            elif pair == WITH_IDENTITY:
                costs[i] += 0.5 * (at - target) * (at - target)
            else:
                costs[i] += exp(at) - target * at + _times_log(target, target, tiny) - target


@njit(**OPTIONS)
def _last_delta(code, cost_p, pair, act, act_p, ways, s, slope, a, y, kept, n, ld, used, scratch, tiny):
    """δ of the last layer in place of y: E26 where the pair collapses, else ∂C_0/∂a through the pullback; that is kept."""
    if pair != NO_PAIR:
        for i in range(n * ld):
            y[i] = a[i] - y[i]
    else:
        for j in range(n):
            for i in range(used):
                at = j * ld + i
                y[at] = a.dtype.type(_slope(code, cost_p, np.float64(a[at]), np.float64(y[at]), tiny))
        if ways & KEEPS:
            copy(y, kept)
        pull_back(act, act_p, y, s, slope, n, ld, scratch)
