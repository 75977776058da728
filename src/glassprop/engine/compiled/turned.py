"""Vectors laid out as θ, with W of the first layer turned: input by input, as the entries of a sparse X ask for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array

_AT_ONCE = 512  # inputs: what is read and written of them stays in the cache


class Turned:
    """Copies of vectors laid out as θ, which are brought up to date, and brought back. ``own`` are the copies."""

    def __init__(self, architecture: Architecture, vectors: Sequence[Array]) -> None:
        self._block, self._theirs = architecture.layout.block(1, "w"), vectors
        self.own = tuple(np.empty_like(vector) for vector in vectors)

    def take_in(self) -> tuple[Array, ...]:
        """Make the copies say what the vectors say."""
        for theirs, own in zip(self._theirs, self.own, strict=True):
            self._turn(theirs, own)
        return self.own

    def bring_back(self) -> None:
        """Make the vectors say what the copies say."""
        for theirs, own in zip(self._theirs, self.own, strict=True):
            self._turn_back(own, theirs)

    def _turn(self, vector: Array, out: Array) -> None:
        w, turned = self._block.view(vector), self._rows(out)
        for k in range(0, len(turned), _AT_ONCE):
            turned[k : k + _AT_ONCE] = w[:, k : k + _AT_ONCE].T
        self._copy_others(vector, out)

    @property
    def stop(self) -> int:
        """Where in the vectors W ends, which begins them."""
        return self._block.stop

    def _rows(self, own: Array) -> Array:
        """W of a copy: a view, a row for each input."""
        return own[self._block.start : self._block.stop].reshape(self._block.shape[::-1])

    def _turn_back(self, vector: Array, out: Array) -> None:
        turned, w = self._rows(vector), self._block.view(out)
        for k in range(0, len(turned), _AT_ONCE):
            w[:, k : k + _AT_ONCE] = turned[k : k + _AT_ONCE].T
        self._copy_others(vector, out)

    def _copy_others(self, vector: Array, out: Array) -> None:
        out[: self._block.start], out[self._block.stop :] = vector[: self._block.start], vector[self._block.stop :]
