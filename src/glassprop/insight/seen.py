"""`Seen`: examples and what a network makes of them, layer by layer: what an explanation is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.errors import DataError
from glassprop.insight.all_members import Several
from glassprop.insight.baseline import Baseline
from glassprop.insight.checked_places import checked_layer
from glassprop.insight.chosen_output import Predictor
from glassprop.insight.largest import MOST_PATHS
from glassprop.insight.names import Names
from glassprop.insight.prediction import Prediction
from glassprop.insight.step import Training
from glassprop.insight.view import View


@dataclass(frozen=True, eq=False)
class Seen:
    """The part of an `Explanation` that holds it all, and tells forward, cost and backward."""

    view: View
    names: Names
    training: Training | None = None
    history: Mapping[str, Any] = field(default_factory=dict)
    focus: int = 0
    top: int = MOST_PATHS
    members: Several | None = None
    predictor: Predictor | None = None
    predictions: tuple[Prediction, ...] | None = None

    @property
    def architecture(self) -> Architecture:
        return self.view.architecture

    @property
    def n_examples(self) -> int:
        return int(self.view.X.shape[0])

    def of(self, example: int) -> Self:
        """The same explanation with another example in focus, counted from 0 among those explained.

        Raises
        ------
        DataError
            If there is no such example.
        """
        whole = hasattr(example, "__index__") and not isinstance(example, bool | np.bool_)
        if not whole or not 0 <= example < self.n_examples:
            raise DataError(f"there is no example {example!r}: {self.n_examples} are explained, counted from 0")
        return replace(self, focus=int(example))

    def member(self, member: int) -> Self:
        """The same explanation for another member, counted from 0.

        Raises
        ------
        SettingsError
            If there is no such member.
        """
        self._whole.member(member)  # or there is none
        if self.members is None:
            return self
        return replace(self, view=self.members.views[member], members=replace(self.members, walked=int(member)))

    @property
    def _whole(self) -> Architecture:
        """The network with all of its members."""
        return self.architecture if self.members is None else self.members.whole

    @property
    def views(self) -> tuple[View, ...]:
        """Those of all members; of a network without others, the one there is."""
        return (self.view,) if self.members is None else self.members.views

    @property
    def predicted(self) -> Array:
        """What the network gives, the mean where it has several members. (n, n_L)"""
        return self.view.trace.a[-1] if self.members is None else self.members.mean

    def without_rows(self) -> Self:
        """The same without what stands in the table: see ``Names.without_rows``."""
        return replace(self, names=self.names.without_rows())

    @property
    def cost(self) -> float:
        """C_0 of the example in focus."""
        return float(self.view.costs[self.focus])

    def z(self, layer: int) -> Array:
        """z of a layer (n_l,)."""
        return self.view.trace.z[checked_layer(self.architecture, layer)][self.focus]

    def a(self, layer: int) -> Array:
        """a of a layer (n_l,); layer 0 is the input."""
        return self.view.trace.a[checked_layer(self.architecture, layer, inputs=True)][self.focus]

    def delta(self, layer: int) -> Array:
        """δ = ∂C₀/∂z of a layer (n_l,)."""
        return self.view.deltas[checked_layer(self.architecture, layer)][self.focus]

    def by_a(self, layer: int) -> Array:
        """∂C₀/∂a of a layer (n_l,); layer 0 is the input."""
        return self.view.by_output[checked_layer(self.architecture, layer, inputs=True)][self.focus]

    def slope(self, layer: int) -> Array | None:
        """σ'(z) of a layer (n_l,), or None where its activation mixes neurons: see ``jacobian``."""
        slopes = self.view.slopes(checked_layer(self.architecture, layer))
        return None if slopes is None else slopes[self.focus]

    def jacobian(self, layer: int) -> Array:
        """J_mj = ∂a_m/∂z_j of a layer (n_l, n_l): E23 for softmax."""
        return self.view.jacobian(checked_layer(self.architecture, layer), self.focus)

    @property
    def what_predicts(self) -> Predictor:
        """What predicts; of an explanation that was put together by hand, its own network."""
        if self.predictor is not None:
            return self.predictor
        return Predictor(self._whole, self.view.theta, self.names.outputs, None, Baseline.of_zeros(self._whole))
