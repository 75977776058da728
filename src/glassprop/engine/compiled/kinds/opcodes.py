"""Which file of kernels serves which kind of layer, and the branches of the passes by opcode.

A kind's file gives: ``OPCODE``; for lowering, ``ways(layer, before, n_in)``, the bits of WAYS, ``needs(ways)``, how many
examples a block should have for these, though they do not fit the cache, with the numbers that must have room to be
packed, and ``multiplications(n_in, n_out)``; and three kernels: ``weigh`` makes z of what the layer sees, ``by_input`` makes ∂C/∂x of δ, ``fill_gradient`` the gradient by its
own parameters. Where things lie is in the row of the table (``row.py``).
"""

from __future__ import annotations

from typing import Any

from numba import njit

from glassprop.engine.compiled.kinds import dense_kernels, scale_kernels
from glassprop.engine.compiled.low_level import INLINE
from glassprop.engine.compiled.row import OPCODE
from glassprop.layers.layer_kind import LayerKind

KERNELS: dict[str, Any] = {"dense": dense_kernels, "scale": scale_kernels}
SCALE = scale_kernels.OPCODE


def kernels_of(layer: LayerKind) -> Any:
    """The file of kernels for a layer of this kind."""
    return KERNELS[layer.kind]


@njit(**INLINE)
def weigh(layers, l, places, theta, work, base, ld):
    """z of layer l, from what it sees."""
    if layers[l, OPCODE] == SCALE:
        scale_kernels.weigh(layers, l, places, theta, work, base, ld)
    else:
        dense_kernels.weigh(layers, l, places, theta, work, base, ld)


@njit(**INLINE)
def by_input(layers, l, places, theta, work, base, d, g, ld, adds):
    """From δ of layer l at ``d`` to ∂C/∂x at ``g``, added to what is there if ``adds``."""
    if layers[l, OPCODE] == SCALE:
        scale_kernels.by_input(layers, l, places, theta, work, base, d, g, ld, adds)
    else:
        dense_kernels.by_input(layers, l, places, theta, work, base, d, g, ld, adds)


@njit(**INLINE)
def fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh):
    """The gradient by the own parameters of layer l, from δ at ``d``: added to what is there, or in its place if ``fresh``."""
    if layers[l, OPCODE] == SCALE:
        scale_kernels.fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh)
    else:
        dense_kernels.fill_gradient(layers, l, places, theta, gradient, work, base, d, ld, fresh)
