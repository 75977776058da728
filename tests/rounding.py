"""How far rounding may take a number: bounds that follow from what is added up, so that they hold on any CPU.

Which instructions a CPU has decides in which order a sum is added, and whether a product is rounded before it is. A sum
of n terms then differs by at most n rounding errors of the size Σ |term|, however small the sum itself is.
"""

from __future__ import annotations

import numpy as np
from members_alone import alone, gathered
from numpy.typing import ArrayLike, NDArray

from glassprop.equations.domain import REALS

ROUNDINGS = 100  # terms of all sums on the way through a small network, and a few for each of its functions
OF_A_TRAINING = 1_000_000  # some steps of an optimizer, each of which carries on what those before it rounded
OF_A_FUNCTION = 30  # an exp or log is off by a few units in the last place, and there are several in a row

Sizes = list[NDArray[np.float64]]


def bound(size: ArrayLike, roundings: int = ROUNDINGS, dtype: object = np.float64) -> NDArray[np.float64]:
    """What so many roundings may add up to in sums of terms whose absolute values add up to ``size``."""
    return roundings * np.finfo(dtype).eps * np.abs(np.asarray(size, dtype=np.float64))


def assert_rounded(
    found: ArrayLike,
    expected: ArrayLike,
    size: ArrayLike | None = None,
    roundings: int = ROUNDINGS,
    dtype: object = np.float64,
    name: str = "",
) -> None:
    """They are the same but for rounding.

    size: the sum of the absolute values of what was added up, for each entry or for all. None: the largest entry.
    """
    found, expected = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    assert found.shape == expected.shape, name
    size = np.abs(expected).max(initial=0) if size is None else size
    allowed = bound(np.maximum(np.abs(expected), size), roundings, dtype)
    off = ~(np.abs(found - expected) <= allowed) & ~(found == expected)
    assert not off.any(), f"{name} {found[off][:5]} instead of {expected[off][:5]}, allowed {allowed[off][:5]}"


def assert_function(found: ArrayLike, expected: ArrayLike, roundings: int = OF_A_FUNCTION) -> None:
    """Values of functions that add up nothing: each is right to a few units in its own last place."""
    assert_rounded(found, expected, np.abs(np.asarray(expected, dtype=np.float64)), roundings)


def sizes_by_a_and_z(network, theta, X, Y) -> tuple[Sizes, Sizes]:
    """The size of what is added up in ∂C_0/∂a and δ of every layer, each (n, n_l): backpropagation of absolute values.

    Slopes are by differences. Each is itself a sum of terms of about 1 (1 - a², say), hence a 1 beside them.
    """
    X, Y = np.atleast_2d(X), np.atleast_2d(Y)
    if network.members > 1:
        each = [sizes_by_a_and_z(plain, theta[at], X, Y) for plain, at in alone(network, theta)]
        return tuple([np.mean(of, axis=0) for of in zip(*which, strict=True)] for which in zip(*each, strict=True))
    trace = network.forward(theta, X)
    by_a = [_of_the_cost(network.cost_function, trace.a[-1], Y)]
    by_z: Sizes = []
    for l in range(network.depth, 0, -1):
        layer, here = network.layers[l - 1], by_a[0]
        by_z.insert(0, here + _through(trace.sigma[l], trace.z[l], here))
        parameters, x = network.parameters(theta, l), trace.a[l - 1]
        edges = [np.abs(layer.edges(parameters, row)) for row in (x[:1] if layer.linear else x)]
        back = np.stack([z @ edge for z, edge in zip(by_z[0], edges * (len(x) // len(edges)), strict=True)])
        by_a.insert(0, back + (here if layer.residual else 0))
    return by_a, [np.zeros_like(X), *by_z]


def _of_the_cost(cost, a, Y, h=1e-6):
    """|∂C_0/∂a|, and what it changes by with all of a, for a is rounded: 2 (a - y) is small where they are alike."""
    reach = np.abs(a) + (cost.outputs == REALS)  # where a may be any number it is a sum of terms of about 1
    slope = cost.by_output(a, Y)
    return np.abs(slope) + np.abs(slope - cost.by_output(a - h * reach, Y)) / h


def _through(activation, z, size, h=1e-6):
    """Σ_m |∂a_m/∂z_j| size_m."""
    columns = []
    for e in h * np.eye(z.shape[1]):
        change = np.abs(activation(z + e) - activation(z - e)) / (2 * h)
        columns.append((change * size).sum(axis=1))
    return np.stack(columns, axis=1)


def size_of_gradient(network, theta, X, Y, weights=None) -> NDArray[np.float64]:
    """The size of what is added up in each entry of ∂C/∂θ, (size,). Activations, too, are sums of terms of about 1."""
    if network.members > 1:
        return gathered(network, theta, lambda plain, own: size_of_gradient(plain, own, X, Y, weights))
    X, Y = np.atleast_2d(X), np.atleast_2d(Y)
    share = np.full(len(X), 1 / len(X)) if weights is None else np.asarray(weights) / np.sum(weights)
    by_a, by_z = sizes_by_a_and_z(network, theta, X, Y)
    trace, size = network.forward(theta, X), np.empty_like(theta)
    for l in range(1, network.depth + 1):
        blocks, sigma = network.parameters(size, l), trace.sigma[l]
        delta, x = by_z[l] * share[:, None], np.abs(trace.a[l - 1]) + (l > 1)
        if network.layers[l - 1].kind == "dense":
            blocks["w"][...], blocks["b"][...] = delta.T @ x, delta.sum(axis=0)
        if network.layers[l - 1].kind == "periodic":
            _of_waves(
                network.layers[l - 1], blocks, network.parameters(theta, l), delta, np.abs(trace.a[l - 1]) + (l > 1)
            )
        if network.layers[l - 1].kind == "category":
            for name in blocks:  # not told apart by row: what all examples add
                blocks[name][...] = delta.sum()
        if "s" in blocks:
            blocks["s"][...] = (delta * x).sum(axis=0)
        if "p" in blocks:
            moves = np.abs(sigma.by_parameter(trace.z[l], trace.s[l], *sigma.parameters)) + 1
            blocks["p"][...] = (by_a[l] * moves * share[:, None]).sum(axis=0)
    return size


def _of_waves(layer, blocks, own, delta, x) -> None:
    """Of a `PeriodicEmbedding`: angles are rounded, too, by as much as they are large."""
    start = x.shape[1] - len(layer.columns)
    for place, column in enumerate(layer.columns):
        of_sums = delta[:, start + 1 : start + layer.each]
        turned = 2 * np.pi * x[:, [column]] * np.abs(own["f"][place]) + np.abs(own["c"][place]) + 1
        by_u = turned * (of_sums @ np.abs(own["w"][place]))
        blocks["f"][place], blocks["c"][place] = (2 * np.pi * (x[:, [column]] + 1) * by_u).sum(axis=0), by_u.sum(axis=0)
        blocks["w"][place], blocks["e"][place] = of_sums.T @ turned, of_sums.sum(axis=0)
        start += layer.each
