"""Numbers embedded by waves, z = [x, W cos(2π f x + c) + e], and the derivatives (E35 to E37), column by column.

Of k columns and n examples: x (k, n), f and c (k, q), W (k, m, q), e (k, m); the waves' angles u are (k, n, q), z and δ
but for x itself (k, n, m).
"""

from __future__ import annotations

from math import pi

from glassprop.equations.arrays import Array, namespace

TURN = 2 * pi


def angles(x: Array, f: Array, c: Array) -> Array:
    """E35: ``u_q = 2π f_q x + c_q``."""
    return (TURN * f)[:, None, :] * x[:, :, None] + c[:, None, :]


def embedded(u: Array, w: Array, e: Array) -> Array:
    """E35: ``z_m = Σ_q w_mq cos u_q + e_m``."""
    xp = namespace(u)
    return xp.cos(u) @ _turned(w) + e[:, None, :]


def by_wave(delta: Array, u: Array) -> Array:
    """E36: ``∂z_m/∂w_mq = cos u_q``, so ``Σ_examples δ_m cos u_q``. -> (k, m, q)."""
    return _turned(delta) @ namespace(u).cos(u)


def by_shift(delta: Array) -> Array:
    """E36: ``∂z_m/∂e_m = 1``, so ``Σ_examples δ_m``. -> (k, m)."""
    return namespace(delta).sum(delta, axis=1)


def by_angle(delta: Array, u: Array, w: Array) -> Array:
    """E37: ``∂z_m/∂u_q = -w_mq sin u_q``, so ``-sin u_q Σ_m δ_m w_mq``: of every example. -> (k, n, q)."""
    return -namespace(u).sin(u) * (delta @ w)


def by_phase(by_u: Array) -> Array:
    """E37: ``∂u_q/∂c_q = 1``, so ``Σ_examples ∂C/∂u_q``. -> (k, q)."""
    return namespace(by_u).sum(by_u, axis=1)


def by_frequency(by_u: Array, x: Array) -> Array:
    """E37: ``∂u_q/∂f_q = 2π x``, so ``Σ_examples 2π x ∂C/∂u_q``. -> (k, q)."""
    return TURN * namespace(by_u).sum(by_u * x[:, :, None], axis=1)


def by_number(delta_of_x: Array, by_u: Array, f: Array) -> Array:
    """E38: x is the first of its numbers, and ``∂u_q/∂x = 2π f_q``. delta_of_x (k, n) -> (k, n)."""
    return delta_of_x + namespace(by_u).sum(by_u * (TURN * f)[:, None, :], axis=2)


def _turned(stack: Array) -> Array:
    return namespace(stack).permute_dims(stack, (0, 2, 1))
