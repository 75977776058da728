"""scikit-learn: its own MLP, warm-started from the common weights."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from bench.cases import RATE, Case
from bench.competitors.base import Competitor

_ACTIVATIONS = ("relu", "tanh", "logistic", "identity")


class Sklearn(Competitor):
    name = "scikit-learn"

    def __init__(self, case: Case, **options: Any) -> None:
        self.X, _, self.y = case.data()
        kind = MLPClassifier if case.classes else MLPRegressor
        self.est = kind(
            hidden_layer_sizes=case.sizes[1:-1],
            activation=case.activation,
            solver=case.optimizer,
            momentum=0.0,
            learning_rate_init=RATE,
            batch_size=case.batch,
            alpha=0.0,
            tol=0.0,
            n_iter_no_change=np.inf,
            warm_start=True,
            max_iter=1,
            random_state=0,
        )
        self.binary = case.classes and case.sizes[-1] == 2
        self._fit()
        start = case.start()
        if self.binary:  # one sigmoid in place of two softmax outputs: the difference of their weights
            w, b = start[-1]
            start[-1] = (w[:, 1:] - w[:, :1], b[1:] - b[:1])
        self.est.coefs_, self.est.intercepts_ = [w for w, _ in start], [b for _, b in start]

    @staticmethod
    def obstacle(case: Case) -> str:
        if case.activation not in _ACTIVATIONS:
            return f"it has no {case.activation}"
        return "it has no dropout" if case.dropout else ""

    def _fit(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.est.fit(self.X, self.y)

    def epochs(self, k: int) -> None:
        self.est.max_iter = k
        self._fit()

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        pairs = list(zip(self.est.coefs_, self.est.intercepts_, strict=True))
        if self.binary:
            w, b = pairs[-1]
            pairs[-1] = (np.hstack([0 * w, w]), np.concatenate([0 * b, b]))
        return pairs
