"""What every kind of layer answers: parameters, start, z, its derivatives, and the gradient of one example."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.activation import Activation
from glassprop.equations.arrays import Array, Rows, namespace

Parameters = Mapping[str, Array]  # a layer's blocks of θ (or of ∇C) by name: views of it
PARAMETRIC = "p"  # the block of an activation's parameter, where it is trained


@dataclass(frozen=True)
class BlockShape:
    """One parameter array that a layer owns.

    Attributes
    ----------
    name : str
        The letter it has in the equations.
    shape : tuple of int
    words : str
        What its entries are called, in the plural.
    decay : float
        What weight decay and L2 are multiplied by: 1 for weights, 0 for what they leave alone.
    rate : float
        What the learning rate is multiplied by.
    """

    name: str
    shape: tuple[int, ...]
    words: str
    decay: float = 0.0
    rate: float = 1.0


class Way(NamedTuple):
    """How a parameter moves z of one example.

    factors: what multiplies to its way, by name, up to what neurons see of it; onto: ∂z_j by that, of those, by j.
    """

    factors: dict[str, float]
    onto: dict[int, float]


class Factors(NamedTuple):
    """What a layer's gradient of each example is a product of.

    parameters: the layer's; delta (n, n_l): ∂C_0/∂z; x (n, n_in): what the layer sees.
    """

    parameters: Parameters
    delta: Array
    x: Rows

    def rows(self, which: slice) -> Factors:
        """Those of some examples."""
        return Factors(self.parameters, self.delta[which], self.x[which])


class LayerKind(ABC):
    """A layer: z from what it sees, σ, perhaps what it saw added (residual), then dropout.

    A kind says what z is. Its letters are those of the equations: x (n, n_in) is what the layer sees, a^(l-1) with
    dropout where there is some; z, δ = ∂C/∂z and g = ∂C/∂a are (n, n_l).
    """

    kind: ClassVar[str]  # its name in files
    mixes_examples: ClassVar[str] = ""  # in words, why there is no gradient of a single example: statistics of a batch
    joined: ClassVar[Literal["all", "each", "some"]] = "some"  # what a neuron sees of the layer before
    linear: ClassVar[bool] = True  # whether z is so in x: then each ∂z_j/∂x_k is a parameter, or 0
    n: int
    activation: Activation
    dropout: float
    residual: bool
    parametric: bool
    own: bool = False  # whether each member of a network has parameters of its own here
    rates: Mapping[str, float]
    decays: Mapping[str, float]

    # --- what it holds ----------------------------------------------------------------------------------------

    def placed(self, n_in: int) -> LayerKind:
        """The layer as it is behind ``n_in`` inputs or neurons: kinds that take the width they find have it then."""
        return self

    def misplaced(self, n_in: int) -> list[str]:
        """What it cannot do behind so many inputs or neurons, in words."""
        if self.residual and self.n != n_in:
            return [f"it is residual and has {self.n} neurons, but sees {n_in}: a + x needs as many"]
        return []

    def owned(self, own: bool = True) -> Self:
        """The same layer, ``own`` or not."""
        found = copy(self)
        object.__setattr__(found, "own", own)
        return found

    def blocks(self, n_in: int) -> tuple[BlockShape, ...]:
        """Its parameter arrays, in the order they have in θ: of one network, and so of each member."""
        found = self.blocks_of_z(n_in)
        if self.parametric:
            found = (*found, BlockShape(PARAMETRIC, (self.n,), "parameters of the activation"))
        return tuple(
            replace(
                block,
                rate=float(self.rates.get(block.name, block.rate)),
                decay=float(self.decays.get(block.name, block.decay)),
            )
            for block in found
        )

    def used(self, n_in: int) -> int:
        """How many of its parameters one example has to do with."""
        return sum(prod(block.shape) for block in self.blocks(n_in))

    @abstractmethod
    def blocks_of_z(self, n_in: int) -> tuple[BlockShape, ...]:
        """The same without the activation's."""

    def start(self, parameters: Parameters, rng: Any, x: Rows | None) -> None:
        """Write starting values into the blocks. x: what the layer sees of some examples, or None."""
        self.start_z(parameters, rng, x)
        if self.parametric:
            parameters[PARAMETRIC][...] = self.activation.parameters[0]

    @abstractmethod
    def start_z(self, parameters: Parameters, rng: Any, x: Rows | None) -> None:
        """The same without the activation's."""

    @property
    def needs_examples(self) -> bool:
        """Whether its start looks at examples."""
        return False

    def passed_on(self, j: int, n_in: int) -> int | None:
        """Which number before it neuron j is, as it stands there; None where it is none."""
        return None

    @property
    def codes(self) -> dict[int, int]:
        """Which numbers before it must be codes of categories, and how many categories there are."""
        return {}

    def of_codes(self, z: Array, n_in: int) -> dict[str, Array]:
        """Of numbers by neuron, those of neurons that come of each code, by its table: z (n, n_l) -> (n, m) each."""
        return {}

    # --- the chain rule ---------------------------------------------------------------------------------------

    @abstractmethod
    def weigh(self, parameters: Parameters, x: Rows) -> Array:
        """z, from what the layer sees: x (n, n_in) -> (n, n_l)."""

    @abstractmethod
    def by_input(self, parameters: Parameters, delta: Array, x: Rows) -> Array:
        """Take δ to what it adds to ∂C/∂x: delta (n, n_l), x (n, n_in) -> (n, n_in)."""

    def sigma(self, parameters: Parameters) -> Activation:
        """The activation, with its trained parameter where it has one."""
        if not self.parametric:
            return self.activation
        each: Any = parameters[PARAMETRIC]  # one number for each neuron, where functions of z expect one for all
        return replace(self.activation, parameters=(each,))

    def fill(
        self, gradient: Parameters, parameters: Parameters, delta: Array, x: Rows, by_parameter: Array | None
    ) -> None:
        """Write the sum over examples of ∂C_0 by each parameter. by_parameter: g ∂a/∂p, where p is trained."""
        self.fill_z(gradient, parameters, delta, x)
        if by_parameter is not None:
            gradient[PARAMETRIC][...] = namespace(by_parameter).sum(by_parameter, axis=0)

    @abstractmethod
    def fill_z(self, gradient: Parameters, parameters: Parameters, delta: Array, x: Rows) -> None:
        """The same without the activation's."""

    # --- one example's gradient -------------------------------------------------------------------------------

    def squares(self, one: Factors) -> Array:
        """‖∇C_i‖² of every example, of the layer's blocks but the activation's: nothing of its size is built. (n,)."""
        return self.products(one, one)

    @abstractmethod
    def dots(self, one: Factors, other: Factors) -> Array:
        """∇C_i · ∇C'_j of every pair, of the same blocks. -> (n, n')."""

    def products(self, one: Factors, other: Factors) -> Array:
        """∇C_i · ∇C'_i of every example with itself elsewhere, as in another member: the diagonal of ``dots``. -> (n,).

        A kind may know a shorter way.
        """
        rows = [slice(i, i + 1) for i in range(one.delta.shape[0])]
        each = [self.dots(one.rows(i), other.rows(i)) for i in rows]
        return np.concatenate(each).ravel() if each else np.zeros(0, one.delta.dtype)

    def along(self, one: Factors, direction: Parameters) -> Array:
        """∇C_i · v of every example, of the same blocks. direction: those of v. -> (n,).

        Where z is affine in the parameters it is δ · (z at v - z at 0).
        """
        still = {name: namespace(block).zeros_like(block) for name, block in direction.items()}
        moved = self.weigh(direction, one.x) - self.weigh(still, one.x)
        return (one.delta * moved).sum(axis=1)

    # --- what check and explain ask ---------------------------------------------------------------------------

    @abstractmethod
    def nudge_units(self, units: Parameters, parameters: Parameters, x: Rows) -> None:
        """Write how far each parameter may go for z to change by 1 at most, over these examples."""

    @abstractmethod
    def edges(self, parameters: Parameters, x: Array) -> Array:
        """∂z_j/∂x_k of every pair at one example, 0 where nothing leads from k to j. x (n_in,) -> (n_l, n_in)."""

    @abstractmethod
    def edge(self, j: int, k: int) -> tuple[str, tuple[int, ...]] | None:
        """The block and the index in it of ∂z_j/∂x_k; None where that is no parameter, or nothing leads from k to j."""

    @abstractmethod
    def way(self, parameters: Parameters, x: Array, name: str, index: tuple[int, ...]) -> Way:
        """How an entry of a block, but for the activation's, moves z of one example. x (n_in,)."""

    @abstractmethod
    def joins(self, n_in: int) -> NDArray[np.bool_]:
        """Whether something leads from k to j, whatever the example. -> (n_l, n_in)."""

    @property
    def title(self) -> str:
        """The layer in a word or two, beside its size: its activation, and what else it does."""
        return title_of(self.spec())

    # --- as data ----------------------------------------------------------------------------------------------

    @property
    def factors(self) -> dict[str, dict[str, float]]:
        """``rates`` and ``decays``, those of the two in which something is said."""
        return {name: dict(said) for name in ("rates", "decays") if (said := getattr(self, name))}

    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """All of it as plain data; ``kind`` is in it for kinds other than the dense one."""


