"""``coefs_`` and ``intercepts_``: lists whose entries are views into θ; what is assigned to one is written there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from glassprop.equations.arrays import Array


class ParameterViews(list[Any]):
    """Views of θ in scikit-learn's shapes; ``views[i] = array`` writes into θ rather than replacing the view."""

    def __init__(self, views: Iterable[Array]) -> None:
        super().__init__(views)

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            for view, new in zip(self[index], value, strict=True):
                view[...] = new
        else:
            self[index][...] = value

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)  # a copy of the list stands by itself
