"""The members of a network as networks that know of no others, cut out of θ by hand."""

from __future__ import annotations

import numpy as np

from glassprop import Network


def alone(network, theta):
    """Each member as a network that knows of no others, cut out of θ by its documented order. -> [(network, θ), …]."""
    parts, start = [[] for _ in range(network.members)], 0
    for n_in, layer in zip(network.sizes[:-1], network.layers, strict=True):
        for block in layer.blocks(n_in):
            size = int(np.prod(block.shape))
            for number, part in enumerate(parts):
                at = start + (size * number if layer.own else 0)
                part.append(np.arange(at, at + size))
            start += size * (network.members if layer.own else 1)
    assert start == len(theta)
    layers = [layer.owned(False) for layer in network.layers]
    plain = Network(network.n_inputs, layers, network.cost_function, network.units)
    return [(plain, np.concatenate(part)) for part in parts]


def walked(network, theta, explanation):
    """The member that an explanation walks through, by itself: its network, its θ, and where that lies in the whole."""
    if network.members == 1:
        return network, theta, np.arange(len(theta))
    plain, at = alone(network, theta)[explanation.members.walked]
    return plain, theta[at], at


def gathered(network, theta, of):
    """The mean over members of vectors by parameter, in the whole θ. of: of a plain network and its θ."""
    total, k = np.zeros_like(theta), network.members
    for plain, at in alone(network, theta):
        total[at] += of(plain, theta[at]) / k
    return total


def mean_of(network, theta, of):
    """The mean over members of anything else."""
    return np.mean([of(plain, theta[at]) for plain, at in alone(network, theta)], axis=0)
