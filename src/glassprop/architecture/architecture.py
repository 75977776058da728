"""Architecture: layers one after another, and a cost. Frozen; what does not fit together is refused at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

from glassprop.architecture.own_units import OwnUnits
from glassprop.architecture.parameters import Layout
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.cost import Cost, CostLike, find_cost
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.equations.domain import REALS
from glassprop.equations.pairs import Pair, check_pair, find_pair
from glassprop.errors import ArchitectureError, SettingsError
from glassprop.ground.text import quoted
from glassprop.layers.dense import Layer
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.layer_table import KINDS, from_spec

MOST_MEMBERS = 10_000


@dataclass(frozen=True)
class Architecture:
    """What is trained: the number of inputs, the layers, the cost, and how many networks of these are one model.

    Layers are counted from 1 (0 is the input), neurons and members from 0.

    Parameters
    ----------
    n_inputs : int
        How many numbers an example has.
    layers : sequence of layers
        From the first hidden layer to the output, of any kind.
    cost : str or Cost
        What is minimized.
    units : OwnUnits, optional
        Of a regression whose target is standardized: what turns outputs into predictions.
    members : int
        How many networks are trained together, whose outputs are averaged (E41). They share the layers, but for those
        that are ``own``, in which each has parameters of its own. With 1, ``own`` means nothing.

    Raises
    ------
    ArchitectureError
        If something does not fit together; all faults in one message.
    """

    n_inputs: int
    layers: tuple[LayerKind, ...]
    cost_function: Cost
    units: OwnUnits | None = None
    members: int = 1
    part: tuple[int, int] | None = None  # of ``member``: which one it is, and among how many, in whose θ it lies

    def __init__(
        self,
        n_inputs: int,
        layers: Sequence[LayerKind],
        cost: CostLike = "squared_error",
        units: OwnUnits | None = None,
        members: int = 1,
    ) -> None:
        faults = []
        layers = tuple(layers) if isinstance(layers, Iterable) else (layers,)
        found: Any = None
        if isinstance(n_inputs, bool) or not hasattr(n_inputs, "__index__") or n_inputs < 1:
            faults.append(f"n_inputs must be a whole number of 1 or more, got {n_inputs!r}")
        if not layers or not all(isinstance(layer, LayerKind) for layer in layers):
            kinds = ", ".join(kind.__name__ for kind in KINDS.values())
            faults.append(f"layers must be one or more layers ({kinds}), got {layers!r}")
        else:
            width = layers[0].n or 1 if faults else int(n_inputs)
            layers = _placed(width, layers)
            faults += _faults_of_layers(width, layers) + _faults_of_members(members, layers)
        try:
            found = find_cost(cost)
            if layers and isinstance(layers[-1], LayerKind):
                check_pair(layers[-1].activation, found)
                faults += _faults_of_sum(layers[-1], found)
        except ArchitectureError as error:
            faults.append(str(error))
        if units is not None and not isinstance(units, OwnUnits):
            faults.append(f"units must be OwnUnits or None, got {quoted(units, 60)}")
        if isinstance(units, OwnUnits) and found is not None and not units.outputs.within(found.outputs):
            faults.append(f"units are of a regression: cost {found.spec!r} takes {found.outputs.words}")
        if faults:
            raise ArchitectureError("; ".join(faults))
        for name, value in (
            ("n_inputs", int(n_inputs)),
            ("layers", layers),
            ("cost_function", found),
            ("units", units),
            ("members", int(members)),
            ("part", None),
        ):
            object.__setattr__(self, name, value)

    def in_units(self, units: OwnUnits | None) -> Self:
        """The same, with predictions in these units."""
        return type(self)(self.n_inputs, self.layers, self.cost_function, units, self.members)

    def member(self, member: int) -> Self:
        """One of the members (from 0) as a network by itself, whose parameters are where they are in the same θ.

        What is no part of it in θ, it leaves alone, and in a gradient it is 0, or not written.

        Raises
        ------
        SettingsError
            If there is no such member.
        """
        whole = not isinstance(member, bool) and hasattr(member, "__index__")
        if not whole or not 0 <= member < self.members:
            last = "there is one, 0" if self.members == 1 else f"they are 0 to {self.members - 1}"
            raise SettingsError(f"there is no member {quoted(member, 60)}: {last}")
        return self.each_member[int(member)]

    @cached_property
    def each_member(self) -> tuple[Self, ...]:
        """The members, each a network by itself; of a network without others, this is the one."""
        if self.members == 1:
            return (self,)
        return tuple(self._alone(member) for member in range(self.members))

    def _alone(self, member: int) -> Self:
        alone = object.__new__(type(self))
        alike = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in (alike | {"members": 1, "part": (member, self.members)}).items():
            object.__setattr__(alone, name, value)
        return alone

    @property
    def depth(self) -> int:
        """L: how many layers there are, the input not counted."""
        return len(self.layers)

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then of neurons in each layer."""
        return [self.n_inputs, *(layer.n for layer in self.layers)]

    @cached_property
    def layout(self) -> Layout:
        """Which entry of θ is which parameter."""
        if self.part is not None:
            member, among = self.part
            return Layout.of(self.layers, self.sizes, among).member(member)
        return Layout.of(self.layers, self.sizes, self.members)

    @cached_property
    def codes(self) -> tuple[tuple[int, int], ...]:
        """The inputs that are codes of categories, each with how many there are: 0 to that many less 1."""
        return tuple((where, size) for _, _, where, size in _codes(self.n_inputs, self.layers) if where is not None)

    @cached_property
    def lookups(self) -> tuple[tuple[int, str, int, int], ...]:
        """Where codes are looked up: the layer, the block that is the table, the input that is the code, its rows."""
        found, seen = [], dict.fromkeys(range(1, len(self.layers) + 1), 0)
        for layer, _, where, size in _codes(self.n_inputs, self.layers):
            block = self.layout.by_layer[layer][seen[layer]]
            seen[layer] += 1
            if where is not None:
                found.append((layer, block.name, where, size))
        return tuple(found)

    def layer(self, number: int) -> LayerKind:
        """The layer of that number, from 1."""
        return self.layers[number - 1]

    @property
    def dense_layers(self) -> list[int]:
        """The numbers of the layers that have W and b."""
        return [number for number, layer in enumerate(self.layers, start=1) if layer.kind == Layer.kind]

    @cached_property
    def pair(self) -> Pair | None:
        """The collapsed form of output activation and cost (E26), where there is one.

        None for a residual output: a is then more than σ(z), and what is straight from z does not hold.
        """
        output = self.layers[-1]
        return None if output.residual else find_pair(output.activation, self.cost_function)

    @property
    def own_functions(self) -> list[str]:
        """Names of activations and costs that are user-defined, not entries of the tables."""
        own = [layer.activation.name for layer in self.layers if not activation_is_built_in(layer.activation)]
        return own + ([] if cost_is_built_in(self.cost_function) else [self.cost_function.name])

    def spec(self) -> dict[str, Any]:
        """Return all of it as plain numbers and strings, ready for JSON; ``from_spec`` reads it.

        One member among others is written as a network by itself: its θ is then that of ``of_members``.

        Raises
        ------
        ArchitectureError
            If it contains user-defined functions, which have no name to be found by.
        """
        if self.own_functions:
            raise ArchitectureError(
                f"a network with user-defined functions ({', '.join(self.own_functions)}) cannot be written as data: "
                "a file holds names and numbers, not code; use built-in ones, or pickle it where you trust the reader"
            )
        layers = [layer.spec() for layer in self.layers]
        spec = {"n_inputs": self.n_inputs, "layers": layers, "cost": self.cost_function.spec}
        spec |= {} if self.members == 1 else {"members": self.members}
        return spec if self.units is None else spec | {"units": self.units.to_dict()}

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Architecture:
        """Build what ``spec()`` wrote down."""
        units = None if spec.get("units") is None else OwnUnits(**spec["units"])
        layers = [from_spec(layer) for layer in spec["layers"]]
        return cls(spec["n_inputs"], layers, spec["cost"], units, spec.get("members", 1))


