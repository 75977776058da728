"""Some columns of what a layer sees, which it embeds, and the others, which it passes on before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array, like, namespace
from glassprop.ground.text import quoted


@dataclass(frozen=True)
class Columns:
    """Columns in the order that they are embedded in, among ``n_in``."""

    columns: tuple[int, ...]
    n_in: int

    def faults(self) -> list[str]:
        """What cannot be among so many inputs, in words."""
        beyond = next((column for column in self.columns if column >= self.n_in), None)
        return [] if beyond is None else [f"it embeds number {beyond}, but sees {self.n_in}, counted from 0"]

    @cached_property
    def other_columns(self) -> tuple[int, ...]:
        embedded = set(self.columns)
        return tuple(column for column in range(self.n_in) if column not in embedded)

    @property
    def n_others(self) -> int:
        return self.n_in - len(self.columns)

    def chosen(self, x: Array) -> Array:
        """Those that are embedded. x (n, n_in) -> (n, k)."""
        return _take(x, self.columns)

    def others(self, x: Array) -> Array:
        """Those that are passed on. x (n, n_in) -> (n, n_in - k)."""
        return _take(x, self.other_columns)

    def together(self, others: Array, chosen: Array) -> Array:
        """Both again, as they stood. -> (n, n_in)."""
        back = np.argsort(np.array([*self.other_columns, *self.columns], dtype=np.int64))
        return _take(namespace(chosen).concat([others, chosen], axis=1), back)

    def joins(self, sizes: Sequence[int]) -> NDArray[np.bool_]:
        """Whether something leads from k to j; sizes: how many numbers become of each embedded one. -> (n_l, n_in)."""
        each = np.array([1] * self.n_others + [*sizes])
        rows = np.repeat(np.array([*self.other_columns, *self.columns], dtype=np.int64), each)
        return rows[:, None] == np.arange(self.n_in)[None, :]


def faults_of_columns(columns: Any, *, may_be_all: bool = False) -> list[str]:
    """Columns are whole numbers of 0 or more, one or more of them, none twice."""
    if columns is None and may_be_all:
        return []
    text = isinstance(columns, str | bytes) or not hasattr(columns, "__iter__")
    found = [] if text else list(columns)
    whole = all(hasattr(c, "__index__") and not isinstance(c, bool | np.bool_) and c >= 0 for c in found)
    if not found or not whole:
        also = ", or None for all" if may_be_all else ""
        return [f"columns must be numbers of inputs, counted from 0{also}, got {quoted(columns, 60)}"]
    if len(set(map(int, found))) < len(found):
        return [f"columns must name each input once, got {quoted(columns, 60)}"]
    return []


def _take(x: Array, columns: Sequence[int] | NDArray[Any]) -> Array:
    numbers = np.asarray(columns, dtype=np.int64)
    if isinstance(x, np.ndarray):
        return x[:, numbers]
    xp = namespace(x)
    return xp.take(x, like(numbers, x, xp.int64), axis=1)
