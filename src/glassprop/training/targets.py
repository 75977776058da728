"""Targets as the loop wants them: in the cost's domain, in X's dtype, smoothed where that is asked for."""

from __future__ import annotations

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.equations.cost import Cost
from glassprop.equations.domain import SIMPLEX, UNIT
from glassprop.errors import SettingsError


def smooth(architecture: Architecture, Y: Array, smoothing: float) -> Array:
    """Label smoothing (Szegedy et al. 2015, arXiv 1512.00567): ``(1 - s) y + s / k``, k classes (2 for sigmoid).

    Raises
    ------
    SettingsError
        If the targets are not probabilities.
    """
    if not smoothing:
        return Y
    if architecture.cost_function.targets not in (SIMPLEX, UNIT):
        raise SettingsError(
            f"label_smoothing={smoothing:g} was asked for with cost {architecture.cost_function.spec!r}, whose "
            "targets are not probabilities; set it to 0, or use cross_entropy or binary_cross_entropy"
        )
    return smoothed(architecture.cost_function, Y, smoothing)


def smoothed(cost: Cost, Y: Array, smoothing: float) -> Array:
    """The same for a cost whose targets are probabilities."""
    k = Y.shape[1] if cost.targets == SIMPLEX else 2
    return ((1 - smoothing) * Y + smoothing / k).astype(Y.dtype)