def _placed(n_inputs: int, layers: tuple[LayerKind, ...]) -> tuple[LayerKind, ...]:
    """The layers with their sizes, where they take the one they find."""
    placed: list[LayerKind] = []
    for layer in layers:
        placed.append(layer.placed(placed[-1].n if placed else n_inputs))
    return tuple(placed)


def _codes(n_inputs: int, layers: tuple[LayerKind, ...]) -> Iterator[tuple[int, int, int | None, int]]:
    """What each layer takes for codes: its number, which number before it, the input that this is, how many categories.

    Inputs are followed through layers that pass them on as they are; None: it is another number by then.
    """
    sizes = [n_inputs, *(layer.n for layer in layers)]
    for number, layer in enumerate(layers, start=1):
        for column, size in layer.codes.items():
            where: int | None = column
            for l in range(number - 1, 0, -1):
                where = None if where is None else layers[l - 1].passed_on(where, sizes[l - 1])
            yield number, column, where, size


def _faults_of_layers(n_inputs: int, layers: tuple[LayerKind, ...]) -> list[str]:
    """What single layers cannot do where they stand."""
    faults = []
    if layers[-1].dropout:
        faults.append("the output layer cannot have dropout: what is predicted must not be left out")
    sizes = [n_inputs, *(layer.n for layer in layers)]
    for number, layer in enumerate(layers, start=1):
        faults += [f"layer {number}: {fault}" for fault in layer.misplaced(sizes[number - 1])]
        if layer.n == 1 and layer.activation.range.simplex:
            faults.append(
                f"layer {number} has one neuron under {layer.activation.spec}, which is always 1 and cannot learn; use "
                "sigmoid for the probability of one class (with binary_cross_entropy), or a neuron for each class"
            )
    return faults or [
        f"layer {number}: it takes number {column} before it for a code, which is no input by then: let it be the "
        "first layer, or behind embeddings that pass the code on"
        for number, column, where, _ in _codes(n_inputs, layers)
        if where is None
    ]


def _faults_of_members(members: Any, layers: tuple[LayerKind, ...]) -> list[str]:
    """Members that share all layers would be one and the same network."""
    if isinstance(members, bool) or not hasattr(members, "__index__") or not 1 <= members <= MOST_MEMBERS:
        return [f"members must be a whole number from 1 to {MOST_MEMBERS:,}, got {quoted(members, 60)}"]
    if members > 1 and not any(layer.own for layer in layers):
        return [
            f"{members} members need a layer in which each has parameters of its own, else they are all the same: give "
            "own=True to the layers that they are not to share"
        ]
    return []


def _faults_of_sum(output: LayerKind, cost: Cost) -> list[str]:
    """A residual output may be any number, whatever the range of its activation."""
    if output.residual and not REALS.within(cost.outputs):
        return [
            f"a residual output layer gives σ(z) + x, which may be any number; cost {cost.spec!r} needs outputs that "
            f"are {cost.outputs.words}: leave residual out in the last layer"
        ]
    return []
