"""Whose arrays these are: the one place that asks.

The equations call what the array API standard has, so that they run on NumPy's arrays and, where they lie, on those of
other libraries (PyTorch, CuPy): docs/estimators.md, "Arrays of other libraries".
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import MissingPackageError

Array: TypeAlias = NDArray[Any]  # dense, of numbers; layouts and precision are checked where arrays come in
# Examples as rows: X, and what the first layer sees. An Array, or one of SciPy's sparse matrices, which have no types.
Rows: TypeAlias = Any
_NUMPY = (np.ndarray, np.generic, float, int)


def namespace(x: Array) -> Any:
    """Return the module whose functions work on ``x``, as the array API standard has it."""
    return np if isinstance(x, _NUMPY) else _compat().array_namespace(x)


def tiny(x: Array) -> float:
    """Return the smallest normal number of ``x``'s dtype: a floor that keeps 1/x finite."""
    return float(namespace(x).finfo(x.dtype).smallest_normal)


def like(numbers: NDArray[Any], x: Array, dtype: Any = None) -> Array:
    """These numbers as an array of ``x``'s library, on its device; a copy, but for NumPy. dtype: None is ``x``'s."""
    if isinstance(x, np.ndarray):
        return numbers.astype(x.dtype if dtype is None else dtype, copy=False)
    dtype = x.dtype if dtype is None else dtype
    return namespace(x).asarray(np.array(numbers), dtype=dtype, device=device(x), copy=True)


def device(x: Array) -> Any:
    """Where an array of another library lies."""
    return _compat().device(x)


def writable(x: Array) -> bool:
    """Whether an array of another library can be changed in place, and holds its numbers already."""
    return bool(_compat().is_writeable_array(x) and not _compat().is_lazy_array(x))


def on_host(x: Any) -> Any:
    """An array of another library as one of NumPy's; what is no such array as it is."""
    if isinstance(x, np.ndarray):
        return x
    if hasattr(x, "detach"):  # PyTorch
        return x.detach().cpu().numpy()
    if hasattr(x, "get") and hasattr(x, "__cuda_array_interface__"):  # CuPy
        return x.get()
    if not hasattr(x, "__array_namespace__"):
        return x
    return np.asarray(x.to_device(x.__array_namespace__().__array_namespace_info__().default_device()))


def _compat() -> Any:
    try:
        import array_api_compat
    except ImportError as error:
        raise MissingPackageError(
            "arrays of other libraries need the package array-api-compat, which is not installed: "
            "pip install 'glassprop[arrays]'"
        ) from error
    return array_api_compat
