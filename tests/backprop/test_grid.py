"""Every activation × cost × depth 1-3 × outputs 1, 2, 5, weighted by turns: backprop against central differences.

Softmax over one output is always 1, so there is nothing to compare: that it is refused is the test.

And against a second implementation in 40 digits for a sample, so that the checker itself is proven.
"""

from __future__ import annotations

from itertools import product

import mpmath as mp
import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES, dense, fits, output_for, targets
from rounding import assert_rounded, size_of_gradient

from glassprop import check_gradient
from glassprop.errors import ArchitectureError

ROWS, INPUTS, HIDDEN = 6, 2, 3
WEIGHTS = np.array([1.0, 0.0, 2.5, 0.3, 1.0, 4.0])


def networks(activation, cost):
    """The networks of one activation under one cost, each with θ, X, Y and weights of examples or none.

    The activation is in every layer where the pair is allowed, else in the hidden layers (depth 2 and 3). Every depth
    and every number of outputs is there with weights and without: what they are multiplied with is the same in all.
    """
    output = activation if fits(activation, cost) else output_for(cost)
    for depth, (number, k) in product((1, 2, 3), enumerate((1, 2, 5))):
        if depth == 1 and output != activation:
            continue
        if k == 1 and output == "softmax":
            with pytest.raises(ArchitectureError, match="one neuron under softmax, which is always 1"):
                dense(INPUTS, *[(HIDDEN, activation)] * (depth - 1), (k, output), cost=cost)
            continue
        network = dense(INPUTS, *[(HIDDEN, activation)] * (depth - 1), (k, output), cost=cost)
        rng = np.random.default_rng([depth, k])
        theta = 0.7 * rng.normal(size=network.layout.size)  # no output so near 1 that 1 - a has lost its digits
        if activation == "exp":
            theta *= 0.3  # e^e^e^z: keep the numbers ordinary
        X, Y = rng.normal(size=(ROWS, INPUTS)), targets(network.cost_function.targets, ROWS, k, rng)
        yield network, theta, X, Y, WEIGHTS if (depth + number) % 2 else None


@pytest.mark.parametrize(("activation", "cost"), list(product(ACTIVATION_NAMES, COST_NAMES)))
def test_backprop_agrees_with_central_differences(activation, cost):
    largest, at_kinks, checked = [], 0, 0
    for network, theta, X, Y, weights in networks(activation, cost):
        result = check_gradient(network, theta, X, Y, weights)
        assert result.ok, f"{network}\n{result}"
        assert [layer.layer for layer in result.layers] == list(range(1, network.depth + 1))
        assert not result.by_directions
        scale = network.cost(theta, X, Y, weights)
        for layer in result.layers:
            largest.append(layer.largest)
            at_kinks += layer.at_kinks
            checked += layer.checked
            if layer.worst is not None and layer.largest > 1e-3 * scale:  # where rounding of C does not reach
                assert abs(layer.worst.backprop - layer.worst.difference) <= 1e-6 * layer.largest
    assert np.mean(np.array(largest) > 1e-3) > 0.85  # the gradients are not near 0, where anything agrees
    assert at_kinks <= 0.01 * checked


# --- a second implementation, in 40 digits -----------------------------------------------------------------


def mp_softmax(z):
    total = sum(mp.exp(v) for v in z)
    return [mp.exp(v) / total for v in z]


