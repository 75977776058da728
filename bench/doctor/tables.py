"""Tables of at most 1,500 rows: those of scikit-learn, those that its own tests bring along, and planted ones."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from sklearn import datasets

from bench.recipe.choosing import load as choosing
from bench.small_data import planted

MOST_ROWS = 1500
CLASSES, AMOUNTS = "classes", "amounts"
_USUAL: Mapping[str, Any] = {
    "hidden_layer_sizes": (32, 32), "learning_rate_init": 0.005, "batch_size": 32, "max_iter": 80,
    "early_stopping": True, "scoring": "loss", "n_iter_no_change": 12, "validation_fraction": 0.2, "random_state": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Rows as they are found: numbers, with NaN where one is missing.

    Attributes
    ----------
    task : str
        `CLASSES` or `AMOUNTS`.
    read : callable () -> X, y
    arguments : mapping
        Of a network that learns it well, on standardized inputs (and target).
    """

    task: str
    read: Callable[[], tuple[np.ndarray, np.ndarray]]
    arguments: Mapping[str, Any]


@cache
def rows_of(name: str) -> tuple[np.ndarray, np.ndarray]:
    """X and y of one of `TABLES`, at most `MOST_ROWS` of them, in a fixed order that says nothing."""
    X, y = TABLES[name].read()
    order = np.random.default_rng(16).permutation(len(y))[:MOST_ROWS]
    X, y = np.asarray(X, dtype=float)[order], np.asarray(y)[order]
    X.setflags(write=False)
    y.setflags(write=False)
    return X, y


def _sklearn(name: str) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    return lambda: getattr(datasets, name)(return_X_y=True)


def _within_sklearn(number: int) -> list[list[str]]:
    """Rows of a table that scikit-learn's tests carry: OpenML's, by its number."""
    folder = files("sklearn.datasets.tests.data.openml") / f"id_{number}"
    (file,) = (path for path in folder.iterdir() if path.name.endswith(".arff.gz"))
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    data = lines[[line.strip().lower() for line in lines].index("@data") + 1 :]
    quote = '"' if any('"' in line for line in data) else "'"
    rows = csv.reader(
        (line for line in data if line.strip() and line[0] != "%"), quotechar=quote, skipinitialspace=True
    )
    return list(rows)


def _numbers(column: list[str]) -> np.ndarray:
    return np.array([np.nan if cell in ("?", "_", "") else float(cell) for cell in column])


def _one_hot(column: list[str]) -> np.ndarray:
    """A column for each kind but one; what is missing is none of them."""
    kinds = sorted(set(column) - {"?", "_"})
    return np.array([[float(cell == kind) for kind in kinds[1:] or kinds] for cell in column])


def _titanic() -> tuple[np.ndarray, np.ndarray]:
    """Without what was written down afterwards (boat, body), names, tickets, cabins and homes."""
    columns = list(zip(*_within_sklearn(40945), strict=True))
    age, fare, siblings, parents = (_numbers(list(columns[k])) for k in (4, 8, 5, 6))
    fare = np.log1p(np.nan_to_num(fare, nan=14.0))
    kinds = [_one_hot(list(columns[k])) for k in (0, 3, 10)]
    return np.column_stack([age, fare, siblings, parents, *kinds]), np.array([int(cell) for cell in columns[1]])


def _penguins() -> tuple[np.ndarray, np.ndarray]:
    rows = [row for row in _within_sklearn(42585) if "?" not in row[2:6]]
    columns = list(zip(*rows, strict=True))
    return np.column_stack([_numbers(list(columns[k])) for k in (2, 3, 4, 5)]), np.array(columns[0])


def _chess() -> tuple[np.ndarray, np.ndarray]:
    columns = list(zip(*_within_sklearn(3), strict=True))
    return np.column_stack([_one_hot(list(column)) for column in columns[:-1]]), np.array(columns[-1])


def _computers() -> tuple[np.ndarray, np.ndarray]:
    """Relative performance of computers, by logarithms of what they have."""
    columns = list(zip(*_within_sklearn(561), strict=True))
    return np.log1p(np.column_stack([_numbers(list(column)) for column in columns[1:-1]])), np.log(
        _numbers(list(columns[-1]))
    )


def _glass() -> tuple[np.ndarray, np.ndarray]:
    """Window glass, float or not, by what it is made of."""
    columns = list(zip(*_within_sklearn(40675), strict=True))
    return np.column_stack([_numbers(list(column)) for column in columns[:-1]]), np.array(columns[-1])


