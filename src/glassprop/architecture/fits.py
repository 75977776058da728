"""Whether arrays fit an architecture and each other, asked once, before any work is done."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.compressed import faults_of_compressed
from glassprop.equations.arrays import Array, Rows, namespace
from glassprop.errors import DataError, SettingsError


def check_shapes(
    architecture: Architecture,
    X: Rows,
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
    faults = [] if theta is None else faults_of_theta(architecture, theta)
    faults += _faults_of_inputs(architecture, X)
    x, y, w = _shape(X), _shape(Y), _shape(sample_weight)
    if len(y) != 2 or y[1] != n_out:
        faults.append(f"Y must have shape (n, {n_out}), got {_told(Y)}")
    if x[:1] != y[:1]:
        faults.append(f"X and Y must have as many rows, got shapes {_told(X)} and {_told(Y)}")
    if sample_weight is not None and w != x[:1]:
        faults.append(f"sample_weight must have shape {x[:1]}, got {_told(sample_weight)}")
    if x[:1] == (0,):
        faults.append("there must be at least one example, got none")
    if faults:
        raise DataError("; ".join(faults))


def check_inputs(architecture: Architecture, theta: Array, X: Rows) -> None:
    """Refuse θ and X that do not fit the network; X may have no rows.

    Raises
    ------
    DataError
    """
    faults = faults_of_theta(architecture, theta) + _faults_of_inputs(architecture, X)
    if faults:
        raise DataError("; ".join(faults))


def check_view(architecture: Architecture, theta: Array, layer: int, block: str = "") -> None:
    """Refuse to look for a layer, or a block of it, that is not there, or in an array that is not laid out as θ.

    Raises
    ------
    SettingsError, DataError
    """
    if isinstance(layer, bool) or not hasattr(layer, "__index__") or not 1 <= layer <= architecture.depth:
        raise SettingsError(f"there is no layer {layer!r}: layers are 1 to {architecture.depth}")
    names = [known.name for known in architecture.layout.by_layer[layer]]
    if block and block not in names:
        title = architecture.layer(layer).title
        raise SettingsError(f"layer {layer} ({title}) has no {block}; its parameters are {', '.join(names)}")
    if not isinstance(theta, np.ndarray) or theta.shape != (architecture.layout.size,):
        raise DataError(f"theta must be an array of shape ({architecture.layout.size},), got {_told(theta)}")


def faults_of_weights(sample_weight: Array) -> list[str]:
    """Weights of examples must be finite, none negative, and not all 0: else there is no average to take."""
    finite = np.isfinite(sample_weight)
    bad = ~finite | (sample_weight < 0)
    if bad.any():
        i = int(np.argmax(bad))
        return [f"sample_weight must be finite and 0 or more, got {sample_weight[i]:g} for example {i}"]
    if not sample_weight.any():
        return ["the weights of the examples sum to 0; give at least one example a weight above 0"]
    return []


def _shape(array: Array | None) -> tuple[int, ...]:
    return getattr(array, "shape", ())


def _told(array: Array) -> str:
    """What arrived, in words: a shape, or a kind that is no array."""
    return str(array.shape) if hasattr(array, "shape") else f"a {type(array).__name__}"


def _faults_of_inputs(architecture: Architecture, X: Rows) -> list[str]:
    faults, x = faults_of_compressed("X", X), _shape(X)
    if faults:
        return faults
    if len(x) != 2 or x[1] != architecture.n_inputs:
        return [f"X must have shape (n, {architecture.n_inputs}), got {_told(X)}{_as_rows(architecture, x)}"]
    return _faults_of_codes(architecture, X)


def _faults_of_codes(architecture: Architecture, X: Rows) -> list[str]:
    """Inputs that are codes of categories must be there, whole, and among their categories."""
    for k, size in architecture.codes:
        codes = X[:, [k]].toarray()[:, 0] if hasattr(X, "tocsr") else X[:, k]
        xp = namespace(codes)
        bad = xp.logical_not((codes >= 0) & (codes < size) & (codes == xp.round(codes)))
        if bool(xp.any(bad)):
            i = int(xp.argmax(xp.astype(bad, xp.int8)))
            return [
                f"input {k} must hold codes of {size} categories, whole numbers from 0 to {size - 1}, got "
                f"{float(codes[i]):g} in example {i}: give what is missing or unknown a code of its own"
            ]
    return []


def _as_rows(architecture: Architecture, x: tuple[int, ...]) -> str:
    """What makes rows of a vector of inputs."""
    if len(x) != 1:
        return ""
    if architecture.n_inputs == 1:
        return "; give X[:, None]"
    return "; for one example give X[None, :]" if x[0] == architecture.n_inputs else ""


def faults_of_theta(architecture: Architecture, theta: Array) -> list[str]:
    """θ must hold every parameter and no more, in floating point: ∇C takes its dtype."""
    size = architecture.layout.size
    if _shape(theta) != (size,):
        return [f"theta must have shape ({size},), got {_told(theta)}"]
    if theta.dtype.kind != "f":
        return [f"theta must hold floating-point numbers, got {theta.dtype}"]
    return []
