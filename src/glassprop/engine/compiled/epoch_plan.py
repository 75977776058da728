"""What a call of the kernel is told of the epoch, beside arrays: entries of ``plan``, ``schedule`` and ``fixed``; and how it is cut."""

from __future__ import annotations

from numba import njit

from glassprop.engine.compiled.low_level import INLINE

# entries of `plan`; CORRECTS: whether Adam's correction is in the rate; REDUCED: whether a step has the sums over all ranks,
# ONE_RATE: whether all blocks have its rate; SEGMENTS: of θ, in a step; PHASES: of a step; STRIDE: from the order of one
# member to that of the next, 0 where all take the same examples
(FIRST_STEP, CHUNKS, CORRECTS, KEY, REDUCED, ONE_RATE, SEGMENTS, PHASES, STRIDE) = range(9)
# columns of `schedule`: the rate, the factors of decay and dropout, the optimizer's count, the weight over all ranks
(RATE, DECAY, DROPOUT, COUNT, TOTAL) = range(5)
OF_STEP = 5
# entries of `fixed`
(COST_PARAMETER, CLIP, L2, CLIP_NORM, MOMENTUM) = range(5)  # β₁, β₂, ε, decay, ln β₁ and ln β₂ follow momentum
CACHE_LINE = 16  # numbers of float32: segments of θ are cut at such


@njit(**INLINE)
def part_of(low, high, part, parts, multiple):
    """The part of [low, high) that is number ``part`` of ``parts``, cut at multiples of some number."""
    if parts == 1:  # a division takes as long as a small layer's loop
        return low, high
    size = (high - low + parts - 1) // parts
    size = (size + multiple - 1) // multiple * multiple
    start = min(high, low + part * size)
    return start, min(high, start + size)
