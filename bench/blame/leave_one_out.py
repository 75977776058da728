"""Scores of training rows beside what happens when the network is trained without each of them.

``python -m bench.blame.leave_one_out`` trains small networks on 100 rows, and 100 times more with one row left out,
from the same start and in the same order, and prints the mean rank correlation of true changes of the cost of held-out
rows with scores by the final weights, damped or not, by a trace, and, of Adam, by a trace with each parameter's own
scale.
"""

from __future__ import annotations

import warnings
from argparse import ArgumentParser
from collections.abc import Iterator
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.preprocessing import scale

from glassprop import MLPClassifier, MLPRegressor, Tracer
from glassprop.influence.damped import damped_influences
from glassprop.influence.influence import influences
from glassprop.influence.trace import Trace

TRAIN, ASKED, EPOCHS, KEPT = 100, 30, 100, 10
DAMPING = 0.01, 0.1
TABLES = {"iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer, "diabetes": load_diabetes}
WAYS: dict[str, dict[str, Any]] = {
    "SGD, all rows a step": {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.3, "batch_size": TRAIN},
    "SGD, momentum, 20 rows a step": {"solver": "sgd", "momentum": 0.9, "learning_rate_init": 0.02, "batch_size": 20},
    "Adam, all rows a step": {"solver": "adam", "learning_rate_init": 0.02, "batch_size": TRAIN},
    "Adam, 20 rows a step": {"solver": "adam", "learning_rate_init": 0.005, "batch_size": 20},
}
Scores = dict[str, NDArray[np.float64]]


class Scales:
    """A callback that keeps Adam's scale of every epoch."""

    def __init__(self) -> None:
        self.by_epoch: dict[int, NDArray[np.float64]] = {}

    def setup(self, estimator: Any, context: Any) -> None: ...
    def teardown(self, estimator: Any, context: Any) -> None: ...
    def on_fit_task_begin(self, estimator: Any, context: Any, *, X: Any, y: Any, metadata: Any) -> None: ...

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        state = estimator._state
        if state.optimizer is not None and len(state.optimizer.vectors) == 2:
            t, v = state.optimizer.t, state.optimizer.vectors[1]
            corrected = sqrt(1 - 0.999**t) / (1 - 0.9**t)
            self.by_epoch[state.epoch] = corrected / (np.sqrt(v) + 1e-8)


def cases(seed: int, flipped: float) -> Iterator[tuple[str, str, Any, Any]]:
    """Name of the table and way, the estimator, and the data."""
    for table, load in TABLES.items():
        X, y = load(return_X_y=True)
        numbers = table == "diabetes"
        rng = np.random.default_rng(seed)
        rows = rng.permutation(len(X))[: TRAIN + ASKED]
        X, y = scale(X[rows]), scale(y[rows]) if numbers else y[rows]
        if flipped and not numbers:
            wrong = rng.choice(TRAIN, int(flipped * TRAIN), replace=False)
            y[wrong] = (y[wrong] + 1) % (y.max() + 1)
        kind = MLPRegressor if numbers else MLPClassifier
        for way, arguments in WAYS.items():
            fixed = {"alpha": 0.0, "max_iter": EPOCHS, "tol": 0.0, "n_iter_no_change": EPOCHS, "random_state": seed}
            yield table, way, kind(hidden_layer_sizes=(8,), activation="tanh", **arguments, **fixed), (X, y)


def costs(model: Any, X: Any, y: Any) -> NDArray[np.float64]:
    """Of every row."""
    X, Y = model.encode_targets(X, y)
    return np.array([model.network_.cost(model.theta_, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))])


def true_changes(model: Any, X: Any, y: Any) -> NDArray[np.float64]:
    """By how much the cost of each held-out row rises when a training row is left out. -> (ASKED, TRAIN)."""
    train, asked = slice(TRAIN), slice(TRAIN, None)
    whole = costs(clone(model).fit(X[train], y[train]), X[asked], y[asked])
    found = np.empty((ASKED, TRAIN))
    for i in range(TRAIN):
        weight = np.ones(TRAIN)
        weight[i] = 0
        without = clone(model).fit(X[train], y[train], sample_weight=weight)
        found[:, i] = costs(without, X[asked], y[asked]) - whole
    return found


def scores_of(model: Any, X: Any, y: Any) -> Scores:
    """Each (ASKED, TRAIN)."""
    train, asked = slice(TRAIN), slice(TRAIN, None)
    tracer, scales = Tracer(KEPT), Scales()
    model = clone(model).set_callbacks(tracer, scales).fit(X[train], y[train])
    data = *model.encode_targets(X[train], y[train]), *model.encode_targets(X[asked], y[asked])
    trace = tracer.trace()
    found = {
        "final": influences(model.network_, Trace.of_final(model.theta_), *data),
        "trace": influences(model.network_, trace, *data),
    }
    for share in DAMPING:
        found[f"final, damped by {share}"] = damped_influences(model.network_, model.theta_, *data, share=share)
    if scales.by_epoch:
        found["trace, scaled"] = scaled(model.network_, trace, scales, *data)
    return found


def scaled(network: Any, trace: Trace, scales: Scales, X: Any, Y: Any, X_of: Any, Y_of: Any) -> NDArray[np.float64]:
    """With Adam's scale between both gradients, which are built for it."""
    total = np.zeros((len(X_of), len(X)))
    for theta, rate, epoch in zip(trace.thetas, trace.rates, trace.epochs, strict=True):
        mine, its = (np.stack(list(network.example_gradients(theta, *of))) for of in ((X_of, Y_of), (X, Y)))
        total += rate * (mine * scales.by_epoch[int(epoch)]) @ its.T
    return total


def agreement(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """The mean over held-out rows of the rank correlation over training rows."""
    return float(np.mean([spearmanr(a, b).statistic for a, b in zip(scores, truth, strict=True)]))


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--flipped", type=float, default=0.0, help="share of wrong labels among the training rows")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for seed in range(options.seeds):
        for table, way, model, data in cases(seed, options.flipped):
            truth = true_changes(model, *data)
            for name, scores in scores_of(model, *data).items():
                found.setdefault((table, way), {}).setdefault(name, []).append(agreement(scores, truth))
            print(f"{seed} {table}, {way}: " + "  ".join(f"{k} {v[-1]:.2f}" for k, v in found[table, way].items()))
    names = ["final", "trace", "trace, scaled", *(f"final, damped by {share}" for share in DAMPING)]
    print("\n| table | training | " + " | ".join(names) + " |\n" + "|---" * (2 + len(names)) + "|")
    for (table, way), by_name in found.items():
        columns = (by_name.get(name) for name in names)
        print(f"| {table} | {way} | " + " | ".join("" if c is None else f"{np.mean(c):.2f}" for c in columns) + " |")


if __name__ == "__main__":
    main()
