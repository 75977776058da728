"""Weights in 8 bits: each row of a matrix as whole numbers from -127 to 127 and one factor; and θ as it is then."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.parameters import Block
from glassprop.equations.arrays import Array
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.dense import Layer

_MOST = 127


def is_quantized(architecture: Architecture, block: Block) -> bool:
    """Whether a block is kept in 8 bits: weights of dense layers, and tables of categories; all else stays as it is."""
    kind = architecture.layer(block.layer).kind
    return kind == CategoryEmbedding.kind or (kind == Layer.kind and block.name == "w")


def quantized(values: Array) -> tuple[Array, Array]:
    """Whole numbers and the factor of each row: (…, n) -> (…, n) int8, (…) float32."""
    factors = np.abs(values).max(axis=-1).astype(np.float32) / np.float32(_MOST)
    divisors = np.where(factors > 0, factors, 1).astype(np.float64)[..., None]
    whole = np.clip(np.rint(values.astype(np.float64) / divisors), -_MOST, _MOST)
    return whole.astype(np.int8), factors


def with_8_bits(architecture: Architecture, theta: Array) -> Array:
    """θ as it is with weights in 8 bits."""
    found = theta.astype(np.float64)
    for block in architecture.layout.blocks:
        if is_quantized(architecture, block):
            whole, factors = quantized(block.view(found))
            block.view(found)[...] = whole.astype(np.float64) * factors.astype(np.float64)[..., None]
    return found
