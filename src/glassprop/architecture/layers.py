"""Layer and Architecture: sizes, activations, cost. Frozen; what does not fit together is refused at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

from glassprop.architecture.parameters import Layout
from glassprop.equations.activation import Activation, find_activation
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.cost import Cost, find_cost
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.equations.initial import INITIALS
from glassprop.equations.pairs import check_pair
from glassprop.errors import ArchitectureError


@dataclass(frozen=True)
class Layer:
    """A dense layer: z = a Wᵀ + b, a = σ(z), then dropout.

    Parameters
    ----------
    n : int
        How many neurons.
    activation : str or Activation
        σ, by name (with its parameter in brackets: ``"leaky_relu(0.2)"``) or an own one.
    dropout : float
        The part of its activations that each training step leaves out, in [0, 1).
    initial : str
        How starting weights are drawn (``equations/initial.py``); ``"auto"`` is ``"glorot_sigmoid"`` for
        sigmoid layers and ``"glorot"`` for others.

    Raises
    ------
    ArchitectureError
        If a value cannot be used; all faults of the layer in one message.

    Examples
    --------
    >>> Layer(64, "relu", dropout=0.1)
    Layer(64, 'relu', dropout=0.1)
    """

    n: int
    activation: Activation
    dropout: float = 0.0
    initial: str = "auto"

    def __init__(
        self, n: int, activation: str | Activation = "relu", dropout: float = 0.0, initial: str = "auto"
    ) -> None:
        faults = []
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
            faults.append(f"its size must be a whole number of 1 or more, got {n!r}")
        if not isinstance(dropout, Real) or not 0 <= dropout < 1:
            faults.append(f"dropout must be at least 0 and less than 1, got {dropout!r}")
        if initial != "auto" and initial not in INITIALS:
            faults.append(f"initial must be auto or one of {', '.join(INITIALS)}, got {initial!r}")
        found: Any = None
        try:
            found = find_activation(activation)
        except ArchitectureError as error:
            faults.append(str(error))
        if faults:
            raise ArchitectureError(f"layer ({n!r}, {activation!r}) cannot be built: " + "; ".join(faults))
        for name, value in (
            ("n", int(n)),
            ("activation", found),
            ("dropout", float(dropout)),
            ("initial", initial),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        extras = f", dropout={self.dropout:g}" if self.dropout else ""
        extras += f", initial={self.initial!r}" if self.initial != "auto" else ""
        return f"Layer({self.n}, {self.activation.spec!r}{extras})"

    @property
    def drawn_by(self) -> str:
        """The rule in ``INITIALS`` that starting weights follow."""
        if self.initial != "auto":
            return self.initial
        return "glorot_sigmoid" if self.activation.name == "sigmoid" else "glorot"


@dataclass(frozen=True)
class Architecture:
    """What is trained: the number of inputs, the layers, the cost.

    Layers are counted from 1 (0 is the input), neurons from 0.

    Parameters
    ----------
    n_inputs : int
        How many numbers an example has.
    layers : sequence of Layer
        From the first hidden layer to the output.
    cost : str or Cost
        What is minimized.

    Raises
    ------
    ArchitectureError
        If something does not fit together; all faults in one message.
    """

    n_inputs: int
    layers: tuple[Layer, ...]
    cost_function: Cost

    def __init__(self, n_inputs: int, layers: Sequence[Layer], cost: str | Cost = "squared_error") -> None:
        faults = []
        layers = tuple(layers) if isinstance(layers, Iterable) else (layers,)
        found: Any = None
        if isinstance(n_inputs, bool) or not hasattr(n_inputs, "__index__") or n_inputs < 1:
            faults.append(f"n_inputs must be a whole number of 1 or more, got {n_inputs!r}")
        if not layers or not all(isinstance(layer, Layer) for layer in layers):
            faults.append(f"layers must be one or more Layer objects, got {layers!r}")
        else:
            faults += _faults_of_layers(layers)
        try:
            found = find_cost(cost)
            if layers and isinstance(layers[-1], Layer):
                check_pair(layers[-1].activation, found)
        except ArchitectureError as error:
            faults.append(str(error))
        if faults:
            raise ArchitectureError("; ".join(faults))
        for name, value in (("n_inputs", int(n_inputs)), ("layers", layers), ("cost_function", found)):
            object.__setattr__(self, name, value)

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
        return Layout.dense(self.sizes)

    def layer(self, number: int) -> Layer:
        """The layer of that number, from 1."""
        return self.layers[number - 1]

    @property
    def own_functions(self) -> list[str]:
        """Names of activations and costs that are user-defined, not entries of the tables."""
        own = [layer.activation.name for layer in self.layers if not activation_is_built_in(layer.activation)]
        return own + ([] if cost_is_built_in(self.cost_function) else [self.cost_function.name])

    def spec(self) -> dict[str, Any]:
        """Return all of it as plain numbers and strings, ready for JSON; ``from_spec`` reads it.

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
        layers = [
            {
                "n": layer.n,
                "activation": layer.activation.spec,
                "dropout": layer.dropout,
                "initial": layer.initial,
            }
            for layer in self.layers
        ]
        return {"n_inputs": self.n_inputs, "layers": layers, "cost": self.cost_function.spec}

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Architecture:
        """Build what ``spec()`` wrote down."""
        return cls(spec["n_inputs"], [Layer(**layer) for layer in spec["layers"]], spec["cost"])


def _faults_of_layers(layers: tuple[Layer, ...]) -> list[str]:
    """What single layers cannot do where they stand."""
    faults = []
    if layers[-1].dropout:
        faults.append("the output layer cannot have dropout: what is predicted must not be left out")
    for number, layer in enumerate(layers, start=1):
        if layer.n == 1 and layer.activation.range.simplex:
            faults.append(
                f"layer {number} has one neuron under {layer.activation.spec}, which is always 1 and cannot learn; use "
                "sigmoid for the probability of one class (with binary_cross_entropy), or a neuron for each class"
            )
    return faults
