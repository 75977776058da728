"""The benchmark's cases, as data: networks, batches, rows, how they are trained, and what is asked of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

RATE = 1e-3  # the learning rate of all
_ADAM, _FLOAT, _RELU = "adam", "float32", "relu"


@dataclass(frozen=True)
class Must:
    """The time of the best peer divided by ours that is asked for, with AVX-512 and where AVX2 is all there is.

    ``of_floor``: the share of the floor that counts as met all the same.
    """

    avx512: float
    avx2: float
    of_floor: float | None = None

    def at(self, level: str) -> float | None:
        """What is asked at a level of instructions; None of CPUs that nothing was asked of."""
        return {"AVX-512": self.avx512, "AVX2": self.avx2}.get(level)


@dataclass(frozen=True)
class Case:
    """One network and how it is trained.

    dropout: of every hidden layer. density: the share of X that is not 0, if X is sparse (CSR).
    """

    sizes: tuple[int, ...]
    batch: int
    rows: int
    activation: str = _RELU
    classes: bool = True
    optimizer: str = _ADAM
    dtype: str = _FLOAT
    dropout: float = 0.0
    density: float | None = None
    must: Must | None = None

    @property
    def name(self) -> str:
        """Sizes, what is not as in most cases, batch and rows."""
        unusual = [
            word
            for word, usual in ((self.activation, _RELU), (self.optimizer, _ADAM), (self.dtype, _FLOAT))
            if word != usual
        ]
        if self.dropout:
            unusual.append(f"dropout {self.dropout:g}")
        if self.density:
            unusual.append(f"sparse {self.density:.0%}")
        return " ".join(["-".join(map(str, self.sizes)), *unusual]) + f", {self.batch} ({self.rows:,})"

    @property
    def products(self) -> list[tuple[int, int]]:
        """(n_in, n_out) of each layer."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def parameters(self) -> int:
        return sum(n_in * n_out + n_out for n_in, n_out in self.products)

    @property
    def operations(self) -> float:
        """Multiplications and additions of an epoch's products: forward, by weight, and back to all but the input."""
        first, *others = (2.0 * self.rows * n_in * n_out for n_in, n_out in self.products)
        return 2 * first * (self.density or 1) + 3 * sum(others)

    def data(self) -> tuple[Any, np.ndarray, np.ndarray]:
        """X, targets for a network (one-hot or numbers), and targets as scikit-learn takes them; from a teacher."""
        rng = np.random.default_rng(0)
        if self.density is None:
            X: Any = rng.normal(size=(self.rows, self.sizes[0])).astype(self.dtype)
        else:
            X = _like_text(self, rng)
        signal = np.tanh(X @ rng.normal(size=(self.sizes[0], 16)) / np.sqrt(self.sizes[0] * (self.density or 1)) * 2)
        out = signal @ rng.normal(size=(16, self.sizes[-1])) / 2
        if not self.classes:
            Y = out.astype(self.dtype)
            return X, Y, Y
        labels = np.argmax(out + 0.3 * rng.normal(size=out.shape), axis=1)
        return X, np.eye(self.sizes[-1], dtype=self.dtype)[labels], labels

    def start(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Starting weights (n_in, n_out) and biases, the same for every competitor."""
        rng = np.random.default_rng(1)
        bounds = [np.sqrt(6 / (n_in + n_out)) for n_in, n_out in self.products]
        return [
            (rng.uniform(-b, b, shape).astype(self.dtype), np.zeros(shape[1], dtype=self.dtype))
            for b, shape in zip(bounds, self.products, strict=True)
        ]


def _like_text(case: Case, rng: np.random.Generator) -> Any:
    """CSR rows with positive numbers in random places, all rows of one length, as TF-IDF makes them."""
    shape = case.rows, case.sizes[0]
    found = sp.random_array(shape, density=case.density, format="csr", dtype=np.float64, rng=rng)
    lengths = np.sqrt(found.multiply(found).sum(axis=1))
    scale = np.sqrt(case.density * case.sizes[0]) / np.maximum(lengths, 1e-9)
    return sp.csr_array(found.multiply(scale[:, None])).astype(case.dtype)


MAIN = (
    Case((2, 8, 8, 2), 10, 1_000, must=Must(8, 8)),
    Case((20, 64, 64, 2), 64, 20_000, must=Must(4.5, 4)),
    Case((64, 100, 10), 200, 1_797, must=Must(4.2, 4)),
    Case((4, 32, 16, 4), 10_000, 10_000, activation="tanh", classes=False, must=Must(4, 3.5)),
    Case((54, 256, 256, 7), 256, 20_000, must=Must(2.2, 1.5, 0.92)),
    Case((784, 512, 512, 10), 128, 12_800, must=Must(1.12, 1.1, 0.92)),
    Case((1024, 1024, 1024, 10), 1024, 8_192, must=Must(1.04, 1.04, 0.92)),
)
MORE = (
    Case((8, 16, 3), 1, 1_000),  # a row at a time
    Case((31, 97, 53, 7), 77, 5_003),  # nothing is a multiple of a vector
    Case((600, 12, 600), 100, 4_000, classes=False),  # narrow in the middle
    Case((6, 1500, 3), 50, 5_000),  # wide in the middle
    Case((16, *[32] * 8, 4), 32, 4_096),  # deep
    Case((20, 64, 64, 2), 64, 20_000, optimizer="sgd"),
    Case((64, 100, 10), 200, 1_797, dtype="float64"),
    Case((54, 256, 256, 7), 256, 20_000, dtype="float64"),
    Case((32, 128, 128, 8), 128, 8_192, activation="tanh"),
    Case((32, 128, 128, 8), 128, 8_192, activation="gelu"),
    Case((64, 256, 256, 10), 128, 6_400, dropout=0.2),
    Case((5_000, 100, 10), 200, 4_000, density=0.01, must=Must(3, 3)),
)
GROWTH_ROWS = tuple(Case((20, 64, 64, 2), 200, rows) for rows in (1_000, 10_000, 100_000, 1_000_000))
GROWTH_WIDTH = tuple(Case((32, width, width, 8), 256, 4_096) for width in (8, 32, 128, 512, 2048))
GROWTH_DEPTH = tuple(Case((32, *[64] * depth, 8), 256, 8_192) for depth in (1, 2, 4, 8, 16))