MP_ACTIVATIONS = {
    "tanh": lambda z: [mp.tanh(v) for v in z],
    "sigmoid": lambda z: [1 / (1 + mp.exp(-v)) for v in z],
    "identity": lambda z: z,
    "mish": lambda z: [v * mp.tanh(mp.log(1 + mp.exp(v))) for v in z],
    "gelu": lambda z: [v * mp.ncdf(v) for v in z],
    "relu": lambda z: [max(v, mp.mpf(0)) for v in z],
    "softmax": mp_softmax,
    "exp": lambda z: [mp.exp(v) for v in z],
    "softplus": lambda z: [mp.log(1 + mp.exp(v)) for v in z],
    "elu": lambda z: [v if v > 0 else mp.exp(v) - 1 for v in z],
    "hardswish": lambda z: [v * min(max(v + 3, mp.mpf(0)), mp.mpf(6)) / 6 for v in z],
    "softsign": lambda z: [v / (1 + abs(v)) for v in z],
    "squared_relu": lambda z: [max(v, mp.mpf(0)) ** 2 for v in z],
}
MP_COSTS = {
    "squared_error": lambda a, y: (a - y) ** 2,
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "cross_entropy": lambda a, y: -y * mp.log(a),
    "binary_cross_entropy": lambda a, y: -y * mp.log(a) - (1 - y) * mp.log(1 - a),
    "absolute_error": lambda a, y: abs(a - y),
    "poisson": lambda a, y: a - y - (y * mp.log(a / y) if y else 0),
    "huber": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - mp.mpf(1) / 2,
    "quantile": lambda a, y: max((y - a) / 2, (a - y) / 2),
    "log_cosh": lambda a, y: mp.log(mp.cosh(a - y)),
}
SAMPLE = [
    ((4, "tanh"), (3, "identity"), "squared_error"),
    ((3, "sigmoid"), (2, "mish"), "half_squared_error"),
    ((4, "relu"), (3, "softmax"), "cross_entropy"),
    ((3, "softmax"), (2, "softmax"), "squared_error"),
    ((3, "gelu"), (2, "sigmoid"), "binary_cross_entropy"),
    ((3, "softmax"), (2, "softplus"), "poisson"),
    ((3, "elu"), (2, "exp"), "poisson"),
    ((3, "mish"), (2, "tanh"), "absolute_error"),
    ((3, "relu"), (2, "elu"), "huber"),
    ((3, "softplus"), (2, "softmax"), "quantile"),
    ((3, "hardswish"), (2, "softsign"), "log_cosh"),
    ((3, "squared_relu"), (2, "identity"), "log_cosh"),
]


def mp_cost(layers, theta, X, Y, weights):
    """The weighted average cost by loops over neurons, in whatever precision mpmath is set to."""
    total = mp.mpf(0)
    for x, y, weight in zip(X, Y, weights, strict=True):
        a, start = [mp.mpf(v) for v in x], 0
        for n, activation in layers:
            w = [theta[start + j * len(a) : start + (j + 1) * len(a)] for j in range(n)]
            start += n * len(a)
            z = [sum(p * q for p, q in zip(w[j], a, strict=True)) + theta[start + j] for j in range(n)]
            start += n
            a = MP_ACTIVATIONS[activation](z)
        total += mp.mpf(weight) * sum(MP_COSTS[layers.cost](p, mp.mpf(q)) for p, q in zip(a, y, strict=True))
    return total / sum(mp.mpf(w) for w in weights)


class Layers(list):
    """(size, activation) pairs, and the cost."""

    cost = ""


@pytest.mark.parametrize(("hidden", "output", "cost"), SAMPLE)
def test_backprop_agrees_with_a_second_implementation_in_40_digits(hidden, output, cost):
    network, rng = dense(2, hidden, output, cost=cost), np.random.default_rng(0)
    theta, X = rng.normal(size=network.layout.size), rng.normal(size=(3, 2))
    Y, weights = targets(network.cost_function.targets, 3, output[0], rng), np.array([0.5, 2.0, 1.25])
    layers = Layers([hidden, output])
    layers.cost = cost
    with mp.workdps(40):
        exact_theta, h = [mp.mpf(v) for v in theta], mp.mpf("1e-15")
        exact_cost = float(mp_cost(layers, exact_theta, X, Y, weights))
        assert_rounded(network.cost(theta, X, Y, weights), exact_cost, 1 + exact_cost)
        exact = np.empty_like(theta)
        for i in range(theta.size):
            costs = [
                mp_cost(layers, [v + s * h if p == i else v for p, v in enumerate(exact_theta)], X, Y, weights)
                for s in (1, -1)
            ]
            exact[i] = float((costs[0] - costs[1]) / (2 * h))
    assert_rounded(network.gradient(theta, X, Y, weights), exact, size_of_gradient(network, theta, X, Y, weights))


def test_the_sample_covers_every_cost():
    assert {cost for *_, cost in SAMPLE} == set(COST_NAMES)
