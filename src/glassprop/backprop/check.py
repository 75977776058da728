"""Backprop against finite differences: a public tool that says whether a gradient is right, and where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.fits import check_shapes
from glassprop.architecture.layers import Architecture
from glassprop.architecture.parameters import Block
from glassprop.backprop.gradient import average, average_gradient
from glassprop.backprop.passes import Trace, example_costs, forward
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError

_STEPS = (1e-4, 1e-5, 1e-6)  # the first that crosses no kink is taken
_BUDGET = 3e9  # multiplications; above it, random directions replace single parameters
_AUTO_DIRECTIONS = 32

Along = Callable[[float], tuple[float, list[Array]]]


@dataclass(frozen=True)
class Place:
    """One derivative, both ways. ``kind`` is "w", "b" or "direction"; ``index`` is (j, k), (j,) or (number,)."""

    layer: int
    kind: str
    index: tuple[int, ...]
    backprop: float
    difference: float
    error: float  # |backprop - difference|, relative to the layer's largest entry

    def __str__(self) -> str:
        name = f"{self.kind}[{', '.join(map(str, self.index))}]"
        return (
            f"layer {self.layer}, {name}: backprop {self.backprop:.6g}, differences {self.difference:.6g}, "
            f"error {self.error:.1e}"
        )


@dataclass(frozen=True)
class LayerCheck:
    """What was found in one layer: how many derivatives, how many lay on a kink, and the worst."""

    layer: int
    checked: int
    at_kinks: int
    largest: float
    worst: Place | None


@dataclass(frozen=True)
class GradientCheck:
    """The result of ``check_gradient``.

    Attributes
    ----------
    ok : bool
        Whether the worst error is within ``tolerance`` and something was compared at all.
    worst : Place or None
        The derivative with the largest error; None if all lay on kinks.
    layers : tuple of LayerCheck
        Layer by layer.
    """

    layers: tuple[LayerCheck, ...]
    tolerance: float
    by_directions: bool

    @property
    def worst(self) -> Place | None:
        places = [layer.worst for layer in self.layers if layer.worst is not None]
        return max(places, key=lambda place: place.error, default=None)

    @property
    def ok(self) -> bool:
        return self.worst is not None and self.worst.error <= self.tolerance

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and strings, ready for JSON."""
        return {"ok": self.ok, **asdict(self), "worst": asdict(self.worst) if self.worst else None}

    def __str__(self) -> str:
        what = "random directions" if self.by_directions else "parameters"
        lines = [f"{'layer':>5} {what:>18} {'at kinks':>9} {'largest entry':>14} {'worst error':>12}"]
        lines += [
            f"{layer.layer:>5} {layer.checked:>18} {layer.at_kinks:>9} {layer.largest:>14.3e} "
            f"{layer.worst.error if layer.worst else float('nan'):>12.1e}"
            for layer in self.layers
        ]
        verdict = "backprop agrees with central differences" if self.ok else "BACKPROP IS WRONG"
        if self.worst is None:
            verdict = "nothing could be compared: every derivative lies on a kink"
        lines.append(f"{verdict} (tolerance {self.tolerance:g})")
        if self.worst is not None:
            lines.append(f"worst: {self.worst}")
        return "\n".join(lines)


