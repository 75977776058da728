"""A call of training on arrays as they are given: begun, or gone on with where it was left."""

from __future__ import annotations

import warnings
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.given import given_examples
from glassprop.backprop.ranks import Reduce
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import quoted
from glassprop.training.batches import apart, rows_aside
from glassprop.training.generators import draw_key
from glassprop.training.loop import train
from glassprop.training.reports import OnEpoch, Validation
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings, check_run


def begin(
    architecture: Architecture,
    theta: ArrayLike,
    X: Rows,
    Y: ArrayLike,
    sample_weight: ArrayLike | None,
    settings: Settings | None,
    *,
    rng: Any,
    validation: float | tuple[ArrayLike, ...] | None,
    stratify: bool,
    on_epoch: OnEpoch | None,
    reduce: Reduce | None,
) -> TrainState:
    """``Network.train``."""
    check_run(settings, rng, on_epoch, stratify, reduce)
    theta, X, Y, sample_weight = given_examples(architecture, theta, X, Y, sample_weight)
    data, held_out, state = Data(X, Y, sample_weight), None, TrainState(np.array(theta))
    if isinstance(validation, Real) and not isinstance(validation, bool):
        state.aside = rows_aside(data, float(validation), rng, stratify=stratify)
        data, held_out = apart(data, state.aside)
    elif validation is not None:
        held_out = _validation_data(architecture, theta, validation)
    train(
        architecture,
        state,
        data,
        settings or Settings(),
        rng=rng,
        validation=None if held_out is None else Validation(held_out),
        on_epoch=on_epoch,
        dropout_key=draw_key(rng) if any(layer.dropout for layer in architecture.layers) else 0,
        reduce=reduce,
        checked=True,
    )
    return _told(state)


def resume(
    architecture: Architecture,
    state: TrainState,
    X: Rows,
    Y: ArrayLike,
    sample_weight: ArrayLike | None,
    settings: Settings | None,
    *,
    validation: tuple[ArrayLike, ...] | None,
    on_epoch: OnEpoch | None,
    reduce: Reduce | None,
) -> TrainState:
    """``Network.resume``."""
    if not isinstance(state, TrainState):
        raise SettingsError(f"state must be a TrainState, got a {type(state).__name__}; on_epoch is handed one")
    check_run(settings, state.rng or np.random.default_rng(0), on_epoch, False, reduce)
    _, X, Y, sample_weight = given_examples(architecture, state.theta, X, Y, sample_weight)
    data, held_out = Data(X, Y, sample_weight), None
    if state.aside is not None:
        if validation is not None:
            raise SettingsError("this state knows which rows were set aside for validation: leave validation out")
        if len(state.aside) and state.aside[-1] >= len(data):
            raise SettingsError(f"row {state.aside[-1]} was set aside, and there are {len(data)}: give the same data")
        data, held_out = apart(data, state.aside)
    elif isinstance(validation, Real):
        raise SettingsError("this training set no rows aside: give its validation data as a tuple (X, Y), or none")
    elif validation is not None:
        held_out = _validation_data(architecture, state.theta, validation)
    judge = None if held_out is None else Validation(held_out)
    train(
        architecture,
        state,
        data,
        settings or Settings(),
        validation=judge,
        on_epoch=on_epoch,
        resume=True,
        reduce=reduce,
        checked=True,
    )
    return _told(state)


def _told(state: TrainState) -> TrainState:
    if state.diverged:
        warnings.warn(state.stopped_by, RuntimeWarning, stacklevel=4)
    return state


def _validation_data(architecture: Architecture, theta: Array, given: Any) -> Data:
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        raise SettingsError(
            "validation must be a fraction between 0 and 1, or a tuple (X, Y) or (X, Y, sample_weight), got "
            + (f"a {type(given).__name__} of {len(given)}" if isinstance(given, tuple | list) else quoted(given, 60))
        )
    try:
        return Data(*given_examples(architecture, theta, *given)[1:])
    except DataError as error:
        raise DataError(f"validation: {error}") from None
