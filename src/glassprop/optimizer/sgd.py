"""Stochastic gradient descent, plain, with momentum, and with Nesterov's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from glassprop.equations.arrays import Array
from glassprop.equations.domain import UNIT, refuse_numbers
from glassprop.optimizer.base import Optimizer, OptimizerState


@dataclass(frozen=True)
class SGD(Optimizer):
    """θ ← θ - η ∇C."""

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        state.t += 1
        theta -= rate * gradient


@dataclass(frozen=True)
class Momentum(Optimizer):
    """v ← μ v - η ∇C; θ ← θ + v (Polyak 1964)."""

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
    """v ← μ v - η ∇C; θ ← θ + μ v - η ∇C (Sutskever et al. 2013, in the form that sees ∇C at θ)."""

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
