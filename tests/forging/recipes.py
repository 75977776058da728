"""The good models that files are forged from: of tables, of arrays, with every kind of step, by every optimizer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from export.wrapped import WRAPPED
from leaving import StopAfter
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from glassprop import CategoryEmbedding, Layer, MLPClassifier, MLPRegressor, PeriodicEmbedding, Scale
from glassprop.tables import Defaults, FitOptions, Table, fit_table
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler

ROWS = 24
TARGETS = ("kind", "yes", "amount", "count")


@dataclass(frozen=True)
class Recipe:
    """How a good model is made, and the rows that it is tried on.

    Attributes
    ----------
    make : callable () -> model, record
    target : str
        The column that it predicts; "" for a model of arrays.
    rows : callable () -> X, y
        For a model of arrays.
    old : bool
        Whether files of format 1 could hold it.
    nan : bool
        Whether a function of its own may give NaN for numbers, as that of a logarithm does.
    """

    make: Callable[[], tuple[Any, dict[str, Any]]]
    target: str = ""
    rows: Callable[[], tuple[Any, Any]] = lambda: ((), ())
    old: bool = True
    nan: bool = False


def table() -> pl.DataFrame:
    """Numbers, missing ones, dates with and without a clock, categories (rare ones too), text, and four targets."""
    rng = np.random.default_rng(0)
    width = rng.normal(size=ROWS).round(2)
    color = rng.choice(["red", "blue", "Größe"], ROWS).tolist()
    color[3], color[4] = "rare", "rarer"
    return pl.DataFrame(
        {
            "width": width,
            "gap": [None if k % 5 == 0 else float(k) for k in range(ROWS)],
            "day": [f"2024-{1 + k % 12:02d}-{1 + k % 28:02d}" for k in range(ROWS)],
            "at": [f"2024-03-{1 + k % 28:02d}T{k % 24:02d}:30" for k in range(ROWS)],
            "clock": [f"{k % 24}:{k % 60:02d}" for k in range(ROWS)],
            "color": color,
            "size": [("s", "m", "l")[k % 3] for k in range(ROWS)],
            "title": [f"The {('red', 'blue', 'white')[k % 3]} house of Größe {k}" for k in range(ROWS)],
            "kind": [("rose", "lily", "tulip")[k % 3] for k in range(ROWS)],
            "yes": np.where(width > 0, "yes", "no"),
            "amount": (width * 3 + rng.normal(size=ROWS)).round(3),
            "count": [k % 2 for k in range(ROWS)],
        }
    )


def numbers(dtype: Any = np.float64) -> np.ndarray:
    """Rows of four numbers."""
    return np.random.default_rng(1).normal(size=(ROWS, 4)).astype(dtype)


def _with_codes() -> np.ndarray:
    X = numbers()
    X[:, 1] = _codes()[:, 0] % 3
    return X


def _with_gaps() -> np.ndarray:
    X = numbers()
    X[::5, 1] = np.nan
    return X


def skewed() -> np.ndarray:
    """Twice as many rows of four numbers: one with a heavy tail, one with a value far from all others."""
    X = np.vstack([numbers(), numbers()])
    X[:, 1] = np.exp(np.linspace(0, 40, len(X)))
    X[7, 2] = -9999
    return X


def words() -> np.ndarray:
    """Rows of two words, some of them rare."""
    rng = np.random.default_rng(2)
    X = np.array([["red", "s"], ["blue", "m"], ["white", "l"]], dtype=object)[rng.integers(0, 3, ROWS)]
    X[0, 0] = "rare"
    return X


def _codes() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 4, (ROWS, 2)).astype(float)


CLASSES = np.array(["no", "yes", "so"])[np.arange(ROWS) % 3]
_FOUR_ROWS_OF_TEXT = ["good day", "bad day", "good night", "bad night"]


def _of_table(target: str, scale: Any = None, *, text: bool = False, **settings: Any) -> Recipe:
    def make() -> tuple[Any, dict[str, Any]]:
        data = table().drop([name for name in (*TARGETS, *["title"] * (not text)) if name != target])
        defaults = Defaults(**{"hidden": (4, 3), "epochs": 2, **settings})
        options = FitOptions(target=target, validation=0.2, target_scale=scale, missing=("-9999",))
        outcome = fit_table(Table(data, "t"), options, defaults=defaults)
        return outcome.pipeline, outcome.record

    return Recipe(make, target)


def _of_arrays(model: Any, rows: Callable[[], tuple[Any, Any]]) -> Recipe:
    return Recipe(lambda: (model.fit(*rows()), {"note": "for the course"}), rows=rows)


def _small(kind: Any = MLPClassifier, **settings: Any) -> Any:
    fixed = {"hidden_layer_sizes": (3,), "max_iter": 2, "random_state": 0, "batch_size": 8, "engine": "reference"}
    return kind(**fixed | settings)


def _left(rows: Callable[[], tuple[Any, Any]], kind: Any = MLPClassifier, **settings: Any) -> Recipe:
    """A fit that was left after its second epoch."""
    model = _small(kind, max_iter=4, **settings)
    return Recipe(lambda: (model.set_callbacks(StopAfter(2)).fit(*rows()).set_callbacks(), {}), rows=rows)


def _classes(X: Callable[[], Any], count: int = 3) -> Callable[[], tuple[Any, Any]]:
    return lambda: (X(), CLASSES if count == 3 else np.arange(ROWS) % count)


def _amounts(outputs: int = 1) -> Callable[[], tuple[Any, Any]]:
    return lambda: (numbers(), numbers()[:, :outputs].squeeze() * 2)


def _step(step: Any, X: Callable[[], Any] = numbers) -> Recipe:
    return _of_arrays(make_pipeline(step, _small()), _classes(X))


def _scaled_columns(scaling: str) -> Recipe:
    """With the scaler of a table's columns."""
    return _of_arrays(make_pipeline(ColumnScaler(scaling), _small()), lambda: (skewed(), np.tile(CLASSES, 2)))


