"""`Stepped`: a derivative in every example, and what a step of the optimizer makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from glassprop.backprop.gradient import average_gradient
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.insight.checked_places import checked_entry, checked_parameter, checked_rate
from glassprop.insight.factors import ExamplePulls
from glassprop.insight.step import OptimizerStep, plain_descent, step_of
from glassprop.insight.taken_apart import TakenApart

_NO_STEP = (
    "there is no optimizer whose step could be shown: the network was trained with L-BFGS, "
    "or its parameters came without one; at_rate(0.1), or --rate 0.1, shows one of plain gradient descent"
)


@dataclass(frozen=True, eq=False)
class Stepped(TakenApart):
    """The part of an `Explanation` that tells of several examples, and of the optimizer."""

    def examples(self, layer: int, j: int, k: int | None = None) -> ExamplePulls:
        """∂C₀/∂w_jk (k None: ∂C₀/∂b_j) of every example, and their average (E11). Raises as ``weight``."""
        checked_parameter(self.view, layer, j, k)
        delta = self.view.deltas[layer][:, j]
        if k is not None:
            delta = delta * self.view.trace.a[layer - 1][:, k]
        return ExamplePulls(tuple(float(value) for value in delta))

    def step(self, layer: int, j: int, k: int | None = None) -> OptimizerStep:
        """What a step of the optimizer on these examples would do to w_jk (k None: b_j).

        Raises
        ------
        SettingsError
            If there is no such parameter, or no optimizer's memory: the network was trained with L-BFGS, or its
            parameters were given without one.
        """
        if self.training is None:
            raise SettingsError(_NO_STEP)
        name, index = checked_parameter(self.view, layer, j, k)
        if self.members is not None:
            return self.step_of(layer, name, index)
        return self._step(layer, name, index, self.examples(layer, j, k).average)

    def step_of(self, layer: int, name: str, index: Sequence[int]) -> OptimizerStep:
        """As ``step``, for any parameter of a layer of any kind, by its block. Raises as ``parameter`` and ``step``."""
        place = checked_entry(self.architecture, layer, name, index)
        block = self.architecture.layout.block(layer, name)
        return self._step(layer, name, place, float(block.view(self._gradient)[place]))

    def at_rate(self, rate: float) -> Self:
        """The same with steps of the optimizer at a learning rate of your own: large enough to be seen, say.

        At the end of a schedule the rate may have come down to nearly nothing. All else of the optimizer stays as it
        stood. Where there is none (L-BFGS, or parameters that came without), a step of plain gradient descent is shown.

        Raises
        ------
        SettingsError
            If the rate is no finite number above 0.

        Examples
        --------
        >>> from glassprop import Layer, Network
        >>> e = Network(1, [Layer(1)]).explain([1.0, 0.0], [2.0], [3.0]).at_rate(0.125)
        >>> e.step(1, 0, 0).change
        0.5
        """
        rate = checked_rate(rate)
        if self.training is None:
            return replace(self, training=plain_descent(np.zeros(self._whole.layout.size), rate))
        return replace(self, training=self.training.at_rate(rate))

    def first_step(self) -> OptimizerStep:
        """``step_of`` the first parameter that there is: what a step is made of is the same for all."""
        block = self.architecture.layout.blocks[0]
        return self.step_of(block.layer, block.name, (0,) * len(block.shape))

    def _step(self, layer: int, name: str, index: tuple[int, ...], data: float) -> OptimizerStep:
        if self.training is None:
            raise SettingsError(_NO_STEP)
        block = self.architecture.layout.block(layer, name)
        place = block.start + int(np.ravel_multi_index(index, block.shape))
        return step_of(self.training, self.view.theta, place, block, data, self.n_examples, self._length)

    @cached_property
    def _length(self) -> float:
        """Of the average gradient over these examples, L2 included."""
        view, objective = self.view, Objective(0.0 if self.training is None else self.training.l2)
        gradient = np.empty_like(view.theta)
        evaluate(self._whole, objective, view.theta, [Batch(view.X, view.Y)], gradient)
        return float(np.linalg.norm(gradient))

    @cached_property
    def _gradient(self) -> Array:
        """∇C, the average over these examples, and over all members where there are several."""
        view = self.view
        if self.members is not None:
            return self.members.gradient
        return average_gradient(view.architecture, view.theta, view.X, view.Y)
