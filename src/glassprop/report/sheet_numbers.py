"""The forward and backward pass of a worksheet, from rounded numbers on, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from glassprop.errors import SettingsError
from glassprop.insight.explanation import Explanation
from glassprop.report.exact import (
    COST_SLOPES,
    COST_VALUES,
    ONE,
    SLOPES,
    VALUES,
    ZERO,
    Number,
    add,
    number,
    softmax,
)


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
        w = [[[number(x, digits) for x in row] for row in e.view.w(l)] for l in range(1, depth + 1)]
        for l, block in enumerate(w, start=1):
            if e.view.w(l).any() and not any(one.value for row in block for one in row):
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
            if layer.activation.name == "softmax":
                self.a.append(softmax(z))
            else:
                value, p = VALUES[layer.activation.name], _parameters(layer.activation)
                self.a.append([value(one, *p) for one in z])
        cost = e.architecture.cost_function
        value, p = COST_VALUES[cost.name], _parameters(cost)
        self.terms = [_finite(value, a, y, *p) for a, y in zip(self.a[-1], self.y, strict=True)]

    def _backward(self, e: Explanation) -> None:
        depth, cost = e.architecture.depth, e.architecture.cost_function
        slope, p = COST_SLOPES[cost.name], _parameters(cost)
        self.slope = [None] * (depth + 1)
        self.delta = [[] for _ in range(depth + 1)]
        self.by_a = [[] for _ in range(depth + 1)]
        self.by_a[depth] = [_finite(slope, a, y, *p) for a, y in zip(self.a[depth], self.y, strict=True)]
        for l in range(depth, 0, -1):
            self._through(e, l)
            columns = zip(*self.w[l], strict=True)
            self.by_a[l - 1] = [add([w * d for w, d in zip(column, self.delta[l], strict=True)]) for column in columns]

    def _through(self, e: Explanation, l: int) -> None:
        """δ of a layer from its ∂C_0/∂a."""
        activation = e.architecture.layer(l).activation
        if activation.name == "softmax":
            self.slope[l] = None
            self.delta[l] = [add([term for _, term in self.softmax_terms(l, j)]) for j in range(len(self.a[l]))]
            return
        slope, p = SLOPES[activation.name], _parameters(activation)
        slopes = [slope(z, a, *p) for z, a in zip(self.z[l], self.a[l], strict=True)]
        self.slope[l] = slopes
        self.delta[l] = [s * g for s, g in zip(slopes, self.by_a[l], strict=True)]

    def softmax_terms(self, l: int, j: int) -> list[tuple[Number, Number]]:
        """By output m: ∂a_m/∂z_j, and its product with ∂C_0/∂a_m (E23)."""
        a = self.a[l]
        entries = [one * ((ONE if m == j else ZERO) - a[j]) for m, one in enumerate(a)]
        return [(entry, entry * g) for entry, g in zip(entries, self.by_a[l], strict=True)]


def _parameters(function: object) -> list[Number]:
    return [number(p) for p in getattr(function, "parameters", ())]


def _finite(function: Callable[..., Number], *arguments: Number) -> Number:
    try:
        return function(*arguments)
    except (ZeroDivisionError, ArithmeticError, ValueError):
        raise SettingsError(
            "with these rounded numbers an output lies where the cost has no value: take more digits (--digits), "
            "or another row"
        ) from None
