"""Which file of kernels serves which kind of layer.

A kind's file gives, for lowering, ``ways(layer, before, n_in, by_library)``, the bits of WAYS, ``needs(ways)``, how many examples a
block should have for these, though they do not fit the cache, with the numbers that must have room to be packed,
``scratch(layer)``, the numbers of each example that a call needs room for, ``multiplications(layer, n_in)``,
``facts(layer, n_in, starts)``, whole numbers that its kernels find as far behind the row as FACTS says, and ``parts(ways)``, its three
kernels (``shapes.py``): the first makes z of what the layer sees, the second ∂C/∂x of δ, the third the gradient by its own
parameters. Where things lie is in the row of the table (``row.py``).
"""

from __future__ import annotations

from typing import Any

from glassprop.engine.compiled.kinds import category_kernels, dense_kernels, periodic_kernels, scale_kernels
from glassprop.layers.layer_kind import LayerKind

KERNELS: dict[str, Any] = {
    "dense": dense_kernels,
    "scale": scale_kernels,
    "periodic": periodic_kernels,
    "category": category_kernels,
}


def kernels_of(layer: LayerKind) -> Any:
    """The file of kernels for a layer of this kind."""
    return KERNELS[layer.kind]
