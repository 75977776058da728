"""z = a Wᵀ + b, and its three derivatives (E1, E5, E14), for rows of examples."""

from __future__ import annotations

from glassprop.equations.arrays import Array, namespace


def affine(a: Array, w: Array, b: Array) -> Array:
    """E1, E14: ``z_j = Σ_k w_jk a_k + b_j``. a (n, n_in), w (n_out, n_in), b (n_out,) -> z (n, n_out)."""
    return a @ w.T + b


def by_weight(delta: Array, a: Array) -> Array:
    """E5, E16: ``∂z_j/∂w_jk = a_k``, so ``Σ_examples δ_j a_k``. delta (n, n_out), a (n, n_in) -> (n_out, n_in)."""
    return delta.T @ a


def by_bias(delta: Array) -> Array:
    """E5, E17: ``∂z_j/∂b_j = 1``, so ``Σ_examples δ_j``. delta (n, n_out) -> (n_out,)."""
    return namespace(delta).sum(delta, axis=0)


def by_input(delta: Array, w: Array) -> Array:
    """E5, E15, E18: ``∂z_j/∂a_k = w_jk``, so ``Σ_j δ_j w_jk``. delta (n, n_out), w (n_out, n_in) -> (n, n_in)."""
    return delta @ w
