"""What kinds of layer are asked for: sizes, parts left out, factors of rates; what cannot be used, in words."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from glassprop.ground.text import quoted


def faults_of_size(n: Any) -> list[str]:
    """A size is a whole number of 1 or more."""
    if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
        return [f"its size must be a whole number of 1 or more, got {n!r}"]
    return []


def faults_of_dropout(dropout: Any) -> list[str]:
    """A part that is left out is less than all."""
    if not isinstance(dropout, Real) or not 0 <= float(dropout) < 1:
        return [f"dropout must be at least 0 and less than 1, got {dropout!r}"]
    return []


def faults_of_factors(name: str, factors: Any, blocks: tuple[str, ...]) -> list[str]:
    """Factors are finite numbers of 0 or more, by the names of the layer's blocks."""
    if factors is None:
        return []
    if not isinstance(factors, Mapping):
        return [f"{name} must map names of parameters ({', '.join(blocks)}) to factors, got {quoted(factors, 60)}"]
    faults = []
    for block, factor in factors.items():
        if block not in blocks:
            faults.append(f"{name} names {quoted(block)}; the layer's parameters are {', '.join(blocks)}")
        elif isinstance(factor, bool) or not isinstance(factor, Real) or not 0 <= float(factor) < inf:
            faults.append(f"{name}[{block!r}] must be a number of 0 or more, got {quoted(factor, 60)}")
    return faults


def factors_of(factors: Mapping[str, Any] | None) -> Factors:
    """The factors as floats, which stay as they are; those not named are what the kind says."""
    return Factors({name: float(factor) for name, factor in sorted((factors or {}).items())})


class Factors(dict[str, float]):
    """Factors by the names of blocks, which cannot be changed: a layer is frozen."""

    def _fixed(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the factors of a layer are fixed: build another layer with other ones")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _fixed

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return Factors, (dict(self),)


def faults_of_flags(**flags: Any) -> list[str]:
    """A flag is True or False, and not a number or text that Python would take for one."""
    return [
        f"{name} must be True or False, got {quoted(flag, 60)}"
        for name, flag in flags.items()
        if not isinstance(flag, bool | np.bool_)
    ]
