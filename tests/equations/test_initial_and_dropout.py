"""Starting weights and dropout masks: the two places where numbers are drawn."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from rounding import assert_function

from glassprop import Layer, Network
from glassprop.equations.dropout import dropout_mask, mask_key
from glassprop.equations.initial import INITIALS

# Half-widths for 8 neurons before and 4 in the layer, from the papers named in the table: variance w²/3.
BOUNDS = {
    "glorot": sqrt(6 / 12),  # variance 2 / (in + out)
    "glorot_sigmoid": sqrt(2 / 12),
    "he": sqrt(6 / 8),  # variance 2 / in
    "lecun": sqrt(3 / 8),  # variance 1 / in
}


def test_every_rule_has_a_reference():
    assert set(INITIALS) == set(BOUNDS), "write the half-width that the paper of the new rule gives into BOUNDS"


@pytest.mark.parametrize("name", INITIALS)
def test_half_widths(name):
    assert_function(INITIALS[name](8, 4), BOUNDS[name])


@pytest.mark.parametrize("name", INITIALS)
def test_weights_are_uniform_within_the_bound(name):
    network = Network(80, [Layer(100, "tanh", initial=name)])
    theta = network.initial(np.random.default_rng(0))
    bound = INITIALS[name](80, 100)
    assert np.abs(theta).max() <= bound
    assert network.w(theta, 1).var() == pytest.approx(bound**2 / 3, rel=0.05)
    assert abs(network.w(theta, 1).mean()) < 0.03 * bound
    assert np.abs(network.b(theta, 1)).max() > bound / 2  # biases are drawn too


def test_draws_come_layer_by_layer_weights_in_out_then_biases():
    network = Network(2, [Layer(3, "relu"), Layer(1, "sigmoid")], cost="binary_cross_entropy")
    theta, rng = network.initial(np.random.default_rng(7)), np.random.default_rng(7)
    first, second = sqrt(6 / 5), sqrt(2 / 4)
    np.testing.assert_array_equal(network.w(theta, 1), rng.uniform(-first, first, (2, 3)).T)
    np.testing.assert_array_equal(network.b(theta, 1), rng.uniform(-first, first, 3))
    np.testing.assert_array_equal(network.w(theta, 2), rng.uniform(-second, second, (3, 1)).T)
    np.testing.assert_array_equal(network.b(theta, 2), rng.uniform(-second, second, 1))


# --- dropout -----------------------------------------------------------------------------------------------


def mask(key=1, step=0, layer=1, shape=(500, 400), rate=0.3, dtype=np.float64):
    return dropout_mask(key, step, layer, shape, rate, np.dtype(dtype))


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3, 0.5, 0.9, 1 - 1e-9])
def test_masks_drop_at_their_rate_and_keep_the_mean(rate):
    m = mask(rate=rate)
    assert set(np.unique(m)) <= {0.0, 1 / (1 - rate)}
    allowed = 5 * sqrt(rate * (1 - rate) / m.size) + 1e-9
    assert abs((m == 0).mean() - rate) < allowed


def test_masks_are_the_same_for_the_same_place():
    np.testing.assert_array_equal(mask(), mask())
    assert mask(dtype=np.float32).dtype == np.float32


def test_masks_do_not_depend_on_the_order_they_are_made_in():
    places = [(step, layer) for step in range(3) for layer in (1, 2)]
    forth = {place: mask(step=place[0], layer=place[1]) for place in places}
    back = {place: mask(step=place[0], layer=place[1]) for place in reversed(places)}
    for place in places:
        np.testing.assert_array_equal(forth[place], back[place])


@pytest.mark.parametrize("other", [{"key": 2}, {"step": 1}, {"layer": 2}, {"step": 2**32}, {"key": 2**31}])
def test_masks_of_different_places_are_independent(other):
    one, two = mask(rate=0.5) > 0, mask(rate=0.5, **other) > 0
    assert abs((one == two).mean() - 0.5) < 5 * 0.5 / sqrt(one.size)


def test_rows_and_columns_of_a_mask_are_dropped_evenly():
    kept = mask(rate=0.5) > 0
    for axis, n in ((0, 500), (1, 400)):
        assert np.abs(kept.mean(axis=axis) - 0.5).max() < 5 * 0.5 / sqrt(n)
    beside = (kept[:, 1:] == kept[:, :-1]).mean()
    assert abs(beside - 0.5) < 5 * 0.5 / sqrt(kept.size)


def test_step_and_layer_do_not_stand_in_for_each_other():
    keys = {mask_key(key, step, layer) for key in range(5) for step in range(50) for layer in range(1, 5)}
    assert len(keys) == 5 * 50 * 4
    assert all(0 <= key < 2**32 for key in keys)


def mix(x: int) -> int:
    """Wellons' low-bias 32-bit hash ("lowbias32", nullprogram.com/blog/2018/07/31), on Python's integers."""
    x = (x ^ (x >> 16)) * 0x7FEB352D % 2**32
    x = (x ^ (x >> 15)) * 0x846CA68B % 2**32
    return x ^ (x >> 16)


def test_masks_follow_their_definition_so_that_any_engine_can_make_them():
    key, step, layer, rate = 12345, 2**32 + 67, 3, 0.4
    seed = 0
    for word in (key, step % 2**32, step >> 32, layer):
        seed = mix(((seed ^ word) * 5 + 0x9E3779B9) % 2**32)
    assert mask_key(key, step, layer) == seed
    kept = [mix(mix(counter) ^ seed) >= round(rate * 2**32) for counter in range(3 * 8)]
    np.testing.assert_array_equal(mask(key, step, layer, (3, 8), rate) > 0, np.reshape(kept, (3, 8)))


def test_masks_are_frozen():
    """A saved number, from the day the masks were written: changing it changes every seeded run with dropout."""
    assert mask_key(12345, 67, 3) == 2140392489
