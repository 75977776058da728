"""Which values the constructor's arguments may take: scikit-learn's constraints, widened by ours."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, get_args

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from glassprop.engine.choose import ENGINES
from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost
from glassprop.estimator.build import STOCHASTIC_SOLVERS, FactorName, MemberName
from glassprop.training.schedule import SCHEDULES
from glassprop.training.train_settings import BestEpoch


def _from(low: float, *, open_low: bool = False, high: float | None = None, closed_high: bool = False) -> Interval:
    sides = {(False, False): "left", (True, False): "neither", (False, True): "both", (True, True): "right"}
    return Interval(Real, low, high, closed=sides[open_low, closed_high])


SHARED: dict[str, Any] = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [str, Activation, list, tuple],
    "layers": [None, list, tuple],
    "output_options": [None, Mapping],
    "max_time": [None, _from(0, open_low=True)],
    "best_epoch": [StrOptions(set(get_args(BestEpoch)))],
    "n_members": [Interval(Integral, 1, None, closed="left")],
    "member": [StrOptions(set(get_args(MemberName)))],
    "own_batches": ["boolean"],
    "solver": [StrOptions({"lbfgs", *STOCHASTIC_SOLVERS})],
    "alpha": [_from(0)],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "learning_rate": [StrOptions(set(SCHEDULES))],
    "learning_rate_init": [_from(0, open_low=True)],
    "power_t": [_from(0)],
    "decay_schedule": [None, StrOptions(set(get_args(FactorName)))],
    "dropout_schedule": [None, StrOptions(set(get_args(FactorName)))],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "loss": [str, Cost],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [_from(0)],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [_from(0, high=1, closed_high=True)],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [_from(0, high=1)],
    "beta_1": [_from(0, high=1)],
    "beta_2": [_from(0, high=1)],
    "epsilon": [_from(0, open_low=True)],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
    "max_fun": [Interval(Integral, 1, None, closed="left")],
    "output_activation": [str, Activation],
    "dropout": [_from(0, high=1), list, tuple],
    "weight_decay": [_from(0)],
    "clip_norm": [None, _from(0, open_low=True)],
    "residual": ["boolean"],
    "scale_inputs": ["boolean"],
    "warmup": [_from(0)],
    "scoring": [None, str, callable],
    "engine": [StrOptions(set(ENGINES))],
}
CLASSIFIER: dict[str, Any] = {
    **SHARED,
    "class_weight": [StrOptions({"balanced"}), dict, list, None],
    "label_smoothing": [_from(0, high=1)],
    "temperature": ["boolean"],
    "stratify": [StrOptions({"auto"}), "boolean"],
}
