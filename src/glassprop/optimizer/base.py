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

    def refuse_if_not_for(self, theta: Array) -> None:
        """Refuse vectors of another size or dtype than θ: kernels write to them as far as θ goes.

        Raises
        ------
        DataError
            A state that was altered, or put together by hand or by a pickle.
        """
        for vector in self.vectors:
            if getattr(vector, "shape", None) != theta.shape or vector.dtype != theta.dtype:
                arrived = f"{getattr(vector, 'dtype', type(vector).__name__)} of shape {getattr(vector, 'shape', '')}"
                raise DataError(
                    f"the optimizer remembers {arrived}, and theta is {theta.dtype} of shape {theta.shape}; train with "
                    "fit, which starts it anew"
                )

    def copy(self) -> OptimizerState:
        """The same, with vectors of its own."""
        return OptimizerState(tuple(np.copy(vector) for vector in self.vectors), self.t, self.kind)


@dataclass(frozen=True)
class Optimizer:
    """The base: how many vectors of state there are, and the step that moves θ."""

    n_vectors: ClassVar[int] = 0

    def start(self, theta: Array) -> OptimizerState:
        """The state before the first step: zeros of θ's shape and dtype."""
        vectors = tuple(np.zeros_like(theta) for _ in range(self.n_vectors))
        return OptimizerState(vectors, kind=type(self).__name__)

    def can_go_on(self, state: OptimizerState) -> bool:
        """Whether this state is one of this kind's; what was stored without a kind is taken by its vectors."""
        if state.kind:
            return state.kind == type(self).__name__
        return len(state.vectors) == self.n_vectors

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
        decays : bool array (size,)
            Which entries weight decay applies to, where the optimizer has one.
        """
        raise NotImplementedError
