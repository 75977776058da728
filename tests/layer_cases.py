"""Networks with every kind of layer in every place, for the tests that run over all of them."""

from __future__ import annotations

import numpy as np
from core_cases import targets

from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding, Scale

CASES = {
    "scale first": Network(3, [Scale(), Layer(4, "tanh"), Layer(2, "softmax")], cost="cross_entropy"),
    "scale between": Network(3, [Layer(4, "relu"), Scale(), Layer(2, "identity")]),
    "scale last": Network(3, [Layer(2, "tanh"), Scale(initial="signs")], cost="half_squared_error"),
    "scale alone": Network(3, [Scale()], cost="huber"),
    "scale twice": Network(2, [Scale(), Scale(), Layer(1, "sigmoid")], cost="binary_cross_entropy"),
    "residual": Network(3, [Layer(4, "tanh"), Layer(4, "tanh", residual=True), Layer(2, "identity")]),
    "residual first": Network(3, [Layer(3, "relu", residual=True), Layer(2, "softmax")], cost="cross_entropy"),
    "residual last": Network(3, [Layer(3, "tanh"), Layer(3, "identity", residual=True)], cost="half_squared_error"),
    "residual twice": Network(
        3,
        [Layer(3, "sigmoid", residual=True), Layer(3, "elu", residual=True), Layer(1, "exp")],
        cost="poisson",
    ),
    "residual softmax": Network(
        3, [Layer(3, "softmax", residual=True), Layer(3, "softmax", residual=True), Layer(2, "identity")]
    ),
    "residual past a scale": Network(2, [Layer(2, "tanh"), Scale(), Layer(2, "silu", residual=True), Scale()]),
    "residual after one neuron": Network(1, [Layer(1, "tanh", residual=True), Layer(1, "identity", residual=True)]),
    "parametric": Network(3, [Layer(4, "leaky_relu(0.2)", parametric=True), Layer(2, "elu", parametric=True)]),
    "waves first": Network(
        3, [PeriodicEmbedding(n=3, frequencies=4, sigma=0.5), Layer(2, "softmax")], cost="cross_entropy"
    ),
    "waves of some": Network(
        3, [PeriodicEmbedding([2, 0], n=4, frequencies=3, sigma=1.0), Layer(4, "tanh"), Layer(1, "identity")]
    ),
    "waves between": Network(
        2,
        [Layer(3, "tanh"), PeriodicEmbedding([1], n=2, frequencies=5, sigma=0.3), Scale(), Layer(2, "softmax")],
        cost="cross_entropy",
    ),
    "waves last": Network(1, [Layer(2, "tanh"), PeriodicEmbedding(n=2, frequencies=3)], cost="half_squared_error"),
    "waves twice": Network(
        2,
        [PeriodicEmbedding([0], 3, 2, 0.4), PeriodicEmbedding([3, 1], 2, 3, 0.4), Layer(1, "sigmoid")],
        cost="binary_cross_entropy",
    ),
    "codes first": Network(3, [CategoryEmbedding([1], [4], 3), Layer(2, "softmax")], cost="cross_entropy"),
    "codes of two": Network(3, [CategoryEmbedding([2, 0], [3, 5], [2, 1]), Layer(3, "tanh"), Layer(1, "identity")]),
    "codes alone": Network(2, [CategoryEmbedding([0, 1], [3, 2], 1)], cost="huber"),
    "codes behind waves": Network(
        4,
        [
            PeriodicEmbedding([3, 1], n=3, frequencies=2, sigma=0.5, rates={"f": 0.1, "c": 0.1}),
            CategoryEmbedding([1], [5], 2, rates={"t": 2}, decays={"t": 1}),
            Scale(rates={"s": 6}),
            Layer(3, "leaky_relu(0.2)", parametric=True),
            Layer(3, "tanh", residual=True),
            Layer(2, "softmax"),
        ],
        cost="cross_entropy",
    ),
    "waves of codes": Network(
        2, [PeriodicEmbedding([1], 2, 2, 0.3), CategoryEmbedding([1], [3], 2), Layer(1, "exp")], cost="poisson"
    ),
    "blended": Network(3, [Layer(4, n, parametric=True) for n in ("blended_selu(0.4)", "blended_mish")]),
    "all": Network(
        3,
        [
            Scale(rates={"s": 6}),
            Layer(4, "elu(0.5)", parametric=True, rates={"b": 0.1}),
            Layer(4, "leaky_relu", residual=True, parametric=True, decays={"b": 1, "w": 0.5}),
            Scale(decays={"s": 0.5}),
            Layer(3, "softmax"),
        ],
        cost="cross_entropy",
    ),
}

# Networks of several members: what all share and what is each one's own, in every place.
MEMBERS = {
    "heads": Network(
        3,
        [Scale(own=True), Layer(4, "tanh"), Layer(2, "softmax", own=True)],
        cost="cross_entropy",
        members=3,
    ),
    "networks": Network(
        3,
        [Layer(4, "silu", own=True), Layer(2, "identity", own=True)],
        cost="half_squared_error",
        members=2,
    ),
    "own in the middle": Network(
        3,
        [
            Layer(4, "leaky_relu(0.2)", parametric=True),
            Layer(4, "elu", residual=True, parametric=True, own=True, rates={"b": 0.1}),
            Scale(),
            Layer(1, "sigmoid", decays={"b": 1}),
        ],
        cost="binary_cross_entropy",
        members=4,
    ),
    "own residual first": Network(
        2, [Layer(2, "tanh", residual=True, own=True), Scale(), Layer(1, "exp")], cost="poisson", members=2
    ),
    "own scale alone": Network(3, [Scale(own=True)], cost="huber", members=2),
    "heads behind waves and codes": Network(
        3,
        [
            PeriodicEmbedding([0], n=3, frequencies=2, sigma=0.5),
            CategoryEmbedding([0], [4], 2),
            Scale(own=True, initial="signs"),
            Layer(3, "tanh"),
            Layer(2, "softmax", own=True),
        ],
        cost="cross_entropy",
        members=3,
    ),
    "own waves and codes": Network(
        3,
        [
            PeriodicEmbedding([2], n=2, frequencies=3, sigma=0.4, own=True),
            CategoryEmbedding([1], [3], 2, own=True),
            Layer(2, "elu", parametric=True),
            Layer(1, "identity", own=True),
        ],
        members=2,
    ),
}
CASES |= MEMBERS


def example(network, n=4, seed=0):
    """Parameters away from where anything starts, and examples. -> theta, X, Y."""
    rng = np.random.default_rng(seed)
    theta = network.initial(rng) + rng.normal(scale=0.3, size=network.layout.size)
    Y = targets(network.cost_function.targets, n, network.sizes[-1], rng)
    X = rng.normal(size=(n, network.n_inputs))
    for k, size in network.codes:
        X[:, k] = rng.integers(size, size=n)
    return theta, X, Y
