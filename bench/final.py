"""One last measurement of the defaults, on the test parts that `defaults.py` never saw, beside scikit-learn's MLP.

    python bench/final.py [NAME ...]

scikit-learn's MLPClassifier and MLPRegressor are left at their defaults and get the same rows as most people would
prepare them: the median for missing numbers, one-hot categories, numbers as they are ("raw") or standardized
("scaled"). Means over three seeds, one for the large sets. Results also go to build/defaults/final.json.
One core: OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

import numpy as np
import polars as pl
from data import NAMES, DataSet, load
from defaults import RESULTS, START, task, tell
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from glassprop.ground.json_values import to_json
from glassprop.tables import Defaults, FitOptions, Table, fit_table

LARGE = 6_000


def main(names: list[str]) -> None:
    """Measure and tell, one line a data set and contender."""
    found: dict[str, dict[str, Any]] = {}
    for data in map(load, names or NAMES):
        found[data.name] = {}
        seeds = range(1 if len(data.rest) > LARGE else 3)
        for name, run in CONTENDERS.items():
            found[data.name][name] = mean([timed(run, data, seed) for seed in seeds])
            numbers = "  ".join(f"{key} {value:.4f}" for key, value in found[data.name][name].items())
            tell(f"{data.name:14}{name:22}{numbers}")
    (RESULTS / "final.json").write_text(to_json(found, indent=1))


def mean(runs: list[dict[str, float]]) -> dict[str, float]:
    """Of each number."""
    return {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}


def timed(run: Any, data: DataSet, seed: int) -> dict[str, float]:
    """The scores and the seconds it took."""
    begin = time.perf_counter()
    scores = run(data, seed)
    return {**scores, "seconds": time.perf_counter() - begin}


def ours(defaults: Defaults, data: DataSet, seed: int) -> dict[str, float]:
    """Scores of `fit_table`."""
    options = FitOptions(target=data.target, task=task(data), validation=Table(data.test, "test"), seed=seed)
    scores = fit_table(Table(data.rest, data.name), options, defaults=defaults).scores
    return {key: scores[key] for key in (("accuracy", "log_loss") if data.classes else ("r2",))}


def sklearns(scaled: bool, data: DataSet, seed: int) -> dict[str, float]:
    """Scores of scikit-learn's MLP at its defaults."""
    X, y = data.rest.drop(data.target).to_pandas(), data.rest[data.target].to_numpy()
    X_test, y_test = data.test.drop(data.target).to_pandas(), data.test[data.target].to_numpy()
    mlp = MLPClassifier(random_state=seed) if data.classes else MLPRegressor(random_state=seed)
    model = Pipeline([("inputs", prepared(data.rest.drop(data.target), scaled)), ("mlp", mlp)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    if not data.classes:
        return {"r2": r2_score(y_test, model.predict(X_test))}
    return {
        "accuracy": accuracy_score(y_test, model.predict(X_test)),
        "log_loss": log_loss(y_test, model.predict_proba(X_test), labels=mlp.classes_),
    }


def prepared(frame: pl.DataFrame, scaled: bool) -> ColumnTransformer:
    """What most people put before the MLP."""
    texts = [name for name, kind in frame.schema.items() if not kind.is_numeric()]
    numbers = [name for name in frame.columns if name not in texts]
    filled = SimpleImputer(strategy="median")
    one_hot = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    return ColumnTransformer(
        [("numbers", make_pipeline(filled, StandardScaler()) if scaled else filled, numbers), ("texts", one_hot, texts)]
    )


CONTENDERS = {
    "new": lambda data, seed: ours(Defaults(), data, seed),
    "old": lambda data, seed: ours(START, data, seed),
    "scikit-learn, raw": lambda data, seed: sklearns(False, data, seed),
    "scikit-learn, scaled": lambda data, seed: sklearns(True, data, seed),
}

if __name__ == "__main__":
    main(sys.argv[1:])
