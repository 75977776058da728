"""Of which type each part of a training's state is, and within which range: what kernels would take as it comes."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any

import numpy as np

from glassprop.engine.midway import StepCosts
from glassprop.ground.text import quoted
from glassprop.training.state import TrainState

_MOST = 2**63 - 1  # what kernels count with
_KEYS = 2**32 - 1
_MOST_PARTS = 64  # of what a step has cost


def _whole(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 <= int(value) <= most


def _real(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _rate(value: Any) -> bool:
    return value is None or (_real(value) and 0 <= float(value) < np.inf)


def _rows(array: Any) -> bool:
    return array is None or (array.ndim == 1 and array.dtype.kind in "iu")


def _weights(array: Any) -> bool:
    return array is None or (array.ndim == 1 and array.dtype.kind == "f")


_Rule = tuple[Callable[[Any], bool], str]
_COUNT: _Rule = (_whole(_MOST), "a whole number of 0 or more")
_FLAG: _Rule = (lambda value: isinstance(value, bool | np.bool_), "True or False")
_TEXT: _Rule = (lambda value: isinstance(value, str), "a text")
_RATE: _Rule = (_rate, "a finite number of 0 or more, or None")
_ROWS: _Rule = (_rows, "a row of whole numbers")
_WEIGHTS: _Rule = (_weights, "a vector of floating-point numbers")
RULES: dict[str, _Rule] = {
    **dict.fromkeys(("step", "epoch", "samples", "optimizer_samples", "plateaus", "waiting", "vector_bits"), _COUNT),
    **dict.fromkeys(("best_epoch", "kept_epoch", "planned"), _COUNT),
    "dropout_key": (_whole(_KEYS), f"a whole number from 0 to {_KEYS}"),
    "best_score": (lambda value: _real(value) and not isnan(value), "a number"),
    **dict.fromkeys(("rate", "best_rate", "last_rate"), _RATE),
    **dict.fromkeys(("exhausted", "interrupted", "diverged", "drawn"), _FLAG),
    **dict.fromkeys(("stopped_by", "engine", "engine_why", "products"), _TEXT),
    **dict.fromkeys(("theta", "best_theta", "last_theta"), _WEIGHTS),
    **dict.fromkeys(("order", "aside"), _ROWS),
}


def faults_of_facts(state: TrainState) -> list[str]:
    """What is of another type than it should be, or beyond its range, in words."""
    faults = [
        f"{name} must be {said}, got {_told(getattr(state, name))}"
        for name, (fits, said) in RULES.items()
        if not fits(getattr(state, name))
    ]
    for name in ("optimizer", "best_optimizer", "last_optimizer"):
        optimizer = getattr(state, name)
        if optimizer is not None and not _COUNT[0](optimizer.t):
            faults.append(f"{name}.t must be {_COUNT[1]}, got {_told(optimizer.t)}")
        if optimizer is not None and not _TEXT[0](optimizer.kind):
            faults.append(f"{name}.kind must be {_TEXT[1]}, got {_told(optimizer.kind)}")
    faults += faults_of_costs(state.so_far, goes_on=state.order is not None and state.drawn)
    for name, numbers in state.history.curves().items():
        if not (isinstance(numbers, list) and all(map(_real, numbers))):
            faults.append(f"history.{name} must be numbers, one an epoch")
    return faults


def faults_of_costs(made: StepCosts | None, *, goes_on: bool) -> list[str]:
    """What is wrong with what the steps of an epoch have cost that was left in its middle, in words.

    goes_on: whether the state has the order of that epoch.
    """
    if made is None:
        return []
    if not (_FLAG[0](made.averaged) and _are_of_steps(made)):
        return ["so_far must be what steps have cost: arrays of finite numbers, a row for each step"]
    if not goes_on:
        return ["so_far goes with an order that is that of the next epoch already"]
    return []


def _are_of_steps(made: StepCosts) -> bool:
    tables, rows, totals = (made.costs, made.squares), made.rows, made.totals
    return (
        all(each.ndim == 2 and each.dtype == np.float64 for each in tables)
        and rows.ndim == totals.ndim == 1
        and rows.dtype.kind in "iu"
        and totals.dtype == np.float64
        and len({len(each) for each in (*tables, rows, totals)}) == 1
        and len(rows) > 0
        and made.costs.shape == made.squares.shape
        and 1 <= made.costs.shape[1] <= _MOST_PARTS
        and bool((rows >= 0).all() and (totals >= 0).all())
        and all(bool(np.isfinite(each).all()) for each in (*tables, totals))
    )


def _told(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return quoted(value, 40)
