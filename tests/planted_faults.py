"""A planted fault for each kind of finding, beside the same training without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_digits, load_iris, make_circles, make_classification, make_friedman1

from glassprop import Activation, MLPClassifier, MLPRegressor


class Run(NamedTuple):
    """An estimator that is not fitted, or weights to go on from, and its data."""

    model: Any
    X: Any
    y: Any


class Planted(NamedTuple):
    """Of a kind: how a run with it is made, and how one without."""

    ill: Callable[[], Run]
    well: Callable[[], Run]


def standard(X: np.ndarray) -> np.ndarray:
    return (X - X.mean(axis=0)) / X.std(axis=0)


def classes(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    X, y = make_classification(n, 10, n_informative=8, n_redundant=0, n_classes=3, class_sep=1.5, random_state=0)
    return standard(X), y


def amounts(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    X, y = make_friedman1(n, noise=0.5, random_state=0)
    return standard(X), standard(y[:, None])[:, 0]


def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return X[:500] / 16, y[:500]


def clf(*args: Any, **settings: Any) -> MLPClassifier:
    return MLPClassifier(*args, **{"random_state": 0, "max_iter": 60, "learning_rate_init": 0.01, **settings})


def reg(**settings: Any) -> MLPRegressor:
    return MLPRegressor(**{"random_state": 0, "max_iter": 60, "learning_rate_init": 0.01, **settings})


# --- data -----------------------------------------------------------------------------------------------------


def with_column(column: Callable[[np.ndarray], np.ndarray]) -> Run:
    X, y = classes()
    X[:, 2] = column(X[:, 2])
    return Run(clf((32,)), X, y)


def marked(x: np.ndarray) -> np.ndarray:
    return np.where(np.random.default_rng(1).random(len(x)) < 0.1, -999.0, x)


def contradicting() -> Run:
    X, y = classes()
    return Run(clf((32,)), np.vstack([X, X[:100]]), np.concatenate([y, (y[:100] + 1) % 3]))


def rare(share: float, **settings: Any) -> Run:
    X, y = make_classification(
        800, 8, n_informative=3, n_redundant=0, class_sep=0.4, weights=[1 - share], flip_y=0.02, random_state=6
    )
    return Run(clf((8,), max_iter=40, **settings), standard(X), y)


def leaking() -> Run:
    X, y = classes()
    return Run(clf((32,)), np.column_stack([X, y]), y)


# --- networks and training ------------------------------------------------------------------------------------


def started(weights: Callable[[np.ndarray], np.ndarray], activation: str = "relu") -> Run:
    """A fit that begins with weights that somebody has set."""
    X, y = classes()
    drawn = clf((16, 16), activation=activation, max_iter=1).fit(X, y)
    settings = {"activation": activation, "max_iter": 60, "learning_rate_init": 0.01, "random_state": 0}
    coefs, intercepts = [weights(w) for w in drawn.coefs_], [0 * b for b in drawn.intercepts_]
    return Run(MLPClassifier.from_weights(coefs, intercepts, classes=[0, 1, 2], warm_start=True, **settings), X, y)


def of(run: Callable[..., Any], data: Callable[[], Any], *args: Any, **settings: Any) -> Callable[[], Run]:
    return lambda: Run(run(*args, **settings), *data())


def noise() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(150, 30)), rng.integers(0, 2, 150)


def circles() -> tuple[np.ndarray, np.ndarray]:
    X, y = make_circles(400, noise=0.05, factor=0.5, random_state=0)
    return standard(X), y


def iris() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_iris(return_X_y=True)
    return standard(X), y


def unit(name: str, slope: float) -> Activation:
    return Activation(name, value=np.tanh, slope=lambda z, a: slope * (1 - a**2))


SGD = {"solver": "sgd"}
PLAIN = of(clf, classes, (32,))

PLANTED: dict[str, Planted] = {
    "wrong-derivative": Planted(
        of(clf, iris, (8,), activation=unit("half", 0.5)), of(clf, iris, (8,), activation=unit("whole", 1.0))
    ),
    "marks-for-missing": Planted(lambda: with_column(marked), PLAIN),
    "inputs-unscaled": Planted(lambda: with_column(lambda x: 1000 * x), PLAIN),
    "target-unscaled": Planted(lambda: Run(reg(hidden_layer_sizes=(32,)), amounts()[0], 500 * amounts()[1]),
                               of(reg, amounts, hidden_layer_sizes=(32,))),
    "output-and-cost": Planted(of(reg, amounts, output_activation="sigmoid"), of(reg, amounts)),
    "leak": Planted(leaking, PLAIN),
    "contradicting-labels": Planted(contradicting, PLAIN),
    "imbalance-ignored": Planted(lambda: rare(0.06), lambda: rare(0.06, class_weight="balanced")),
    "bad-start": Planted(lambda: started(lambda w: 40 * w), lambda: started(lambda w: w)),
    "rate-too-high": Planted(of(clf, digits, (32,), learning_rate_init=2.0), of(clf, digits, (32,))),
    "rate-too-low": Planted(of(clf, digits, (32,), learning_rate_init=1e-6), of(clf, digits, (32,))),
    "batch-too-small": Planted(
        of(clf, classes, (16,), batch_size=1, max_iter=5), of(clf, classes, (16,), batch_size=16, max_iter=20)
    ),
    "batch-too-large": Planted(
        of(clf, lambda: classes(800), (32,), batch_size=640, learning_rate_init=0.002, max_iter=40),
        of(clf, lambda: classes(800), (32,), batch_size=32, learning_rate_init=0.002, max_iter=40),
    ),
    "exploding-gradients": Planted(
        of(clf, classes, (16,) * 6, activation="identity", learning_rate_init=0.14, **SGD, momentum=0.99),
        of(clf, classes, (16,) * 2, activation="tanh", learning_rate_init=0.05, **SGD),
    ),
    "vanishing-gradients": Planted(
        of(clf, digits, (16,) * 8, activation="logistic"), of(clf, digits, (16,) * 3, activation="relu")
    ),
    "saturated-units": Planted(
        lambda: started(lambda w: 100 * w, "tanh"), lambda: started(lambda w: w, "tanh")
    ),
    "dead-units": Planted(
        of(clf, digits, (32,), learning_rate_init=1.0), of(clf, digits, (32,), learning_rate_init=0.003)
    ),
    "constant-units": Planted(
        lambda: started(lambda w: np.full_like(w, 0.1)), lambda: started(lambda w: w)
    ),
    "oscillation": Planted(
        of(clf, digits, (32, 32), learning_rate_init=0.5, momentum=0.99, **SGD), of(clf, digits, (32, 32))
    ),
    "schedule-ended": Planted(
        of(clf, classes, (32,), learning_rate="invscaling", power_t=0.7, learning_rate_init=0.2, **SGD),
        of(clf, classes, (32,), learning_rate="cosine", learning_rate_init=0.02),
    ),
    "too-little-capacity": Planted(of(clf, circles, (), max_iter=200), of(clf, circles, (32,), max_iter=200)),
    "stopped-too-early": Planted(of(clf, digits, (32,), max_iter=4, learning_rate_init=0.002), of(clf, digits, (32,))),
    "overfitting": Planted(of(clf, noise, (128,), max_iter=150), of(clf, classes, (8,), max_iter=40)),
    "no-progress": Planted(of(clf, noise, (2,), max_iter=5, learning_rate_init=1e-3), of(clf, classes, (16,))),
}  # fmt: skip
