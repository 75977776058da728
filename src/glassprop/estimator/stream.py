"""A stream of ``partial_fit`` calls: what one leaves for the next, as long as nothing changes that it follows from."""

from __future__ import annotations

from numbers import Integral
from operator import is_
from types import NoneType
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from glassprop.equations.activation import Activation
from glassprop.equations.arrays import Array
from glassprop.equations.cost import Cost
from glassprop.estimator.build import Arguments
from glassprop.estimator.fit_plan import FitPlan
from glassprop.training.ready import Ready

STREAM = "_stream"  # the attribute of an estimator that holds one
_FIXED = (bool, int, float, str, NoneType, tuple, np.generic, Activation, Cost)
_APART = ("class_weight", "random_state", "scoring")  # the plan of a partial_fit does not follow from them
_MOST = 1 << 18  # parameters above which the work takes so long that making all anew does not count; memory does


class Stream:
    """One plan, and what training has made ready by it. No part of what an estimator is: never copied or stored.

    Parameters
    ----------
    plan : FitPlan
    n : int
        How many rows it is for.
    arguments : mapping
        What it was made of: the constructor's.
    objects : tuple
        What else must be the same for it to hold.
    """

    def __init__(self, plan: FitPlan, n: int, arguments: Arguments, objects: tuple[Any, ...]) -> None:
        self.plan, self._shape, self._objects = plan, (n, plan.network.layers[-1].n), objects
        compared = {name: value for name, value in arguments.items() if name not in _APART}
        self._names, self._values = tuple(compared), tuple(compared.values())
        # A list may change and stay the same object.
        self._lists = [(value, list(value)) for value in self._values if type(value) is list]
        fixed = all(isinstance(value, _FIXED) or type(value) is list for value in self._values)
        small = plan.network.layout.size <= _MOST
        self.ready = Ready() if plan.call == "partial_fit" and fixed and small else None
        self._generator: np.random.RandomState | None = None

    def goes_on(self, arguments: Arguments, objects: tuple[Any, ...], Y: Array) -> bool:
        """Whether the next call, on these targets, would have the same plan."""
        return (
            Y.shape == self._shape
            and all(map(is_, objects, self._objects))
            and all(map(is_, map(arguments.get, self._names), self._values))
            and all(value == before for value, before in self._lists)
        )

    def random_state(self, wish: Any) -> Any:
        """What ``check_random_state`` makes of it. To seed a generator is far quicker than to make one."""
        if not isinstance(wish, Integral):
            return check_random_state(wish)
        if self._generator is None:
            self._generator = check_random_state(wish)
        else:
            self._generator.seed(int(wish))
        return self._generator
