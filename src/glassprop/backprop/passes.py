"""The chain rule. Forward: z and a of every layer. Backward: δ of every layer, from the last to the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from glassprop.architecture.layers import Architecture
from glassprop.equations.affine import affine, by_input
from glassprop.equations.arrays import Array
from glassprop.equations.pairs import output_cost, output_delta


@dataclass(frozen=True, eq=False)
class Trace:
    """What a forward pass leaves behind, by layer: index 0 is the input, layers count from 1.

    Attributes
    ----------
    z : list of arrays (n, n_l)
        Weighted sums; ``z[0]`` is None.
    a : list of arrays (n, n_l)
        Activations; ``a[0]`` is X. Dropout not applied: that is what ``out`` is for.
    masks : mapping of layer to array (n, n_l)
        Dropout masks, of the layers that have one.
    """

    z: list[Array]
    a: list[Array]
    masks: Mapping[int, Array] = field(default_factory=dict)

    def out(self, layer: int) -> Array:
        """What the next layer sees of this one: a, with dropout where there is some."""
        return self.a[layer] * self.masks[layer] if layer in self.masks else self.a[layer]


def forward(architecture: Architecture, theta: Array, X: Array, masks: Mapping[int, Array] | None = None) -> Trace:
    """E1, E14: a^(0) = X; then z^(l) = a^(l-1) W^(l)ᵀ + b^(l), a^(l) = σ(z^(l)). X (n, n_inputs)."""
    trace = Trace(z=[None], a=[X], masks=masks or {})
    layout = architecture.layout
    for l, layer in enumerate(architecture.layers, start=1):
        trace.z.append(affine(trace.out(l - 1), layout.w(theta, l), layout.b(theta, l)))
        trace.a.append(layer.activation(trace.z[l]))
    return trace


def backward(architecture: Architecture, theta: Array, trace: Trace, delta_last: Array) -> list[Array]:
    """E13, E15: from δ^(L) to δ^(l) = ∂C/∂z^(l) of every layer.

    The error of a layer reaches the one before through W (E18), then back through σ (E4, E6):
    ``∂C/∂a^(l) = δ^(l+1) W^(l+1)``, ``δ^(l) = pullback of σ at z^(l)``.

    Parameters
    ----------
    delta_last : array (n, n_L)
        δ of the last layer, as ``last_delta`` gives it; rows may carry the weights of their examples.

    Returns
    -------
    list of arrays (n, n_l)
        By layer; index 0 is None, since the input has no z.
    """
    layout = architecture.layout
    deltas: list[Array] = [None] * architecture.depth + [delta_last]
    for l in range(architecture.depth - 1, 0, -1):
        g = by_input(deltas[l + 1], layout.w(theta, l + 1))
        if l in trace.masks:
            g = g * trace.masks[l]
        deltas[l] = architecture.layer(l).activation.pullback(g, trace.z[l], trace.a[l])
    return deltas


def last_delta(architecture: Architecture, trace: Trace, Y: Array) -> Array:
    """δ^(L) of every example: E26 where the pair collapses, else E7 through the activation. -> (n, n_L)."""
    return output_delta(architecture.layers[-1].activation, architecture.cost_function, trace.z[-1], trace.a[-1], Y)


def example_costs(architecture: Architecture, trace: Trace, Y: Array) -> Array:
    """C_0 of every example. -> (n,)."""
    return output_cost(architecture.layers[-1].activation, architecture.cost_function, trace.z[-1], trace.a[-1], Y)
