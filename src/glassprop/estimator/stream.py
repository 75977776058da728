"""A stream of ``partial_fit`` calls: what one leaves for the next, as long as nothing changes that it follows from."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
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
from glassprop.estimator.fit_plan import FitPlan, rows_count
from glassprop.network import Network
from glassprop.training.ready import Ready

STREAM = "_stream"  # the attribute of an estimator that holds one
_FIXED = (bool, int, float, str, NoneType, tuple, np.generic, Activation, Cost)
_APART = ("class_weight", "random_state", "scoring")  # the plan of a partial_fit does not follow from them
_PLANS = 4  # kept at a time: each has copies of θ
_MOST = 1 << 18  # parameters above which the work takes so long that making all anew does not count; memory does


class Stream:
    """Plans, and what training has made ready by them. No part of what an estimator is: never copied or stored.

    Parameters
    ----------
    network : Network
        What is trained.
    arguments : mapping
        What plans are made of: the constructor's.
    objects : tuple
        What else must be the same for them to hold.
    """

    def __init__(self, network: Network, arguments: Arguments, objects: tuple[Any, ...]) -> None:
        self._n_outputs, self._objects = network.sizes[-1], objects
        compared = {name: value for name, value in arguments.items() if name not in _APART}
        self._names, self._values = tuple(compared), tuple(compared.values())
        # A list or a dict may change and stay the same object.
        self._lists = [(value, deepcopy(value)) for value in self._values if type(value) in (list, dict)]
        fixed = all(isinstance(value, _FIXED) or type(value) in (list, dict) for value in self._values)
        self.pays = fixed and network.layout.size <= _MOST
        self._plans: dict[tuple[Any, ...], tuple[FitPlan, Ready]] = {}
        self._generator: np.random.RandomState | None = None

    def goes_on(self, arguments: Arguments, objects: tuple[Any, ...], Y: Array) -> bool:
        """Whether plans hold for the next call, which has these targets."""
        return (
            Y.shape[1] == self._n_outputs
            and all(map(is_, objects, self._objects))
            and all(map(is_, map(arguments.get, self._names), self._values))
            and all(value == before for value, before in self._lists)
        )

    def plan(self, arguments: Arguments, n: int, make: Callable[[], FitPlan]) -> tuple[FitPlan, Ready]:
        """The plan for n rows, made where there is none yet; and what is ready for it."""
        count = rows_count(arguments, n)
        found = self._plans.get(count)
        if found is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            found = self._plans[count] = make(), Ready()
        return found

    def random_state(self, wish: Any) -> Any:
        """What ``check_random_state`` makes of it. To seed a generator is far quicker than to make one."""
        if not isinstance(wish, Integral):
            return check_random_state(wish)
        if self._generator is None:
            self._generator = check_random_state(wish)
        else:
            self._generator.seed(int(wish))
        return self._generator
