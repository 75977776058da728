"""What every optimizer is: a frozen record of its settings, a state apart from it, and a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.errors import DataError


@dataclass
class OptimizerState:
    """What an optimizer remembers between steps: vectors like θ, how many steps it has made, and whose it is."""

    vectors: tuple[Array, ...]
    t: int = 0
    kind: str = ""

    def copy(self) -> OptimizerState:
        """The same, with vectors of its own."""
        return OptimizerState(tuple(np.copy(vector) for vector in self.vectors), self.t, self.kind)

    def check_fits(self, theta: Array) -> None:
        """Refuse vectors that are not like θ: what trains in machine code looks no more at their sizes.

        Raises
        ------
        DataError
        """
        for vector in self.vectors:
            if vector.shape != theta.shape or vector.dtype != theta.dtype or not vector.flags.c_contiguous:
                raise DataError(
                    f"the optimizer remembers a vector of shape {vector.shape} and {vector.dtype}, and theta has "
                    f"{theta.shape} and {theta.dtype}: it is of another network; start training anew"
                )


@dataclass(frozen=True)
class Optimizer:
    """The base: how many vectors of state there are, and the step that moves θ.

    Examples
    --------
    >>> from glassprop.optimizers import OPTIMIZERS, Optimizer
    >>> all(issubclass(kind, Optimizer) for kind in OPTIMIZERS.values())
    True
    """

    n_vectors: ClassVar[int] = 0

    def start(self, theta: Array) -> OptimizerState:
        """The state before the first step: zeros of the shape and dtype of ``theta``."""
        vectors = tuple(np.zeros_like(theta) for _ in range(self.n_vectors))
        return OptimizerState(vectors, kind=type(self).__name__)

    def can_go_on(self, state: OptimizerState) -> bool:
        """Whether this state is one of this kind's; what was stored without a kind is taken by its vectors."""
        return state.kind in ("", type(self).__name__) and len(state.vectors) == self.n_vectors

    def step(self, theta: Array, gradient: Array, state: OptimizerState, rate: float, decays: Array) -> None:
        """Move θ in place by one step.

        Parameters
        ----------
        theta, gradient : arrays (size,)
            θ is changed, the gradient is not.
        state : OptimizerState
            Changed too.
        rate : float
            The learning rate of this step.
        decays : array (size,)
            What weight decay is multiplied by, entry by entry, where the optimizer has one: 0 for biases.
        """
        raise NotImplementedError
