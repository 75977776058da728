"""A prediction as one function of the inputs, of all members together: its value, its derivatives, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.own_units import OwnUnits
from glassprop.backprop.members import mean_over_members
from glassprop.backprop.passes import Trace, backward, by_layer_before, through
from glassprop.equations.arrays import Array
from glassprop.equations.line_integral import LineIntegral, integrated
from glassprop.insight.baseline import Baseline

Of = Literal["probability", "score", "amount"]
_NUMBERS_AT_ONCE = 2_000_000  # of neurons times points in one pass
_MOST_WORK = 4e9  # multiplications for one example's contributions
_NO_ROWS: Mapping[int, Array] = {}
_POINTS = 256, 16_384  # at most, of a large and of a small network


class _Passed(NamedTuple):
    """One network at some points: its output, and the output's derivatives by inputs, and by rows of tables."""

    output: Array  # (P,)
    by_x: Array  # (P, n_inputs); what goes through a table is not in it
    by_rows: dict[int, Array]  # by input that is a code: (P, m)


@dataclass(frozen=True, eq=False)
class Prediction:
    """One number that a model predicts of a row, f(x): of an output, the mean over members, in its own units.

    Attributes
    ----------
    members : tuple of Architecture
        Each a network by itself; of a model without members, the one.
    theta : array (size,)
        Of all of them.
    output : int
        The neuron of the last layer.
    of : {"probability", "score", "amount"}
        a of it; z of it; or a, in the target's own units where there are such.
    name : str
        What the output is called: a class, or the target.
    opposite : bool
        Of one output for two classes, the first: 1 - a, or -z.
    units : OwnUnits, optional
        Of an amount.
    """

    members: tuple[Architecture, ...]
    theta: Array
    output: int
    of: Of
    name: str
    opposite: bool = False
    units: OwnUnits | None = None

    # --- f, and ∂f/∂x ------------------------------------------------------------------------------------------

    def values(self, X: Array) -> Array:
        """f of each row. X (n, n_inputs) -> (n,)."""
        return self._own(mean_over_members([self._passed(member, X).output for member in self.members]))[0]

    def slopes(self, X: Array) -> Array:
        """∂f/∂x of each row, 0 for codes that are but looked up. X (n, n_inputs) -> (n, n_inputs)."""
        passed = [self._passed(member, X) for member in self.members]
        _, slope = self._own(mean_over_members([one.output for one in passed]))
        return slope[:, None] * mean_over_members([one.by_x for one in passed])

    def _own(self, output: Array) -> tuple[Array, Array]:
        """f and its derivative by the output's mean over members. (P,) each."""
        if self.units is not None:
            return self.units.own(output), self.units.slope(output)
        one = np.ones_like(output)
        if not self.opposite:
            return output, one
        return (1 - output if self.of == "probability" else -output), -one

    # --- E46 ---------------------------------------------------------------------------------------------------

    def integrated(self, x: Array, baseline: Baseline) -> LineIntegral:
        """E46: what each input adds to f(x) - f(baseline). x (n_inputs,)."""
        most = most_points(self.members)
        ends = [_ends_of_rows(member, self.theta, x, baseline) for member in self.members]
        widest = max(max(member.sizes) for member in self.members)
        at_once = max(64, _NUMBERS_AT_ONCE // widest)

        def along(t: Array) -> tuple[Array, Array]:
            parts = [self._along(t[low : low + at_once], x, baseline, ends) for low in range(0, len(t), at_once)]
            return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

        return integrated(along, most)

    def _along(
        self, t: Array, x: Array, baseline: Baseline, ends: list[dict[int, tuple[Array, Array]]]
    ) -> tuple[Array, Array]:
        """f at points of the way, and what each input adds to df/dt there. t (P,) -> (P,), (P, n_inputs)."""
        way = x - baseline.x
        X = baseline.x + t[:, None] * way
        outputs, moves = [], []
        for member, of_rows in zip(self.members, ends, strict=True):
            rows = {k: begin + t[:, None] * (end - begin) for k, (begin, end) in of_rows.items()}
            passed = self._passed(member, X, rows)
            move = passed.by_x * way
            for k, (begin, end) in of_rows.items():
                move[:, k] += passed.by_rows[k] @ (end - begin)
            outputs.append(passed.output)
            moves.append(move)
        values, slope = self._own(mean_over_members(outputs))
        return values, slope[:, None] * mean_over_members(moves)

    def _passed(self, member: Architecture, X: Array, rows: Mapping[int, Array] = _NO_ROWS) -> _Passed:
        """Forward and back from the output.

        rows : by input that is a code, what stands in place of its row of the table, point by point (P, m): each
            point has a table of its own then, in which it is the row of its number.
        """
        tables: dict[int, dict[str, Array]] = {}
        for layer, block, k, _ in member.lookups if rows else ():
            tables.setdefault(layer, {})[block] = rows[k]
        trace = _forward(member, self.theta, X, tables)
        output = (trace.z if self.of == "score" else trace.a)[-1][:, self.output]
        errors = backward(member, trace, self._last(trace))
        parts = {
            layer: member.layer(layer).of_codes(errors.delta[layer], member.sizes[layer - 1])
            for layer in {layer for layer, *_ in member.lookups}
        }
        by_rows = {k: parts[layer][block] for layer, block, k, _ in member.lookups}
        return _Passed(output, by_layer_before(member, trace, errors, 1), by_rows)

    def _last(self, trace: Trace) -> tuple[Array, Array]:
        """∂/∂z and ∂/∂a of the last layer, of the output."""
        one = np.zeros_like(trace.a[-1])
        one[:, self.output] = 1
        if self.of == "score":
            return one, np.zeros_like(one)
        return trace.sigma[-1].pullback(one, trace.z[-1], trace.s[-1]), one


def most_points(members: Sequence[Architecture]) -> int:
    """On how many points of a way gradients are taken at most."""
    return int(np.clip(_MOST_WORK / (6 * sum(member.layout.used for member in members)), *_POINTS))


def _forward(member: Architecture, theta: Array, X: Array, tables: Mapping[int, Mapping[str, Array]]) -> Trace:
    """E1, E14, as ``backprop.passes.forward``, with other tables in some layers."""
    trace = Trace(z=[None], a=[X], s=[None], sigma=[None], theta=theta)  # type: ignore[list-item]
    for l, layer in enumerate(member.layers, start=1):
        parameters = {**member.layout.of_layer(theta, l), **tables.get(l, {})}
        x = trace.out(l - 1)
        if l in tables:  # each point looks up the row of its number
            x = x.copy()
            x[:, list(layer.codes)] = np.arange(len(X))[:, None]
        sigma, z, s, a = through(layer, parameters, x)
        trace.sigma.append(sigma)
        trace.z.append(z)
        trace.s.append(s)
        trace.a.append(a)
    return trace


def _ends_of_rows(member: Architecture, theta: Array, x: Array, baseline: Baseline) -> dict[int, tuple[Array, Array]]:
    """By input that is a code: the mean of its table's rows over the training, and the row of the example."""
    found = {}
    for layer, block, k, _ in member.lookups:
        table = member.layout.of_layer(theta, layer)[block]
        found[k] = baseline.shares[k] @ table, table[int(x[k])]
    return found
