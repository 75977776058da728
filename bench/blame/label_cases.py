"""One case of the bench of wrong labels: what is found, by one training and by five folds, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict

from bench.blame.label_tables import Planted, flipped, swapped
from glassprop import Margins, MLPClassifier, MLPRegressor, Tracer
from glassprop.estimator.suspecting import KEPT
from glassprop.influence.suspects import LABEL, ROW, Suspects

WATCHED, UNWATCHED = "glassprop", "glassprop, final weights alone"
SELF = "self-influence alone"
BY_CLEANLAB = ("cleanlab, self_confidence", "cleanlab, normalized_margin", "cleanlab, find_label_issues")
FOLDS, RESIDUALS = 5, "5-fold residuals"
_TIMES = 3  # the least of so many is how long it takes

Case = Mapping[str, Any]


def of_labels(name: str, how: str, share: float, seed: int) -> Case:
    """A share of the labels of a table flipped."""
    planted, model = flipped(name, how, share, seed), MLPClassifier(random_state=seed)
    fitted, watched = watched_fit(model, planted)
    suspects = fitted.suspect_labels(planted.X, planted.y, **watched)
    unwatched = fitted.suspect_labels(planted.X, planted.y)
    scores, suspected, by_folds = cleanlab(model, planted, seed)
    every = {WATCHED: suspects.scores, UNWATCHED: unwatched.scores, SELF: suspects.self_influence, **scores}
    return {
        "what": "labels", "table": name, "how": how, "share": share, "seed": seed, "rows": len(planted.y),
        "wrong": int(planted.wrong.sum()),
        "found": {way: found(planted.wrong, each) for way, each in every.items()},
        "decided": {
            WATCHED: decided(planted.wrong, suspects.suspected),
            UNWATCHED: decided(planted.wrong, unwatched.suspected),
            "cleanlab": decided(planted.wrong, suspected),
        },
        "right instead": right_instead(planted, suspects),
        **({} if seed else {"seconds": seconds(model, planted) | {"five folds": by_folds}}),
    }  # fmt: skip


def of_numbers(name: str, share: float, seed: int) -> Case:
    """A share of the numbers of a table in place of each other."""
    planted, model = swapped(name, share, seed), MLPRegressor(random_state=seed)
    fitted, watched = watched_fit(model, planted)
    suspects = fitted.suspect_labels(planted.X, planted.y, **watched)
    folds, began = KFold(FOLDS, shuffle=True, random_state=seed), process_time()
    residual = np.abs(cross_val_predict(clone(model), planted.X, planted.y, cv=folds) - planted.y)
    by_folds = process_time() - began
    every = {WATCHED: suspects.scores, SELF: suspects.self_influence, RESIDUALS: residual}
    return {
        "what": "numbers", "table": name, "share": share, "seed": seed, "rows": len(planted.y),
        "wrong": int(planted.wrong.sum()),
        "found": {way: found(planted.wrong, each) for way, each in every.items()},
        "decided": {WATCHED: decided(planted.wrong, suspects.suspected)},
        **({} if seed else {"seconds": seconds(model, planted) | {"five folds": by_folds}}),
    }  # fmt: skip


def watched_fit(model: Any, planted: Planted) -> tuple[Any, dict[str, Any]]:
    """A copy that is trained, and what to hand to ``suspect_labels``: as if it had trained it itself."""
    watched = {"margins": Margins(), "trace": Tracer(KEPT)}
    return clone(model).set_callbacks(*watched.values()).fit(planted.X, planted.y), watched


def seconds(model: Any, planted: Planted) -> dict[str, float]:
    """Processor seconds of a training, and of one that says what is suspected, in turns, the least of a few."""
    taken: dict[str, list[float]] = {"training": [], "suspects": []}
    for _ in range(_TIMES):
        for name, verb in (("training", "fit"), ("suspects", "suspect_labels")):
            one, began = clone(model), process_time()
            getattr(one, verb)(planted.X, planted.y)
            taken[name].append(process_time() - began)
    return {name: min(each) for name, each in taken.items()}


def of_unusual(name: str, how: str, share: float, seed: int) -> Case:
    """Labels flipped, and as many other rows in place of which there are rows from elsewhere: which kinds are said.

    columns mixed: each number is that of another row. noise: normal numbers, twice as wide as the table's.
    """
    planted, rng = flipped(name, "symmetric", share, seed), np.random.default_rng([seed, 5])
    X, n = planted.X.copy(), len(planted.y)
    odd = rng.choice(np.flatnonzero(~planted.wrong), round(share * n), replace=False)
    shape = len(odd), X.shape[1]
    X[odd] = 2 * rng.normal(size=shape) if how == "noise" else planted.X[rng.integers(n, size=shape), range(shape[1])]
    kinds = MLPClassifier(random_state=seed).suspect_labels(X, planted.y).kinds
    rest = ~planted.wrong
    rest[odd] = False
    return {
        "what": "unusual", "table": name, "how": how, "share": share, "seed": seed,
        "kinds": {
            group: {kind: float(np.mean(kinds[rows] == kind)) for kind in (LABEL, ROW)}
            for group, rows in (("wrong labels", planted.wrong), ("unusual rows", odd), ("all others", rest))
        },
    }  # fmt: skip


def of_retraining(name: str, share: float, seed: int) -> Case:
    """What training without the suspected rows brings: as is said, and by the true labels."""
    planted, model = flipped(name, "symmetric", share, seed), MLPClassifier(random_state=seed)
    retrained = model.suspect_labels(planted.X, planted.y, retrain=True).retrained
    true = []
    for kept, aside in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(planted.X, planted.y):
        wrong = planted.wrong[kept]
        suspected = clone(model).suspect_labels(planted.X[kept], planted.y[kept]).suspected
        left = np.delete(kept, suspected)
        ways = {"with": kept, "without suspected": left, "without wrong": kept[~wrong]}
        true.append(
            {
                way: float(
                    clone(model).fit(planted.X[rows], planted.y[rows]).score(planted.X[aside], planted.true[aside])
                )
                for way, rows in ways.items()
            }
        )
    return {
        "what": "retraining", "table": name, "share": share, "seed": seed,
        "said": {"before": retrained.before, "after": retrained.after, "before all": retrained.before_all,
                 "after all": retrained.after_all},
        "true": {way: float(np.mean([each[way] for each in true])) for way in true[0]},
    }  # fmt: skip


def cleanlab(model: Any, planted: Planted, seed: int) -> tuple[dict[str, Any], NDArray[np.int64], float]:
    """Its scores (the higher the more suspicious), what it suspects, and how long its five trainings take."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    folds, began = StratifiedKFold(FOLDS, shuffle=True, random_state=seed), process_time()
    shares = cross_val_predict(clone(model), planted.X, planted.y, cv=folds, method="predict_proba")
    seconds = process_time() - began
    scores = [
        -get_label_quality_scores(planted.y, shares, method=name) for name in ("self_confidence", "normalized_margin")
    ]
    suspected = find_label_issues(planted.y, shares, return_indices_ranked_by="self_confidence")
    order = scores[0] - scores[0].max()  # the others come behind, in the order of their scores
    order[suspected] = np.arange(len(suspected), 0, -1)
    return dict(zip(BY_CLEANLAB, (*scores, order), strict=True)), suspected, seconds


def found(wrong: NDArray[np.bool_], scores: NDArray[np.float64]) -> list[float]:
    """The area under the ROC curve, and the precision among as many rows as are wrong."""
    top = np.argsort(-scores, kind="stable")[: wrong.sum()]
    return [float(roc_auc_score(wrong, scores)), float(wrong[top].mean())]


def decided(wrong: NDArray[np.bool_], suspected: NDArray[np.int64]) -> list[float]:
    """Precision and recall of what is suspected, and its number by the true one."""
    hits = int(wrong[suspected].sum())
    return [hits / max(len(suspected), 1), hits / int(wrong.sum()), len(suspected) / int(wrong.sum())]


def right_instead(planted: Planted, suspects: Suspects) -> float:
    """How many of the labels suggested for those that are wrong are the true ones; NaN where none is suspected."""
    rows = suspects.suspected[planted.wrong[suspects.suspected]]
    return float(np.mean(suspects.suggested[rows] == planted.true[rows])) if len(rows) else float("nan")
