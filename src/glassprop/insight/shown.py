"""Which neurons of a large network are shown: those that matter most to the examples, within a budget."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.insight.view import View

MOST_WEIGHTS = 12_000  # shown of a network; about 120 kB of a page
MOST_NUMBERS = 8_000  # neurons, inputs among them, times examples; about 1 MB of a page
MOST_NEURONS = 48  # of a layer, where not all can be shown
MOST_OF_ALL = 4_000  # neurons (or derivatives by differences) over all layers and examples
_LEAST = 8  # of a layer, however many examples


def a_share(most: int, parts: int) -> int:
    """What each of so many layers and examples may take, so that the whole is bounded."""
    return max(min(most, _LEAST), min(most, MOST_OF_ALL // parts))


def choose_shown(view: View, *, most_weights: int = MOST_WEIGHTS, most_neurons: int = MOST_NEURONS) -> list[Array]:
    """Numbers of the neurons to show, layer by layer from the inputs on, each in increasing order.

    All, where the network has no more than ``most_weights``, and not too many neurons for so many examples; else at
    most ``most_neurons`` of each layer, and fewer for many examples: those with the largest ``|a ∂C₀/∂a|`` in an
    example, which is how much the cost would change to first order without them.
    """
    sizes = view.architecture.sizes
    if sum(a * b for a, b in pairwise(sizes)) <= most_weights and sum(sizes) * len(view.X) <= MOST_NUMBERS:
        return [np.arange(n) for n in sizes]
    most_neurons = a_share(most_neurons, len(sizes) * len(view.X))
    found: list[Array] = []
    for layers in _together(view):
        n = sizes[layers[0]]
        influence = np.max([np.abs(view.trace.a[l] * view.by_output[l]).max(axis=0) for l in layers], axis=0)
        first = np.argsort(-influence, kind="stable")[:most_neurons] if n > most_neurons else np.arange(n)
        found += [np.sort(first)] * len(layers)
    return found


def _together(view: View) -> list[list[int]]:
    """Layers by runs whose neurons go on one to one, past a residual layer or through factors: shown are the same."""
    runs = [[0]]
    for l, layer in enumerate(view.architecture.layers, start=1):
        if layer.residual or _goes_on_one_to_one(view, l):
            runs[-1].append(l)
        else:
            runs.append([l])
    return runs


def _goes_on_one_to_one(view: View, l: int) -> bool:
    joins = view.joins(l)
    return joins.shape[0] == joins.shape[1] and len(joins) > 1 and bool(joins.sum() == np.trace(joins))
