"""The k-best recursion against writing down every path, and what it costs on a large network."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from core_cases import dense
from hypothesis import given, settings
from hypothesis import strategies as st
from rounding import assert_rounded, sizes_by_a_and_z

from glassprop.insight.paths import PathFinder


def _jacobian(activation, z, a):
    """∂a_m/∂z_j, (m, j), by formula."""
    if activation == "softmax":
        return np.diag(a) - np.outer(a, a)
    return np.diag(
        {"tanh": 1 - a**2, "relu": 1.0 * (z > 0), "sigmoid": a * (1 - a), "identity": np.ones_like(a)}[activation]
    )


def _every_path(network, theta, e, layer, start):
    """Every path as (neurons entered and left, product): through w into z_j, through ∂a_m/∂z_j out of a_m."""
    depth, mixes = network.depth, [l.activation.name == "softmax" for l in network.layers]
    choices = []
    for l in range(layer + 1, depth + 1):
        n = range(network.sizes[l])
        several = mixes[l - 1] and l < depth
        choices.append([(j, m) for j in n for m in n] if several else [(j, j) for j in n])
    for steps in product(*choices):
        value, here = 1.0, start
        for l, (j, m) in enumerate(steps, start=layer + 1):
            value *= network.w(theta, l)[j, here]
            if l < depth:
                value *= _jacobian(network.layers[l - 1].activation.name, e.z(l), e.a(l))[m, j]
            here = m
        yield steps, value * e.delta(depth)[here]


def _compare(neurons, activations, seed, top):
    rng = np.random.default_rng(seed)
    network = dense(neurons[0], *zip(neurons[1:], activations, strict=True), cost="squared_error")
    theta = rng.normal(size=network.layout.size)
    x, y = rng.normal(size=neurons[0]), rng.normal(size=neurons[-1])
    e, (sizes, _) = network.explain(theta, x, y, top=top), sizes_by_a_and_z(network, theta, x, y)
    for layer in range(network.depth):
        for j in range(neurons[layer]):
            known = list(_every_path(network, theta, e, layer, j))
            _same(e.paths(layer, j), known, top, e.by_a(layer)[j], sizes[layer][0, j])


def _same(found, known, top, total, size):
    assert found.count == len(known)
    assert_rounded(found.total, total, size)
    values = np.array([value for _, value in known])
    largest = np.sort(np.abs(values))[::-1][:top]
    largest = largest[largest > 0]
    assert_rounded([abs(path.product) for path in found.largest], largest, size)
    by_steps = dict(known)
    seen = set()
    for path in found.largest:
        steps = tuple((step.j, step.m) for step in path.steps)
        assert_rounded(path.product, by_steps[steps], size)
        assert steps not in seen
        seen.add(steps)
        factors = [n for s in path.steps for n in (s.weight, 1.0 if s.slope is None else s.slope)]
        assert_rounded(prod(factors) * path.end, path.product, size)
    rest = values.sum() - sum(by_steps[steps] for steps in seen)
    assert_rounded(found.rest, rest, size)
    assert_rounded(sum(path.product for path in found.largest) + found.rest, found.total, size)


@pytest.mark.parametrize("top", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("sizes", "activations"),
    [
        ((2, 1), ("identity",)),
        ((2, 3, 2), ("tanh", "identity")),
        ((3, 2, 4, 2), ("relu", "tanh", "sigmoid")),
        ((2, 3, 3), ("softmax", "identity")),
        ((2, 3, 2, 3), ("softmax", "tanh", "softmax")),
        ((1, 2, 3, 2, 2), ("tanh", "softmax", "relu", "identity")),
        ((2, 2, 2, 2, 1), ("softmax", "softmax", "softmax", "identity")),
        ((4, 9, 1), ("relu", "identity")),
    ],
)
def test_against_every_path(sizes, activations, top):
    _compare(sizes, activations, seed=sum(sizes), top=top)


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.integers(0, 10**6),
    st.integers(1, 12),
    st.data(),
)
def test_against_every_path_of_any_small_network(sizes, seed, top, data):
    names = ["tanh", "relu", "sigmoid", "identity", "softmax"]
    activations = [data.draw(st.sampled_from(names[:4] if n == 1 else names)) for n in sizes[1:]]
    _compare(sizes, activations, seed, top)


def test_dead_neurons_leave_no_path():
    network = dense(1, (2, "relu"), (1, "identity"))
    theta = np.array([1.0, -1.0, 0.0, 0.0, 2.0, 3.0, 0.0])
    e = network.explain(theta, [1.0], [0.0])  # z = 1, -1; the second neuron is off
    paths = e.paths(0, 0)
    assert (paths.count, len(paths.largest), paths.rest) == (2, 1, 0.0)
    assert paths.largest[0].product == paths.total == 8.0  # 1 · 1 · 2 · 2 (2 - 0)


def test_paths_of_the_last_layer_are_the_derivative_itself():
    network = dense(1, (2, "tanh"))
    e = network.explain(np.array([1.0, 2.0, 0.0, 0.0]), [1.0], [0.0, 0.0])
    paths = e.paths(1, 1)
    assert (paths.count, paths.largest[0].steps, paths.largest[0].product) == (1, (), 2 * np.tanh(2.0))


def test_the_work_grows_with_weights_and_not_with_paths():
    """784-512-512-10: 2.6 million paths from an input. No table holds more than ranks x neurons numbers."""
    rng = np.random.default_rng(0)
    network = dense(784, (512, "relu"), (512, "relu"), (10, "softmax"), cost="cross_entropy")
    theta = network.initial(rng)
    view = network.explain(theta, rng.normal(size=784), np.eye(10)[3]).view
    finder = PathFinder(view, 0, 10)
    paths = finder.paths(0, 100)
    assert paths.count == 512 * 512 * 10
    assert len(paths.largest) == 10
    sizes = [table.size for tables in finder._continuations.values() for table in tables]
    assert max(sizes) <= 10 * 784
    assert len(finder._continuations) <= 2 * network.depth
