"""The history of a training: an epoch looks at what is new in it, never at all that came before."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any, SupportsIndex

import numpy as np
import pytest

from glassprop import MLPClassifier, MLPRegressor
from glassprop.training.state import History


class Counted(list[float]):
    """A list that counts the entries that are read from it."""

    def __init__(self, entries: list[float]) -> None:
        super().__init__(entries)
        self.read = 0

    def __iter__(self) -> Any:
        for entry in super().__iter__():
            self.read += 1
            yield entry

    def __getitem__(self, at: SupportsIndex | slice) -> Any:
        found = super().__getitem__(at)
        self.read += len(found) if isinstance(at, slice) else 1
        return found


@pytest.mark.parametrize("costs", [[3.0, 1.0, 2.0], [math.nan, 1.0], [1.0, math.nan, 0.5], [math.inf, 2.0], []])
def test_the_least_cost_is_what_min_says_however_the_list_came_to_be(costs: list[float]) -> None:
    history = History()
    for cost in costs:
        history.cost.append(cost)
        np.testing.assert_equal(history.least_cost(), min(history.cost))
    assert History(costs).least_cost() == pytest.approx(min(costs, default=math.inf), nan_ok=True)
    history.cost.clear()
    assert history.least_cost() == math.inf
    history.cost.append(7.0)
    assert history.least_cost() == 7.0


def test_a_copy_has_lists_of_its_own() -> None:
    history = History([1.0], [2.0], [3.0])
    copied = deepcopy(history)
    assert copied == history
    assert {id(entries) for entries in copied.curves().values()}.isdisjoint(map(id, history.curves().values()))


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("more", ["partial_fit", "fit"])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_long_history_is_not_read_again(kind: type, more: str) -> None:
    """10,000 epochs behind them, calls and epochs read a few entries each."""
    X, y = np.random.default_rng(0).normal(size=(6, 3)), np.array([0, 1, 0, 1, 0, 1])
    model = kind(hidden_layer_sizes=(4,), random_state=0, max_iter=20, n_iter_no_change=100, engine="reference")
    model.set_params(warm_start=more == "fit")
    model.partial_fit(X, y, **({"classes": [0, 1]} if kind is MLPClassifier else {}))
    history = model._state.history
    history.cost[:] = [1.0] * 10_000
    history.cost = Counted(history.cost)
    model.partial_fit(X, y)
    at_first = history.cost.read
    history.cost.read = 0
    if more == "fit":
        model.fit(X, y)
    else:
        for _ in range(20):
            model.partial_fit(X, y)
    assert history.cost.read <= 20 * 10 < at_first
    assert len(model.loss_curve_) == 10_021
    assert model.best_loss_ == min(model.loss_curve_)
