"""Targets as the loop wants them: in the cost's domain, in X's dtype, smoothed where that is asked for."""

from __future__ import annotations

from glassprop.architecture.layers import Architecture
from glassprop.equations.arrays import Array
from glassprop.equations.domain import SIMPLEX, UNIT
from glassprop.errors import DataError, SettingsError


def check_shapes(architecture: Architecture, X: Array, Y: Array, sample_weight: Array | None) -> None:
    """Refuse arrays that do not fit the network or each other; all faults in one message.

    Raises
    ------
    DataError
    """
    n_out = architecture.sizes[-1]
    faults = []
    if X.ndim != 2 or X.shape[1] != architecture.n_inputs:
        faults.append(f"X must have shape (n, {architecture.n_inputs}), got {X.shape}")
    if Y.ndim != 2 or Y.shape[1] != n_out:
        faults.append(f"Y must have shape (n, {n_out}), got {Y.shape}")
    if X.shape[0] != Y.shape[0]:
        faults.append(f"X and Y must have as many rows, got {X.shape[0]} and {Y.shape[0]}")
    if sample_weight is not None and sample_weight.shape != (X.shape[0],):
        faults.append(f"sample_weight must have shape ({X.shape[0]},), got {sample_weight.shape}")
    if X.shape[0] == 0:
        faults.append("there must be at least one example, got none")
    if faults:
        raise DataError("; ".join(faults))


def smooth(architecture: Architecture, Y: Array, smoothing: float) -> Array:
    """Label smoothing (Szegedy et al. 2015, arXiv 1512.00567): ``(1 - s) y + s / k``, k classes (2 for sigmoid).

    Raises
    ------
    SettingsError
        If the targets are not probabilities.
    """
    if not smoothing:
        return Y
    domain = architecture.cost_function.targets
    if domain not in (SIMPLEX, UNIT):
        raise SettingsError(
            f"label_smoothing={smoothing:g} was asked for with cost {architecture.cost_function.spec!r}, whose "
            "targets are not probabilities; set it to 0, or use cross_entropy or binary_cross_entropy"
        )
    k = Y.shape[1] if domain is SIMPLEX or domain == SIMPLEX else 2
    return ((1 - smoothing) * Y + smoothing / k).astype(Y.dtype)
