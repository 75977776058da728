"""The estimator of a case: as its arguments say, with functions of its own and weights to start from."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.doctor.case import Case
from bench.doctor.planting import Rows
from bench.doctor.tables import CLASSES, TABLES
from glassprop import Activation, Cost, Layer, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

# Functions as people write them, right and wrong; arguments name them.
OWN: Mapping[str, Any] = {
    "own arctan": Activation("arctan", np.arctan, lambda z, a: 1 / (1 + z * z)),
    "arctan, slope of its value": Activation("arctan", np.arctan, lambda z, a: 1 / (1 + a * a)),
    "softplus, slope 1": Activation("softplus", lambda z: np.logaddexp(0, z), lambda z, a: np.ones_like(z)),
    "own softplus": Activation("softplus", lambda z: np.logaddexp(0, z), lambda z, a: 1 / (1 + np.exp(-z))),
    "tanh, slope of a sigmoid": Activation("tanh", np.tanh, lambda z, a: a * (1 - a)),
    "own tanh": Activation("tanh", np.tanh, lambda z, a: 1 - a * a),
    "square, slope z": Activation("square", lambda z: z * z, lambda z, a: z),
    "shifted relu": Activation(
        "shifted relu", lambda z: np.maximum(z - 12, 0), lambda z, a: (z > 12) * 1.0, kinks=(12.0,)
    ),
    "steep tanh": Activation("steep tanh", lambda z: np.tanh(60 * z), lambda z, a: 60 * (1 - a * a)),
    "elu, slope 1 below 0": Activation(
        "own elu", lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z, a: np.ones_like(z)
    ),
    "own elu": Activation(
        "own elu",
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z, a: np.where(z > 0, 1.0, a + 1),
    ),
    "own cauchy": Cost(
        "cauchy",
        lambda a, y: np.log1p((a - y) ** 2).sum(axis=1),
        lambda a, y: 2 * (a - y) / (1 + (a - y) ** 2),
    ),
    "squared, gradient up": Cost("squared", lambda a, y: ((a - y) ** 2).sum(axis=1), lambda a, y: 2 * (y - a)),
    "own squared": Cost("squared", lambda a, y: ((a - y) ** 2).sum(axis=1), lambda a, y: 2 * (a - y)),
}


def estimator_of(case: Case, rows: Rows) -> Any:
    """Unfitted, or with the weights that training is to start from."""
    classes = TABLES[case.table].task == CLASSES
    if case.model == "tabular":
        return (TabularClassifier if classes else TabularRegressor)(random_state=0, **case.arguments)
    arguments = {name: _with_own(value) for name, value in {**TABLES[case.table].arguments, **case.arguments}.items()}
    if "layers" in arguments:
        arguments["layers"] = [Layer(**layer) for layer in arguments["layers"]]
        arguments["hidden_layer_sizes"] = (100,)  # said by the layers
    kind = MLPClassifier if classes else MLPRegressor
    if case.start is not None:
        return _from_start(kind, case.start, arguments, rows)
    model = kind(**arguments)
    return make_pipeline(StandardScaler(), model) if case.model == "pipeline" else model


def _with_own(value: Any) -> Any:
    return OWN.get(value, value) if isinstance(value, str) else value


def _from_start(kind: Any, start: Mapping[str, Any], arguments: dict[str, Any], rows: Rows) -> Any:
    arguments = dict(arguments)
    sizes = arguments.pop("hidden_layer_sizes")
    known = {} if kind is MLPRegressor else {"classes": np.unique(rows.y)}
    n_outputs = 1 if not known or len(known["classes"]) == 2 else len(known["classes"])
    coefs, intercepts = starting_weights([rows.X.shape[1], *sizes, n_outputs], **start)
    return kind.from_weights(coefs, intercepts, warm_start=True, **known, **arguments)


def starting_weights(
    sizes: list[int], weights: float = 1.0, bias: float = 0.0, equal: float | None = None, layer: int | None = None
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Glorot's weights times ``weights``, or all ``equal``; hidden biases; of one layer alone, where it is given."""
    rng = np.random.default_rng(0)
    coefs, intercepts = [], []
    for k, (n_in, n_out) in enumerate(pairwise(sizes)):
        W = rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6 / (n_in + n_out))
        meant = layer is None or k == layer
        if meant:
            W = W * weights if equal is None else np.full_like(W, equal)
        coefs.append(W)
        intercepts.append(np.full(n_out, bias if meant and k < len(sizes) - 2 else 0.0))
    return coefs, intercepts
