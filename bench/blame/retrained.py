"""Tables and networks of which trainings without some rows are held against scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from bench.blame.label_tables import clean, fetch
from bench.small_data import load
from glassprop import MLPClassifier, MLPRegressor

ASKED = 30  # held-out rows whose cost is looked at
CHOOSING, REPORTED = ("iris", "breast cancer", "Auto", "vehicle"), ("wine", "diabetes", "concrete", "digits")
HALVES = {"A": CHOOSING, "B": REPORTED}
FEW = 100  # rows of tables of which one after the other is left out
_ROWS = {"Auto": 300, "vehicle": 600, "concrete": 800, "digits": 1000}
NUMBERS = frozenset({"diabetes", "Auto", "concrete"})
ADAM, MOMENTUM = "Adam, {} rows a step", "SGD, momentum, {} rows a step"
WHOLE_SGD, WHOLE_ADAM = "SGD, all rows a step", "Adam, all rows a step"


@dataclass(frozen=True)
class Retrained:
    """A table, and a network to be trained on it, or on a part of it.

    Attributes
    ----------
    X, y : arrays
        The training rows, and then those that are asked for.
    model : estimator
        Not fitted.
    """

    table: str
    way: str
    X: NDArray[np.float64]
    y: NDArray[Any]
    model: Any

    @property
    def n(self) -> int:
        """How many training rows there are."""
        return len(self.y) - ASKED

    def fitted(
        self, rows: Any = slice(None), *, weight: Any = None, seed: int | None = None, callbacks: Any = ()
    ) -> Any:
        """A network trained on some of the training rows."""
        model = clone(self.model)
        if seed is not None:
            model.set_params(random_state=seed)
        if callbacks:
            model.set_callbacks(*callbacks)
        return model.fit(self.X[: self.n][rows], self.y[: self.n][rows], sample_weight=weight)

    def examples(self, model: Any) -> tuple[Any, Any, Any, Any]:
        """X and Y of the training rows, and of those that are asked for, as the network has them."""
        X, Y = model.encode_targets(self.X, self.y)
        return X[: self.n], Y[: self.n], X[self.n :], Y[self.n :]

    def costs(self, model: Any) -> NDArray[np.float64]:
        """Of every row that is asked for."""
        _, _, X, Y = self.examples(model)
        each = [model.network_.cost(model.theta_, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))]
        return np.array(each)

    def margins(self, model: Any) -> NDArray[np.float64]:
        """Of every row that is asked for: ln p/(1 - p) of its class, as TRAK has it; of a number minus the cost."""
        costs = self.costs(model)
        return -costs if self.table in NUMBERS else -costs - np.log(-np.expm1(-np.maximum(costs, 1e-12)))


def retrained(table: str, way: str, seed: int) -> Retrained:
    """Of a table the rows that the seed draws, with a network of one hidden layer of 8, of larger tables of two."""
    rows = _ROWS.get(table, FEW)
    X, y = _clean(table)
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(y))[: rows + ASKED]
    few, kind = rows == FEW, MLPRegressor if table in NUMBERS else MLPClassifier
    batch, epochs = (20, 100) if few else (50, 40)
    how: dict[str, Any] = {
        WHOLE_SGD: {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.3, "batch_size": rows},
        MOMENTUM: {"solver": "sgd", "momentum": 0.9, "learning_rate_init": 0.02, "batch_size": batch},
        WHOLE_ADAM: {"learning_rate_init": 0.02, "batch_size": rows},
        ADAM: {"learning_rate_init": 0.005 if few else 0.003, "batch_size": batch},
    }[way]
    shape = {"hidden_layer_sizes": (8,) if few else (32, 16), "activation": "tanh" if few else "relu"}
    fixed = {"alpha": 0.0, "max_iter": epochs, "tol": 0.0, "n_iter_no_change": epochs, "random_state": seed}
    return Retrained(table, way.format(batch), X[some], y[some], kind(**shape, **how, **fixed))


def _clean(table: str) -> tuple[NDArray[np.float64], NDArray[Any]]:
    if table != "vehicle":
        fetch((table,))
        return clean(table)
    frame = load("balanced/vehicle").frame.to_numpy()
    X = frame[:, :-1].astype(float)
    return (X - X.mean(axis=0)) / X.std(axis=0), np.unique(frame[:, -1].astype(str), return_inverse=True)[1]
