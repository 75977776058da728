"""What every competitor does: set up a case, run epochs, say what the training cost is."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import erf

from bench.cases import Case

ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "gelu": lambda z: 0.5 * z * (1 + erf(z / np.sqrt(2))),
}


def softmax_cost(outputs: np.ndarray, Y: np.ndarray) -> float:
    """Mean cross-entropy of logits (n, k) against one-hot targets."""
    top = outputs.max(axis=1, keepdims=True)
    log_sum = top + np.log(np.exp(outputs - top).sum(axis=1, keepdims=True))
    return float((Y * (log_sum - outputs)).sum(axis=1).mean())


class Competitor:
    """A library at work on one case; ``epochs(k)`` trains k epochs further."""

    name = ""

    def __init__(self, case: Case, **options: Any) -> None:
        raise NotImplementedError

    @staticmethod
    def obstacle(case: Case) -> str:
        """Why it cannot run a case as it is meant; empty if it can."""
        return ""

    def epochs(self, k: int) -> None:
        raise NotImplementedError

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(n_in, n_out) weights and biases as they stand."""
        raise NotImplementedError


def training_cost(case: Case, weights: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """The cost over all rows, worked out from the weights in float64 the same way for all; nothing is dropped."""
    X, Y, _ = case.data()
    a = X.astype(np.float64)
    for l, (w, b) in enumerate(weights):
        a = a @ np.asarray(w, dtype=np.float64) + np.asarray(b, dtype=np.float64)
        if l < len(weights) - 1:
            a = ACTIVATIONS[case.activation](a)
    return softmax_cost(a, Y) if case.classes else float(((a - Y) ** 2).sum(axis=1).mean())
