"""Some of the members of a network as one by themselves, and networks trained apart as members of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.fits import faults_of_theta
from glassprop.equations.arrays import Array
from glassprop.errors import ArchitectureError, DataError, SettingsError
from glassprop.ground.text import quoted

Kind = TypeVar("Kind", bound=Architecture)


def some_members(architecture: Kind, members: Any, theta: Array) -> tuple[Kind, Array]:
    """The same with these members (from 0), in this order; one may come twice, and then counts twice.

    Raises
    ------
    SettingsError
        If there are none, or one that is not there.
    DataError
        If θ does not fit.
    """
    asked = list(members) if isinstance(members, Iterable) and not isinstance(members, str) else []
    if not asked:
        raise SettingsError(f"members must be one or more numbers of members, as [0, 2], got {quoted(members, 60)}")
    chosen = [architecture.member(member) for member in asked]
    if faults := faults_of_theta(architecture, theta):
        raise DataError("; ".join(faults))
    return _together([(member, theta) for member in chosen], architecture.layers, theta.dtype)


def joined(networks: Any) -> tuple[Any, Array]:
    """One network, whose members these are: all layers are each one's own.

    networks: pairs of a network and its θ; the members of one with several count one by one.

    Raises
    ------
    ArchitectureError
        If they differ in more than their parameters.
    DataError
        If a θ does not fit its network, or there is none.
    """
    pairs = list(networks) if isinstance(networks, Iterable) else []
    if not pairs or not all(isinstance(pair, Sequence) and len(pair) == 2 for pair in pairs):
        raise DataError(f"networks to be joined must be pairs of a network and its theta, got {quoted(networks, 60)}")
    each = []
    for number, (network, theta) in enumerate(pairs):
        if not isinstance(network, Architecture):
            raise DataError(f"network {number} of those to be joined must be a Network, got {quoted(network, 60)}")
        if faults := faults_of_theta(network, theta):
            raise DataError(f"network {number} of those to be joined: {'; '.join(faults)}")
        if unlike := _unlike(pairs[0][0], network):
            raise ArchitectureError(
                f"network {number} of those to be joined has other {unlike} than the first: only parameters may differ"
            )
        each += [(member, theta) for member in network.each_member]
    layers = tuple(layer.owned() for layer in pairs[0][0].layers)
    return _together(each, layers, np.result_type(*(theta for _, theta in pairs)))


def _unlike(one: Architecture, other: Architecture) -> str:
    """In what two networks differ, but for their parameters, and for what members share."""
    for words, of in (
        ("inputs", lambda network: network.n_inputs),
        ("layers", lambda network: [layer.owned() for layer in network.layers]),
        ("costs", lambda network: network.cost_function),
        ("units", lambda network: network.units),
    ):
        if of(one) != of(other):
            return words
    return ""


def _together(members: list[tuple[Kind, Array]], layers: Any, dtype: Any) -> tuple[Kind, Array]:
    """One network of these members, which share what is not own; and its θ."""
    first = members[0][0]
    whole = type(first)(first.n_inputs, layers, first.cost_function, first.units, len(members))
    theta = np.empty(whole.layout.size, dtype)
    for place, (member, held) in zip(whole.each_member, members, strict=True):
        for into, block in zip(place.layout.blocks, member.layout.blocks, strict=True):
            into.view(theta)[...] = block.view(held)
    return whole, theta
