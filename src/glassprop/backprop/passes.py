"""The chain rule. Forward: z and a of every layer. Backward: δ of every layer, from the last to the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glassprop.architecture.architecture import Architecture
from glassprop.equations.activation import Activation
from glassprop.equations.arrays import Array, Rows
from glassprop.equations.pairs import output_cost, output_errors
from glassprop.errors import SettingsError
from glassprop.layers.layer_kind import LayerKind, Parameters, full

_INPUT: Any = None  # at 0 of lists by layer: the input has no z and no δ


@dataclass(frozen=True, eq=False)
class Trace:
    """What a forward pass leaves behind, by layer: index 0 is the input, layers count from 1.

    Attributes
    ----------
    z : list of arrays (n, n_l)
        Weighted sums; ``z[0]`` is None.
    a : list of arrays (n, n_l)
        Activations; ``a[0]`` is X. Dropout not applied: that is what ``out`` is for.
    s : list of arrays (n, n_l)
        σ(z), which is ``a`` but in residual layers; ``s[0]`` is None.
    sigma : list of Activation
        Of each layer, with its trained parameter where it has one; ``sigma[0]`` is None.
    theta : array (size,)
        The parameters it went through.
    masks : mapping of layer to array (n, n_l)
        Dropout masks, of the layers that have one.
    """

    z: list[Array]
    a: list[Array]
    s: list[Array]
    sigma: list[Any]
    theta: Array
    masks: Mapping[int, Array] = field(default_factory=dict)

    def out(self, layer: int) -> Array:
        """What the next layer sees of this one: a, with dropout where there is some."""
        return self.a[layer] * self.masks[layer] if layer in self.masks else self.a[layer]

    def row(self, i: int) -> Trace:
        """The trace of one example alone."""
        one = slice(i, i + 1)
        z, a, s = ([part if part is None else part[one] for part in parts] for parts in (self.z, self.a, self.s))
        return replace(self, z=z, a=a, s=s, masks={l: mask[one] for l, mask in self.masks.items()})


@dataclass(frozen=True, eq=False)
class Errors:
    """What a backward pass leaves behind, by layer.

    Attributes
    ----------
    delta : list of arrays (n, n_l)
        δ = ∂C/∂z; ``delta[0]`` is None, since the input has no z.
    by_a : list of arrays (n, n_l)
        ∂C/∂a; None for the input, and for the last layer where δ came without it (E26).
    """

    delta: list[Array]
    by_a: list[Any]

    def row(self, i: int) -> Errors:
        """Those of one example alone."""
        one = slice(i, i + 1)
        both: Any = ([part if part is None else part[one] for part in parts] for parts in (self.delta, self.by_a))
        return Errors(*both)

    def weighted(self, weight: Array) -> Errors:
        """Those of every example times its weight (n,)."""
        each = weight[:, None]
        both: Any = ([part if part is None else part * each for part in parts] for parts in (self.delta, self.by_a))
        return Errors(*both)


def forward(architecture: Architecture, theta: Array, X: Rows, masks: Mapping[int, Array] | None = None) -> Trace:
    """E1, E14: a^(0) = X; then z^(l) from a^(l-1), a^(l) = σ(z^(l)), + a^(l-1) if residual (E32). X (n, n_inputs)."""
    refuse_several(architecture)
    trace = Trace(z=[_INPUT], a=[X], s=[_INPUT], sigma=[_INPUT], theta=theta, masks=masks or {})
    for l, layer in enumerate(architecture.layers, start=1):
        sigma, z, s, a = through(layer, architecture.layout.of_layer(theta, l), trace.out(l - 1))
        trace.sigma.append(sigma)
        trace.z.append(z)
        trace.s.append(s)
        trace.a.append(a)
    return trace


def refuse_several(architecture: Architecture) -> None:
    """Refuse a network of several members: each has passes of its own.

    Raises
    ------
    SettingsError
        It says how to ask for one.
    """
    if architecture.members > 1:
        raise SettingsError(
            f"a network of {architecture.members} members has z, a and δ of each: ask one, as network.member(0), up to "
            f"member({architecture.members - 1})"
        )


def through(layer: LayerKind, parameters: Parameters, x: Rows) -> tuple[Activation, Array, Array, Array]:
    """One layer: its σ, z, σ(z) and a, from what it sees. x (n, n_(l-1)) -> arrays (n, n_l)."""
    sigma = layer.sigma(parameters)
    z = layer.weigh(parameters, x)
    s = sigma(z)
    return sigma, z, s, s + full(x) if layer.residual else s


def backward(architecture: Architecture, trace: Trace, last: tuple[Array, Array | None]) -> Errors:
    """E13, E15: from the last layer to δ^(l) = ∂C/∂z^(l) of every layer.

    The error of a layer reaches the one before through its weights (E18) and past them where it is residual (E33),
    then goes back through σ (E4, E6): ``∂C/∂a^(l) = δ^(l+1) W^(l+1)``, ``δ^(l) = pullback of σ at z^(l)``.

    Parameters
    ----------
    last : arrays (n, n_L)
        δ and ∂C/∂a of the last layer, as ``last_errors`` gives them; rows may carry the weights of their examples.
    """
    depth = architecture.depth
    errors = Errors([_INPUT] * depth + [last[0]], [_INPUT] * depth + [last[1]])
    for l in range(depth - 1, 0, -1):
        g = by_layer_before(architecture, trace, errors, l + 1)
        errors.by_a[l] = g * trace.masks[l] if l in trace.masks else g
        errors.delta[l] = trace.sigma[l].pullback(errors.by_a[l], trace.z[l], trace.s[l])
    return errors


def by_layer_before(architecture: Architecture, trace: Trace, errors: Errors, l: int) -> Array:
    """E18, E33: ∂C by what layer l sees: through its weights, and past them where it is residual. -> (n, n_(l-1))."""
    layer = architecture.layer(l)
    g = layer.by_input(architecture.layout.of_layer(trace.theta, l), errors.delta[l], trace.out(l - 1))
    return g + errors.by_a[l] if layer.residual else g


def last_errors(architecture: Architecture, trace: Trace, Y: Array) -> tuple[Array, Array | None]:
    """E7, E26: δ^(L) and ∂C_0/∂a^(L) of every example, (n, n_L); the second is None where the pair collapses."""
    end = trace.z[-1], trace.s[-1], trace.a[-1]
    return output_errors(architecture.pair, trace.sigma[-1], architecture.cost_function, *end, Y)


def example_costs(architecture: Architecture, trace: Trace, Y: Array) -> Array:
    """C_0 of every example. -> (n,)."""
    return output_cost(architecture.pair, architecture.cost_function, trace.z[-1], trace.a[-1], Y)
