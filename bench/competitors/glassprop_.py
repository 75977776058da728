"""glassprop: the core's training loop, as the estimators run it."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.cases import RATE, Case
from bench.competitors.base import Competitor
from glassprop import Layer, Network
from glassprop.engine.plan import Data
from glassprop.optimizers import OPTIMIZERS
from glassprop.schedules import Constant
from glassprop.training.loop import train
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings


class Glassprop(Competitor):
    name = "glassprop"

    def __init__(self, case: Case, **options: Any) -> None:
        X, Y, _ = case.data()
        layers = [Layer(n, case.activation, case.dropout) for n in case.sizes[1:-1]]
        last = Layer(case.sizes[-1], "softmax" if case.classes else "identity")
        self.network = Network(case.sizes[0], [*layers, last], "cross_entropy" if case.classes else "squared_error")
        theta = np.empty(self.network.layout.size, dtype=case.dtype)
        for l, (w, b) in enumerate(case.start(), start=1):
            self.network.w(theta, l)[...], self.network.b(theta, l)[...] = w.T, b
        self.state, self.data = TrainState(theta), Data(X, Y)
        self.settings = Settings(
            optimizer=OPTIMIZERS[case.optimizer](),
            schedule=Constant(RATE),
            epochs=10**9,
            batch_size=case.batch,
            patience=np.inf,
            tol=0.0,
            **options,
        )
        self.rng = np.random.default_rng(0)

    def epochs(self, k: int) -> None:
        train(self.network, self.state, self.data, self.settings, rng=self.rng, epochs=k)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        theta, network = self.state.theta, self.network
        return [(network.w(theta, l).T, network.b(theta, l)) for l in range(1, network.depth + 1)]
