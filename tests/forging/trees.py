"""Changes of a JSON tree, each of them small and odd: values, keys, lists, nodes."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2, 3, 7, 255, 624, 10**6, 2**31 - 1, 2**31, -(2**31), 2**53, 2**63, 2**64, -(2**63),
    10**30, 10**400, 0.0, -0.0, 0.5, 1.5, -1.5, 1e-320, 1e308, -1e308, 1e39, float("nan"), float("inf"), float("-inf"),
    "", "a", "nan", "inf", "-inf", "None", "true", "x" * 3000, "\x00", "\x1b[31m", "\ud800", "é\U0001f600",
    "../../etc/passwd", "/etc/passwd", "<b>", "%s{}", [], [0], [[]], [None], [1e308], ["a"], {}, {"array": "document"},
    {"array": "none"}, {"array": 1}, {"number": "nan"}, {"a": 1},
]  # fmt: skip
# What a value under this key might be, if it were to do harm.
AIMED: dict[str, list[Any]] = {
    "kind": [
        "pipeline", "identity", "bounded", "one_hot_encoder", "mlp_classifier", "mlp_regressor", "skops",
        "table_columns", "number", "integer", "text", "Adam", "AdamW", "SGD", "Momentum", "Nesterov", "Optimizer",
        "numpy.dtype", "os.system", "standard_scaler", "logistic_regression", "ridge", "voting_classifier",
        "bagging_regressor", "frozen_estimator", "transformed_target", "calibrated_classifier", "stacking_regressor",
    ],
    "function": [
        "numpy.log", "numpy.exp", "numpy.clip", "numpy.load", "os.system", "builtins.eval", "numpy.vectorize", "",
        "scipy.special.logit", "sklearn.preprocessing.normalize", "sklearn.feature_selection.chi2", "numpy..abs",
    ],
    "kw_args": [None, {}, {"a_min": 2, "a_max": 1}, {"out": None}, {"dtype": "O"}, {"norm": "l1"}, {"decimals": 300}],
    "splitter": ["KFold", "LeaveOneOut", "ShuffleSplit", "Parallel", ""],
    "method": ["sigmoid", "isotonic", "temperature"],
    "calibrators": [[], [{"beta_": 1.0}], [{"a_": 1e308, "b_": -1e308}], [{"beta_": 1e9}], [{"beta_": -1}]],
    "calibrated_classifiers_": [[], None], "estimators_": [[], None], "voting": ["hard", "soft"],
    "weights": [None, [], [0, 0], [1, -1], [1e308, 1e308], [1], [1, 2, 3]], "n_estimators": [0, 1, 2, 3, 2**53],
    "stack_method_": [["predict"], ["predict_proba"], [], ["decision_function"] * 2, ["fit"], ["predict"] * 3],
    "_n_feature_outs": [[], [1], [1, 1], [2**53], [3, 3]], "passthrough": [True, False], "_training_dim": [0, 1, 2, 3],
    "pos_label": [None, 0, 1, "yes", "none"], "response_method": ["auto", "predict_proba", "decision_function", "fit"],
    "k": ["all", 0, 1, 2**53, -1], "percentile": [0, 100, 1e308], "alpha": [0, 1, 1e308], "mode": ["fpr", "k_best"],
    "param": ["all", 0, 1e308], "chain_method_": ["predict", "predict_proba", "predict_log_proba"],
    "selector": [{"pattern": "(a+)+$", "dtype_include": None, "dtype_exclude": None}, None, {}],
    "pattern": ["(", "(a+)+$", None], "cv": ["prefit", 2],
    "best_threshold_": [1e308, {"dtype": "float32", "value": 1e300}],
    "intercept_": [0.0, 1e308, {"dtype": "float64", "value": 1e308}, {"dtype": "float32", "value": 1e200}],
    "version": [0, 2, 99, "1", 1.0, True],
    "activation": [
        "relu", "softmax", "leaky_relu(0.5)", "leaky_relu(nan)", "elu(1e308)", "relu(1)", "exp", "identity", "tanh(",
        "leaky_relu(-1e308)", "__class__", "softplus(0)", "gelu", "selu", ["relu", "tanh"], ["softmax"], "elu(1,2)",
    ],
    "cost": [
        "huber(1.0)", "huber(0)", "huber(nan)", "cross_entropy", "binary_cross_entropy", "poisson", "quantile(2)",
        "quantile(0.1)", "nothing",
    ],
    "loss": [
        "huber(1.0)", "huber(-1)", "cross_entropy", "squared_error", "log_loss", "poisson", "absolute_error", "auto",
        "quantile(0.5)",
    ],
    "output_activation": ["softmax", "identity", "relu", "auto", "logistic", "leaky_relu(9e999)", "exp"],
    "initial": ["he", "glorot", "lecun", "auto", "nothing", ""],
    "engine": ["compiled", "reference", "auto", "native", ""], "solver": ["sgd", "adam", "adamw", "lbfgs"],
    "learning_rate": ["constant", "adaptive", "invscaling", "one_cycle", "cosine", "coslog4", "flat_cos"],
    "scoring": ["accuracy", "r2", "loss", "roc_auc", "nothing", "neg_log_loss", "__call__"],
    "n": [0, 1, 2, 3, 4, 5, 10**5, 2**31, 2**40, 2**53, -1, 1.0, True], "n_inputs": [0, 1, 2, 3, 5, 2**40, 2**53],
    "pos": [10**6, -1, 625, 624, 2**31], "t": [0, 1, 2**53, -1, 2**31],
    "step": [2**53, 0, "passthrough", "drop", None], "epoch": [0, 2**53], "samples": [2**53],
    "plateaus": [5000, 2**53], "waiting": [2**53], "power_t": [1e3, 1e308],
    "best_epoch": [0, 10**9],
    "kept_epoch": [0, 1, 3, 10**9], "n_iter_": [0, 10**9, 2**53],
    "dtype": [
        "object", "str", "bool", "float64", "float32", "int64", "int8", "uint8", "uint64", "V8", "O", "datetime64[ns]",
    ],
    "missing_values": [None, 0, {"number": "nan"}, "s", "", 2.5],
    "handle_unknown": ["error", "ignore", "use_encoded_value", "warn"],
    "unknown_value": [0, 1, -1, 1e308, 2**53, {"number": "nan"}],
    "fill_value": [None, "a", 0, {"number": "nan"}, True], "strategy": ["mean", "median", "most_frequent", "constant"],
    "columns": [[], "width", 0, [0], [-1], [5], ["width"], ["none"], [0, 0]],
    "y_type_": ["binary", "multiclass", "multilabel-indicator", "continuous"],
    "random_state": [None, 0, 2**32 - 1, 2**32], "task": ["classification", "regression"], "mark": [".", ",", ""],
    "spread": [0, 5e-324, 1e308, -1], "mean": [1e308, -1e308, 0], "factor": [0, 1e-3, 1e3, 1e308, -1],
    "scale": ["none", "log", "quantile", "poisson", "exp", "", None], "shift": [0, -1e308, 1e308, -1, 5e-324],
    "knots": [[], [1], [1, 1], [2, 1], [0, 1e308], [-1e308, 0, 1e308], [1, 2, 3], list(range(1001)), None],
    "limit": [None, 1e-150, 1e-300, 1e308, 0],
    "max_categories": [1, 0, 2**53, None], "min_frequency": [0, 0.5, 2**53, None], "n_quantiles_": [1, 2, 7, 2**40],
    "threshold": [1e308, 0, -1], "width": [0, 1, 3, 2**53], "n_components": [0, 1, 0.5, "mle", None],
    "scaling": ["auto", "standard", "robust", "quantile", "both"],
    "forms_": [[], ["both"], ["standard"] * 4, ["quantile"] * 4, ["both"] * 4, ["robust", "both", "quantile", "both"]],
    "output_distribution": ["normal", "uniform"], "transform": ["default", "pandas", "polars"],
    "hidden_layer_sizes": [1, [], [3], 2**53, [2**53]], "batch_size": [1, 2**53, "auto"], "max_iter": [1, 2**53],
    "verbose": [0, 1, 5, 2**53, True], "class_weight": ["balanced", [], [["no", 0]], [[["no", 1.0]]]],
    "dropout": [0, 1, 0.999999, [0.5], [0.5, 0.5]], "target_reading": [{}, None],
    "labels": [None, [], ["a"], [1, 2, 3], [None]], "sparse_output": [True, False], "n_iter_no_change": ["inf", 1],
    "learning_rate_init": [1e308, 0, 5e-324], "momentum": [1, 0], "beta_1": [1, 0], "epsilon": [0, 1e308],
    "validation_fraction": [0, 1], "clip_norm": [0, 1e-300, None], "warmup": [0, 1, 1e308], "stratify": ["auto", True],
    "label_smoothing": [1, 0.5], "weight": ["width", "color", "none", None], "target": ["color", "none", None],
    "transformer_weights": [{"a": 1e308}, {"none": 1}, None],
    "terms_": [[], [[]], [["a", "b"], ["c"]], [["b", "a"]], [["a", "a"]], [[""]], [["x" * 2000]], ["ab"], [[None]]],
    "idf_": [[], [[1.0]], [{"array": "none"}], [{"array": "document"}]], "most_terms": [0, 1, 2**53],
    "min_rows": [0, 1, 2**53],
    "feature_names_in_": [["a"], ["width", "gap"], [], ["a", "a", "a", "a"]],
}  # fmt: skip

Place = tuple[Any, Any]  # (the object or list, key or index)


def places(tree: Any) -> Iterator[Place]:
    """Every place in a tree at which something stands."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in list(items):
        yield tree, key
        yield from places(value)


