"""The forward and backward pass of a worksheet, from rounded numbers on, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from glassprop.architecture.architecture import Architecture
from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost
from glassprop.equations.definitions import Definition, definition_of
from glassprop.equations.expression import Arithmetic
from glassprop.errors import SettingsError
from glassprop.insight.explanation import Explanation
from glassprop.insight.largest import Place
from glassprop.worksheet.exact import EXACT, ONE, ZERO, Number, add, number
from glassprop.worksheet.sheet import Check
from glassprop.worksheet.sheet_units import NOTHING, OwnUnits

NUDGE = Number(Fraction(1, 100))  # of a check by differences: what one writes on a calculator

Weights = list[list[list[Number]]]
Vectors = list[list[Number]]


@dataclass
class SheetNumbers:
    """What is given, rounded, and what follows from it. Lists by layer; index 0 is the input, or None.

    w, b : given, by layer. x, y : inputs and targets. own : what of the row stands in the table's units. over : the
    arithmetic that functions are evaluated in. z, a, slope, by_a, delta : by layer and neuron; slope is None for
    softmax. terms : what each output adds to the cost.
    """

    architecture: Architecture
    w: Weights
    b: Vectors
    x: list[Number]
    y: list[Number]
    own: OwnUnits = NOTHING
    over: Arithmetic[Number] = EXACT
    z: Vectors = field(default_factory=list)
    a: Vectors = field(default_factory=list)
    slope: list[list[Number] | None] = field(default_factory=list)
    by_a: Vectors = field(default_factory=list)
    delta: Vectors = field(default_factory=list)
    terms: list[Number] = field(default_factory=list)

    @property
    def cost(self) -> Number:
        return add(self.terms)

    @property
    def depth(self) -> int:
        return self.architecture.depth

    def forward(self) -> SheetNumbers:
        """z, a and the cost, from w, b, x and y."""
        self.z, self.a = [[]], [self.x]
        for l, layer in enumerate(self.architecture.layers, start=1):
            a = self.a[l - 1]
            z = [
                add([*(w * x for w, x in zip(row, a, strict=True)), b])
                for row, b in zip(self.w[l], self.b[l], strict=True)
            ]
            self.z.append(z)
            self.a.append(self._activations(layer.activation, z))
        self.terms = self._by_output(self._cost.value_at)
        return self

    def backward(self) -> SheetNumbers:
        """∂C_0/∂a and δ, from the last layer on; after ``forward``."""
        depth = self.depth
        self.slope = [None] * (depth + 1)
        self.delta, self.by_a = [[] for _ in range(depth + 1)], [[] for _ in range(depth + 1)]
        self.by_a[depth] = self._by_output(self._cost.slope_at)
        for l in range(depth, 0, -1):
            self._through(l)
            columns = zip(*self.w[l], strict=True)
            self.by_a[l - 1] = [add([w * d for w, d in zip(column, self.delta[l], strict=True)]) for column in columns]
        return self

    @property
    def _cost(self) -> Definition:
        return _definition(self.architecture.cost_function)

    def _by_output(self, function: Callable[..., Number]) -> list[Number]:
        p = _parameters(self.architecture.cost_function)
        pairs = zip(self.a[-1], self.y, strict=True)
        return [_finite(function, {**p, "a": a, "y": y}, self.over) for a, y in pairs]

    def _activations(self, activation: Activation, z: list[Number]) -> list[Number]:
        definition, p = _definition(activation), _parameters(activation)
        if activation.elementwise:
            return [definition.value_at({**p, "z": one}, self.over) for one in z]
        return [definition.value_at({**p, "z_j": one, "z_m": z}, self.over) for one in z]

    def _through(self, l: int) -> None:
        """δ of a layer from its ∂C_0/∂a."""
        activation = self.architecture.layer(l).activation
        if not activation.elementwise:
            self.slope[l] = None
            self.delta[l] = [add([term for _, term in self.mixed_terms(l, j)]) for j in range(len(self.a[l]))]
            return
        definition, p = _definition(activation), _parameters(activation)
        pairs = zip(self.z[l], self.a[l], strict=True)
        slopes = [definition.slope_at({**p, "z": z, "a": a}, self.over) for z, a in pairs]
        self.slope[l] = slopes
        self.delta[l] = [s * g for s, g in zip(slopes, self.by_a[l], strict=True)]

    def mixed_terms(self, l: int, j: int) -> list[tuple[Number, Number]]:
        """By output m of a layer that mixes: ∂a_m/∂z_j, and its product with ∂C_0/∂a_m (E23)."""
        return [(entry, entry * g) for entry, g in zip(self.column(l, j), self.by_a[l], strict=True)]

    def column(self, l: int, j: int) -> list[Number]:
        """∂a_m/∂z_j by output m: a column of the Jacobian."""
        a, definition = self.a[l], _definition(self.architecture.layer(l).activation)
        return [
            definition.slope_at({"a_m": one, "a_j": a[j], "δ_mj": ONE if m == j else ZERO}, self.over)
            for m, one in enumerate(a)
        ]

    # --- parameters -----------------------------------------------------------------------------------------------

    def factors(self, place: Place) -> tuple[Number, Number]:
        """What a derivative with respect to a weight or bias is the product of (E16, E17): a and δ."""
        l, j, k = place
        return (ONE if k is None else self.a[l - 1][k]), self.delta[l][j]

    def derivative(self, place: Place) -> Number:
        """∂C_0 with respect to a weight or bias."""
        a, delta = self.factors(place)
        return a * delta

    def parameter(self, place: Place) -> Number:
        """The weight or bias itself."""
        l, j, k = place
        return self.b[l][j] if k is None else self.w[l][j][k]

    def moved(self, steps: dict[Place, Number], over: Arithmetic[Number] = EXACT) -> SheetNumbers:
        """The same row through a network with other weights and biases: by how much each is more. Forward alone."""
        w, b = [[list(row) for row in rows] for rows in self.w], [list(row) for row in self.b]
        for (l, j, k), step in steps.items():
            if k is None:
                b[l][j] = b[l][j] + step
            else:
                w[l][j][k] = w[l][j][k] + step
        return replace(self, w=w, b=b, over=over).forward()


def places(architecture: Architecture) -> Iterator[Place]:
    """All weights and biases, from the last layer on; of each neuron its weights, then its bias."""
    for l in range(architecture.depth, 0, -1):
        for j in range(architecture.sizes[l]):
            yield from ((l, j, k) for k in range(architecture.sizes[l - 1]))
            yield l, j, None


def given_parameters(e: Explanation, digits: int) -> tuple[Weights, Vectors]:
    """w and b by layer, rounded to so many decimals.

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
    return [[], *w], [[], *([number(x, digits) for x in e.view.b(l)] for l in range(1, depth + 1))]


