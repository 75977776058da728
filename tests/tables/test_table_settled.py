"""Settings follow what is asked for: a narrow network trains longer and faster, a short training faster."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassprop.tables import Defaults, FitOptions, Table, fit_table
from glassprop.tables.schema.settled import settled

USUAL = Defaults()


def test_without_a_wish_all_stays():
    assert settled(FitOptions(), USUAL) == USUAL
    assert settled(FitOptions(activation="tanh"), USUAL).learning_rate_init == USUAL.learning_rate_init
    assert settled(FitOptions(hidden=(256, 128), epochs=60), USUAL) == USUAL
    assert settled(FitOptions(hidden=(512,)), USUAL) == Defaults(hidden=(512,))


@pytest.mark.parametrize(
    ("hidden", "epochs", "faster"),
    [((64,), 120, 2), ((16,), 240, 4), ((4,), 360, 4), ((2, 1), 360, 4), ((64, 8), 120, 2)],
)
def test_narrow_networks_train_longer_and_faster_and_weights_shrink_as_much_in_all(hidden, epochs, faster):
    found = settled(FitOptions(hidden=hidden), USUAL)
    assert found.epochs == epochs
    assert found.learning_rate_init == pytest.approx(faster * USUAL.learning_rate_init)
    for name in ("weight_decay", "small_weight_decay"):
        in_all = getattr(found, name) * found.learning_rate_init * found.epochs
        assert in_all == pytest.approx(getattr(USUAL, name) * USUAL.learning_rate_init * USUAL.epochs)
    assert found.patience == pytest.approx(USUAL.patience * epochs / USUAL.epochs)


def test_what_is_asked_for_is_kept_and_short_trainings_are_faster():
    found = settled(FitOptions(hidden=(16,), epochs=15, activation="gelu"), USUAL)
    assert (found.hidden, found.epochs, found.activation, found.patience) == ((16,), 15, "gelu", 15)
    assert found.learning_rate_init == pytest.approx(4 * 2 * USUAL.learning_rate_init)
    assert found.weight_decay <= USUAL.weight_decay
    longer = settled(FitOptions(epochs=120), USUAL)
    assert (longer.learning_rate_init, longer.patience) == (USUAL.learning_rate_init, 30)


def _circle(rows):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 2))
    return pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": np.where((x**2).sum(axis=1) > 1.4, "out", "in")})


@pytest.mark.parametrize(("hidden", "least"), [((4,), 0.88), ((8,), 0.94), ((16,), 0.95), ((4, 4), 0.92)])
def test_small_networks_learn_a_circle(hidden, least):
    """With the schedule of the default network they get 60 to 85 of 100 right."""
    outcome = fit_table(Table(_circle(1200), "circle"), FitOptions("y", hidden=hidden, validation=0.3))
    assert outcome.scores["accuracy"] > least
