"""Members: networks that are trained together as one, and whose outputs are averaged (E41 to E44)."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.passes import example_costs, forward
from glassprop.equations.arrays import Array, Rows, namespace
from glassprop.equations.domain import SIMPLEX_OPEN, UNIT_OPEN

# Takes a member, its number, and a vector in the layout of θ, into which it writes the gradient of that member.
Fill = Callable[[Architecture, int, Array], object]


def predicted(architecture: Architecture, theta: Array, X: Rows) -> Array:
    """E44: what is predicted, the mean over members of a of the last layer. X (n, n_inputs) -> (n, n_L)."""
    return mean_over_members([forward(member, theta, X).a[-1] for member in architecture.each_member])


def mean_over_members(each: list[Array]) -> Array:
    """The mean of what every member has, added up in their order; of one it is the same array."""
    return each[0] if len(each) == 1 else reduce(add, each) / len(each)


def costs_of_members(architecture: Architecture, theta: Array, X: Rows, Y: Array) -> Array:
    """E41: C_0 of every example, the mean over members. -> (n,)."""
    traces = [(member, forward(member, theta, X)) for member in architecture.each_member]
    return mean_over_members([example_costs(member, trace, Y) for member, trace in traces])


def costs_of_prediction(architecture: Architecture, theta: Array, X: Rows, Y: Array) -> Array:
    """What the mean prediction costs, by example; of one network this is C_0. -> (n,)."""
    if architecture.members == 1:
        return costs_of_members(architecture, theta, X, Y)
    return costs_of_mean(architecture, predicted(architecture, theta, X), Y)


def costs_of_mean(architecture: Architecture, a: Array, Y: Array) -> Array:
    """The cost of a mean over members, by example: there is no z that it would follow from (E26). a (n, n_L) -> (n,).

    So probabilities are kept off 0 and 1 by the epsilon of a's dtype, as they are where costs are reported.
    """
    return architecture.cost_function(off_the_ends(architecture, a), Y)


def off_the_ends(architecture: Architecture, a: Array) -> Array:
    """Outputs; probabilities no closer to 0 and 1 than the epsilon of their dtype. Of others it is the same array."""
    if architecture.cost_function.outputs not in (UNIT_OPEN, SIMPLEX_OPEN):
        return a
    xp = namespace(a)
    epsilon = xp.finfo(a.dtype).eps
    return xp.clip(a, epsilon, 1 - epsilon)


def sum_over_members(architecture: Architecture, fill: Fill, out: Array) -> Array:
    """E42, E43: write into ``out`` the sum over members of what ``fill`` writes for each, in the layout of θ.

    Where all share a block, every member adds to it; where each has one of its own, there is only that.
    """
    members = architecture.each_member
    if architecture.part is not None:
        out[...] = 0  # beside what is its own
    if len(members) == 1:
        fill(members[0], 0, out)
        return out
    part = namespace(out).empty_like(out)
    out[...] = 0
    for number, member in enumerate(members):
        fill(member, number, part)
        for block in member.layout.blocks:
            out[block.start : block.stop] += part[block.start : block.stop]
    return out
