"""``coefs_`` and ``intercepts_``: lists of views into θ. What is assigned to them is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np

from glassprop.architecture.given import numbers
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError


def parameter_arrays(name: str, values: Any, faults: list[str], places: Iterable[int] = ()) -> list[Array]:
    """The arrays of a list of them, as numbers; what cannot be one adds a fault. Nothing is copied without need.

    places: which layers they are of, for messages; the first, the second and so on without.
    """
    if isinstance(values, np.ndarray) and values.dtype != object and values.ndim > 1:
        values = list(values)  # layers of the same shape, stacked
    if isinstance(values, Iterator) or (isinstance(values, np.ndarray) and values.dtype == object):
        values = list(values)
    if not isinstance(values, list | tuple):
        faults.append(f"{name} must be a list of arrays, one a layer, got a {type(values).__name__}")
        return []
    names = [f"{name}[{i}]" for i, _ in zip(places, values, strict=False)]
    names += [f"{name}[{i}]" for i in range(len(names), len(values))]
    found = [numbers(of, value, np.dtype(np.float64), faults) for of, value in zip(names, values, strict=True)]
    for of, array in zip(names, found, strict=True):
        if array is not None and not np.isfinite(array).all():
            faults.append(f"{of} holds NaN or infinity")
    return [np.zeros(0) if array is None else array for array in found]


def faults_of_shapes(coefs: Sequence[Array] | None, intercepts: Sequence[Array] | None, mark: str = "") -> list[str]:
    """What is wrong with weights (n_in, n_out) and biases (n_out,) of layers that follow each other."""
    faults = []
    if coefs is not None:
        faults = [
            f"coefs{mark}[{i}] must have two dimensions, (inputs, outputs), both above 0, got shape {w.shape}"
            for i, w in enumerate(coefs)
            if w.ndim != 2 or not w.size
        ]
        if not coefs:
            faults.append(f"coefs{mark} must list one array a layer, got none")
    if coefs is not None and not faults:
        faults += [
            f"coefs{mark}[{i + 1}] must have {v.shape[1]} rows, as coefs{mark}[{i}] has columns, got shape {w.shape}"
            for i, (v, w) in enumerate(pairwise(coefs))
            if v.shape[1] != w.shape[0]
        ]
    if intercepts is not None and coefs is None:
        faults += [
            f"intercepts{mark}[{i}] must have one dimension, got shape {b.shape}"
            for i, b in enumerate(intercepts)
            if b.ndim != 1
        ]
    elif intercepts is not None and coefs is not None:
        if len(intercepts) != len(coefs):
            faults.append(
                f"there must be as many intercepts{mark} as coefs{mark}, got {len(intercepts)} for {len(coefs)}"
            )
        faults += [
            f"intercepts{mark}[{i}] must have shape {w.shape[1:]}, as coefs{mark}[{i}] has columns, got {b.shape}"
            for i, (w, b) in enumerate(zip(coefs, intercepts, strict=False))
            if w.ndim == 2 and b.shape != w.shape[1:]
        ]
    return faults


class ParameterViews(list[Any]):
    """Views of θ in scikit-learn's shapes; ``views[i] = array`` writes into θ rather than replacing the view.

    Parameters
    ----------
    views : arrays
    name : str
        How messages call them.
    writable : callable () -> arrays
        Gives views that can be written to, where these may be read-only.
    before_writing : callable ()
        Called when something is about to be written, checked already.
    """

    def __init__(
        self,
        views: Iterable[Array],
        name: str,
        writable: Callable[[], Iterable[Array]],
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(views)
        self._name, self._writable, self._before_writing = name, writable, before_writing

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write one array, or for a slice a list of them: all, or where something does not fit none.

        Raises
        ------
        DataError
            If there are more or fewer arrays, or one has another shape, or is not of finite numbers.
        """
        faults: list[str] = []
        places = range(len(self))[index]
        if isinstance(places, range):
            self._write(self._name, list(places), parameter_arrays(self._name, value, faults, places), faults)
        else:
            name = f"{self._name}[{places}]"
            self._write(name, [places], parameter_arrays(self._name, [value], faults, [places]), faults)

    def _write(self, name: str, places: list[int], arrays: list[Array], faults: list[str]) -> None:
        shapes = [self[place].shape for place in places]
        if not faults and [array.shape for array in arrays] != shapes:
            faults.append(
                f"{name} must have shape{'s' * (len(shapes) > 1)} {_listed(shapes)}, as the network has, got "
                f"{_listed([array.shape for array in arrays])}; from_weights builds an estimator of other shapes"
            )
        with np.errstate(over="ignore"):
            arrays = [array.astype(self[0].dtype) for array in arrays]
        if not faults and not all(np.isfinite(array).all() for array in arrays):
            faults.append(f"{name} holds numbers too large for the {self[0].dtype} of this network")
        if faults:
            raise DataError("; ".join(faults))
        if not places:
            return
        self._before_writing()
        if not all(self[place].flags.writeable for place in places):
            super().__setitem__(slice(None), list(self._writable()))
        for place, array in zip(places, arrays, strict=True):
            self[place][...] = array

    def _fixed(self, *_: Any, **__: Any) -> NoReturn:
        raise SettingsError(
            f"{self._name} lists the {len(self)} layers of this network, and their number is fixed; assign to its "
            "entries, or build another estimator with from_weights"
        )

    append = extend = insert = pop = remove = clear = sort = reverse = _fixed
    __delitem__ = __iadd__ = __imul__ = _fixed

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)  # a copy of the list stands by itself


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes)) or "none"
