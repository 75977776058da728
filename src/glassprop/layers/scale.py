"""`Scale`: a factor for each input, z_k = s_k a_k; a layer of the size it finds, without an activation."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.arrays import Array, Rows
from glassprop.equations.scaling import by_factor, by_scaled_input, scaled
from glassprop.errors import ArchitectureError
from glassprop.ground.text import quoted
from glassprop.layers.arguments import factors_of, faults_of_factors, faults_of_flags, faults_of_size
from glassprop.layers.layer_kind import BlockShape, Factors, LayerKind, Parameters, Way, full, largest_sizes, unit_of

FactorsStart = Literal["ones", "normal", "signs"]
STARTS: tuple[FactorsStart, ...] = get_args(FactorsStart)


@dataclass(frozen=True, init=False, repr=False)
class Scale(LayerKind):
    """A layer of factors: z_k = s_k a_k, a = z (E29), which are trained.

    In front, it lets training weigh the inputs; with a higher rate of its own, it does so early.

    Parameters
    ----------
    n : int, optional
        How many factors; by default as many as there are inputs, or neurons in the layer before.
    initial : {"ones", "normal", "signs"}
        How factors start: at 1; normally distributed around 0 with a standard deviation of 1; at 1 or -1, either as
        likely. Members that share what lies behind their factors need them to start apart.
    own : bool
        Whether each member of a network has factors of its own (``Network(…, members=8)``).
    rates, decays : mapping of str to float, optional
        Factors of the learning rate, and of weight decay and L2: ``rates={"s": 6}``. By default the rate is unchanged,
        and the factors do not decay.

    Raises
    ------
    ArchitectureError
        If a value cannot be used; all faults of the layer in one message.

    Examples
    --------
    >>> from glassprop import Layer, Network, Scale
    >>> Network(4, [Scale(rates={"s": 6}), Layer(1, "identity")])
    Network(4, [Scale(4, rates={'s': 6.0}), Layer(1, 'identity')], cost='squared_error')
    """

    n: int
    initial: str
    own: bool
    rates: Mapping[str, float]
    decays: Mapping[str, float]

    kind, joined = "scale", "each"
    activation = ACTIVATIONS["identity"]
    dropout = 0.0
    residual = parametric = False

    def __init__(
        self,
        n: int | None = None,
        *,
        initial: FactorsStart = "ones",
        own: bool = False,
        rates: Mapping[str, float] | None = None,
        decays: Mapping[str, float] | None = None,
    ) -> None:
        faults = [] if n is None else faults_of_size(n)
        if initial not in STARTS:
            faults.append(f"initial must be one of {', '.join(STARTS)}, got {quoted(initial, 60)}")
        faults += faults_of_flags(own=own)
        faults += faults_of_factors("rates", rates, ("s",)) + faults_of_factors("decays", decays, ("s",))
        if faults:
            raise ArchitectureError("a layer Scale cannot be built: " + "; ".join(faults))
        object.__setattr__(self, "n", 0 if n is None else int(n))
        object.__setattr__(self, "initial", initial)
        object.__setattr__(self, "own", bool(own))
        object.__setattr__(self, "rates", factors_of(rates))
        object.__setattr__(self, "decays", factors_of(decays))

    def __repr__(self) -> str:
        said = [str(self.n)] if self.n else []
        said += [f"initial={self.initial!r}"] if self.initial != "ones" else []
        said += ["own=True"] if self.own else []
        said += [f"{name}={said!r}" for name, said in self.factors.items()]
        return f"Scale({', '.join(said)})"

    def __hash__(self) -> int:
        return hash((self.kind, self.n, self.initial, self.own, self.rates, self.decays))

    def placed(self, n_in: int) -> Scale:
        """The layer with as many factors as it sees inputs, where nobody said how many."""
        if self.n:
            return self
        found = copy(self)
        object.__setattr__(found, "n", n_in)
        return found

    def misplaced(self, n_in: int) -> list[str]:
        return [f"it has {self.n} factors, but sees {n_in}: leave the number out"] if self.n != n_in else []

    def blocks_of_z(self, n_in: int) -> tuple[BlockShape, ...]:
        return (BlockShape("s", (self.n,), "factors"),)

    def start_z(self, parameters: Parameters, rng: Any, x: Rows | None) -> None:
        s = parameters["s"]
        if self.initial == "normal":
            s[...] = rng.normal(size=s.shape)
        elif self.initial == "signs":
            s[...] = np.where(rng.uniform(size=s.shape) < 0.5, -1, 1)
        else:
            s[...] = 1

    def weigh(self, parameters: Parameters, x: Rows) -> Array:
        """E29."""
        return scaled(full(x), parameters["s"])

    def by_input(self, parameters: Parameters, delta: Array, x: Rows) -> Array:
        """E31."""
        return by_scaled_input(delta, parameters["s"])

    def fill_z(self, gradient: Parameters, parameters: Parameters, delta: Array, x: Rows) -> None:
        """E30."""
        gradient["s"][...] = by_factor(delta, full(x))

    def products(self, one: Factors, other: Factors) -> Array:
        return ((one.delta * full(one.x)) * (other.delta * full(other.x))).sum(axis=1)

    def dots(self, one: Factors, other: Factors) -> Array:
        return (one.delta * full(one.x)) @ (other.delta * full(other.x)).T

    def nudge_units(self, units: Parameters, parameters: Parameters, x: Rows) -> None:
        units["s"][...] = unit_of(largest_sizes(x))

    def edges(self, parameters: Parameters, x: Array) -> Array:
        return np.diag(parameters["s"])

    def edge(self, j: int, k: int) -> tuple[str, tuple[int, ...]] | None:
        return ("s", (k,)) if j == k else None

    def way(self, parameters: Parameters, x: Array, name: str, index: tuple[int, ...]) -> Way:
        return Way({"∂z/∂s": float(x[index[0]])}, {index[0]: 1.0})

    def joins(self, n_in: int) -> NDArray[np.bool_]:
        return np.eye(self.n, n_in, dtype=bool)

    def spec(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind, **({"n": self.n} if self.n else {})}
        found |= {"initial": self.initial} if self.initial != "ones" else {}
        return found | ({"own": True} if self.own else {}) | self.factors
