"""How networks do that are narrower, or trained for shorter, than the default: decision 24.

    python bench/widths.py

Each with settings that follow what is asked for, and with those of the default network.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
from small_data import Whole, load, planted

from glassprop.tables import Defaults, FitOptions, Table, fit_table

REAL = (
    "iris", "wine", "digits", "diabetes", "breast_cancer", "balanced/vowel", "balanced/vehicle", "balanced/banana",
    "balanced/phoneme", "ISLR/Auto", "ISLR/Carseats", "openintro/babies", "balanced/contraceptive",
)  # fmt: skip
MADE = (("circle", 400), ("circle", 1000), ("circle", 4000), ("xor", 600), ("curve", 800), ("product", 1000))
SHAPES = ((2,), (4,), (8,), (16,), (32,), (64,), (4, 4), (32, 16))
ASKED: list[dict[str, Any]] = [
    *({"hidden": shape} for shape in SHAPES),
    *({"hidden": shape, "activation": "tanh"} for shape in ((4,), (16,))),
    *({"epochs": epochs} for epochs in (5, 20, 200)),
]
MOST = 6000  # rows


def main() -> None:
    """Tell the geometric mean of losses over the constant's (at least 0.02), and the mean of accuracy or R²."""
    wholes = [*map(load, REAL), *(planted(kind, "0", rows) for kind, rows in MADE)]
    for asked in ASKED:
        follows = [scored(whole, FitOptions(**asked), Defaults()) for whole in wholes]
        plain = [scored(whole, FitOptions(), replace(Defaults(), **asked)) for whole in wholes]
        tell(f"{asked}: {summary(follows)}; with the usual settings {summary(plain)}")


def scored(whole: Whole, options: FitOptions, defaults: Defaults) -> tuple[float, float]:
    """Loss over the constant's, and accuracy or R², on three in ten rows."""
    frame = whole.frame if len(whole.frame) <= MOST else whole.frame.sample(MOST, seed=0)
    options = replace(options, target=whole.target, task=whole.task, validation=0.3, seed=1)
    outcome = fit_table(Table(frame, whole.name), options, defaults=defaults)
    name = "log_loss" if whole.task == "classification" else "root_mean_squared_error"
    return outcome.scores[name] / outcome.baseline[name], outcome.scores.get("accuracy", outcome.scores.get("r2"))


def summary(results: list[tuple[float, float]]) -> str:
    """In a few characters."""
    losses, rights = (np.array(values) for values in zip(*results, strict=True))
    return f"{np.exp(np.log(np.maximum(losses, 0.02)).mean()):.3f} ({100 * rights.mean():.1f} %)"


def tell(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