def _frames() -> Recipe:
    """An estimator that was fitted on a frame, whose columns have names."""
    frame = lambda: table().select("width", pl.col("gap").fill_null(0.0)).to_pandas()  # noqa: E731
    return _of_arrays(make_pipeline(StandardScaler().set_output(transform="pandas"), _small()), _classes(frame))


def _groups() -> ColumnTransformer:
    mixed = [("a", StandardScaler(), [0, 1]), ("b", OneHotEncoder(handle_unknown="ignore"), [2])]
    return ColumnTransformer(mixed, remainder="passthrough")


def _nested() -> Any:
    both = FeatureUnion([("a", StandardScaler()), ("b", make_pipeline(MinMaxScaler(), PCA(2)))])
    return make_pipeline(make_pipeline(RobustScaler(), both), _small())


def _generators() -> Recipe:
    """Two steps that hold NumPy's legacy generator as it stands."""
    states = [np.random.RandomState(k) for k in range(2)]
    spread = QuantileTransformer(n_quantiles=6, random_state=states[0])
    return _of_arrays(make_pipeline(spread, _small(random_state=states[1])), _classes(numbers))


SPARSE = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=3)
STEPS: dict[str, tuple[Any, Callable[[], Any]]] = {
    "standard": (StandardScaler(), numbers),
    "robust": (RobustScaler(), numbers),
    "min_max": (MinMaxScaler(clip=True), numbers),
    "max_abs": (MaxAbsScaler(), numbers),
    "normalizer": (Normalizer(), numbers),
    "binarizer": (Binarizer(threshold=0.1), numbers),
    "quantile": (QuantileTransformer(n_quantiles=6, output_distribution="normal", random_state=0), numbers),
    "power": (PowerTransformer(), numbers),
    "pca": (PCA(2, whiten=True, random_state=0), numbers),
    "variance": (VarianceThreshold(0.1), numbers),
    "identity": (FunctionTransformer(), numbers),
    "imputer": (SimpleImputer(strategy="median", add_indicator=True), _with_gaps),
    "indicator": (make_union(SimpleImputer(), MissingIndicator()), _with_gaps),
    "words": (make_pipeline(SimpleImputer(strategy="most_frequent", missing_values="s"), OrdinalEncoder()), words),
    "one_hot": (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), words),
    "infrequent": (SPARSE, words),
    "categories": (CategoryInputs(most_one_hot=2, code_rows=1, min_rows=1), words),
    "one_hot_codes": (OneHotEncoder(), _codes),
    "ordinal": (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), _codes),
    "groups": (_groups(), lambda: np.hstack([numbers()[:, :2], _codes()])),
}
SOLVERS: dict[str, dict[str, Any]] = {
    "sgd": {"solver": "sgd", "momentum": 0.0},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False, "learning_rate": "adaptive"},
    "nesterov": {"solver": "sgd", "early_stopping": True, "learning_rate": "invscaling"},
    "adam": {"solver": "adam", "dropout": 0.1, "class_weight": {"no": 1.0, "yes": 2.0, "so": 1.0}},
    "adamw": {"solver": "adamw", "weight_decay": 0.1, "clip_norm": 1.0, "learning_rate": "one_cycle", "warmup": 0.5},
    "lbfgs": {"solver": "lbfgs", "activation": ["tanh"], "loss": "squared_error", "output_activation": "logistic"},
}


