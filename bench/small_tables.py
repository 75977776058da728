"""How small tables do by folds, with an inner part, and with neither: decision 23.

    python bench/small_tables.py [SHARE]

SHARE of all tables and numbers of rows is measured, at random, by the same seed. One core: OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np
from small_data import NAMES, Whole, load

from glassprop.errors import TableError
from glassprop.tables import Defaults, FitOptions, Table, fit_table

ROWS = (30, 60, 110, 180, 300, 480)
LEAST, MOST = 25, 500  # of rows that are scored
CHOICES = {
    "all epochs": replace(Defaults(), early_stopping_rows=0, inner_validation=0.0),
    "an inner part": replace(Defaults(), early_stopping_rows=0),
    "folds": Defaults(),
}
Result = tuple[float, float, float]  # loss over the constant's, accuracy (NaN for amounts), seconds


def main(share: float) -> None:
    """Measure, and tell by number of rows."""
    cases = [(name, rows) for name in NAMES for rows in ROWS if len(load(name).frame) - rows >= LEAST]
    chosen = np.random.default_rng(0).permutation(len(cases))[: round(share * len(cases))]
    found: dict[int, list[list[Result]]] = {rows: [] for rows in ROWS}
    for case in chosen:
        name, rows = cases[case]
        try:
            found[rows].append([scored(load(name), rows, defaults) for defaults in CHOICES.values()])
        except TableError as error:  # so few rows may have one class alone
            tell(f"{name}, {rows} rows: {error}")
    tell(f"\n{'':24}{'tables':>8}{'loss':>8}{'> 1.05':>8}{'95 %':>8}{'most':>8}{'accuracy':>10}{'seconds':>9}")
    for rows, of_rows in [*found.items(), ("all", [case for cases in found.values() for case in cases])]:
        for k, choice in enumerate(CHOICES):
            tell(f"{rows!s:>6} {choice:17}" + summary([case[k] for case in of_rows]))


def scored(whole: Whole, rows: int, defaults: Defaults) -> Result:
    """Learn from some rows, at random, and score the others."""
    order = np.random.default_rng(rows).permutation(len(whole.frame))
    train, others = whole.frame[np.sort(order[:rows])], whole.frame[np.sort(order[rows : rows + MOST])]
    begin = time.perf_counter()
    options = FitOptions(whole.target, task=whole.task, validation=Table(others, "others"))
    outcome = fit_table(Table(train, whole.name), options, defaults=defaults)
    seconds = time.perf_counter() - begin
    name = "log_loss" if whole.task == "classification" else "root_mean_squared_error"
    return outcome.scores[name] / outcome.baseline[name], outcome.scores.get("accuracy", np.nan), seconds


def summary(results: list[Result]) -> str:
    """Geometric mean of losses (at least 0.02), how many are bad, and how bad; accuracy; seconds."""
    if not results:
        return "       0"
    losses, accuracies, seconds = (np.array(values) for values in zip(*results, strict=True))
    losses = np.maximum(losses, 0.02)
    bad, ends = 100 * (losses > 1.05).mean(), (np.quantile(losses, 0.95), losses.max())
    numbers = f"{len(losses):8}{np.exp(np.log(losses).mean()):8.3f}{bad:7.0f}%{ends[0]:8.2f}{ends[1]:8.2f}"
    return f"{numbers}{100 * np.nanmean(accuracies):9.1f}%{seconds.mean():9.2f}"


def tell(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