def check_gradient(
    architecture: Architecture,
    theta: Array,
    X: Array,
    Y: Array,
    sample_weight: Array | None = None,
    *,
    directions: int | None = None,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientCheck:
    """Compare ∇C by backprop with fourth-order central differences, in float64.

    Where a step would cross a kink (of relu, say, or of the absolute error) it is made smaller; derivatives
    that lie on a kink all the same are counted apart, not reported as errors.

    Parameters
    ----------
    architecture : Architecture or Network
    theta : array (size,)
    X, Y : arrays (n, n_inputs), (n, n_L)
    sample_weight : array (n,), optional
    directions : int, optional
        Check this many random directions a layer rather than every parameter. By default every parameter is
        checked where that takes seconds, else 32 directions a layer.
    tolerance : float
        The largest error accepted, relative to the layer's largest entry.
    seed : int
        Of the random directions.

    Returns
    -------
    GradientCheck

    Raises
    ------
    SettingsError
        If ``directions`` is less than 1.
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
    if directions is not None and directions < 1:
        raise SettingsError(f"directions must be 1 or more, got {directions}")
    theta, Y = np.asarray(theta, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    X = X.astype(np.float64) if hasattr(X, "astype") else np.asarray(X, dtype=np.float64)
    check_shapes(architecture, X, Y, sample_weight, theta)
    architecture.cost_function.check_targets(Y)
    layout = architecture.layout
    if directions is None and 8.0 * layout.size**2 * X.shape[0] > _BUDGET:
        directions = _AUTO_DIRECTIONS
    gradient = average_gradient(architecture, theta, X, Y, sample_weight)
    rng = np.random.default_rng(seed)
    checks = []
    for l in range(1, architecture.depth + 1):
        blocks = [block for block in layout.blocks if block.layer == l]
        probes = _single(blocks, layout.size) if directions is None else _random(blocks, layout.size, directions, rng)
        largest = max(float(np.abs(gradient[block.start : block.stop]).max()) for block in blocks)
        if directions is not None:  # what the derivative along a unit vector of random signs is like
            entries = np.concatenate([gradient[block.start : block.stop] for block in blocks])
            largest = float(np.sqrt((entries**2).mean()))
        places, at_kinks = [], 0
        for kind, index, direction in probes:
            along = _line(architecture, theta, direction, X, Y, sample_weight)
            place = _compare(l, kind, index, float(gradient @ direction), along, largest, tolerance)
            places += [place] if place else []
            at_kinks += place is None
        worst = max(places, key=lambda place: place.error, default=None)
        checks.append(LayerCheck(l, len(places), at_kinks, largest, worst))
    return GradientCheck(tuple(checks), tolerance, directions is not None)


Probe = tuple[str, tuple[int, ...], NDArray[np.float64]]


def _single(blocks: list[Block], size: int) -> Iterator[Probe]:
    """Every parameter of a layer by itself."""
    for block in blocks:
        for i in range(block.start, block.stop):
            direction = np.zeros(size)
            direction[i] = 1.0
            yield block.name, block.place(i), direction


def _random(blocks: list[Block], size: int, count: int, rng: np.random.Generator) -> Iterator[Probe]:
    """Unit vectors of random signs on all parameters of a layer: an error anywhere shows in almost every one."""
    n = sum(block.stop - block.start for block in blocks)
    for number in range(count):
        direction = np.zeros(size)
        for block in blocks:
            direction[block.start : block.stop] = rng.choice([-1.0, 1.0], block.stop - block.start) / np.sqrt(n)
        yield "direction", (number,), direction


def _line(
    architecture: Architecture,
    theta: Array,
    direction: Array,
    X: Array,
    Y: Array,
    sample_weight: Array | None,
) -> Along:
    """The cost along a line through θ, and on which side of each kink the network is there."""

    def along(h: float) -> tuple[float, list[Array]]:
        trace = forward(architecture, theta + h * direction, X)
        return average(example_costs(architecture, trace, Y), sample_weight), _sides(architecture, trace, Y)

    return along


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


def _compare(
    layer: int,
    kind: str,
    index: tuple[int, ...],
    backprop: float,
    along: Along,
    largest: float,
    tolerance: float,
) -> Place | None:
    """Hold one derivative against differences; None where every step crosses a kink."""
    for h in _STEPS:
        points = [along(step * h) for step in (-2, -1, 0, 1, 2)]
        here = points[2][1]
        if any((a != b).any() for _, sides in points for a, b in zip(sides, here, strict=True)):
            continue
        (m2, _), (m1, _), (c, _), (p1, _), (p2, _) = points
        difference = (m2 - 8 * m1 + 8 * p1 - p2) / (12 * h)
        noise = 20 * np.finfo(np.float64).eps * max(abs(c), abs(m2), abs(p2)) / h
        error = abs(backprop - difference) / max(largest, noise / tolerance, np.finfo(np.float64).tiny)
        if not np.isfinite(error):
            error = np.inf  # NaN would slip through every comparison
        return Place(layer, kind, index, backprop, difference, float(error))
    return None
