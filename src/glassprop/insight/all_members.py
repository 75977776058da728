"""Several networks as one, seen through: what each member says of the examples, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.gradient import average_gradient
from glassprop.backprop.members import costs_of_mean
from glassprop.equations.arrays import Array
from glassprop.insight.view import View


@dataclass(frozen=True, eq=False)
class Several:
    """The members of a network, each with a pass forward and back over the same examples.

    Attributes
    ----------
    whole : Architecture
    views : tuple of View
        By member.
    walked : int
        The one whose numbers are told one by one.
    """

    whole: Architecture
    views: tuple[View, ...]
    walked: int = 0

    @classmethod
    def of(cls, architecture: Architecture, theta: Array, X: Array, Y: Array) -> Several:
        """Look at examples through every member; the one that is nearest to their mean is walked through."""
        found = cls(architecture, tuple(View(member, theta, X, Y) for member in architecture.each_member))
        return replace(found, walked=found.nearest)

    @property
    def nearest(self) -> int:
        """The member whose outputs are nearest to the mean, over all examples."""
        return int(np.argmin(((self.outputs - self.mean) ** 2).sum(axis=(1, 2))))

    @cached_property
    def outputs(self) -> Array:
        """a of the last layer. (members, n, n_L)"""
        return np.stack([view.trace.a[-1] for view in self.views])

    @property
    def mean(self) -> Array:
        """E44: what is predicted. (n, n_L)"""
        return np.asarray(self.outputs.mean(axis=0))

    @property
    def spread(self) -> Array:
        """How far members are from it: their standard deviation. (n, n_L)"""
        return np.asarray(self.outputs.std(axis=0))

    @cached_property
    def costs(self) -> Array:
        """C_0 of every member. (members, n)"""
        return np.stack([view.costs for view in self.views])

    @property
    def cost(self) -> Array:
        """E41: C_0, their mean. (n,)"""
        return np.asarray(self.costs.mean(axis=0))

    @property
    def cost_of_mean(self) -> Array:
        """What the mean prediction costs. (n,)"""
        return costs_of_mean(self.whole, self.mean, self.views[0].Y)

    @cached_property
    def gradient(self) -> Array:
        """E42, E43: ∇C, the average over the examples. (size,)"""
        view = self.views[0]
        return average_gradient(self.whole, view.theta, view.X, view.Y)
