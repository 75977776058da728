"""Matrices as the kernels see them: in a flat array, from some entry on, in rows longer than they need to be."""

from __future__ import annotations

import numpy as np
from rounding import assert_rounded


class Flat:
    """A matrix of normal numbers at ``start``, with others around it."""

    def __init__(self, shape: tuple[int, int], start: int, dtype: str, gap: int = 0, seed: int = 0) -> None:
        self.shape, self.start, self.ld = shape, start, shape[1] + gap
        rng = np.random.default_rng([seed, *shape])
        self.flat = rng.normal(size=start + shape[0] * self.ld + 8).astype(dtype)
        self.before = self.flat.copy()

    @property
    def matrix(self) -> np.ndarray:
        rows = self.flat[self.start : self.start + self.shape[0] * self.ld].reshape(self.shape[0], self.ld)
        return rows[:, : self.shape[1]]

    def assert_nothing_else_changed(self) -> None:
        inside = np.zeros(self.flat.size, dtype=bool)
        inside[self.start : self.start + self.shape[0] * self.ld].reshape(self.shape[0], self.ld)[
            :, : self.shape[1]
        ] = 1
        np.testing.assert_array_equal(self.flat[~inside], self.before[~inside])


def assert_close(got: np.ndarray, expected: np.ndarray, terms: int) -> None:
    """Sums of so many products of normal numbers, which are about 1, in whatever order."""
    assert_rounded(got, expected, 2 + terms, 10 + terms, got.dtype)
