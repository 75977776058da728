"""Intervals by quantile regression, and a regression under a loss of one's own.

Run it: python examples/own_loss.py
"""

from __future__ import annotations

import numpy as np

from glassprop import Cost, MLPRegressor
from glassprop.errors import DerivativeError

RNG = np.random.default_rng(0)
X = RNG.uniform(-2, 2, size=(1200, 1))
y = np.sin(2 * X[:, 0]) + RNG.normal(size=1200) * (0.1 + 0.2 * np.abs(X[:, 0]))

SETTINGS = {
    "hidden_layer_sizes": (32,),
    "activation": "tanh",
    "learning_rate": "cosine",
    "learning_rate_init": 0.01,
    "max_iter": 60,
    "n_iter_no_change": 60,
    "random_state": 0,
}


def cauchy(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Like the squared error near 0; far away it hardly grows: outliers count little. a, y (n, outputs) -> (n,)."""
    return np.log1p((a - y) ** 2).sum(axis=1)


def cauchy_gradient(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 2 * (a - y) / (1 + (a - y) ** 2)


def main() -> None:
    low, high = (MLPRegressor(f"quantile({level})", **SETTINGS).fit(X, y).predict(X) for level in (0.05, 0.95))
    print(f"{np.mean((low <= y) & (y <= high)):.1%} of the examples lie in the 90 % interval")

    model = MLPRegressor(Cost("cauchy", cauchy, cauchy_gradient), **SETTINGS).fit(X, y)
    print(f"R² under the Cauchy loss: {model.score(X, y):.3f}")

    try:
        MLPRegressor(Cost("slip", cauchy, lambda a, y: (a - y) / (1 + (a - y) ** 2)), **SETTINGS).fit(X, y)
    except DerivativeError as error:
        print(f"a wrong derivative is refused before training: {error}")


if __name__ == "__main__":
    main()
