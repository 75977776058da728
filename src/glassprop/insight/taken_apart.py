"""`TakenApart`: any derivative of what is seen, with its factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from glassprop.errors import SettingsError
from glassprop.insight import by_prediction, derive
from glassprop.insight.as_cost import renamed
from glassprop.insight.checked_places import checked_entry, checked_neuron, checked_parameter, checked_top
from glassprop.insight.factors import ColumnDerivative, Derivative
from glassprop.insight.names import Column, as_code
from glassprop.insight.paths import PathFinder, Paths
from glassprop.insight.seen import Seen
from glassprop.layers.layer_kind import PARAMETRIC


@dataclass(frozen=True, eq=False)
class TakenApart(Seen):
    """The part of an `Explanation` that takes derivatives apart."""

    def _named(self, found: Derivative) -> Derivative:
        """The derivative by the name of what it is of."""
        return found if self.predictions is None else replace(found, symbol=renamed(found.symbol))

    def weight(self, layer: int, j: int, k: int) -> Derivative:
        """∂C₀/∂w_jk of a layer, to neuron j from neuron (or input) k; of a layer of factors ∂C₀/∂s_k, with j = k.

        Raises
        ------
        SettingsError
            If there is no such weight; the message says what there is.
        """
        checked_parameter(self.view, layer, j, k)
        return self._named(derive.by_parameter(self.view, self.focus, layer, j, int(k), self.paths))

    def bias(self, layer: int, j: int) -> Derivative:
        """∂C₀/∂b_j of a layer. Raises as ``weight``."""
        checked_parameter(self.view, layer, j, None)
        return self._named(derive.by_parameter(self.view, self.focus, layer, j, None, self.paths))

    def activation_parameter(self, layer: int, j: int) -> Derivative:
        """∂C₀/∂p_j of a layer whose activation's parameter is trained. Raises as ``weight``."""
        checked_neuron(self.architecture, layer, j)
        if not self.architecture.layer(layer).parametric:
            raise SettingsError(f"layer {layer} has an activation without a trained parameter")
        return self._named(derive.by_activation_parameter(self.view, self.focus, layer, j, self.paths))

    def parameter(self, layer: int, name: str, index: Sequence[int]) -> Derivative:
        """∂C₀ by any parameter of a layer of any kind: the block's name, and the index in it.

        What ``weight`` and ``bias`` do by neurons this does by blocks: the frequency of a wave is
        ``parameter(1, "f", (0, 3))``, an entry of the first table ``parameter(1, "t0", (17, 2))``.

        Raises
        ------
        SettingsError
            If there is no such parameter; the message says what there is.
        """
        place = checked_entry(self.architecture, layer, name, index)
        if name == PARAMETRIC:
            return self._named(derive.by_activation_parameter(self.view, self.focus, layer, place[0], self.paths))
        return self._named(derive.by_entry(self.view, self.focus, layer, name, place, self.paths))

    def paths(self, layer: int, j: int, top: int | None = None) -> Paths:
        """The paths that make ∂C₀/∂a of a neuron (layer 0: of an input), the ``top`` largest listed (E15)."""
        checked_neuron(self.architecture, layer, j, inputs=True)
        return self._finder(self.top if top is None else checked_top(top)).paths(layer, j)

    def _finder(self, top: int) -> PathFinder:
        found = self._finders.get((self.focus, top))
        if found is None:
            found = self._finders[self.focus, top] = PathFinder(self.view, self.focus, top)
        return found

    @cached_property
    def _finders(self) -> dict[tuple[int, int], PathFinder]:
        return {}

    def input(self, name: str | int) -> ColumnDerivative:
        """∂C₀ with respect to an input, or a column of the table through what was made of it. By name, or by number.

        Raises
        ------
        SettingsError
            If there is no such column; the message names some.
        """
        return self.by_column(as_code(self.names.column(name), dict(self.architecture.codes)))

    def by_column(self, column: Column) -> ColumnDerivative:
        """As ``input``, for a column of ``names``."""
        if self.predictions is not None:
            prediction = self.predictions[self.focus]
            return by_prediction.by_column(prediction, self.views, self.names, self.focus, column, self.paths)
        return derive.by_column(self.views, self.names, self.focus, column, self.paths)
