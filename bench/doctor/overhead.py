"""What watching costs: fits with the doctor as a callback beside fits without, taking turns in one process."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any

from sklearn.datasets import load_digits, make_regression

from glassprop import MLPClassifier, MLPRegressor

TURNS = 11


def _digits() -> tuple[Any, Any, Any]:
    X, y = load_digits(return_X_y=True)
    return MLPClassifier((64, 64), max_iter=40, n_iter_no_change=40, random_state=0, engine="compiled"), X / 16, y


def _long() -> tuple[Any, Any, Any]:
    X, y = make_regression(20_000, 40, noise=1.0, random_state=0)
    model = MLPRegressor(
        hidden_layer_sizes=(64, 64), max_iter=10, n_iter_no_change=10, random_state=0, engine="compiled"
    )
    return model, X, y / y.std()


def _wide() -> tuple[Any, Any, Any]:
    X, y = make_regression(4_000, 100, noise=1.0, random_state=0)
    model = MLPRegressor(
        hidden_layer_sizes=(256, 256), max_iter=15, n_iter_no_change=15, random_state=0, engine="compiled"
    )
    return model, X, y / y.std()


FITS: Mapping[str, Callable[[], tuple[Any, Any, Any]]] = {
    "digits, 1,797 rows, 64-64, 40 epochs": _digits,
    "20,000 rows of 40, 64-64, 10 epochs": _long,
    "4,000 rows of 100, 256-256, 15 epochs": _wide,
}


def overheads(watcher: Callable[[], Any], turns: int = TURNS) -> Iterator[tuple[str, float]]:
    """Of each fit: how much longer it takes while ``watcher()`` is its callback, as a part of what it takes without."""
    for name, made in FITS.items():
        model, X, y = made()
        pairs = []
        for _ in range(turns + 1):
            without = _seconds(model.set_callbacks(), X, y)
            pairs.append((without, _seconds(model.set_callbacks(watcher()), X, y)))
        yield name, median(watched / without for without, watched in pairs[1:]) - 1  # the first loads and compiles


def _seconds(model: Any, X: Any, y: Any) -> float:
    """Of the processor, since the machine may be doing other things."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began = time.process_time()
        model.fit(X, y)
        return time.process_time() - began
