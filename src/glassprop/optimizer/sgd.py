"""Stochastic gradient descent, plain, with momentum, and with Nesterov's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from glassprop.equations.arrays import Array
from glassprop.equations.domain import UNIT, refuse_numbers
from glassprop.optimizer.base import Optimizer, OptimizerState


@dataclass(frozen=True)
class SGD(Optimizer):
    """θ ← θ - η ∇C: stochastic gradient descent.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.optimizers import SGD
    >>> theta = np.array([1.0, -2.0])
    >>> optimizer = SGD()
    >>> state = optimizer.start(theta)
    >>> optimizer.step(theta, np.array([0.5, 0.0]), state, rate=0.1, decays=np.ones(2))
    >>> theta
    array([ 0.95, -2.  ])
    """

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        state.t += 1
        theta -= rate * gradient


@dataclass(frozen=True)
class Momentum(Optimizer):
    """v ← μ v - η ∇C; θ ← θ + v (Polyak 1964).

    Parameters
    ----------
    momentum : float, default=0.9
        μ, from 0 to 1: how much of the last step goes into the next.

    Raises
    ------
    SettingsError
        If ``momentum`` lies outside.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.optimizers import Momentum
    >>> theta = np.array([1.0, -2.0])
    >>> optimizer = Momentum(0.9)
    >>> state = optimizer.start(theta)
    >>> optimizer.step(theta, np.array([0.5, 0.0]), state, rate=0.1, decays=np.ones(2))
    >>> theta
    array([ 0.95, -2.  ])
    """

    momentum: float = 0.9
    n_vectors: ClassVar[int] = 1

    def __post_init__(self) -> None:
        refuse_numbers(type(self).__name__, ("momentum", self.momentum, UNIT))

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        state.t += 1
        (v,) = state.vectors
        v *= self.momentum
        v -= rate * gradient
        theta += v


@dataclass(frozen=True)
class Nesterov(Optimizer):
    """v ← μ v - η ∇C; θ ← θ + μ v - η ∇C (Sutskever et al. 2013, in the form that sees ∇C at θ).

    Parameters
    ----------
    momentum : float, default=0.9
        μ, from 0 to 1: how much of the last step goes into the next.

    Raises
    ------
    SettingsError
        If ``momentum`` lies outside.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.optimizers import Nesterov
    >>> theta = np.array([1.0, -2.0])
    >>> optimizer = Nesterov(0.9)
    >>> state = optimizer.start(theta)
    >>> optimizer.step(theta, np.array([0.5, 0.0]), state, rate=0.1, decays=np.ones(2))
    >>> theta
    array([ 0.905, -2.   ])
    """

    momentum: float = 0.9
    n_vectors: ClassVar[int] = 1

    def __post_init__(self) -> None:
        refuse_numbers(type(self).__name__, ("momentum", self.momentum, UNIT))

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        state.t += 1
        (v,) = state.vectors
        v *= self.momentum
        v -= rate * gradient
        theta += self.momentum * v - rate * gradient
