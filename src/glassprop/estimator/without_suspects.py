"""What training without the suspected rows brings, by folds: each row is judged by networks that have not seen it."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.influence.suspects import Retrained, Suspects

FOLDS = 5
Progress = Callable[[int, int], None]  # how many trainings are done, and of how many


def folds_of(retrain: Any, n: int) -> int:
    """How many folds are asked for; 0: none."""
    if retrain is None or isinstance(retrain, bool | np.bool_):
        return min(FOLDS, n) if retrain else 0
    try:
        number = index(retrain)
    except TypeError:
        number = -1
    if number != 0 and not 2 <= number <= n:
        raise SettingsError(
            f"retrain must be True, False or a number of folds from 2 to the {n} rows, got {quoted(retrain, 60)}"
        )
    return number


def retrained(
    watched: Callable[..., tuple[Any, Suspects]],
    fitted: Callable[..., Any],
    rows: tuple[Any, Any, Any],
    whole: Suspects,
    folds: int,
    progress: Progress | None,
) -> Retrained:
    """Train twice a fold: on its training rows, and on those without the rows that are suspected among them.

    watched: trains a network on X, y and weights, and has what is suspected of these rows; fitted: trains one.
    rows: X, y and weights; whole: what is suspected of all of them.
    """
    given = whole.given
    predicted: list[list[Any]] = [[], []]
    judged: list[NDArray[np.int64]] = []
    left_out = []
    for number, (kept, aside) in enumerate(_split(given, whole.task, folds)):
        model, suspects = watched(*_part(rows, kept))
        left = _but_suspected(suspects, given[kept])
        _tell(progress, 2 * number + 1, 2 * folds)
        again = fitted(*_part(rows, kept[left]))
        _tell(progress, 2 * number + 2, 2 * folds)
        X = _safe_indexing(rows[0], aside)
        for mine, each in zip(predicted, (model, again), strict=True):
            mine.append(each.predict(X))
        judged.append(aside)
        left_out.append(len(kept) - len(left))
    order, before, after = (np.concatenate(each) for each in (judged, *predicted))
    trusted = ~np.isin(order, whole.suspected)
    score = _r2 if whole.task == "numbers" else _accuracy
    return Retrained(
        metric="R²" if whole.task == "numbers" else "accuracy",
        before=score(given[order][trusted], before[trusted]),
        after=score(given[order][trusted], after[trusted]),
        left_out=round(float(np.mean(left_out))),
        judged_on=int(trusted.sum()),
        before_all=score(given[order], before),
        after_all=score(given[order], after),
        folds=folds,
    )


def _split(given: Any, task: str, folds: int) -> list[tuple[Any, Any]]:
    from sklearn.model_selection import KFold, StratifiedKFold  # slow to load, and few need it

    by_class = task != "numbers" and given.ndim == 1 and np.unique(given, return_counts=True)[1].min() >= folds
    splitter = (StratifiedKFold if by_class else KFold)(folds, shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(given)), given if by_class else None))


def _part(rows: tuple[Any, Any, Any], which: NDArray[np.int64]) -> tuple[Any, Any, Any]:
    X, y, weight = (part.tocsr() if hasattr(part, "tocsr") else part for part in rows)
    return _safe_indexing(X, which), _safe_indexing(y, which), None if weight is None else _safe_indexing(weight, which)


def _but_suspected(suspects: Suspects, given: Any) -> NDArray[np.int64]:
    """The rows that are not suspected, and those without which a class would be lost."""
    left = np.ones(len(suspects), dtype=bool)
    left[suspects.suspected] = False
    if suspects.task != "numbers" and given.ndim == 1:
        left |= ~np.isin(given, given[left])
    return np.flatnonzero(left)


def _accuracy(y: Any, predicted: Any) -> float:
    right = np.asarray(y) == np.asarray(predicted)
    return float(np.mean(right if right.ndim == 1 else right.all(axis=1))) if len(right) else float("nan")


def _r2(y: Any, predicted: Any) -> float:
    from sklearn.metrics import r2_score

    return float(r2_score(y, predicted)) if len(y) > 1 else float("nan")


def _tell(progress: Progress | None, done: int, of: int) -> None:
    if progress is not None:
        progress(done, of)
