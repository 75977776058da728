"""Arrays of other libraries, where scikit-learn's ``array_api_dispatch`` is on: X stays, what is small comes here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import get_config

from glassprop.engine.elsewhere import outputs_elsewhere
from glassprop.engine.plan import is_elsewhere
from glassprop.equations.arrays import Array, device, namespace, on_host, writable
from glassprop.errors import DataError, SettingsError
from glassprop.network import Network

_ROWS = (np.float64, np.float32)


def taken(X: Any) -> Any:
    """X as it is to be checked: without the graph of derivatives that PyTorch may keep for it.

    Raises
    ------
    DataError
        If it is of a library whose arrays cannot be changed in place, or do not hold all their numbers.
    """
    if not is_dispatched(X):
        return X
    if not writable(X):
        library = type(X).__module__.partition(".")[0]
        raise DataError(
            f"arrays of {library} cannot be changed in place, as a step of training does; give np.asarray(X)"
        )
    if str(getattr(X, "layout", "torch.strided")) != "torch.strided":
        raise DataError("X is a sparse tensor; give X.to_dense(), or a sparse matrix of SciPy's")
    return X.detach() if hasattr(X, "detach") else X


def refuse_elsewhere(X: Any) -> None:
    """Refuse an array of another library, where several processes train together.

    Raises
    ------
    SettingsError
    """
    if is_dispatched(X):
        library = type(X).__module__.partition(".")[0]
        raise SettingsError(
            f"several processes train together on NumPy arrays, and X is an array of {library}; give one of NumPy's"
        )


def beside(X: Any, array: Any) -> Any:
    """Targets or weights that come with X: NumPy's, where scikit-learn is to dispatch."""
    return on_host(array) if get_config()["array_api_dispatch"] else array


def float_types(X: Any) -> tuple[Any, Any]:
    """The dtypes that X may keep, as its library has them; the first is what others become."""
    if not is_dispatched(X):
        return _ROWS
    xp = namespace(X)
    return xp.float64, xp.float32


def is_dispatched(X: Any) -> bool:
    """Whether scikit-learn is to work with X where it lies, and X is an array of another library than NumPy."""
    if isinstance(X, np.ndarray) or not get_config()["array_api_dispatch"]:
        return False
    return hasattr(X, "__array_namespace__") or (hasattr(X, "detach") and hasattr(X, "__dlpack__"))


def outputs_there(network: Network, theta: Array, X: Array) -> Array:
    """What the network says, where X lies. -> (n, n_outputs)."""
    a = outputs_elsewhere(network, theta, X)
    return a if network.units is None else there(network.units.own(on_host(a)), X)


def there(numbers: NDArray[Any], X: Any) -> Any:
    """Labels or numbers as an array of X's library, where X lies; text, and all that goes with NumPy's X, as it is."""
    if not is_elsewhere(X) or numbers.dtype.kind not in "biuf":
        return numbers
    return namespace(X).asarray(np.array(numbers), device=device(X), copy=True)


def has_nan(a: Array) -> bool:
    """Whether there is a NaN in these numbers."""
    xp = namespace(a)
    return bool(xp.isnan(xp.sum(a))) and bool(xp.any(xp.isnan(a)))  # the sum is quick, but may be ∞ - ∞
