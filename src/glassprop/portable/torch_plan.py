"""A network as modules of PyTorch, before PyTorch is there: which ones, made with what, and the numbers in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glassprop.architecture.architecture import Architecture
from glassprop.equations.activation import Activation
from glassprop.equations.arrays import Array
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.layer_kind import PARAMETRIC, LayerKind, Parameters
from glassprop.layers.periodic_embedding import PeriodicEmbedding
from glassprop.portable.activation_trees import tree_of_activation


@dataclass(frozen=True, eq=False)
class Piece:
    """One module. The same piece at two places is one module at both.

    Attributes
    ----------
    module : str
        Its name in ``torch.nn``, or in ``torch_modules.py``.
    arguments : mapping of str to value
        What it is made with.
    arrays : mapping of str to array
        What its parameters are, by their names in it.
    inner : tuple of Piece
        The modules in it, which its constructor is given.
    """

    module: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    inner: tuple[Piece, ...] = ()


def pieces_of(architecture: Architecture, theta: Array, *, logits: bool = False) -> list[Piece]:
    """The modules of a network, one after another; with ``logits`` without the activation of the last layer.

    Of several members what comes first and is shared stands alone, and the rest is a "MeanOfMembers".

    Raises
    ------
    ExportError
        If a function is user-defined.
    """
    shared: dict[int, list[Piece]] = {}

    def of_layer(member: Architecture, number: int) -> list[Piece]:
        layer = member.layer(number)
        if layer.own or number not in shared:
            parameters = member.layout.of_layer(theta, number)
            bare = logits and number == member.depth
            made = _of_layer(layer, parameters, member.sizes[number - 1], bare=bare)
            if layer.own:
                return made
            shared[number] = made
        return shared[number]

    first = next((n for n, layer in enumerate(architecture.layers, start=1) if layer.own), architecture.depth + 1)
    first = first if architecture.members > 1 else architecture.depth + 1
    members = architecture.each_member
    found = [piece for number in range(1, first) for piece in of_layer(members[0], number)]
    if first <= architecture.depth:
        numbers = range(first, architecture.depth + 1)
        each = [[piece for number in numbers for piece in of_layer(member, number)] for member in members]
        found.append(Piece("MeanOfMembers", inner=tuple(_in_one(pieces) for pieces in each)))
    return found


def _in_one(pieces: list[Piece]) -> Piece:
    return pieces[0] if len(pieces) == 1 else Piece("Sequential", inner=tuple(pieces))


def _of_layer(layer: LayerKind, parameters: Parameters, n_in: int, *, bare: bool) -> list[Piece]:
    """z, σ, what was seen added, dropout. bare: z alone."""
    found = [LAYERS[layer.kind](layer, parameters, n_in)]
    if bare:
        return found
    found += _of_activation(layer.activation, parameters.get(PARAMETRIC))
    if layer.residual:
        found = [Piece("Residual", inner=(_in_one(found),))]
    return found + ([Piece("Dropout", {"p": layer.dropout})] if layer.dropout else [])


# --- kinds of layer: z of each ------------------------------------------------------------------------------------


def _dense(layer: LayerKind, parameters: Parameters, n_in: int) -> Piece:
    sizes = {"in_features": n_in, "out_features": layer.n}
    return Piece("Linear", sizes, {"weight": parameters["w"], "bias": parameters["b"]})


def _scale(layer: LayerKind, parameters: Parameters, n_in: int) -> Piece:
    return Piece("Scale", {"n": n_in}, {"factors": parameters["s"]})


def _periodic(layer: LayerKind, parameters: Parameters, n_in: int) -> Piece:
    assert isinstance(layer, PeriodicEmbedding)
    columns = layer.columns_among(n_in)
    arguments = {"columns": list(columns.columns), "others": list(columns.other_columns), "n": layer.each}
    names = {"frequencies": "f", "phases": "c", "weight": "w", "shifts": "e"}
    arrays = {name: parameters[block] for name, block in names.items()}
    return Piece("PeriodicEmbedding", {**arguments, "n_waves": layer.frequencies}, arrays)


def _category(layer: LayerKind, parameters: Parameters, n_in: int) -> Piece:
    assert isinstance(layer, CategoryEmbedding)
    columns = layer.columns_among(n_in)
    arguments = {"columns": list(columns.columns), "others": list(columns.other_columns)}
    sizes = {"sizes": list(layer.sizes), "each": list(layer.each)}
    tables = {f"tables.{number}.weight": parameters[f"t{number}"] for number in range(len(layer.columns))}
    return Piece("CategoryEmbedding", {**arguments, **sizes}, tables)


LAYERS: dict[str, Callable[[LayerKind, Parameters, int], Piece]] = {
    "dense": _dense,
    "scale": _scale,
    "periodic": _periodic,
    "category": _category,
}


# --- activations --------------------------------------------------------------------------------------------------

# PyTorch's own, where they are the same to rounding: its name, and how it calls a parameter. Others are "Formula".
_OWN: dict[str, tuple[str, str]] = {
    "relu": ("ReLU", ""),
    "leaky_relu": ("LeakyReLU", "negative_slope"),
    "sigmoid": ("Sigmoid", ""),
    "tanh": ("Tanh", ""),
    "softplus": ("Softplus", ""),
    "elu": ("ELU", "alpha"),
    "selu": ("SELU", ""),
    "gelu": ("GELU", ""),
    "silu": ("SiLU", ""),
    "mish": ("Mish", ""),
    "softsign": ("Softsign", ""),
    "hardswish": ("Hardswish", ""),
    "softmax": ("Softmax", ""),
}
_MORE: dict[str, dict[str, Any]] = {"Softmax": {"dim": 1}, "Softplus": {"threshold": 40.0}}  # beyond: a line
_OWN_TRAINED = {"leaky_relu": ("PReLU", "num_parameters", "weight")}  # with a parameter for each neuron


def _of_activation(activation: Activation, p: Array | None) -> list[Piece]:
    """The module of σ; none for the identity. p (n_l,): its parameter, where that is trained."""
    tree = tree_of_activation(activation, trained=p is not None)
    name = activation.name
    if name == "identity":
        return []
    if p is None and name in _OWN:
        module, called = _OWN[name]
        own = {called: float(activation.parameters[0])} if called else {}
        return [Piece(module, {**own, **_MORE.get(module, {})})]
    if p is not None and name in _OWN_TRAINED:
        module, size, called = _OWN_TRAINED[name]
        return [Piece(module, {size: len(p)}, {called: p})]
    arguments = {"name": name, "tree": tree, "n_parameters": 0 if p is None else len(p)}
    return [Piece("Formula", arguments, {} if p is None else {"p": p})]
