"""z = s ∘ a, a factor for each input, and its three derivatives (E29, E30, E31), for rows of examples."""

from __future__ import annotations

from glassprop.equations.arrays import Array, namespace


def scaled(a: Array, s: Array) -> Array:
    """E29: ``z_k = s_k a_k``. a (n, n_in), s (n_in,) -> z (n, n_in)."""
    return a * s


def by_factor(delta: Array, a: Array) -> Array:
    """E30: ``∂z_k/∂s_k = a_k``, so ``Σ_examples δ_k a_k``. delta, a (n, n_in) -> (n_in,)."""
    return namespace(delta).sum(delta * a, axis=0)


def by_scaled_input(delta: Array, s: Array) -> Array:
    """E31: ``∂z_k/∂a_k = s_k``, so ``δ_k s_k``. delta (n, n_in), s (n_in,) -> (n, n_in)."""
    return delta * s
