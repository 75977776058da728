"""Who makes large products best on this machine: measured once, when asked for, and kept as the user's own table."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled import product_table
from glassprop.engine.compiled.engine import CompiledEngine
from glassprop.engine.compiled.libraries import LIBRARIES, Library, Unavailable, find
from glassprop.engine.compiled.product_table import Row
from glassprop.engine.compiled.products import Products
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.variables import OWN
from glassprop.layers.dense import Layer
from glassprop.optimizer import SGD

SIZES = (256, 512, 1024, 2048)  # inputs and outputs of a layer
DTYPES = ("float32", "float64")
_BATCH, _ROUNDS = 256, 5
_BETTER = 1.05  # by how much a library must be faster than own tiles: measurements differ by some percent

Measure = Callable[[str, int, dict[str, Library | None]], dict[str, float]]


class Tuned(NamedTuple):
    """What came of it. seconds: of one step, by precision, size and provider."""

    path: Path
    rows: tuple[Row, ...]
    seconds: dict[tuple[str, int], dict[str, float]]


def tune(on_measured: Callable[[str, int, dict[str, float]], None] | None = None, folder: str = "") -> Tuned:
    """Measure all providers that are here, choose, and write the table that trainings look into from now on.

    Parameters
    ----------
    on_measured : callable (precision, size, seconds by provider)
    folder : str
        Where to keep the table, if not where every process looks.

    Raises
    ------
    OSError, GlasspropError
        If the table cannot be written.
    """
    providers: dict[str, Library | None] = {OWN: None}
    for name in LIBRARIES:
        try:
            providers[name] = find(name)
        except Unavailable:
            continue
    seconds = {}
    for dtype in DTYPES:
        for size in SIZES:
            seconds[dtype, size] = measured(dtype, size, providers)
            if on_measured is not None:
                on_measured(dtype, size, seconds[dtype, size])
    rows = decided(seconds)
    return Tuned(product_table.write(rows, folder), rows, seconds)


def decided(seconds: dict[tuple[str, int], dict[str, float]]) -> tuple[Row, ...]:
    """The rows of the table: own tiles, unless a library is clearly faster."""
    rows = []
    for dtype, size in seconds:
        found = seconds[dtype, size]
        best = min(found, key=lambda name: found[name])
        best = best if found[best] * _BETTER < found[OWN] else OWN
        rows.append(Row(WIDTH.bits, dtype, 0 if size == min(SIZES) else size * size, best))
    return tuple(rows)


def measured(dtype: str, size: int, providers: dict[str, Library | None]) -> dict[str, float]:
    """The least seconds of a step of two layers of that size, by provider; they take turns."""
    steps = {name: _step(dtype, size, Products(name, library)) for name, library in providers.items()}
    least = dict.fromkeys(steps, np.inf)
    for turn in range(_ROUNDS + 1):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            if turn:  # the first one compiles, and fills the caches
                least[name] = min(least[name], time.perf_counter() - began)
    return least


def _step(dtype: str, size: int, products: Products) -> Callable[[], object]:
    """A function that makes one step of training."""
    layers = [Layer(size, "relu"), Layer(size, "identity")]
    architecture = Architecture(size, layers, "half_squared_error")
    rng, optimizer = np.random.default_rng(0), SGD()
    theta = rng.normal(0, 0.01, architecture.layout.size).astype(dtype)
    X = rng.normal(size=(_BATCH, size)).astype(dtype)
    engine = CompiledEngine(architecture, Objective(), optimizer)
    engine.take_products(dtype, products)
    state, data = optimizer.start(theta), Data(X, X.copy(), None)
    plan = EpochPlan(np.arange(_BATCH), _BATCH, np.array([1e-9]), 0, 0)
    return lambda: engine.epoch(theta, state, data, plan)
