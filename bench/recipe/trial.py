"""One variant of the recipe on one table and seed: trained on three fourths, scored on the fourth."""

from __future__ import annotations

import time
import warnings
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from bench.accuracy.measures import FLOOR, error_of, scores_of_amounts, scores_of_classes
from bench.accuracy.parts import parts
from bench.accuracy.prepared import CLASSES, Prepared
from bench.recipe.choosing import load
from bench.recipe.variants import Variant
from glassprop import Layer, MLPClassifier, MLPRegressor
from glassprop.tables.encoding.recipe_inputs import recipe_encoder
from glassprop.tables.schema.recipe import Recipe
from glassprop.tables.schema.recognize import recognize

_WATCHED = 0.15  # of the rows of one network


def run(name: str, seed: int, variant: Variant) -> dict[str, Any]:
    """Error, and seconds of processor time of what was trained."""
    table = load(name)
    split = parts(table, seed)
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said, classes = _predicted(table, split.train, split.test, seed, variant)
    seconds = time.process_time() - began
    y = table.y[split.test]
    scores = (
        scores_of_classes(y, said, classes, table.n_classes)
        if table.task == CLASSES
        else scores_of_amounts(y, said[:, 0])
    )
    error = max(error_of(scores), FLOOR)
    return {"table": name, "seed": seed, "variant": variant.name, "error": error, "seconds": seconds}


def _predicted(table: Prepared, train: np.ndarray, test: np.ndarray, seed: int, variant: Variant) -> tuple:
    """Shares of classes, or amounts in one column; and which classes."""
    classification = table.task == CLASSES
    frame = table.X
    _, schema = recognize(nw.from_native(frame.iloc[train]), {})
    y, center, spread = table.y, 0.0, 1.0
    if not classification:
        center, spread = float(y[train].mean()), float(y[train].std())
        y = (y - center) / spread
    said, classes = [], None
    for number, (rows, watched) in enumerate(_divided(train, table.y if classification else None, seed, variant)):
        steps = recipe_encoder(schema, variant.of_inputs(), target="classes" if classification else "amounts")
        X = np.asarray(steps.fit_transform(_at(frame, rows), y[rows]), dtype=np.float32)
        there = watched[np.isin(y[watched], y[rows])] if classification else watched
        model = _estimator(variant, steps, X, classification, seed, number)
        if model.early_stopping:
            model.fit(X, y[rows], X_val=steps.inputs(_at(frame, there)), y_val=y[there])
        else:
            model.fit(X, y[rows])
        at = steps.inputs(_at(frame, test))
        said.append(model.predict_proba(at) if classification else model.predict(at)[:, None] * spread + center)
        classes = model.classes_ if classification else None
    return np.mean(said, axis=0), classes


def _at(frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return frame.iloc[rows].reset_index(drop=True)


def _divided(rows: np.ndarray, labels: np.ndarray | None, seed: int, variant: Variant) -> list[tuple]:
    """Rows to learn from and rows that tell the best epoch, of each network."""
    labels = None if labels is None else labels[rows]
    counted = labels is None or np.unique(labels, return_counts=True)[1].min() > 1
    if not variant.folds:
        return [
            tuple(train_test_split(rows, test_size=_WATCHED, random_state=seed, stratify=labels if counted else None))
        ]
    kind = KFold if labels is None else StratifiedKFold
    folds = kind(variant.of_recipe().folds, shuffle=True, random_state=seed).split(rows, labels)
    return [(rows[train], rows[kept]) for train, kept in folds]


def _estimator(variant: Variant, steps: Any, X: np.ndarray, classification: bool, seed: int, turn: int) -> Any:
    recipe: Recipe = variant.of_recipe()
    arguments = recipe.arguments(len(X), classification) | {"early_stopping": True}
    if classification and variant.folds:
        arguments["temperature"] = False  # networks that are as sure as each may be are not sure enough as one
    arguments |= variant.arguments
    if not classification:
        arguments.pop("temperature", None)  # of probabilities
    layers = recipe.layers(steps.numbers_, steps.codes_, X.shape[1], turn)
    if variant.plain_start:
        layers = [_plain(layer) if isinstance(layer, Layer) else layer for layer in layers]
        arguments["output_options"] = {**recipe.output_options(), "initial": "auto"}
    arguments |= {"layers": layers, "random_state": 1000 * seed + turn}  # none starts as another
    return (MLPClassifier if classification else MLPRegressor)(**arguments)


def _plain(layer: Layer) -> Layer:
    return Layer(layer.n, layer.activation, layer.dropout, rates=layer.rates, decays=layer.decays)
