"""What a fit has kept of its course: costs and scores by epoch, and the epoch that was chosen, as plain numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from glassprop.displays.networks_in import networks_in
from glassprop.errors import SettingsError
from glassprop.tables.fitting.joined_networks import mean_curve

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curves:
    """Of one network, or the mean of several.

    Attributes
    ----------
    training : array (n_epochs,)
        The cost of the rows trained on.
    validation, score : array (n_epochs,)
        The cost and the score of the rows that judged; NaN where there were none.
    seconds : array (n_epochs,)
        Since the last call of ``fit`` began, at the end of each epoch; NaN where it is not known.
    best_epoch : int or None
        Which was chosen, counted from 1; None where the last one was taken.
    networks : tuple of Curves
        Each, where this is the mean of several.
    """

    training: Numbers
    validation: Numbers
    score: Numbers
    seconds: Numbers
    best_epoch: int | None = None
    networks: tuple[Curves, ...] = field(default=())


def curves_of(model: Any) -> Curves:
    """Of any fitted model that ends in a network, or holds several.

    Raises
    ------
    NotFittedError
    SettingsError
        If it keeps no curve.
    """
    networks = networks_in(model)
    told = _record_of(model)
    if isinstance(told, Mapping):
        return _with_folds(_of_one(networks[0], model), told)
    return mean_of([_of_one(network, model) for network in networks])


def _record_of(model: Any) -> Any:
    """What a table's estimator, at the end of Pipelines and searches, has written down; None of others."""
    while hasattr(model, "best_estimator_") or isinstance(model, Pipeline):
        model = model.steps[-1][1] if isinstance(model, Pipeline) else model.best_estimator_
    return getattr(model, "report_", None)


def curves_of_record(record: Mapping[str, Any]) -> Curves:
    """Of the record of a model that was trained from a table.

    Raises
    ------
    SettingsError
        If it tells of no training.
    """
    history = record.get("history", {})
    training = history.get("loss_curve") or []
    if not training:
        raise SettingsError("this record tells of no training: give that of a model that was trained from a table")
    validation = history.get("validation_curve") or []
    one = _curves(training, validation, best=history.get("best_epoch") if validation else None)
    return _with_folds(one, record)


def mean_of(several: Sequence[Curves]) -> Curves:
    """The mean of some, and each of them; of one, itself. One that has ended stays at its last number."""
    if len(several) == 1:
        return several[0]
    longest = max(len(one.training) for one in several)
    best = [one.best_epoch for one in several if one.best_epoch is not None]
    means = {
        name: np.array(mean_curve([getattr(one, name) for one in several], longest))
        for name in ("training", "validation", "score")
    }
    return Curves(
        **means,
        seconds=np.full(longest, np.nan),
        best_epoch=round(float(np.mean(best))) if len(best) == len(several) else None,
        networks=tuple(several),
    )


def _of_one(network: Any, model: Any) -> Curves:
    training = getattr(network, "loss_curve_", None)
    if training is None or not len(training):
        raise SettingsError(
            f"a {type(model).__name__} keeps no course of its training (loss_curve_): give a network that was trained "
            "by fit or partial_fit, or a model that ends in one"
        )
    score = getattr(network, "validation_scores_", None)
    validation = getattr(network, "validation_curve_", None)
    before = len(training) - int(network.n_iter_)  # epochs of earlier calls
    best = None
    if score is not None and len(score):
        best = getattr(network, "best_epoch_", int(np.argmax(score)) + 1)
        best = max(before, 0) + int(best) if hasattr(network, "best_epoch_") else int(best)
    times = [point[0] for point in getattr(network, "time_curve_", ())]
    return _curves(
        training,
        [] if validation is None else validation,
        [] if score is None else score,
        seconds=times if len(times) <= len(training) else [],  # more are those of several, one after another
        best=best,
        of_last_call=score is not None or len(validation or ()) == int(network.n_iter_),
    )


def _curves(
    training: Iterable[float],
    validation: Iterable[float],
    score: Iterable[float] = (),
    *,
    seconds: Iterable[float] = (),
    best: int | None = None,
    of_last_call: bool = False,
) -> Curves:
    """All as long as the training's. of_last_call: validation that is shorter belongs to its end."""
    costs = _numbers(training)
    return Curves(
        costs,
        _as_long(_numbers(validation), len(costs), at_end=of_last_call),
        _as_long(_numbers(score), len(costs), at_end=True),
        _as_long(_numbers(seconds), len(costs), at_end=True),
        best if best is not None and 1 <= best <= len(costs) else None,
    )


def _with_folds(mean: Curves, record: Mapping[str, Any]) -> Curves:
    """With the networks of folds that the mean is of, where the record has them."""
    folds = (record.get("folds") or {}).get("curves") or []
    each = tuple(_curves(one["training"], one["validation"], best=one["best_epoch"]) for one in folds)
    return Curves(mean.training, mean.validation, mean.score, mean.seconds, mean.best_epoch, each)


def _numbers(values: Iterable[float | None]) -> Numbers:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _as_long(values: Numbers, length: int, *, at_end: bool) -> Numbers:
    lacking = max(length - len(values), 0)
    return np.pad(
        values[-length:] if length else values, (lacking, 0) if at_end else (0, lacking), constant_values=np.nan
    )
