"""The estimator at the end of the Pipeline: how it is built from the defaults, and how its target is standardized."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.estimator.classifier import MLPClassifier
from glassprop.estimator.regressor import MLPRegressor
from glassprop.tables.schema.defaults import Defaults

ClassWeight = Mapping[Any, float] | str | None

# Beyond this ratio of mean to standard deviation, float32 would not hold the target's own units well enough.
_FAR = 1e3
# Beyond these, numbers of a network (or their squares, in the cost) come near the ends of float32.
_TINY, _HUGE, _HUGE_STANDARD = 1e-30, 1e30, 1e15


class TargetScale(OwnUnits):
    """Standardization of a regression target by mean and standard deviation (``spread``) of the rows trained on."""

    def fits_float32(self, *targets: np.ndarray) -> bool:
        """Whether single precision holds these targets, and leaves predictions in its own units exact enough."""
        ordinary = _TINY <= self.spread <= _HUGE and abs(self.mean) <= min(_FAR * self.spread, _HUGE)
        return ordinary and all(np.abs(self.standard(y)).max() <= _HUGE_STANDARD for y in targets)


def target_scale(y: np.ndarray, weights: np.ndarray | None) -> TargetScale:
    """Mean and standard deviation of the training targets; 1 where they do not differ."""
    mean = float(np.average(y, weights=weights))
    spread = float(np.sqrt(np.average((y - mean) ** 2, weights=weights)))
    return TargetScale(mean, spread if spread > 0 else 1.0)


def build(
    *,
    classification: bool,
    class_weight: ClassWeight,
    seed: int,
    rows: int,
    stop_early: bool,
    defaults: Defaults,
    loss: str = "squared_error",
    n_members: int = 1,
    member: str = "head",
    max_time: float | None = None,
) -> Any:
    """An unfitted estimator with the settings of `defaults`."""
    settings: dict[str, Any] = {
        "hidden_layer_sizes": defaults.hidden,
        "activation": defaults.activation,
        "solver": defaults.solver,
        "alpha": defaults.alpha,
        "batch_size": defaults.batch_rows(rows),
        "learning_rate": defaults.learning_rate,
        "learning_rate_init": defaults.learning_rate_init,
        "warmup": defaults.warmup,
        "beta_2": defaults.beta_2,
        "max_iter": defaults.epochs,
        "random_state": seed,
        "tol": defaults.tolerance,
        "early_stopping": stop_early,
        "n_iter_no_change": defaults.patience,
        "scoring": defaults.scoring,
        "dropout": defaults.dropout,
        "weight_decay": defaults.weight_decay,
        "clip_norm": defaults.clip_norm,
        "n_members": n_members,
        "member": member,
        "max_time": max_time,
    }
    if classification:
        return MLPClassifier(**settings | {"class_weight": class_weight, "label_smoothing": defaults.label_smoothing})
    return MLPRegressor(**settings, loss=loss)


def train(
    estimator: Any,
    X: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray | None,
    inner: tuple[np.ndarray, np.ndarray, np.ndarray | None] | None,
    callbacks: Sequence[Any],
) -> Any:
    """Fit, with the inner validation part (X, y, weights) where there is one."""
    with heard_by(estimator, callbacks):
        if inner is None:
            estimator.fit(X, y, sample_weight=weights)
        else:
            X_val, y_val, weights_val = inner
            estimator.fit(X, y, sample_weight=weights, X_val=X_val, y_val=y_val, sample_weight_val=weights_val)
    return estimator


@contextmanager
def heard_by(estimator: Any, callbacks: Sequence[Any]) -> Iterator[None]:
    """Callbacks for a fit within the block, of which nothing is kept after it but the model."""
    if callbacks:
        estimator.set_callbacks(*callbacks)
    try:
        yield
    finally:
        if callbacks:
            estimator.set_callbacks()  # a model file has no use for them
        if hasattr(estimator, "network_"):
            estimator.let_go()  # nor for what a fit would be resumed with: these rows are not at hand again
