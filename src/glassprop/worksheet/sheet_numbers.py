"""The forward and backward pass of a worksheet, from rounded numbers on, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost
from glassprop.equations.definitions import Definition, definition_of
from glassprop.errors import SettingsError
from glassprop.insight.explanation import Explanation
from glassprop.worksheet.exact import EXACT, ONE, ZERO, Number, add, number


@dataclass
class SheetNumbers:
    """What is given, rounded, and what follows from it. Lists by layer; index 0 is the input, or None.

    w, b : given, by layer. y : targets. z, a, slope, by_a, delta : by layer and neuron; slope is None for softmax.
    terms : what each output adds to the cost.
    """

    w: list[list[list[Number]]]
    b: list[list[Number]]
    y: list[Number]
    z: list[list[Number]] = field(default_factory=lambda: [[]])
    a: list[list[Number]] = field(default_factory=list)
    slope: list[list[Number] | None] = field(default_factory=list)
    by_a: list[list[Number]] = field(default_factory=list)
    delta: list[list[Number]] = field(default_factory=list)
    terms: list[Number] = field(default_factory=list)

    @property
    def cost(self) -> Number:
        return add(self.terms)

    @classmethod
    def of(cls, e: Explanation, digits: int) -> SheetNumbers:
        """Round what is given to so many decimals, and compute.

        Raises
        ------
        SettingsError
            If all weights of a layer round to 0.
        """
        depth = e.architecture.depth
        w = [[[number(x, digits) for x in row] for row in e.view.w(l, e.focus)] for l in range(1, depth + 1)]
        for l, block in enumerate(w, start=1):
            if e.view.w(l, e.focus).any() and not any(one.value for row in block for one in row):
                raise SettingsError(
                    f"with {digits} digits every weight of layer {l} is 0 and nothing is left to compute: "
                    "take more digits (--digits)"
                )
        b = [[number(x, digits) for x in e.view.b(l)] for l in range(1, depth + 1)]
        found = cls([[], *w], [[], *b], [number(x, digits) for x in e.view.Y[e.focus]])
        found.a.append([number(x, digits) for x in e.a(0)])
        found._forward(e)
        found._backward(e)
        return found

    def _forward(self, e: Explanation) -> None:
        for l, layer in enumerate(e.architecture.layers, start=1):
            a = self.a[l - 1]
            z = [
                add([*(w * x for w, x in zip(row, a, strict=True)), b])
                for row, b in zip(self.w[l], self.b[l], strict=True)
            ]
            self.z.append(z)
            self.a.append(_activations(layer.activation, z))
        cost, p = _definition(e.architecture.cost_function), _parameters(e.architecture.cost_function)
        self.terms = [_finite(cost.value_at, {**p, "a": a, "y": y}) for a, y in zip(self.a[-1], self.y, strict=True)]

    def _backward(self, e: Explanation) -> None:
        depth = e.architecture.depth
        cost, p = _definition(e.architecture.cost_function), _parameters(e.architecture.cost_function)
        self.slope = [None] * (depth + 1)
        self.delta = [[] for _ in range(depth + 1)]
        self.by_a = [[] for _ in range(depth + 1)]
        self.by_a[depth] = [
            _finite(cost.slope_at, {**p, "a": a, "y": y}) for a, y in zip(self.a[depth], self.y, strict=True)
        ]
        for l in range(depth, 0, -1):
            self._through(e, l)
            columns = zip(*self.w[l], strict=True)
            self.by_a[l - 1] = [add([w * d for w, d in zip(column, self.delta[l], strict=True)]) for column in columns]

    def _through(self, e: Explanation, l: int) -> None:
        """δ of a layer from its ∂C_0/∂a."""
        activation = e.architecture.layer(l).activation
        if not activation.elementwise:
            self.slope[l] = None
            self.delta[l] = [add([term for _, term in self.mixed_terms(e, l, j)]) for j in range(len(self.a[l]))]
            return
        definition, p = _definition(activation), _parameters(activation)
        pairs = zip(self.z[l], self.a[l], strict=True)
        slopes = [definition.slope_at({**p, "z": z, "a": a}, EXACT) for z, a in pairs]
        self.slope[l] = slopes
        self.delta[l] = [s * g for s, g in zip(slopes, self.by_a[l], strict=True)]

    def mixed_terms(self, e: Explanation, l: int, j: int) -> list[tuple[Number, Number]]:
        """By output m of a layer that mixes: ∂a_m/∂z_j, and its product with ∂C_0/∂a_m (E23)."""
        a, definition = self.a[l], _definition(e.architecture.layer(l).activation)
        entries = [
            definition.slope_at({"a_m": one, "a_j": a[j], "δ_mj": ONE if m == j else ZERO}, EXACT)
            for m, one in enumerate(a)
        ]
        return [(entry, entry * g) for entry, g in zip(entries, self.by_a[l], strict=True)]


def _activations(activation: Activation, z: list[Number]) -> list[Number]:
    """a of a layer."""
    definition, p = _definition(activation), _parameters(activation)
    if activation.elementwise:
        return [definition.value_at({**p, "z": one}, EXACT) for one in z]
    return [definition.value_at({**p, "z_j": one, "z_m": z}, EXACT) for one in z]


def _definition(function: Activation | Cost) -> Definition:
    found = definition_of(function)
    assert found is not None  # a worksheet refuses functions that have none
    return found


def _parameters(function: Activation | Cost) -> dict[str, Number]:
    return {"p": number(function.parameters[0])} if function.parameters else {}


def _finite(function: Callable[..., Number], names: dict[str, Number]) -> Number:
    try:
        return function(names, EXACT)
    except (ZeroDivisionError, ArithmeticError, ValueError):
        raise SettingsError(
            "with these rounded numbers an output lies where the cost has no value: take more digits (--digits), "
            "or another row"
        ) from None