def title_of(spec: dict[str, Any]) -> str:
    """``LayerKind.title`` of what is written down, from the words alone: nothing is built."""
    said = str(spec.get("kind") or spec.get("activation", ""))
    return said + "".join(f", {name}" for name in ("parametric", "residual", "own") if spec.get(name))


_FARTHEST = 1e300  # a number beyond it is as good as infinite, and its unit must not be 0


def unit_of(reach: Array) -> Array:
    """1 / max |∂z/∂parameter|, 1 where that is less than 1."""
    return 1 / np.clip(reach, 1.0, _FARTHEST)


def largest_sizes(x: Rows) -> Array:
    """max |x_k| over examples; x may be sparse. (n, n_in) -> (n_in,)."""
    reach = abs(x).max(axis=0)
    return reach.toarray().ravel() if hasattr(reach, "toarray") else reach


def full(x: Rows) -> Array:
    """x as a dense array, where it is sparse."""
    return x.toarray() if hasattr(x, "toarray") else x


def row_dots(x: Rows, y: Rows) -> Array:
    """The dot product of each row of x with the same row of y; x may be sparse. -> (n,)."""
    if hasattr(x, "multiply"):
        return np.asarray(x.multiply(y).sum(axis=1)).ravel()
    return (x * y).sum(axis=1)
