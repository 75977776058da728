"""Fitted models of every kind, small, with their rows: what each picture is tried on. Each is fitted once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
import polars as pl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier as ItsMLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import Layer, MLPClassifier, MLPRegressor, PeriodicEmbedding, TabularClassifier, TabularRegressor

X3, Y3 = load_iris(return_X_y=True)
X3, Y3 = X3[::2] - X3.mean(axis=0), Y3[::2]
NAMES = np.array(["iris $a$", "_b", "virginica"])
X2, Y2 = X3[25:], Y3[25:]
AMOUNT = X3[:, 0] * 2 - X3[:, 2] + 5
QUICK: dict[str, Any] = {
    "hidden_layer_sizes": (5,),
    "max_iter": 4,
    "tol": 0.0,
    "random_state": 0,
    "engine": "reference",
}
STOPS: dict[str, Any] = {**QUICK, "early_stopping": True, "validation_fraction": 0.3, "max_iter": 12}
FRAME = pl.DataFrame({**{f"x_{k}": X3[:, k] for k in range(3)}, "town": ["Ulm", "Bonn", None, "Ulm", "Jena"] * 15})


@dataclass(frozen=True)
class Drawn:
    """A model, rows as it takes them, their targets; how many networks are behind it."""

    model: Any
    X: Any
    y: Any
    networks: int = 1


def _classifiers() -> dict[str, Callable[[], Drawn]]:
    named = pl.Series("kind", NAMES[Y3])
    return {
        "two classes": lambda: Drawn(MLPClassifier(**QUICK).fit(X2, Y2), X2, Y2),
        "three classes": lambda: Drawn(MLPClassifier(**QUICK).fit(X3, Y3), X3, Y3),
        "early stopping": lambda: Drawn(MLPClassifier(scoring="loss", **STOPS).fit(X3, Y3), X3, Y3),
        "names of classes, in polars": lambda: Drawn(MLPClassifier(**QUICK).fit(X3, NAMES[Y3]), X3, named),
        "lbfgs": lambda: Drawn(MLPClassifier(**{**QUICK, "solver": "lbfgs"}).fit(X3, Y3), X3, Y3),
        "members": lambda: Drawn(MLPClassifier(**QUICK, n_members=3).fit(X3, Y3), X3, Y3),
        "whole members": lambda: Drawn(MLPClassifier(**QUICK, n_members=2, member="network").fit(X3, Y3), X3, Y3),
        "factors before": lambda: Drawn(MLPClassifier(**QUICK, scale_inputs=True).fit(X3, Y3), X3, Y3),
        "waves before": lambda: Drawn(MLPClassifier(**_with_waves()).fit(X3, Y3), X3, Y3),
        "no hidden layer": lambda: Drawn(MLPClassifier(**{**QUICK, "hidden_layer_sizes": ()}).fit(X3, Y3), X3, Y3),
        "frame of pandas": lambda: _of_pandas(MLPClassifier(**QUICK)),
        "pipeline": lambda: _of_pandas(make_pipeline(StandardScaler(), MLPClassifier(**QUICK))),
        "search": lambda: Drawn(GridSearchCV(MLPClassifier(**QUICK), {"alpha": [0.1, 1.0]}, cv=2).fit(X3, Y3), X3, Y3),
        "scikit-learn's": lambda: Drawn(ItsMLPClassifier(**_its(STOPS)).fit(X3, Y3), X3, Y3),
        "table": lambda: Drawn(
            TabularClassifier(epochs=3, cross_fit=2, recipe="plain", random_state=0).fit(FRAME, NAMES[Y3]),
            FRAME,
            named,
            2,
        ),
        "table, one network": lambda: Drawn(
            TabularClassifier(epochs=3, cross_fit=None, random_state=0).fit(FRAME, Y3), FRAME, Y3
        ),
        "votes": lambda: Drawn(VotingClassifier(_two_of(MLPClassifier), voting="soft").fit(X3, Y3), X3, Y3, 2),
        "calibrated": lambda: Drawn(CalibratedClassifierCV(MLPClassifier(**QUICK), cv=2).fit(X3, Y3), X3, Y3, 2),
    }


def _regressors() -> dict[str, Callable[[], Drawn]]:
    series = pd.Series(AMOUNT, name="price_$")
    frame = FRAME.to_pandas()
    return {
        "regressor": lambda: Drawn(MLPRegressor(**QUICK).fit(X3, AMOUNT), X3, AMOUNT),
        "regressor, early stopping": lambda: Drawn(MLPRegressor(**STOPS).fit(X3, AMOUNT), X3, list(AMOUNT)),
        "regressor, members": lambda: Drawn(MLPRegressor(**QUICK, n_members=2).fit(X3, AMOUNT), X3, series),
        "regressor, transformed": lambda: Drawn(
            TransformedTargetRegressor(MLPRegressor(**QUICK), transformer=StandardScaler()).fit(X3, AMOUNT), X3, series
        ),
        "regressors, bagged": lambda: Drawn(
            BaggingRegressor(MLPRegressor(**QUICK), n_estimators=2, random_state=0).fit(X3, AMOUNT), X3, AMOUNT, 2
        ),
        "regression of a table": lambda: Drawn(
            TabularRegressor(epochs=3, cross_fit=2, recipe="plain", random_state=0).fit(frame, series), frame, series, 2
        ),
    }


def _two_of(kind: type) -> list[tuple[str, Any]]:
    return [(str(seed), kind(**{**QUICK, "random_state": seed})) for seed in range(2)]


def _with_waves() -> dict[str, Any]:
    return {
        "layers": [PeriodicEmbedding([0, 1], n=3), Layer(4, "tanh")],
        **{k: QUICK[k] for k in ("max_iter", "random_state")},
    }


def _its(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "engine"}


def _of_pandas(model: Any) -> Drawn:
    frame = pd.DataFrame(X3, columns=["length $x$", "a_b", "_c", "d"])
    return Drawn(model.fit(frame, Y3), frame, pd.Series(Y3, name="kind"))


CLASSIFIERS, REGRESSORS = _classifiers(), _regressors()
EVERY = {**CLASSIFIERS, **REGRESSORS}


@cache
def drawn(name: str) -> Drawn:
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        return EVERY[name]()


def axes() -> Any:
    """Of a figure that pyplot knows nothing of."""
    return Figure().subplots()


def painted(display: Any) -> Any:
    """The same, after all of it was painted."""
    FigureCanvasAgg(display.figure_).draw()
    return display
