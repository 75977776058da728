"""A network as a file has it: its layers by kind, each with its own keys, and how many parameters they come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassprop.architecture.architecture import MOST_MEMBERS
from glassprop.architecture.own_units import MOST_KNOTS
from glassprop.architecture.target_scales import SCALES
from glassprop.export.schema.values import Either, Exactly, Field, Flag, Object, Real, Several, Text, Whole, Word
from glassprop.layers.scale import STARTS

FUNCTION = Text(200)  # an activation or cost of the tables, by name, with its parameters


def _factors(*blocks: str) -> Field:
    """What rates or decay are multiplied by, for some of a layer's blocks."""
    return Object({}, {block: Real(0) for block in blocks})


_DENSE = Object(
    {"n": Whole(1), "activation": FUNCTION, "dropout": Real(0, 1), "initial": Text(40)},
    {
        "residual": Flag(),
        "parametric": Flag(),
        "rates": _factors("w", "b", "p"),
        "decays": _factors("w", "b", "p"),
    },
)
_SCALE = Object(
    {"kind": Exactly("scale"), "n": Whole(1)},
    {"initial": Word(*STARTS), "rates": _factors("s"), "decays": _factors("s")},
)
_MOST = 100_000  # columns that are embedded
_COLUMNS = Several(Whole(0), least=1, most=_MOST)
_PERIODIC = Object(
    {"kind": Exactly("periodic"), "columns": _COLUMNS, "n": Whole(2), "frequencies": Whole(1), "sigma": Real(5e-324)},
    {"rates": _factors("f", "c", "w", "e"), "decays": _factors("f", "c", "w", "e")},
)
_SIZES = Several(Whole(1), least=1, most=_MOST)
_CATEGORY = Object(
    {"kind": Exactly("category"), "columns": _COLUMNS, "sizes": _SIZES, "n": _SIZES},
    {"rates": _factors("t"), "decays": _factors("t")},
)
_EACH: dict[str, Field] = {"own": Flag()}  # what a layer of any kind may say
OUTPUT_OPTIONS = Object({}, {"initial": Text(40), "rates": _factors("w", "b"), "decays": _factors("w", "b"), **_EACH})
_KINDS = {"dense": _DENSE, "scale": _SCALE, "periodic": _PERIODIC, "category": _CATEGORY}
LAYERS: dict[str, Object] = {  # by the names of `layers.layer_table.KINDS`
    kind: Object(layer.keys, {**layer.optional, **_EACH}) for kind, layer in _KINDS.items()
}


_FOUND = {"scale": "n", "periodic": "columns"}  # what a layer takes as it finds it, where nothing is said


def _as_asked(kind: str, layer: Object) -> Object:
    """A layer of an estimator's argument: it may take the size that it finds, and then says none."""
    if kind not in _FOUND:
        return layer
    keys = {name: field for name, field in layer.keys.items() if name != _FOUND[kind]}
    return Object(keys, {**layer.optional, _FOUND[kind]: layer.keys[_FOUND[kind]]})


LAYER_ASKED = Either(*(_as_asked(kind, layer) for kind, layer in LAYERS.items()))
UNITS = Object(
    {"mean": Real(), "spread": Real(5e-324)},
    {
        "scale": Word(*SCALES),
        "shift": Real(),
        "factor": Real(1e-3, 1e3),
        "knots": Several(Real(), most=MOST_KNOTS),
    },
)
NETWORK = Object(
    {"n_inputs": Whole(1), "layers": Several(Either(*LAYERS.values()), least=1, most=10_000), "cost": FUNCTION},
    {"units": UNITS, "members": Whole(1, MOST_MEMBERS)},
)


def sizes_of(network: dict[str, Any]) -> list[int]:
    """The number of inputs, then of neurons of each layer."""
    sizes = [network["n_inputs"]]
    for layer in network["layers"]:
        sizes.append(_SIZES_OF.get(layer.get("kind"), _own_size)(layer, sizes[-1]))
    return sizes


def _own_size(layer: dict[str, Any], n_in: int) -> int:
    return int(layer["n"])


# How many neurons a layer of some kinds has, from its description and the number of what it sees.
_SIZES_OF: dict[str | None, Callable[[dict[str, Any], int], int]] = {
    "periodic": lambda layer, n_in: n_in + len(layer["columns"]) * (int(layer["n"]) - 1),
    "category": lambda layer, n_in: n_in - len(layer["columns"]) + sum(layer["n"]),
}


def parameters_of(network: dict[str, Any]) -> int:
    """How many parameters a network of this description has, of all its members; nothing of it is built."""
    members = int(network.get("members", 1))
    layers = zip(network["layers"], sizes_of(network), strict=False)
    return sum(_parameters_of(layer, n_in) * (members if layer.get("own") else 1) for layer, n_in in layers)


def _parameters_of(layer: dict[str, Any], n_in: int) -> int:
    return _COUNTS[layer.get("kind", "dense")](layer, n_in)


# How many parameters a layer of each kind has, from its description and the number of what it sees.
_COUNTS: dict[str, Callable[[dict[str, Any], int], int]] = {
    "dense": lambda layer, n_in: int(layer["n"]) * (n_in + 1 + bool(layer.get("parametric"))),
    "scale": lambda layer, n_in: int(layer["n"]),
    "periodic": lambda layer, n_in: (
        len(layer["columns"]) * (int(layer["frequencies"]) * (int(layer["n"]) + 1) + int(layer["n"]) - 1)
    ),
    "category": lambda layer, n_in: sum(size * n for size, n in zip(layer["sizes"], layer["n"], strict=False)),
}
