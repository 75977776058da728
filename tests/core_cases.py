"""What the tests of the core share: every name of the tables, networks that fit them, and plain differences."""

from __future__ import annotations

import numpy as np

from glassprop import Layer, Network
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.equations.domain import Domain
from glassprop.equations.pairs import check_pair, find_pair, output_errors
from glassprop.equations.pairs import output_cost as cost_of_pair
from glassprop.errors import ArchitectureError

ACTIVATION_NAMES = list(ACTIVATIONS)
COST_NAMES = list(COSTS)


def fits(activation: str, cost: str) -> bool:
    """Whether the package allows this pair."""
    try:
        check_pair(ACTIVATIONS[activation], COSTS[cost])
    except ArchitectureError:
        return False
    return True


FITTING = [(activation, cost) for cost in COST_NAMES for activation in ACTIVATION_NAMES if fits(activation, cost)]


def output_for(cost: str) -> str:
    """A usual output activation of this cost."""
    return next(name for name in ("identity", "softmax", "sigmoid", "exp", *ACTIVATION_NAMES) if fits(name, cost))


def targets(domain: Domain, n: int, k: int, rng: np.random.Generator) -> np.ndarray:
    """Targets (n, k) spread over the whole of a domain, its ends among them."""
    if domain.simplex:
        one_hot = np.eye(k)[rng.integers(k, size=n)]
        return np.where(np.arange(n)[:, None] % 2, one_hot, rng.dirichlet(np.ones(k), size=n))
    if domain.high == 1:
        return np.where(rng.random((n, k)) < 0.5, rng.integers(2, size=(n, k)), rng.random((n, k)))
    if domain.low == 0:
        return rng.poisson(1.5, size=(n, k)).astype(float)
    assert domain == Domain(), "a new kind of domain: say here what its targets look like"
    return rng.normal(size=(n, k))


def outputs(domain: Domain, n: int, k: int, rng: np.random.Generator) -> np.ndarray:
    """Values (n, k) well inside the domain of a cost's outputs, as an activation could give them."""
    if domain.simplex:
        return rng.dirichlet(np.full(k, 3.0), size=n)
    if domain.high == 1:
        return rng.uniform(0.05, 0.95, size=(n, k))
    if domain.low == 0:
        return rng.uniform(0.2, 3.0, size=(n, k))
    assert domain == Domain(), "a new kind of domain: say here what its values look like"
    return rng.normal(size=(n, k))


def dense(n_inputs: int, *layers: tuple[int, str], cost: str = "squared_error") -> Network:
    """A network from (size, activation) pairs."""
    return Network(n_inputs, [Layer(n, activation) for n, activation in layers], cost=cost)


def central(f, x: np.ndarray, h: float = 6e-6) -> np.ndarray:
    """The gradient of a scalar function at a vector, by the plainest central differences.

    h: the cube root of eps, where the rounding of f over h and the curvature that is left out are equally small.
    """
    gradient = np.empty_like(x)
    for i in range(x.size):
        e = np.zeros_like(x)
        e[i] = h
        gradient[i] = (f(x + e) - f(x - e)) / (2 * h)
    return gradient


def output_cost(activation, cost, z, a, y):
    """C_0 of each example at a plain output layer. -> (n,)."""
    return cost_of_pair(find_pair(activation, cost), cost, z, a, y)


def output_delta(activation, cost, z, a, y):
    """δ of a plain output layer. -> (n, n_L)."""
    return output_errors(find_pair(activation, cost), activation, cost, z, a, a, y)[0]
