"""The linear datamodeling score (Park et al. 2023, arXiv 2303.14186): scores against trainings on halves of the rows.

Networks are trained on random halves of the training rows, several seeds each. What scores predict of a half is the sum
of those of its rows; the figure is the mean over held-out rows of the rank correlation, over halves, of that with the
mean margin over seeds. Scores are by networks trained on all rows, from other seeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from bench.blame.retrained import ADAM, ASKED, HALVES, MOMENTUM, NUMBERS, Retrained, retrained
from bench.blame.scored import scores_of

PART = "datamodeling"
WAYS = (ADAM, MOMENTUM)
SUBSETS, SEEDS = 80, 2  # halves of a table, and trainings of each
SCORED = 2  # trainings on all rows that are scored by, each for itself
_OTHERS = 1000  # first seed of the trainings on halves


def jobs(*, quick: bool, half: str = "B") -> Iterator[tuple[str, str, int]]:
    """Table, way of training and seed of each."""
    tables = HALVES[half]
    if quick:
        yield tables[0], ADAM, 0
        return
    yield from ((table, way, 0) for table in tables for way in WAYS)


def result(table: str, way: str, seed: int, *, quick: bool = False) -> dict[str, Any]:
    """Figures by way of scoring, and how much trainings of one half agree: no score can be expected to do better."""
    case = retrained(table, way, seed)
    masks, margins = outcomes(case, SUBSETS // 2 if quick else SUBSETS, SEEDS, seed)
    each = [
        {name: lds(scores, masks, margins.mean(axis=1)) for name, scores in found.items()}
        for found in (scores_of(case, seed=10 * k, together=True) for k in range(1 if quick else SCORED))
    ]
    figures = {name: float(np.mean([of[name] for of in each])) for name in each[0]}
    return {"way": case.way, "figures": figures, "ceiling": ceiling(margins), "trainings": margins.shape[0] * SEEDS}


def outcomes(case: Retrained, subsets: int, seeds: int, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which rows are in each half, and the margins there. -> (subsets, n), (subsets, seeds, ASKED)."""
    rng = np.random.default_rng(_OTHERS + seed)
    masks, margins = np.zeros((subsets, case.n), bool), np.empty((subsets, seeds, ASKED))
    for k in range(subsets):
        masks[k] = _half(case, rng)
        for s in range(seeds):
            margins[k, s] = case.margins(case.fitted(masks[k], seed=_OTHERS + s))
    return masks, margins


def _half(case: Retrained, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A random half of the rows, all classes among them."""
    while True:
        mask = np.zeros(case.n, bool)
        mask[rng.permutation(case.n)[: case.n // 2]] = True
        if case.table in NUMBERS or set(case.y[: case.n][mask]) == set(case.y):
            return mask


def lds(scores: NDArray[np.float64], masks: NDArray[np.bool_], margins: NDArray[np.float64]) -> float:
    """scores (n', n), masks (subsets, n), margins (subsets, n')."""
    predicted = masks @ scores.T
    return float(np.mean([spearmanr(a, b).statistic for a, b in zip(predicted.T, margins.T, strict=True)]))


def ceiling(margins: NDArray[np.float64]) -> float:
    """What a perfect prediction of the mean over all seeds would reach, since there are few: √ of the reliability.

    By the formula of Spearman and Brown, from the rank correlations of the seeds with each other.
    margins (subsets, seeds, n').
    """
    seeds = margins.shape[1]
    r = np.mean(
        [
            spearmanr(margins[:, a, j], margins[:, b, j]).statistic
            for j in range(margins.shape[2])
            for a in range(seeds)
            for b in range(a)
        ]
    )
    return float(np.sqrt(max(seeds * r / (1 + (seeds - 1) * r), 0.0)))
