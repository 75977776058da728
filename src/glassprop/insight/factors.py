"""What is told of one derivative: its factors by name, the paths behind them, and what a nudge says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from glassprop.ground.in_notebook import InNotebook
from glassprop.insight.paths import Paths


def by_letter(letter: str) -> str:
    """What the first factor is called: of z with respect to a parameter, by the letter of its block."""
    return f"∂z/∂{letter}"


BY_W, BY_S, BY_B, BY_P, SLOPE, BY_A, BY_Z, MIXED, SHARED, BY_X, BY_COLUMN = (
    by_letter("w"),
    by_letter("s"),
    by_letter("b"),
    "∂a/∂p",
    "∂a/∂z",
    "∂C₀/∂a",
    "∂C₀/∂z",
    "Σ ∂C₀/∂a ∂a/∂z",
    "Σ ∂C₀/∂z ∂z/∂cos u",
    "∂C₀/∂x",
    "∂x/∂column",
)


@dataclass(frozen=True)
class Term:
    """One term of the sum over a Jacobian's column: ``∂C_0/∂a_m · ∂a_m/∂z_j``."""

    m: int
    by_a: float
    by_z: float

    @property
    def product(self) -> float:
        return self.by_a * self.by_z


@dataclass(frozen=True)
class Share:
    """What a parameter that moves several neurons does through one: ``∂C_0/∂z_j``, and ∂z_j by the step before."""

    j: int
    delta: float
    by_it: float

    @property
    def product(self) -> float:
        return self.delta * self.by_it


@dataclass(frozen=True)
class Collapse:
    """What the derivatives of output activation and cost collapse to (E26): δ_j from a_j and y_j alone."""

    formula: str
    a: float
    y: float
    value: float
    total: float = 1.0  # Σy, where it is not 1 and a is multiplied by it


@dataclass(frozen=True)
class Derivative(InNotebook):
    """∂C_0 with respect to one weight, bias or input of one example.

    Attributes
    ----------
    symbol : str
        How the equations write it.
    value : float
        The derivative.
    factors : mapping of str to float
        Whose product it is (E4, E16): ∂z/∂w, ∂a/∂z and ∂C₀/∂a. In a layer whose activation mixes neurons the last two
        are one factor, the sum over the Jacobian's column. Where the last layer's a has rounded to 0 or 1, or to within
        rounding of y, that factor is ∂C₀/∂z, from the collapsed form.
    paths : Paths
        How ∂C₀/∂a of the neuron (of the input itself, for an input) came about (E15).
    column_sum : tuple of Term
        The terms of that sum, in a layer whose activation mixes neurons.
    shares : tuple of Share
        Where a parameter moves several neurons, as the frequency of a wave does: what the last factor is the sum of.
        There are no paths then.
    collapse : Collapse or None
        In the last layer, where its derivatives collapse.
    by_difference : float
        The same by central differences.
    kink : bool
        Whether the nudge crossed a kink of an activation, so that the two need not agree.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [[0.5, -1.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> weight = explanation.weight(1, 2, 0)
    >>> weight.symbol, list(weight.factors)
    ('∂C₀/∂w[2,0]⁽¹⁾', ['∂z/∂w', '∂a/∂z', '∂C₀/∂a'])
    >>> bool(np.isclose(weight.value, weight.by_difference))
    True
    """

    symbol: str
    value: float
    factors: Mapping[str, float]
    column_sum: tuple[Term, ...] = ()
    collapse: Collapse | None = None
    shares: tuple[Share, ...] = ()
    _paths: Callable[[], Paths] = field(repr=False, default=lambda: Paths((), 0.0, 0.0, 0))
    _difference: Callable[[], tuple[float, bool]] = field(repr=False, default=lambda: (float("nan"), False))

    @property
    def paths(self) -> Paths:
        return self._paths()

    @property
    def by_difference(self) -> float:
        return self._difference()[0]

    @property
    def kink(self) -> bool:
        return self._difference()[1]


@dataclass(frozen=True)
class InputPart:
    """One input of the network that a column feeds: number, name, value, and how it moves with the column."""

    index: int
    name: str
    x: float
    by_x: float
    by_column: float | None


@dataclass(frozen=True)
class ColumnDerivative(Derivative):
    """∂C_0 with respect to a column of the table, in the column's own units, through scaling and the like.

    Attributes
    ----------
    symbol, factors, column_sum, collapse, shares
        As ``Derivative`` has them.
    value : float
        The derivative. NaN for a category, which has none: see ``switches``.
    shown : str
        What stands in the table.
    parts : tuple of InputPart
        The inputs of the network that the column feeds. ``value`` is Σ ∂C₀/∂x · ∂x/∂column.
    switches : mapping of str to float
        For a category: how C_0 would change if the example had another one instead, by a forward pass; of each.
    unit : str
        The unit of the column, where that is not plain: "day" for a date, "hour" for a time of day.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [[0.5, -1.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> column = explanation.input(0)
    >>> column.parts[0].x, column.parts[0].by_column
    (0.5, 1.0)
    """

    shown: str = ""
    parts: tuple[InputPart, ...] = ()
    switches: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True)
class ExamplePulls(InNotebook):
    """One parameter's derivative for every example, and their average (E11).

    Attributes
    ----------
    values : tuple of float
        By example.
    average : float
    raise_it, lower_it : tuple of int
        Which examples would have a step of gradient descent raise the parameter (their derivative is negative), and
        which lower it; the strongest first.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [[0.5, -1.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> pulls = explanation.examples(1, 2, 0)
    >>> pulls.average == sum(pulls.values) / 2, pulls.raise_it, pulls.lower_it
    (True, (1, 0), ())
    """

    values: tuple[float, ...]

    @property
    def average(self) -> float:
        return sum(self.values) / len(self.values)

    @property
    def raise_it(self) -> tuple[int, ...]:
        return tuple(i for i in sorted(range(len(self.values)), key=self.values.__getitem__) if self.values[i] < 0)

    @property
    def lower_it(self) -> tuple[int, ...]:
        order = sorted(range(len(self.values)), key=self.values.__getitem__, reverse=True)
        return tuple(i for i in order if self.values[i] > 0)