def given_row(e: Explanation, w: Weights, b: Vectors, digits: int, own: OwnUnits = NOTHING) -> SheetNumbers:
    """The row in focus, inputs and targets rounded, or scaled and rounded; nothing is computed yet."""
    x, y = ([number(value, digits) for value in values] for values in (e.a(0), e.view.Y[e.focus]))
    x = [own.inputs[k].rounded if k in own.inputs else value for k, value in enumerate(x)]
    y = [own.targets[j].rounded if j in own.targets else value for j, value in enumerate(y)]
    return SheetNumbers(e.architecture, w, b, x, y, own)


# --- several rows, and differences ------------------------------------------------------------------------------------


def average(numbers: Sequence[Number]) -> Number:
    """Their mean (E11)."""
    return add(numbers) / Number(Fraction(len(numbers)))


def by_difference(rows: Sequence[SheetNumbers], place: Place) -> Check:
    """The derivative of the mean cost of rows by central differences, the parameter nudged by ``NUDGE`` to both sides.

    A kink lies between where the functions took another turn at one of the two points than at the other.
    """
    costs, turns = [], []
    for step in (NUDGE, -NUDGE):
        taken: list[bool] = []
        over = replace(EXACT, positive=_noting(taken))
        costs.append(average([row.moved({place: step}, over).cost for row in rows]))
        turns.append(taken)
    return Check(((costs[0] - costs[1]) / (NUDGE + NUDGE)).readable(), turns[0] != turns[1])


def _noting(turns: list[bool]) -> Callable[[Number], bool]:
    """Whether a number is above 0, and each answer is written down."""

    def positive(x: Number) -> bool:
        turns.append(EXACT.positive(x))
        return turns[-1]

    return positive


# --- functions --------------------------------------------------------------------------------------------------------


def _definition(function: Activation | Cost) -> Definition:
    found = definition_of(function)
    assert found is not None  # a worksheet refuses functions that have none
    return found


def _parameters(function: Activation | Cost) -> dict[str, Number]:
    return {"p": number(function.parameters[0])} if function.parameters else {}


def _finite(function: Callable[..., Number], names: dict[str, Number], over: Arithmetic[Number]) -> Number:
    try:
        return function(names, over)
    except (ZeroDivisionError, ArithmeticError, ValueError):
        raise SettingsError(
            "with these rounded numbers an output lies where the cost has no value: take more digits (--digits), "
            "or another row"
        ) from None
