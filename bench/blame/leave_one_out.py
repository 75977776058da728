"""Scores of training rows beside what happens when the network is trained without each of them.

Small networks are trained on 100 rows, and 100 times more with one row left out, from the same start and in the same
order; the figure is the mean over held-out rows of the rank correlation, over training rows, of scores with true
changes of the cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from bench.blame.retrained import ADAM, ASKED, FEW, MOMENTUM, WHOLE_ADAM, WHOLE_SGD, Retrained, retrained
from bench.blame.scored import scores_of

PART = "leave one out"
TABLES = ("iris", "wine", "breast cancer", "diabetes")
WAYS = (WHOLE_SGD, MOMENTUM, WHOLE_ADAM, ADAM)
SEEDS = 2


def jobs(*, quick: bool) -> Iterator[tuple[str, str, int]]:
    """Table, way of training and seed of each."""
    if quick:
        yield "iris", ADAM, 0
        return
    yield from ((table, way, seed) for table in TABLES for way in WAYS for seed in range(SEEDS))


def result(table: str, way: str, seed: int) -> dict[str, Any]:
    """Figures by way of scoring."""
    case = retrained(table, way, seed)
    truth = true_changes(case)
    figures = {name: agreement(scores, truth) for name, scores in scores_of(case, seed=seed).items()}
    return {"way": case.way, "figures": figures, "trainings": FEW + 1}


def true_changes(case: Retrained) -> NDArray[np.float64]:
    """By how much the cost of each held-out row rises when a training row is left out. -> (ASKED, n)."""
    whole, found = case.costs(case.fitted()), np.empty((ASKED, case.n))
    for i in range(case.n):
        weight = np.ones(case.n)
        weight[i] = 0
        found[:, i] = case.costs(case.fitted(weight=weight)) - whole
    return found


def agreement(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """The mean over held-out rows of the rank correlation over training rows."""
    return float(np.mean([spearmanr(a, b).statistic for a, b in zip(scores, truth, strict=True)]))
