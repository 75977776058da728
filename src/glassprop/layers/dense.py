"""`Layer`: the dense layer, z = a Wᵀ + b and a = σ(z), perhaps with what it saw added (residual)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.activation import ACTIVATIONS, Activation, ActivationLike, find_activation
from glassprop.equations.affine import affine, by_bias, by_input, by_weight
from glassprop.equations.arrays import Array, Rows
from glassprop.equations.initial import DATA, INITIALS, InitialName
from glassprop.errors import ArchitectureError
from glassprop.layers.arguments import factors_of, faults_of_dropout, faults_of_factors, faults_of_flags, faults_of_size
from glassprop.layers.layer_kind import (
    PARAMETRIC,
    BlockShape,
    Factors,
    LayerKind,
    Parameters,
    Way,
    largest_sizes,
    row_dots,
    unit_of,
)

_ROUNDED = 100  # roundings of z and of its mean


@dataclass(frozen=True, init=False, repr=False)
class Layer(LayerKind):
    """A dense layer: z = a Wᵀ + b, a = σ(z), then dropout.

    Parameters
    ----------
    n : int
        How many neurons.
    activation : str or Activation
        σ, by name (with its parameter in brackets: ``"leaky_relu(0.2)"``) or a user-defined one.
    dropout : float
        The fraction of its activations that each training step leaves out, in [0, 1).
    initial : str
        How starting weights are drawn; ``"auto"`` is ``"glorot_sigmoid"`` for sigmoid layers and ``"glorot"`` for
        others. ``"data"``: drawn so, then scaled and shifted until z has mean 0 and standard deviation 1 over the
        examples that ``Network.initial`` is given.
    residual : bool
        Whether the layer's input is added to its output: ``a = σ(z) + x`` (E32). It needs as many neurons as the layer
        before has.
    parametric : bool
        Whether the activation's parameter is trained, one for each neuron: from 0.2 on for ``"leaky_relu(0.2)"``.
    own : bool
        Whether each member of a network has parameters of its own here (``Network(…, members=8)``).
    rates, decays : mapping of str to float, optional
        Factors of the learning rate, and of weight decay and L2: ``rates={"b": 0.1}``; names are ``"w"``, ``"b"`` and,
        for a trained activation, ``"p"``. By default rates are unchanged, and only weights decay.

    Raises
    ------
    ArchitectureError
        If a value cannot be used; all faults of the layer in one message.

    Examples
    --------
    >>> Layer(64, "relu", dropout=0.1)
    Layer(64, 'relu', dropout=0.1)
    >>> Layer(64, "relu", residual=True)
    Layer(64, 'relu', residual=True)
    """

    n: int
    activation: Activation
    dropout: float
    initial: str
    residual: bool
    parametric: bool
    own: bool
    rates: Mapping[str, float]
    decays: Mapping[str, float]

    kind, joined = "dense", "all"

    def __init__(
        self,
        n: int,
        activation: ActivationLike = "relu",
        dropout: float = 0.0,
        initial: InitialName = "auto",
        *,
        residual: bool = False,
        parametric: bool = False,
        own: bool = False,
        rates: Mapping[str, float] | None = None,
        decays: Mapping[str, float] | None = None,
    ) -> None:
        faults = faults_of_size(n) + faults_of_dropout(dropout)
        if initial not in ("auto", DATA, *INITIALS):
            faults.append(f"initial must be auto, {DATA} or one of {', '.join(INITIALS)}, got {initial!r}")
        faults += faults_of_flags(residual=residual, parametric=parametric, own=own)
        found: Any = None
        try:
            found = find_activation(activation)
        except ArchitectureError as error:
            faults.append(str(error))
        if parametric and found is not None and found.by_parameter is None:
            some = [name for name, entry in ACTIVATIONS.items() if entry.by_parameter is not None]
            faults.append(f"parametric: {found.spec} has no parameter to train; these have one: {', '.join(some)}")
        elif parametric and found is not None and len(found.parameters) != 1:
            faults.append(f"parametric: {found.spec} has {len(found.parameters)} parameters; one can be trained")
        names = ("w", "b", PARAMETRIC) if parametric else ("w", "b")
        faults += faults_of_factors("rates", rates, names) + faults_of_factors("decays", decays, names)
        if faults:
            raise ArchitectureError(f"layer ({n!r}, {activation!r}) cannot be built: " + "; ".join(faults))
        for name, value in (
            ("n", int(n)),
            ("activation", found),
            ("dropout", float(dropout)),
            ("initial", initial),
            ("residual", bool(residual)),
            ("parametric", bool(parametric)),
            ("own", bool(own)),
            ("rates", factors_of(rates)),
            ("decays", factors_of(decays)),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        extras = f", dropout={self.dropout:g}" if self.dropout else ""
        extras += f", initial={self.initial!r}" if self.initial != "auto" else ""
        extras += "".join(f", {name}=True" for name in ("residual", "parametric", "own") if getattr(self, name))
        extras += "".join(f", {name}={said!r}" for name, said in self.factors.items())
        return f"Layer({self.n}, {self.activation.spec!r}{extras})"

    def __hash__(self) -> int:
        how = self.residual, self.parametric, self.own, self.rates, self.decays
        return hash((self.n, self.activation, self.dropout, self.initial, *how))

    @property
    def drawn_by(self) -> str:
        """The rule in ``INITIALS`` that starting weights follow."""
        if self.initial not in ("auto", DATA):
            return self.initial
        return "glorot_sigmoid" if self.activation.name == "sigmoid" else "glorot"

    def blocks_of_z(self, n_in: int) -> tuple[BlockShape, ...]:
        return BlockShape("w", (self.n, n_in), "weights", decay=1.0), BlockShape("b", (self.n,), "biases")

    @property
    def needs_examples(self) -> bool:
        return self.initial == DATA

    def start_z(self, parameters: Parameters, rng: Any, x: Rows | None) -> None:
        """Uniform within ±bound: W in (in, out) order, then b; where the start looks at examples, z standardized."""
        w, b = parameters["w"], parameters["b"]
        n_in = w.shape[1]
        bound = INITIALS[self.drawn_by](n_in, self.n)
        w[...] = rng.uniform(-bound, bound, (n_in, self.n)).T
        b[...] = rng.uniform(-bound, bound, self.n)
        if self.needs_examples and x is not None:
            z = affine(x, w, b)
            deviation = z.std(axis=0)
            rounded = _ROUNDED * np.finfo(z.dtype).eps * np.abs(z).max(axis=0)
            deviation[deviation <= rounded] = 1  # z that is the same everywhere, but for rounding, is only shifted
            w /= deviation[:, None]
            b[...] = (b - z.mean(axis=0)) / deviation

    def weigh(self, parameters: Parameters, x: Rows) -> Array:
        """E1, E14."""
        return affine(x, parameters["w"], parameters["b"])

    def by_input(self, parameters: Parameters, delta: Array, x: Rows) -> Array:
        """E18."""
        return by_input(delta, parameters["w"])

    def fill_z(self, gradient: Parameters, parameters: Parameters, delta: Array, x: Rows) -> None:
        """E16, E17."""
        gradient["w"][...] = by_weight(delta, x)
        gradient["b"][...] = by_bias(delta)

    def products(self, one: Factors, other: Factors) -> Array:
        """``(δ·δ') (a·a' + 1)``, the bias counted in."""
        return row_dots(one.delta, other.delta) * (row_dots(one.x, other.x) + 1)

    def dots(self, one: Factors, other: Factors) -> Array:
        """``(δ·δ') (a·a' + 1)``."""
        products = one.x @ other.x.T
        products = products.toarray() if hasattr(products, "toarray") else products
        return (one.delta @ other.delta.T) * (products + 1)

    def along(self, one: Factors, direction: Parameters) -> Array:
        """``δ·(v_w a + v_b)``."""
        return row_dots(one.delta, affine(one.x, direction["w"], direction["b"]))

    def nudge_units(self, units: Parameters, parameters: Parameters, x: Rows) -> None:
        units["w"][...] = unit_of(largest_sizes(x))

    def edges(self, parameters: Parameters, x: Array) -> Array:
        return parameters["w"]

    def edge(self, j: int, k: int) -> tuple[str, tuple[int, ...]]:
        return "w", (j, k)

    def way(self, parameters: Parameters, x: Array, name: str, index: tuple[int, ...]) -> Way:
        return Way({f"∂z/∂{name}": float(x[index[1]]) if name == "w" else 1.0}, {index[0]: 1.0})

    def joins(self, n_in: int) -> NDArray[np.bool_]:
        return np.ones((self.n, n_in), dtype=bool)

    def spec(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "n": self.n,
            "activation": self.activation.spec,
            "dropout": self.dropout,
            "initial": self.initial,
        }
        found |= {name: True for name in ("residual", "parametric", "own") if getattr(self, name)}
        return found | self.factors
