"""Arrays are looked at once on each way in: shapes by one call, targets by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassprop import Layer, MLPRegressor, Network
from glassprop.architecture import fits, given
from glassprop.equations.cost import Cost
from glassprop.settings import Settings
from glassprop.training import feed

X = np.random.default_rng(0).normal(size=(40, 3))
Y = X[:, :1]
SETTINGS = Settings(epochs=2)


def network() -> Network:
    return Network(3, [Layer(4, "tanh"), Layer(1, "identity")])


def trained(**options: Any) -> None:
    rng = np.random.default_rng(0)
    network().train(network().initial(rng), X, Y, settings=SETTINGS, rng=rng, **options)


def resumed() -> None:
    rng, left = np.random.default_rng(0), []
    network().train(network().initial(rng), X, Y, settings=SETTINGS, rng=rng, on_epoch=lambda r: left.append(r.state))
    network().resume(left[-1], X, Y, settings=Settings(epochs=3))


WAYS: dict[str, tuple[Callable[[], None], int]] = {
    "train": (trained, 1),
    "train and its own share of validation": (lambda: trained(validation=0.25), 1),
    "train and other arrays of validation": (lambda: trained(validation=(X[:9], Y[:9])), 2),
    "train and resume": (resumed, 2),
    "an estimator": (lambda: MLPRegressor(hidden_layer_sizes=(4,), max_iter=2).fit(X, Y[:, 0]), 1),
    "an estimator with validation": (
        lambda: MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, early_stopping=True).fit(X, Y[:, 0]),
        2,
    ),
    "an estimator with L-BFGS": (
        lambda: MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, solver="lbfgs").fit(X, Y[:, 0]),
        1,
    ),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("way", "times"), WAYS.values(), ids=WAYS)
def test_each_array_is_looked_at_once(way: Callable[[], None], times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes, targets = [], []
    check_targets = Cost.check_targets

    def counted(*arguments: Any) -> None:
        shapes.append(arguments)
        fits.check_shapes(*arguments)

    def counted_targets(self: Cost, Y: Any) -> None:
        targets.append(Y)
        check_targets(self, Y)

    for module in (given, feed):
        monkeypatch.setattr(module, "check_shapes", counted)
    monkeypatch.setattr(Cost, "check_targets", counted_targets)
    way()
    assert len(shapes) == len(targets) == times