def _zoo() -> tuple[np.ndarray, np.ndarray]:
    """Animals, by what they have; their names are left out."""
    columns = list(zip(*_within_sklearn(62), strict=True))
    kinds = [_one_hot(list(columns[k])) for k in range(1, 17) if k != 13]
    return np.column_stack([_numbers(list(columns[13])), *kinds]), np.array(columns[-1])


def _roll() -> tuple[np.ndarray, np.ndarray]:
    """How far along a rolled-up sheet a point in space lies."""
    return datasets.make_swiss_roll(1200, noise=0.6, random_state=11)


def _clusters() -> tuple[np.ndarray, np.ndarray]:
    return datasets.make_classification(
        1200, 12, n_informative=6, n_redundant=2, n_classes=5, class_sep=1.6, flip_y=0.02, random_state=12
    )


def _shells() -> tuple[np.ndarray, np.ndarray]:
    """Three shells of one ball, as many points in each."""
    return datasets.make_gaussian_quantiles(n_samples=1200, n_features=4, n_classes=3, random_state=13)


def _chosen(name: str) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    return lambda: (choosing(name).X.to_numpy(), choosing(name).y)


def _planted(kind: str, noise: str, seed: int = 0) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    def read() -> tuple[np.ndarray, np.ndarray]:
        frame = planted(kind, noise, rows=1200, seed=seed).frame
        y = frame["y"].to_numpy()
        return frame.drop("y").to_numpy(), y.astype(str) if y.dtype == object else y

    return read


def _classes(read: Callable[[], tuple[np.ndarray, np.ndarray]], **arguments: Any) -> Table:
    return Table(CLASSES, read, {**_USUAL, **arguments})


def _amounts(read: Callable[[], tuple[np.ndarray, np.ndarray]], **arguments: Any) -> Table:
    return Table(AMOUNTS, read, {**_USUAL, **arguments})


TABLES: Mapping[str, Table] = {
    "breast cancer": _classes(_sklearn("load_breast_cancer"), alpha=1.0),
    "iris": _classes(_sklearn("load_iris"), batch_size=16, max_iter=120),
    "titanic": _classes(_titanic),
    "penguins": _classes(_penguins),
    "diabetes": _amounts(_sklearn("load_diabetes"), alpha=1.0, hidden_layer_sizes=(32,)),
    "friedman": _amounts(_chosen("planted_friedman"), max_iter=120),
    "moons": _classes(lambda: datasets.make_moons(1000, noise=0.2, random_state=3)),
    "noisy classes": _classes(_planted("classes", "1"), hidden_layer_sizes=(16,), alpha=0.1),
    "noisy regression": _amounts(_planted("amounts", "1"), hidden_layer_sizes=(16,), alpha=0.1),
    "digits": _classes(_sklearn("load_digits")),
    "wine": _classes(_sklearn("load_wine"), batch_size=16, max_iter=120),
    "chess": _classes(_chess, alpha=0.01),
    "computers": _amounts(_computers, alpha=0.1, batch_size=16, max_iter=120),
    "smooth": _classes(_chosen("planted_smooth"), hidden_layer_sizes=(64, 64)),
    "curve": _amounts(_planted("curve", "0.3"), hidden_layer_sizes=(64, 64), max_iter=120),
    "product": _amounts(_planted("product", "0.3"), hidden_layer_sizes=(64, 64), max_iter=120),
    "circle": _classes(_planted("circle", "0.3"), hidden_layer_sizes=(32, 32)),
    "circuit": _amounts(lambda: datasets.make_friedman2(1200, noise=20.0, random_state=5), max_iter=120),
    "glass": _classes(_glass, batch_size=16, alpha=0.1, max_iter=120),
    "zoo": _classes(_zoo, batch_size=8, max_iter=120, alpha=0.1),
    "clusters": _classes(_clusters),
    "shells": _classes(_shells),
    "sum of squares": _classes(lambda: datasets.make_hastie_10_2(1500, random_state=14), hidden_layer_sizes=(64, 64)),
    "quadrants": _classes(_planted("xor", "0.3", 3)),
    "roll": _amounts(_roll, max_iter=150),
    "phase": _amounts(lambda: datasets.make_friedman3(1200, noise=0.1, random_state=15), max_iter=120),
    "waves": _amounts(_chosen("planted_waves"), hidden_layer_sizes=(64, 64), max_iter=150),
    "two slopes": _amounts(_planted("amounts", "0.3", 4), hidden_layer_sizes=(32,)),
}
