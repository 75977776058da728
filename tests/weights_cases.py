"""Weights for the tests that hand them to estimators: scikit-learn's trained ones, plain ones, and wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

KINDS = ["binary", "multiclass", "multilabel", "one_output", "three_outputs", "poisson"]
QUICK: dict[str, Any] = {"hidden_layer_sizes": (4, 3), "max_iter": 8, "random_state": 0, "learning_rate_init": 0.01}
RNG = np.random.default_rng(0)
SHAPES = [(5, 4), (4, 3), (3, 3)]
COEFS, INTERCEPTS = [RNG.normal(size=s) for s in SHAPES], [RNG.normal(size=s[1]) for s in SHAPES]


def theirs(problem_of: Any, kind: str, activation: str = "relu", dtype: Any = np.float64) -> tuple[Any, Any]:
    problem = problem_of(kind)
    estimator = TheirClassifier if problem.classifier else TheirRegressor
    more = {"loss": "poisson"} if kind == "poisson" else {}
    return problem, estimator(activation=activation, **QUICK, **more).fit(problem.X.astype(dtype), problem.y)


def changed(arrays: list[Any], i: int, new: Any) -> list[Any]:
    return [new if place == i else array for place, array in enumerate(arrays)]


WRONG: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "one too few": (COEFS, INTERCEPTS[:2], {}, "there must be as many intercepts as coefs, got 2 for 3"),
    "none": ([], [], {}, "coefs must list one array a layer, got none"),
    "chain": (changed(COEFS, 1, np.ones((5, 3))), INTERCEPTS, {}, r"coefs\[1\] must have 4 rows, as coefs\[0\] has"),
    "bias": (COEFS, changed(INTERCEPTS, 1, np.ones(4)), {}, r"intercepts\[1\] must have shape \(3,\), as .*got \(4,\)"),
    "vector": (changed(COEFS, 2, np.ones(3)), INTERCEPTS, {}, r"coefs\[2\] must have two dimensions"),
    "empty": (changed(COEFS, 0, np.ones((0, 4))), INTERCEPTS, {}, r"coefs\[0\] must have two dimensions.*above 0"),
    "NaN": (changed(COEFS, 1, COEFS[1] * np.nan), INTERCEPTS, {}, r"coefs\[1\] holds NaN or infinity"),
    "complex": (changed(COEFS, 1, COEFS[1] + 1j), INTERCEPTS, {}, r"coefs\[1\] must hold real numbers, got dtype comp"),
    "object": (changed(COEFS, 1, COEFS[1].astype(object)), INTERCEPTS, {}, r"coefs\[1\] must hold real numbers"),
    "text": (changed(COEFS, 1, [["a"]]), INTERCEPTS, {}, r"coefs\[1\] must hold real numbers, got dtype <U1"),
    "ragged": (changed(COEFS, 1, [[1.0], [1.0, 2.0]]), INTERCEPTS, {}, r"coefs\[1\] .* whose rows differ in length"),
    "frame": (changed(COEFS, 1, pd.DataFrame(COEFS[1])), INTERCEPTS, {}, r"coefs\[1\] .* got a pandas DataFrame"),
    "dict": ({"coefs": COEFS}, INTERCEPTS, {}, "coefs must be a list of arrays, one a layer, got a dict"),
    "None": (COEFS, None, {}, "intercepts must be a list of arrays, one a layer, got a NoneType"),
    "classes": (COEFS, INTERCEPTS, {"classes": [1, 2]}, r"3 outputs go with 3 classes, got classes of shape \(2,\)"),
    "order": (COEFS, INTERCEPTS, {"classes": ["b", "a", "c"]}, "classes must be different and in ascending order"),
    "twice": (COEFS, INTERCEPTS, {"classes": [0, 0, 1]}, "classes must be different and in ascending order"),
    "names": (COEFS, INTERCEPTS, {"feature_names": ["a", "b"]}, "feature_names must name 5 features, got 2"),
    "no text": (COEFS, INTERCEPTS, {"feature_names": range(5)}, "feature_names must be text"),
    "sizes": (COEFS, INTERCEPTS, {"hidden_layer_sizes": (4,)}, "hidden_layer_sizes follows from the shapes of coefs"),
    "activations": (COEFS, INTERCEPTS, {"activation": ["relu"]}, "activation lists 1 entries for 2 hidden layers"),
    "activation": (COEFS, INTERCEPTS, {"activation": "relo"}, "relo"),
    "output": (COEFS, INTERCEPTS, {"out_activation": "softmix"}, "softmix"),
    "solver": (COEFS, INTERCEPTS, {"solver": "adamm"}, "The 'solver' parameter of MLPClassifier must be"),
}
