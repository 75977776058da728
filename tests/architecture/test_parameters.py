"""The layout of θ: one contiguous vector, layer by layer W row by row and then b, seen through views."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop.architecture.parameters import Layout
from glassprop.layers.dense import Layer

SIZES = [2, 3, 4, 1]
LAYOUT = Layout.of([Layer(n) for n in SIZES[1:]], SIZES)


def test_order_of_theta_written_out():
    assert [(b.layer, b.name, b.shape, b.start, b.stop) for b in LAYOUT.blocks] == [
        (1, "w", (3, 2), 0, 6),
        (1, "b", (3,), 6, 9),
        (2, "w", (4, 3), 9, 21),
        (2, "b", (4,), 21, 25),
        (3, "w", (1, 4), 25, 29),
        (3, "b", (1,), 29, 30),
    ]
    assert LAYOUT.size == 30


def test_w_jk_leads_from_k_to_j():
    theta = np.arange(30.0)
    w = LAYOUT.w(theta, 2)
    for j in range(4):
        for k in range(3):
            assert w[j, k] == 9 + 3 * j + k
    np.testing.assert_array_equal(LAYOUT.b(theta, 2), [21, 22, 23, 24])


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_are_contiguous_views(layer, dtype):
    theta = np.zeros(30, dtype=dtype)
    for view in (LAYOUT.w(theta, layer), LAYOUT.b(theta, layer)):
        assert np.shares_memory(view, theta)
        assert view.flags.c_contiguous
        assert view.dtype == dtype
        view[...] = layer
    assert (theta == layer).sum() == SIZES[layer] * (SIZES[layer - 1] + 1)


def test_every_entry_belongs_to_one_block_and_has_its_place():
    for block in LAYOUT.blocks:
        for i in range(block.start, block.stop):
            assert [b for b in LAYOUT.blocks if b.start <= i < b.stop] == [block]
            theta = np.zeros(30)
            theta[i] = 1
            assert block.view(theta)[block.place(i)] == 1
            assert LAYOUT.block(block.layer, block.name) is block


def test_decay_is_for_weights_alone():
    marked = LAYOUT.decay_factors
    for block in LAYOUT.blocks:
        assert (marked[block.start : block.stop] == (block.name == "w")).all()
