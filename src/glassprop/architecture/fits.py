"""Whether arrays fit an architecture and each other, asked once, before any work is done."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.layers import Architecture
from glassprop.equations.arrays import Array
from glassprop.errors import DataError


def check_shapes(
    architecture: Architecture,
    X: Array,
    Y: Array,
    sample_weight: Array | None,
    theta: Array | None = None,
) -> None:
    """Refuse arrays that do not fit the network or each other; all faults in one message.

    Raises
    ------
    DataError
    """
    n_out = architecture.sizes[-1]
    faults = [] if theta is None else _faults_of_theta(architecture, theta)
    if X.ndim != 2 or X.shape[1] != architecture.n_inputs:
        faults.append(f"X must have shape (n, {architecture.n_inputs}), got {X.shape}")
    if Y.ndim != 2 or Y.shape[1] != n_out:
        faults.append(f"Y must have shape (n, {n_out}), got {Y.shape}")
    if X.shape[:1] != Y.shape[:1]:
        faults.append(f"X and Y must have as many rows, got shapes {X.shape} and {Y.shape}")
    if sample_weight is not None and sample_weight.shape != X.shape[:1]:
        faults.append(f"sample_weight must have shape {X.shape[:1]}, got {sample_weight.shape}")
    if X.shape[:1] == (0,):
        faults.append("there must be at least one example, got none")
    if faults:
        raise DataError("; ".join(faults))


def _faults_of_theta(architecture: Architecture, theta: Array) -> list[str]:
    """θ must hold every parameter and no more, in floating point: ∇C takes its dtype."""
    size = architecture.layout.size
    if theta.shape != (size,):
        return [f"theta must have shape ({size},), got {theta.shape}"]
    if not np.issubdtype(theta.dtype, np.floating):
        return [f"theta must hold floating-point numbers, got {theta.dtype}"]
    return []
