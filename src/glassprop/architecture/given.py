"""What callers hand over, as the core takes it: NumPy arrays of real numbers, X perhaps sparse; the rest in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.compressed import faults_of_compressed
from glassprop.architecture.fits import check_inputs, check_shapes, faults_of_weights
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError, SettingsError

_PLAIN = (list, tuple, int, float, np.generic)  # what NumPy makes an array of, and nobody could mean otherwise


def given_inputs(architecture: Architecture, theta: Any, X: Any) -> tuple[Array, Rows]:
    """θ and X, checked against each other. X may have no rows. -> theta (size,), X (n, n_inputs).

    Raises
    ------
    DataError
        If they are not what the network takes; all faults in one message.
    """
    faults: list[str] = []
    theta, X = _parameters(theta, faults), numbers("X", X, _kind(theta), faults, sparse=True)
    _refuse(faults)
    check_inputs(architecture, theta, X)
    return theta, X


def given_examples(
    architecture: Architecture, theta: Any, X: Any, Y: Any, sample_weight: Any = None
) -> tuple[Array, Rows, Array, Array | None]:
    """θ and examples, checked against each other and the cost. -> theta, X, Y, sample_weight (float64, or None).

    Raises
    ------
    DataError
        If they are not what the network takes; all faults in one message.
    """
    faults: list[str] = []
    kind = _kind(theta)
    theta, X = _parameters(theta, faults), numbers("X", X, kind, faults, sparse=True)
    Y = numbers("Y", Y, kind, faults)
    if sample_weight is not None:
        if hasattr(sample_weight, "to_numpy") and getattr(sample_weight, "ndim", len(sample_weight.shape)) == 1:
            sample_weight = sample_weight.to_numpy()  # a column of a data frame: one number a row
        sample_weight = numbers("sample_weight", sample_weight, np.dtype(np.float64), faults)
    _refuse(faults)
    sample_weight = None if sample_weight is None else sample_weight.astype(np.float64, copy=False)
    check_shapes(architecture, X, Y, sample_weight, theta)
    _refuse([] if sample_weight is None else faults_of_weights(sample_weight))
    architecture.cost_function.check_targets(Y)
    return theta, X, Y, sample_weight


def in_float64(theta: Any, X: Any, Y: Any) -> tuple[Array, Array, Array]:
    """Copies of θ and examples in float64, dense, one row where a vector was given; shapes are not checked.

    Raises
    ------
    DataError
        If something is not an array of real numbers; all faults in one message.
    """
    faults: list[str] = []
    wide = np.dtype(np.float64)
    theta, X, Y = (
        numbers(name, value, wide, faults, sparse=name != "theta")
        for name, value in (("theta", theta), ("X", X), ("Y", Y))
    )
    _refuse(faults)
    X, Y = (array.toarray() if hasattr(array, "toarray") else array for array in (X, Y))
    X, Y = (array[None, :] if array.ndim == 1 else array for array in (X, Y))
    return np.array(theta, wide), np.array(X, wide), np.array(Y, wide)


def numbers(name: str, value: Any, kind: np.dtype, faults: list[str], *, sparse: bool = False) -> Any:
    """An argument as an array of floating-point numbers, or None with a fault added.

    Arrays of float32, float64 and wider stay what they are, without a copy, in this machine's byte order; whole
    numbers, truth values and float16 become ``kind``. Lists of numbers become arrays, and sparse X of any format CSR.
    """
    if hasattr(value, "tocsr") and getattr(value, "ndim", 2) == 2:
        if not sparse:
            faults.append(f"{name} must be a dense array, got a {type(value).__name__}; give {name}.toarray()")
            return None
        broken = faults_of_compressed(name, value)
        faults += broken
        return None if broken else _floats(name, value.tocsr(), kind, faults)
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            faults.append(f"{name} has masked entries; fill them, as {name}.filled(0) does, or drop their rows")
            return None
        value = value.data
    if isinstance(value, _PLAIN) and not isinstance(value, bool):
        try:
            value = np.asarray(value)
        except ValueError:  # rows of different lengths
            faults.append(
                f"{name} must be an array of numbers, got a {type(value).__name__} whose rows differ in length"
            )
            return None
    if not isinstance(value, np.ndarray):
        faults.append(f"{name} must be a NumPy array, got a {_whose(value)}{_instead(name, value)}")
        return None
    return _floats(name, np.asarray(value), kind, faults)


def _parameters(theta: Any, faults: list[str]) -> Any:
    """θ: an array as it is, but for its byte order. A list has no dtype, which ∇C would have to take from it."""
    if isinstance(theta, np.ndarray) and not np.ma.is_masked(theta):
        theta = np.asarray(theta)
        return theta if theta.dtype.isnative else theta.astype(theta.dtype.newbyteorder("="))
    faults.append(f"theta must be a NumPy array, got a {_whose(theta)}{_instead('theta', theta)}")
    return None


def _kind(theta: Any) -> np.dtype:
    """The dtype that numbers without one of their own take: θ's, if it has one."""
    dtype = getattr(theta, "dtype", None)
    wide = isinstance(dtype, np.dtype) and np.issubdtype(dtype, np.floating)
    return dtype.newbyteorder("=") if wide else np.dtype(np.float64)  # type: ignore[union-attr]


def _floats(name: str, array: Any, kind: np.dtype, faults: list[str]) -> Any:
    dtype = array.dtype
    if np.issubdtype(dtype, np.floating) and dtype.itemsize > 2:
        return array if dtype.isnative else array.astype(dtype.newbyteorder("="))
    if dtype.kind in "buif":
        return array.astype(kind)
    faults.append(f"{name} must hold real numbers, got dtype {dtype}{_NUMBERS.get(dtype.kind, '')}".format(name=name))
    return None


_NUMBERS = {
    "O": "; {name}.astype(float) turns what can be a number into one",
    "c": "; give real and imaginary parts as columns of their own",
}


def _whose(value: Any) -> str:
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    return kind.__name__ if package in ("builtins", "__main__") else f"{package} {kind.__name__}"


def _instead(name: str, value: Any) -> str:
    """What would do: how those libraries give NumPy their numbers."""
    if hasattr(value, "detach"):
        return f"; give {name}.detach().cpu().numpy()"
    if hasattr(value, "to_numpy"):
        return f"; give {name}.to_numpy() (names of columns are for the estimators)"
    if hasattr(value, "tocsr"):
        return f"; give {name}.toarray()"
    if hasattr(value, "__array__") or isinstance(value, list | tuple):
        return f"; give np.asarray({name})"
    return ""


def _refuse(faults: list[str]) -> None:
    if faults:
        raise DataError("; ".join(faults))


def floating_dtype(dtype: Any) -> np.dtype:
    """The dtype that θ is to have.

    Raises
    ------
    SettingsError
        If it is none, or not of floating-point numbers, which starting weights are.
    """
    try:
        found: Any = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or not np.issubdtype(found, np.floating):
        raise SettingsError(f"dtype must be one of floating-point numbers, as np.float64, got {dtype!r}")
    return found
