"""Sums lane by lane: where a chunk is a lane's share of a batch, their gradients are added up in a fixed tree, in float64.

Each is the average over its share, and is multiplied by the weight of that. It is done in pieces that stay in the cache of
the core, so that gradients are read once and roots are written once.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from glassprop.engine.compiled import handed as of
from glassprop.engine.compiled import places as slots
from glassprop.engine.compiled.epoch_plan import CACHE_LINE, CHUNKS, SEGMENTS, part_of
from glassprop.engine.compiled.low_level import INLINE, copy, doubles_at, fill, integers_at, part, pointer, pointer_like
from glassprop.engine.compiled.part import Shape

MEET = Shape("N P I I", slots.MEET)  # theta, handed, number, piece
AT_ONCE = 256  # entries of θ: of twelve lanes 24 KiB
# entries of a share: where it begins and ends in the order, what its first row's number in the whole batch is less than
# its place in the order by, and how many rows the whole batch has
OF_SHARE = 4


@MEET.part()
def meet(theta, handed, number, piece):
    """The roots of the chunks' gradients on the segments of one track."""
    plan, tree, size = integers_at(handed[of.PLAN]), integers_at(handed[of.TREE]), handed[of.SIZE]
    chunks, segments = plan[CHUNKS], plan[SEGMENTS]
    weights = pointer(doubles_at(handed[of.SHARE_WEIGHTS]), number * chunks)
    sums = pointer(doubles_at(handed[of.MEETING]), piece * chunks * AT_ONCE)
    gradients, roots = pointer_like(theta, handed[of.GRADIENTS]), doubles_at(handed[of.ROOTS])
    segment = piece
    while segment < segments:
        stop, high = part_of(0, size, segment, segments, CACHE_LINE)
        while stop < high:
            start, stop = stop, min(high, stop + AT_ONCE)
            _add_up(gradients, weights, tree, sums, roots, chunks, size, start, stop - start)
        segment += chunks


@njit(**INLINE)
def _add_up(gradients, weights, tree, sums, roots, chunks, size, start, n):
    """On n entries of θ from one on."""
    for chunk in range(chunks):
        total, weight = part(sums, chunk * AT_ONCE, n), weights[chunk]
        if weight > 0:
            gradient = part(gradients, chunk * size + start, n)
            for i in range(n):
                total[i] = weight * np.float64(gradient[i])
        else:  # its gradient may be anything
            fill(total, 0.0)
    adds, first_root = tree[0], 2 + 2 * tree[0]
    for add in range(adds):
        total, other = part(sums, tree[2 + 2 * add] * AT_ONCE, n), part(sums, tree[3 + 2 * add] * AT_ONCE, n)
        for i in range(n):
            total[i] += other[i]
    for root in range(tree[1]):
        copy(part(sums, tree[first_root + root] * AT_ONCE, n), part(roots, root * (size + 3) + start, n))


@njit(**INLINE)
def take_whole(gradients, whole, total, start, stop):
    """The average gradient over all lanes, into the first chunk's, on [start, stop) of θ."""
    gradient, sums, factor = part(gradients, start, stop - start), part(whole, start, stop - start), 1.0 / total
    for i in range(stop - start):
        gradient[i] = gradient.dtype.type(sums[i] * factor)
