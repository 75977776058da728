"""The first layer's weights of a model: of each of its networks, with the names of inputs, and added up by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from glassprop.errors import SettingsError
from glassprop.insight.first_layer import FirstLayer, first_layer
from glassprop.insight.names import InputName
from glassprop.tables.encoding.names_behind import names_out


@dataclass(frozen=True, eq=False)
class FirstWeights:
    """What the first layer of each network makes of the inputs.

    Attributes
    ----------
    networks : sequence of FirstLayer
        One, or each of several that are averaged.
    names : list of InputName
        Of each input, and the column that it is made of.
    """

    networks: Sequence[FirstLayer]
    names: list[InputName]

    @property
    def sizes(self) -> NDArray[np.float64]:
        """Of each input the length of its weights, in the mean over the networks. (n_inputs,)"""
        return np.mean([network.sizes for network in self.networks], axis=0)

    def by_column(self) -> dict[str, float]:
        """The same of all inputs that a column is made into, together; the largest first."""
        squares: dict[str, float] = {}
        for name, size in zip(self.names, self.sizes.tolist(), strict=True):
            squares[name.column] = squares.get(name.column, 0.0) + size**2
        return dict(sorted(((name, square**0.5) for name, square in squares.items()), key=lambda pair: -pair[1]))


def first_weights(before: Sequence[Any], network: Any) -> FirstWeights:
    """Of a fitted network, scikit-learn's own too, behind the fitted steps before it.

    Raises
    ------
    SettingsError
        If it is no network.
    """
    if hasattr(network, "network_"):
        each = [first_layer(member, network.theta_) for member in network.network_.each_member]
    elif hasattr(network, "coefs_"):
        W = np.asarray(network.coefs_[0], dtype=np.float64).T
        each = [FirstLayer(W, np.sqrt((W**2).sum(axis=0)))]
    else:
        raise SettingsError(
            f"a {type(network).__name__} has no layers: give an MLPClassifier or MLPRegressor, a TabularClassifier or "
            "TabularRegressor, or a Pipeline that ends in one"
        )
    return FirstWeights(each, _names(before, network, len(each[0].sizes)))


def _names(before: Sequence[Any], network: Any, n_inputs: int) -> list[InputName]:
    found = None
    if before:
        found = names_out(Pipeline([(str(k), step) for k, step in enumerate(before)]))
    elif hasattr(network, "feature_names_in_"):
        found = [InputName(str(name), str(name)) for name in network.feature_names_in_]
    if found is None or len(found) != n_inputs:
        return [InputName(f"x{place}", f"x{place}") for place in range(n_inputs)]
    return found
