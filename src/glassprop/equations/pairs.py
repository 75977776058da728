"""Pairs of output activation and cost whose derivatives collapse (E26), and which pairs fit at all.

The collapse is a property of the pair, never an assumption: what is not in the table below goes the long way,
∂C_0/∂a through the activation's pullback. A pair also gives the cost straight from z, which stays exact
where a would round to 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.arrays import Array, namespace
from glassprop.equations.cost import COSTS, Cost, _times_log
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.errors import ArchitectureError


@dataclass(frozen=True)
class Pair:
    """An output activation and a cost as one function of z: its value (n,) and δ = ∂C_0/∂z (n, n_L).

    root gives r (n, n_L), linear in e, with Σ r rᵀ = ∂²C_0/∂z² where Σ e eᵀ = 1.
    """

    value: Callable[[Array, Array], Array]  # (z, y)
    delta: Callable[[Array, Array], Array]  # (a, y)
    root: Callable[[Array, Array, Array], Array]  # (a, y, e)


def _softmax_cross_entropy(z: Array, y: Array) -> Array:
    """``-Σ y log softmax(z) = Σ y (log Σ e^z - z)``, by log-sum-exp."""
    xp = namespace(z)
    top = xp.max(z, axis=-1, keepdims=True)
    log_sum = top + xp.log(xp.sum(xp.exp(z - top), axis=-1, keepdims=True))
    return xp.sum(y * (log_sum - z), axis=1)


def _softmax_cross_entropy_delta(a: Array, y: Array) -> Array:
    """E26: ``a - y`` for targets that sum to 1; ``a Σy - y`` for any."""
    return a * namespace(a).sum(y, axis=1, keepdims=True) - y


def _softmax_cross_entropy_root(a: Array, y: Array, e: Array) -> Array:
    """Of ``Σy (diag a - a aᵀ)``: ``√Σy (a Σ √a e - √a e)``."""
    xp = namespace(a)
    mixed = xp.sqrt(a * xp.sum(y, axis=1, keepdims=True)) * e
    return a * xp.sum(mixed, axis=1, keepdims=True) - mixed


def _sigmoid_binary_cross_entropy(z: Array, y: Array) -> Array:
    """``log(1 + e^z) - y z``."""
    xp = namespace(z)
    return xp.sum(xp.maximum(z, 0) - y * z + xp.log1p(xp.exp(-xp.abs(z))), axis=1)


def _identity_half_squared_error(z: Array, y: Array) -> Array:
    return 0.5 * namespace(z).sum((z - y) ** 2, axis=1)


def _exp_poisson(z: Array, y: Array) -> Array:
    """``e^z - y z + y log y - y``."""
    xp = namespace(z)
    return xp.sum(xp.exp(z) - y * z + _times_log(y, y) - y, axis=1)


def _difference(a: Array, y: Array) -> Array:
    return a - y


def _sigmoid_root(a: Array, y: Array, e: Array) -> Array:
    """Of ``a (1 - a)``."""
    return namespace(a).sqrt(a * (1 - a)) * e


def _identity_root(a: Array, y: Array, e: Array) -> Array:
    return e


def _exp_root(a: Array, y: Array, e: Array) -> Array:
    """Of ``e^z = a``."""
    return namespace(a).sqrt(a) * e


PAIRS: dict[tuple[str, str], Pair] = {
    ("softmax", "cross_entropy"): Pair(
        _softmax_cross_entropy, _softmax_cross_entropy_delta, _softmax_cross_entropy_root
    ),
    ("sigmoid", "binary_cross_entropy"): Pair(_sigmoid_binary_cross_entropy, _difference, _sigmoid_root),
    ("identity", "half_squared_error"): Pair(_identity_half_squared_error, _difference, _identity_root),
    ("exp", "poisson"): Pair(_exp_poisson, _difference, _exp_root),
}


def find_pair(activation: Activation, cost: Cost) -> Pair | None:
    """Return the collapsed form of this pair, or None where there is none and the long way serves."""
    if not (activation_is_built_in(activation) and cost_is_built_in(cost)):
        return None
    return PAIRS.get((activation.name, cost.name))


def check_pair(activation: Activation, cost: Cost) -> None:
    """Refuse a cost that cannot take what the activation gives.

    Own activations that do not state a range pass; their values are looked at when training starts.

    Raises
    ------
    ArchitectureError
        Saying what the cost takes and which activations would do.
    """
    own = not activation_is_built_in(activation)
    if activation.range.within(cost.outputs) or (own and activation.range == ACTIVATIONS["identity"].range):
        return
    fitting = [name for name, entry in ACTIVATIONS.items() if entry.range.within(cost.outputs)]
    costs = [name for name, entry in COSTS.items() if activation.range.within(entry.outputs)]
    raise ArchitectureError(
        f"cost {cost.spec!r} needs outputs that are {cost.outputs.words}; output activation {activation.spec!r} "
        f"does not keep to that; use {' or '.join(fitting)} with this cost, or one of the costs {', '.join(costs)}"
    )


def output_cost(pair: Pair | None, cost: Cost, z: Array, a: Array, y: Array) -> Array:
    """C_0 of each example, from z where the pair allows it. z, a, y (n, n_L) -> (n,)."""
    return cost(a, y) if pair is None else pair.value(z, y)


def output_errors(
    pair: Pair | None, activation: Activation, cost: Cost, z: Array, s: Array, a: Array, y: Array
) -> tuple[Array, Array | None]:
    """δ and ∂C_0/∂a of the last layer: ``δ_j = Σ_m ∂C_0/∂a_m ∂σ_m/∂z_j``, or what it collapses to. -> two of (n, n_L).

    s is σ(z), which is a but for a residual output. Where the pair collapses, the second is None: nothing needs it.
    """
    if pair is not None:
        return pair.delta(a, y), None
    by_a = cost.by_output(a, y)
    return activation.pullback(by_a, z, s), by_a
