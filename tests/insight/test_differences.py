"""The finite-difference column: right where the cost is smooth, and marked where a kink lies in the way."""

from __future__ import annotations

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, FITTING, dense, targets
from rounding import bound

from glassprop.equations.cost import find_cost


def _explanation(hidden, output, cost, seed):
    rng = np.random.default_rng(seed)
    network = dense(3, (4, hidden), (3, hidden), (2, output), cost=cost)
    theta = rng.normal(scale=0.5, size=network.layout.size)
    return network.explain(theta, rng.normal(size=3), targets(find_cost(cost).targets, 1, 2, rng)[0])


def _all_of(e):
    for l in range(1, e.architecture.depth + 1):
        n, k = e.architecture.sizes[l], e.architecture.sizes[l - 1]
        yield [e.weight(l, j, i) for j in range(n) for i in range(k)] + [e.bias(l, j) for j in range(n)]
    yield [e.input(name) for name in e.names.inputs]


@pytest.mark.parametrize(("output", "cost"), FITTING)
def test_differences_agree_where_there_is_no_kink(output, cost):
    hidden = ACTIVATION_NAMES[FITTING.index((output, cost)) % len(ACTIVATION_NAMES)]
    e = _explanation(hidden, output, cost, seed=1)
    compared = 0
    for derivatives in _all_of(e):
        largest = max(abs(d.value) for d in derivatives)
        of_nudged_costs = 1e3 * e.cost  # costs at steps of 1e-3, over the step
        for d in derivatives:
            if not d.kink:
                assert abs(d.by_difference - d.value) <= 1e-7 * largest + bound(of_nudged_costs)
                compared += 1
    assert compared > 20


def test_a_kink_of_an_activation_in_the_way_is_marked():
    network = dense(1, (1, "relu"), (1, "identity"))
    near, far = (network.explain(np.array([1.0, b, 1.0, 0.0]), [1.0], [3.0]) for b in (-1 + 1e-4, 1.0))
    for found in (near.weight(1, 0, 0), near.bias(1, 0), near.input("x0")):
        assert found.kink
        assert abs(found.by_difference - found.value) > 1e-3
    assert not near.weight(2, 0, 0).kink
    assert not far.weight(1, 0, 0).kink


@pytest.mark.parametrize(("cost", "y"), [("absolute_error", 1.0002), ("quantile(0.9)", 1.0002), ("huber(0.5)", 1.5002)])
def test_a_kink_of_the_cost_in_the_way_is_marked(cost, y):
    network = dense(1, (1, "identity"), cost=cost)
    assert network.explain(np.array([1.0, 0.0]), [1.0], [y]).weight(1, 0, 0).kink
    assert not network.explain(np.array([1.0, 0.0]), [1.0], [y + 0.1]).weight(1, 0, 0).kink


def test_a_weight_from_a_neuron_that_is_0_does_not_matter():
    network = dense(1, (1, "relu"), (1, "relu"))
    e = network.explain(np.array([-1.0, 0.0, 1.0, 1e-4]), [1.0], [3.0])  # a of layer 1 is 0; z of layer 2 at its kink
    found = e.weight(2, 0, 0)
    assert (found.value, found.by_difference, found.kink) == (0.0, 0.0, False)
    assert e.bias(2, 0).kink
