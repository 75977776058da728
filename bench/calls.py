"""Small calls: `partial_fit` on a row, and `predict` before it, beside scikit-learn; its validation counted apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn.neural_network
from sklearn.utils.validation import validate_data

import glassprop
from bench.timing import alternately

_KINDS = {"glassprop": glassprop.MLPClassifier, "scikit-learn": sklearn.neural_network.MLPClassifier}
_ROWS = 1000


def small_calls(seconds: float = 10) -> dict[str, float]:
    """Least microseconds of a call, and the ratios, with and without what scikit-learn checks X and y for."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(_ROWS, 20)).astype(np.float32)
    y = (X[:, 0] > 0).astype(int)
    models = {name: kind(random_state=0).partial_fit(X, y, classes=[0, 1]) for name, kind in _KINDS.items()}
    row, label = X[:1], y[:1]

    def learn(model: Any) -> None:
        model.partial_fit(row, label)

    def predict_and_learn(model: Any) -> None:
        model.predict(row)
        model.partial_fit(row, label)

    theirs = models["scikit-learn"]
    calls = {f"partial_fit, {name}": lambda m=model: learn(m) for name, model in models.items()}
    calls |= {
        f"predict and partial_fit, {name}": lambda m=model: predict_and_learn(m) for name, model in models.items()
    }
    calls |= {
        "of which validation, scikit-learn's partial_fit": lambda: _check(theirs, row, label),
        "of which validation, scikit-learn's predict": lambda: _check(theirs, row),
    }
    found = {name: took * 1e6 for name, took in alternately(calls, seconds).items()}
    on_fit, on_predict = (found[f"of which validation, scikit-learn's {name}"] for name in ("partial_fit", "predict"))
    for name, checks in (("partial_fit", on_fit), ("predict and partial_fit", on_fit + on_predict)):
        ours, peer = (found[f"{name}, {who}"] for who in ("glassprop", "scikit-learn"))
        found[f"{name}, scikit-learn / glassprop"] = peer / ours
        found[f"{name}, scikit-learn without its validation / glassprop with its own"] = (peer - checks) / ours
    return found


def _check(model: Any, X: np.ndarray, y: np.ndarray | None = None) -> None:
    """What scikit-learn's estimator asks of its input in a call."""
    if y is None:
        validate_data(model, X, accept_sparse=["csr", "csc"], reset=False)
    else:
        kinds = (np.float64, np.float32)
        validate_data(model, X, y, accept_sparse=["csr", "csc"], multi_output=True, dtype=kinds, reset=False)
