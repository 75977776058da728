"""What calls of ``train`` that follow each other need not make anew: the engine, its room, and places for copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from glassprop.engine.choose import Choice
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array
from glassprop.optimizer import OptimizerState

_MOST = 65_536  # numbers of X above which making a room takes little beside the work, and copies would take memory
_ALTOGETHER = 1 << 20  # numbers, about, in all the rooms that are kept
_ROOMS = 16


class Ready:
    """For calls with the same network, settings and θ, one at a time.

    An engine keeps the room that it has made for the arrays it was given last. So the rows of each call are brought
    into the arrays of an earlier one with as many, where they are few.
    """

    def __init__(self, *, for_this_call: bool = False) -> None:
        """for_this_call: there will be no other, so nothing is put aside."""
        self._once = for_this_call
        self._known: dict[tuple[Any, ...], Choice] = {}
        self._copies: tuple[Array, OptimizerState] | None = None

    def choice(self, data: Data, theta: Array, choose: Callable[[], Choice]) -> Choice:
        """The engine for such data, with the data as it reads them; chosen anew where they are of another kind."""
        if self._once:
            return choose()
        kind = _kind(data, theta)
        known = self._known.get(kind)
        if known is not None and known.engine.works:
            _bring(data, known.data)
            return known
        choice = choose()
        if kind and choice.data.X.size <= _MOST:
            choice = self._known[kind] = replace(choice, data=_copied(choice.data))
            if len(self._known) > min(_ROOMS, 1 + _ALTOGETHER // (4 * theta.size + 4 * data.X.size)):
                del self._known[next(iter(self._known))]
        return choice

    def copies(self, theta: Array, optimizer: OptimizerState) -> tuple[Array, OptimizerState]:
        """Places for a copy of θ and of what the optimizer remembers; what stands in them is of no account."""
        known = self._copies
        if known is None or not _alike(known, theta, optimizer):
            known = np.empty_like(theta), OptimizerState(tuple(map(np.empty_like, optimizer.vectors)))
            self._copies = known
        known[1].kind = optimizer.kind
        return known


def _kind(data: Data, theta: Array) -> tuple[Any, ...]:
    """What an engine's room follows from; empty where data are no arrays."""
    X, Y, weight = data.X, data.Y, data.sample_weight
    if type(X) is not np.ndarray or type(Y) is not np.ndarray:
        return ()
    weights = "" if weight is None else weight.dtype.str  # a dtype would be equal to None
    return X.dtype, X.shape, Y.dtype, Y.shape, theta.dtype, theta.shape, weights


def _copied(data: Data) -> Data:
    weight = data.sample_weight
    return Data(np.array(data.X, order="C"), np.array(data.Y, order="C"), None if weight is None else np.array(weight))


def _bring(data: Data, place: Data) -> None:
    place.X[...], place.Y[...] = data.X, data.Y
    if place.sample_weight is not None:
        place.sample_weight[...] = data.sample_weight


def _alike(known: tuple[Array, OptimizerState], theta: Array, optimizer: OptimizerState) -> bool:
    pairs = zip((known[0], *known[1].vectors), (theta, *optimizer.vectors), strict=False)
    same = all(kept.shape == now.shape and kept.dtype == now.dtype for kept, now in pairs)
    return same and len(known[1].vectors) == len(optimizer.vectors)
