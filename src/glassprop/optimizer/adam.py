"""Adam (Kingma & Ba 2014, arXiv 1412.6980), and AdamW: Adam after a decoupled decay of the weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

from glassprop.equations.arrays import Array, namespace
from glassprop.equations.domain import NOT_NEGATIVE, POSITIVE, SHARE, Domain, refuse_numbers
from glassprop.optimizer.base import Optimizer, OptimizerState


@dataclass(frozen=True)
class Adam(Optimizer):
    """m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²; θ ← θ - η_t m / (√v + ε).

    η_t = η √(1 - β₂^t) / (1 - β₁^t): the bias correction in the order of section 2 of the paper, which adds
    ε to the uncorrected √v, as scikit-learn does (Kingma & Ba 2014, arXiv 1412.6980).

    Parameters
    ----------
    beta_1 : float, default=0.9
        β₁, from 0 up to but not including 1: of the mean of gradients, how much is kept at each step.
    beta_2 : float, default=0.999
        β₂, in the same range: the same of the mean of their squares.
    epsilon : float, default=1e-8
        ε, above 0.

    Raises
    ------
    SettingsError
        If one of them lies outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.optimizers import Adam
    >>> theta = np.array([1.0, -2.0])
    >>> optimizer = Adam(beta_2=0.95)
    >>> state = optimizer.start(theta)
    >>> optimizer.step(theta, np.array([0.5, 0.0]), state, rate=0.1, decays=np.ones(2))
    >>> theta.round(6)
    array([ 0.9, -2. ])
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_vectors: ClassVar[int] = 2

    def __post_init__(self) -> None:
        refuse_numbers(type(self).__name__, *self._settings())

    def _settings(self) -> list[tuple[str, Any, Domain]]:
        return [("beta_1", self.beta_1, SHARE), ("beta_2", self.beta_2, SHARE), ("epsilon", self.epsilon, POSITIVE)]

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        state.t += 1
        m, v = state.vectors
        m *= self.beta_1
        m += (1 - self.beta_1) * gradient
        v *= self.beta_2
        v += (1 - self.beta_2) * gradient**2
        corrected = rate * sqrt(1 - self.beta_2**state.t) / (1 - self.beta_1**state.t)
        theta -= corrected * m / (namespace(v).sqrt(v) + self.epsilon)


@dataclass(frozen=True)
class AdamW(Adam):
    """w ← w - η λ w, then Adam; biases are not decayed (Loshchilov & Hutter 2017, arXiv 1711.05101).

    Parameters
    ----------
    beta_1 : float, default=0.9
        β₁, from 0 up to but not including 1: of the mean of gradients, how much is kept at each step.
    beta_2 : float, default=0.999
        β₂, in the same range: the same of the mean of their squares.
    epsilon : float, default=1e-8
        ε, above 0.
    decay : float, default=0.01
        λ, 0 or more.

    Raises
    ------
    SettingsError
        If one of them lies outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.optimizers import AdamW
    >>> theta = np.array([1.0, -2.0])
    >>> optimizer = AdamW(decay=0.1)
    >>> state = optimizer.start(theta)
    >>> optimizer.step(theta, np.array([0.5, 0.0]), state, rate=0.1, decays=np.ones(2))
    >>> theta.round(6)
    array([ 0.89, -1.98])
    """

    decay: float = 0.01

    def _settings(self) -> list[tuple[str, Any, Domain]]:
        return [*super()._settings(), ("decay", self.decay, NOT_NEGATIVE)]

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        theta -= (rate * self.decay) * theta * decays
        super().step(theta, gradient, state, rate, decays)
