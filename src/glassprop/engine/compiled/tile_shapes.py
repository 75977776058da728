"""How large the blocks of a product are that tiles keep in registers, by how many registers there are.

Measured in GFLOP/s on one core of an AMD EPYC (Zen 5, 512 bits, 32 registers, peak 270), November 2026, examples × in × out,
blocks of 6 × 2 / 12 × 2 / 6 × 4 then 12 × 2 vectors: 128×256×256 forward 256 / 255 / 256, back 224 / 253 / 253; 64×784×512
back 202 / 254 / 257; 32×64×64: 247 / 245 / 244. 14 × 2, 8 × 3 and 5 × 5 are no better, and 7 × 4 does not fit. On an Intel
Xeon (Sapphire Rapids) 6 × 4 and then 12 × 2 were the best, too.
"""

from __future__ import annotations

from glassprop.engine.compiled.vector_width import Width

_FEW = (5, 4, 3, 2, 1)  # every number of rows that may be left over: layers of few neurons are one block
# ((vectors, (rows, …)), …), the largest first: what is left over goes to the next. A block takes vectors · rows registers,
# one for each of its vectors and one for a weight
_BLOCKS = {
    16: ((2, (6, *_FEW)), (1, (12, 8, 6, *_FEW))),
    32: ((4, (6, *_FEW)), (2, (12, 8, 6, *_FEW)), (1, (12, 8, 6, *_FEW))),
}


def blocks_of_products(width: Width) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Vectors of each block, and which numbers of rows by so many."""
    return _BLOCKS[width.registers]
