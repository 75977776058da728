"""Backprop against finite differences: a public tool that says whether a gradient is right, and where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.given import given_examples
from glassprop.architecture.parameters import Block
from glassprop.backprop.check_result import GradientCheck, LayerCheck, Place
from glassprop.backprop.gradient import average, average_gradient
from glassprop.backprop.members import mean_over_members
from glassprop.backprop.passes import Trace, example_costs, forward
from glassprop.equations.arrays import Array, Rows
from glassprop.equations.domain import POSITIVE
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.layers.layer_kind import PARAMETRIC, largest_sizes, unit_of

_STEPS = (1e-4, 1e-3, 1e-2, 1e-5, 1e-6)  # changes of z, in the order they are tried
_RESOLVED = 1e-3  # agreement counts where rounding could hide no more than this part of the layer's largest
_BUDGET = 3e9  # multiplications; above it, random directions replace single parameters
_AUTO_DIRECTIONS = 32
_OF_MEMBERS = 8  # at least, where there are members: each direction is one in the parameters of all of them

At = tuple[float, list[Array]]  # the cost at a place in θ, and on which side of each kink the network is there
Along = Callable[[float], At]


@dataclass(frozen=True)
class Probe:
    """A direction in θ to look along. Its entries are scaled by ``unit``, so that a step of h moves z by about h."""

    kind: str
    index: tuple[int, ...]
    direction: NDArray[np.float64]
    unit: float = 1.0


@dataclass(frozen=True)
class Difference:
    """A derivative along a probe, how far backprop is from it, and how much of that may be rounding of the cost."""

    value: float
    error: float
    noise: float

    def agrees(self, largest: float, tolerance: float) -> bool:
        """Whether this is agreement, and not for want of digits. A layer without influence agrees exactly."""
        if largest == 0:
            return self.error == 0
        return self.error <= tolerance * largest and self.noise <= _RESOLVED * largest


def check_gradient(
    architecture: Architecture,
    theta: ArrayLike,
    X: Rows,
    Y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    directions: int | None = None,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientCheck:
    """Compare ∇C by backprop with fourth-order central differences, in float64.

    A step is as long as changes z by 1e-4, whatever the size of the inputs. Where it would cross a kink (of relu, say,
    or of the absolute error) it is made smaller; derivatives that lie on a kink all the same are counted apart, and
    so are those too small beside the cost to be told from its rounding. They are no errors, but a layer in which
    there is nothing else has not been checked, and then the result is not ``ok``.

    Parameters
    ----------
    architecture : Architecture or Network
    theta : array (size,)
    X, Y : arrays (n, n_inputs), (n, n_L)
    sample_weight : array-like (n,), optional
    directions : int, optional
        Check this many random directions a layer rather than every parameter. By default every parameter is
        checked where that takes seconds, else 32 directions a layer; of several members fewer, in all of them at once.
    tolerance : float
        The largest error accepted, relative to the layer's largest entry, each weight's in units of its input.
    seed : int
        Of the random directions.

    Returns
    -------
    GradientCheck

    Raises
    ------
    SettingsError
        If ``directions`` is less than 1, or one of the settings is not the number it should be.
    DataError
        If shapes do not fit, or the targets lie outside the cost's domain.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network, check_gradient
    >>> network = Network(2, [Layer(3, "tanh"), Layer(2, "softmax")], cost="cross_entropy")
    >>> rng = np.random.default_rng(0)
    >>> X, Y = rng.normal(size=(4, 2)), np.eye(2)[[0, 1, 1, 0]]
    >>> check_gradient(network, network.initial(rng), X, Y).ok
    True
    """
    if not isinstance(architecture, Architecture):
        raise SettingsError(f"a Network is what can be checked, got {quoted(architecture, 60)}")
    if directions is not None and (not isinstance(directions, Integral) or directions < 1):
        raise SettingsError(f"directions must be 1 or more, got {directions!r}")
    if not POSITIVE.takes(tolerance):
        raise SettingsError(f"tolerance must be more than 0, got {tolerance!r}")
    if not isinstance(seed, Integral) or seed < 0:
        raise SettingsError(f"seed must be a whole number of 0 or more, got {seed!r}")
    theta = np.asarray(theta, dtype=np.float64) if isinstance(theta, np.ndarray | list | tuple) else theta
    theta, X, Y, sample_weight = given_examples(architecture, theta, X, Y, sample_weight)
    theta, X, Y = (array.astype(np.float64) for array in (theta, X, Y))
    if directions is None and 8.0 * architecture.layout.size**2 * X.shape[0] > _BUDGET:
        directions = max(_AUTO_DIRECTIONS // architecture.members, _OF_MEMBERS)
    gradient = average_gradient(architecture, theta, X, Y, sample_weight)
    units = _units(architecture, theta, X)
    rng = np.random.default_rng(seed)

    here = _at(architecture, theta, X, Y, sample_weight)

    def look(probe: Probe) -> Along:
        def along(h: float) -> At:
            return _at(architecture, theta + h * probe.direction, X, Y, sample_weight) if h else here

        return along

    checks = []
    for l in range(1, architecture.depth + 1):
        blocks = list(architecture.layout.by_layer.get(l, ()))
        probes = _single(blocks, units) if directions is None else _random(blocks, units, directions, rng)
        checks.append(_check_layer(l, blocks, probes, gradient, units, look, tolerance, directions is not None))
    return GradientCheck(tuple(checks), tolerance, directions is not None)


def _units(architecture: Architecture, theta: Array, X: Rows) -> NDArray[np.float64]:
    """How far each parameter may go for z (or a) to change by 1 at most, over these examples. (size,)"""
    each = [_units_of_member(member, forward(member, theta, X)) for member in architecture.each_member]
    return np.minimum.reduce(each)


def _units_of_member(architecture: Architecture, trace: Trace) -> NDArray[np.float64]:
    """The same of one, 1 where it has no part."""
    units = np.ones(architecture.layout.size)
    for l, layer in enumerate(architecture.layers, start=1):
        blocks, parameters = (architecture.layout.of_layer(vector, l) for vector in (units, trace.theta))
        layer.nudge_units(blocks, parameters, trace.a[l - 1])
        if layer.parametric:
            sigma = trace.sigma[l]
            moves = sigma.by_parameter(trace.z[l], trace.s[l], *sigma.parameters)
            blocks[PARAMETRIC][...] = unit_of(largest_sizes(moves))
    return units


def _check_layer(
    layer: int,
    blocks: list[Block],
    probes: Iterator[Probe],
    gradient: Array,
    units: NDArray[np.float64],
    look: Callable[[Probe], Along],
    tolerance: float,
    by_directions: bool,
) -> LayerCheck:
    """Compare every probe of a layer; ``look`` gives the cost along one."""
    entries = np.concatenate([gradient[block.start : block.stop] for block in blocks])
    scaled = entries * np.concatenate([units[block.start : block.stop] for block in blocks])
    # along a unit vector of random signs, a derivative is like the root mean square
    largest = float(np.sqrt((scaled**2).mean()) if by_directions else np.abs(scaled).max())
    places, at_kinks, below_rounding = [], 0, 0
    for probe in probes:
        backprop = float(gradient @ probe.direction)
        found = _differ(backprop, look(probe), largest, tolerance)
        if found is None:
            at_kinks += 1
        elif not found.agrees(largest, tolerance) and found.error <= max(found.noise, tolerance * largest):
            below_rounding += 1
        else:
            error = found.error / max(largest, np.finfo(np.float64).tiny)
            error = float(error) if np.isfinite(error) else np.inf
            both = backprop / probe.unit, found.value / probe.unit
            places.append(Place(layer, probe.kind, probe.index, *both, error))
    worst = max(places, key=lambda place: place.error, default=None)
    return LayerCheck(layer, len(places), at_kinks, below_rounding, float(np.abs(entries).max()), worst)


def _single(blocks: list[Block], units: NDArray[np.float64]) -> Iterator[Probe]:
    """Every parameter of a layer by itself."""
    for block in blocks:
        for i in range(block.start, block.stop):
            direction = np.zeros(units.size)
            direction[i] = units[i]
            yield Probe(block.name, block.place(i), direction, float(units[i]))


def _random(blocks: list[Block], units: NDArray[np.float64], count: int, rng: np.random.Generator) -> Iterator[Probe]:
    """Random signs on all parameters of a layer at once: an error anywhere shows in almost every one."""
    n = sum(block.stop - block.start for block in blocks)
    for number in range(count):
        direction = np.zeros(units.size)
        for block in blocks:
            signs = rng.choice([-1.0, 1.0], block.stop - block.start)
            direction[block.start : block.stop] = signs * units[block.start : block.stop] / np.sqrt(n)
        yield Probe("direction", (number,), direction)


def _at(architecture: Architecture, theta: Array, X: Rows, Y: Array, sample_weight: Array | None) -> At:
    costs, sides = [], []
    for member in architecture.each_member:
        trace = forward(member, theta, X)
        costs.append(example_costs(member, trace, Y))
        sides += _sides(member, trace, Y)
    return average(mean_over_members(costs), sample_weight), sides


def _sides(architecture: Architecture, trace: Trace, Y: Array) -> list[Array]:
    sides = [
        np.sign(trace.z[l] - kink)
        for l, layer in enumerate(architecture.layers, start=1)
        for kink in layer.activation.kinks
    ]
    cost = architecture.cost_function
    if cost.kinks is not None:
        sides += [np.sign(f) for f in cost.kinks(trace.a[-1], Y, *cost.parameters)]
    return sides


def _differ(backprop: float, along: Along, largest: float, tolerance: float) -> Difference | None:
    """The best difference to hold a derivative against; None where every step crosses a kink.

    Steps are tried until one agrees. A later one replaces the one before only if it halves the error at least:
    then the error was the step's, too long or too short, and not backprop's.
    """
    best: Difference | None = None
    shortest_that_crossed = np.inf
    for h in _STEPS:
        if h >= shortest_that_crossed:
            continue
        costs = _costs_around(along, h)
        if costs is None:
            shortest_that_crossed = h
            continue
        m2, m1, c, p1, p2 = costs
        value = ((m2 - p2) + 8 * (p1 - m1)) / (12 * h)  # in this order 0 where nothing changes
        error = abs(backprop - value)
        error = error if np.isfinite(error) else np.inf  # NaN would slip through every comparison
        noise = 20 * np.finfo(np.float64).eps * max(abs(c), abs(m2), abs(p2)) / h
        if best is None or error < best.error / 2:
            best = Difference(value, error, noise)
        if best.agrees(largest, tolerance):
            break
    return best


def _costs_around(along: Along, h: float) -> list[float] | None:
    """The cost at -2h, -h, 0, h, 2h; None where a kink lies between them."""
    cost, here = along(0.0)
    costs = {0: cost}
    for step in (-2, 2, -1, 1):  # a kink lies between the outer ones most often, and then the inner ones need no look
        costs[step], sides = along(step * h)
        if any((a != b).any() for a, b in zip(sides, here, strict=True)):
            return None
    return [costs[step] for step in sorted(costs)]