def _wrapped(name: str) -> Recipe:
    """One of scikit-learn's models that are made of ours."""
    model, rows, target = WRAPPED[name]
    make = lambda: (model.fit(rows, target), {})  # noqa: E731
    return Recipe(make, rows=lambda: (rows[:24], target[:24]), old=False, nan="function" in name)


RECIPES: dict[str, Recipe] = {
    "table_classes": _of_table("kind"),
    "table_binary": _of_table("yes", dtype="float64", scaling="robust"),
    "table_amount": _of_table("amount"),
    "table_quantiles": _of_table("amount", "quantile"),
    "table_counts": _of_table("count", scaling="quantile", limit=None),
    "table_text": _of_table("kind", text=True),
    **{f"solver_{name}": _of_arrays(_small(**given), _classes(numbers)) for name, given in SOLVERS.items()},
    "kinds": _of_arrays(_small(hidden_layer_sizes=(4, 4), residual=True, scale_inputs=True), _classes(numbers)),
    "layers": _of_arrays(
        _small(
            hidden_layer_sizes=(100,),
            layers=[Scale(rates={"s": 6}), Layer(4, "elu(0.1)", 0.1, parametric=True)],
            output_options={"initial": "he", "rates": {"b": 0.1}},
            solver="adamw",
            decay_schedule="flat_cos",
            dropout_schedule="cosine",
            learning_rate="coslog4",
        ),
        _classes(numbers),
    ),
    "embedded": _of_arrays(
        _small(
            hidden_layer_sizes=(100,),
            layers=[
                PeriodicEmbedding([0], n=2, frequencies=2, sigma=0.5, rates={"f": 0.1}),
                CategoryEmbedding([0], [3], [2], decays={"t": 0.5}),
                Scale(initial="signs"),
                Layer(3, "tanh"),
            ],
        ),
        _classes(_with_codes),
    ),
    "heads": _of_arrays(_small(n_members=3), _classes(numbers)),
    "networks": _of_arrays(_small(MLPRegressor, n_members=2, member="network"), _amounts()),
    "compiled": _of_arrays(_small(engine="compiled"), _classes(numbers)),
    "binary": _of_arrays(_small(), _classes(lambda: numbers(np.float32), 2)),
    "several_labels": _of_arrays(_small(), lambda: (numbers(), (numbers()[:, :2] > 0).astype(int))),
    "amounts": _of_arrays(_small(MLPRegressor), _amounts()),
    "poisson": _of_arrays(_small(MLPRegressor, loss="poisson"), lambda: (numbers(), _codes()[:, 0])),
    "two_amounts": _of_arrays(_small(MLPRegressor, early_stopping=True, scoring="loss"), _amounts(2)),
    **{f"step_{name}": _step(*given) for name, given in STEPS.items()},
    **{f"columns_{scaling}": _scaled_columns(scaling) for scaling in ("auto", "quantile")},
    "left": _left(_classes(lambda: numbers(np.float32)), solver="adam", dropout=0.1),
    "left_judged": _left(_amounts(), MLPRegressor, early_stopping=True, solver="sgd", engine="compiled"),
    "frames": _frames(),
    "nested": _of_arrays(_nested(), _classes(numbers)),
    "generators": _generators(),
    **{name.replace(" ", "_").replace(",", ""): _wrapped(name) for name in WRAPPED},
    "texts": _of_arrays(make_pipeline(CountVectorizer(), _small()), lambda: (_FOUR_ROWS_OF_TEXT * 6, CLASSES)),
}