def change(tree: Any, rng: random.Random, pool: list[Any]) -> str:
    """Change a tree at one place; `pool` holds parts of other trees. Returns what was done."""
    found = list(places(tree))
    if not found:
        return "nothing"
    aimed = [(holder, key) for holder, key in found if key in AIMED]
    holder, key = rng.choice(aimed if aimed and rng.random() < 0.4 else found)
    turn = rng.choice(_CHANGES)
    turn(holder, key, rng, found, pool)
    return f"{turn.__name__.strip('_')} {key}"


def _replaced(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    values = AIMED.get(key, ODD) if rng.random() < 0.8 else ODD
    holder[key] = copy.deepcopy(rng.choice(values))


def _nudged(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    """Another value of the same type."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        as_float = float(value) if abs(value) < 2**1000 else 0.0
        holder[key] = rng.choice([value + 1, value - 1, value * 2, -value, value + 1000, as_float, 0, 1])
    elif isinstance(value, float):
        holder[key] = rng.choice([-value, value * 1e300, value * 1e-300, value + 1, 0.0, -1.0])
    elif isinstance(value, str):
        others = [other[k] for other, k in found if isinstance(other[k], str)]
        holder[key] = rng.choice([value + "x", value[:-1], value.upper(), *others[:50]])
    elif isinstance(value, list) and value:
        _relisted(value, rng)
    else:
        _replaced(holder, key, rng, found, pool)


def _relisted(values: list[Any], rng: random.Random) -> None:
    turn = rng.randrange(6)
    if turn == 0:
        values.reverse()
    elif turn == 1:
        values.append(copy.deepcopy(values[-1]))
    elif turn == 2:
        values.pop(rng.randrange(len(values)))
    elif turn == 3:
        values.clear()
    elif turn == 4:
        values[:] = [*values, *(copy.deepcopy(values[0]) for _ in range(rng.choice([1, 10, 300])))]
    else:
        rng.shuffle(values)


def _removed(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    del holder[key]


def _renamed(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    if isinstance(holder, dict):
        keys = [k for _, k in found if isinstance(k, str)]
        holder[rng.choice([str(key) + "_", str(key).strip("_"), rng.choice(keys), "__class__", "__dict__"])] = (
            holder.pop(key)
        )
    else:
        _removed(holder, key, rng, found, pool)


def _added(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    if isinstance(holder, dict):
        keys = [k for _, k in found if isinstance(k, str)]
        name = rng.choice(
            [rng.choice(keys), rng.choice(list(AIMED)), "__class__", "__init__", "transform", "predict", "fit"]
        )
        holder[name] = copy.deepcopy(rng.choice(ODD))
    else:
        holder.insert(key, copy.deepcopy(rng.choice(ODD)))


def _swapped(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    """Two values of one type change places, wherever they stand; neither lies within the other."""
    alike = [(other, k) for other, k in found if type(other[k]) is type(holder[key])]
    other, k = rng.choice(alike)
    if other is not holder or k != key:
        one, two = copy.deepcopy(holder[key]), copy.deepcopy(other[k])
        holder[key], other[k] = two, one


def _grafted(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    """A part of another tree stands here."""
    same = [part for part in pool if type(part) is type(holder[key])]
    holder[key] = copy.deepcopy(rng.choice(same or pool or ODD))


def _deepened(holder: Any, key: Any, rng: random.Random, found: list[Place], pool: list[Any]) -> None:
    """The value lies within lists or objects, many or few levels deep."""
    value = holder[key]
    for _ in range(rng.choice([1, 2, 25, 70, 200])):
        value = [value] if rng.random() < 0.5 else {str(key): value}
    holder[key] = value


_CHANGES = [
    _replaced,
    _replaced,
    _replaced,
    _nudged,
    _nudged,
    _nudged,
    _removed,
    _renamed,
    _added,
    _swapped,
    _grafted,
    _deepened,
]
