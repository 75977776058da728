"""The benchmark's cases, as data: shapes, batch, rows, and what the issue of speed asks of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Case:
    """One network, trained with Adam in float32.

    ``must`` and ``aim``: the time of the best peer divided by ours. ``of_floor``: the part of the floor to reach.
    """

    sizes: tuple[int, ...]
    batch: int
    rows: int
    activation: str = "relu"
    classes: bool = True
    must: float | None = None
    aim: float | None = None
    of_floor: float | None = None

    @property
    def name(self) -> str:
        return "-".join(map(str, self.sizes)) + f", {self.batch} ({self.rows:,})"

    @property
    def products(self) -> list[tuple[int, int]]:
        """(n_in, n_out) of each layer."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def parameters(self) -> int:
        return sum(n_in * n_out + n_out for n_in, n_out in self.products)

    def data(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """X, targets for a network (one-hot or numbers), and targets as scikit-learn takes them; from a teacher."""
        rng = np.random.default_rng(0)
        X = rng.normal(size=(self.rows, self.sizes[0])).astype(np.float32)
        signal = np.tanh(X @ rng.normal(size=(self.sizes[0], 16)) / np.sqrt(self.sizes[0]) * 2)
        out = signal @ rng.normal(size=(16, self.sizes[-1])) / 2
        if not self.classes:
            Y = out.astype(np.float32)
            return X, Y, Y
        labels = np.argmax(out + 0.3 * rng.normal(size=out.shape), axis=1)
        return X, np.eye(self.sizes[-1], dtype=np.float32)[labels], labels

    def start(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Starting weights (n_in, n_out) and biases, the same for every competitor."""
        rng = np.random.default_rng(1)
        bounds = [np.sqrt(6 / (n_in + n_out)) for n_in, n_out in self.products]
        return [
            (rng.uniform(-b, b, shape).astype(np.float32), np.zeros(shape[1], dtype=np.float32))
            for b, shape in zip(bounds, self.products, strict=True)
        ]


CASES = (
    Case((2, 8, 8, 2), 10, 1_000, must=8, aim=20),
    Case((20, 64, 64, 2), 64, 20_000, must=2.5, aim=5),
    Case((64, 100, 10), 200, 1_797, must=4, aim=7),
    Case((4, 32, 16, 4), 10_000, 10_000, activation="tanh", classes=False, must=2, aim=3),
    Case((54, 256, 256, 7), 256, 20_000, must=1.4, aim=2, of_floor=0.60),
    Case((784, 512, 512, 10), 128, 12_800, must=1.2, aim=1.4, of_floor=0.75),
    Case((1024, 1024, 1024, 10), 1024, 8_192, must=1.05, aim=1.2, of_floor=0.85),
)
GROWTH_ROWS = tuple(Case((20, 64, 64, 2), 200, rows) for rows in (1_000, 10_000, 100_000, 1_000_000))
GROWTH_WIDTH = tuple(Case((32, width, width, 8), 256, 4_096) for width in (8, 32, 128, 512, 2048))
GROWTH_DEPTH = tuple(Case((32, *[64] * depth, 8), 256, 8_192) for depth in (1, 2, 4, 8, 16))
