"""Whether θ of one network means the same in another: only then can training go on with it."""

from __future__ import annotations

from typing import Any

from glassprop.errors import SettingsError
from glassprop.layers.layer_kind import LayerKind
from glassprop.network import Network

_NO_MEANING = {"activation", "dropout", "initial", "sigma", "rates", "decays"}  # parts of a layer's spec


def refuse_other_parameters(present: Network, described: Network) -> None:
    """Refuse to go on with θ of the present network in one that lays it out, or reads it, in another way.

    Activations and dropout may differ: they have no place in θ, unless their parameters are trained.

    Raises
    ------
    SettingsError
    """
    if _meaning(present) != _meaning(described):
        raise SettingsError(
            f"training goes on with a network of sizes {_sizes(present)}, but the arguments now describe "
            f"{_sizes(described)}; keep hidden_layer_sizes, scale_inputs and residual, or layers, and n_members, or "
            "start from the beginning: fit with warm_start=False"
        )


def _meaning(network: Network) -> list[Any]:
    """What a layer makes of its part of θ, layer by layer."""
    layers = zip(network.layers, network.sizes, strict=False)
    blocks = [[(block.name, block.shape) for block in layer.blocks(n_in)] for layer, n_in in layers]
    kinds = [{name: said for name, said in layer.spec().items() if name not in _NO_MEANING} for layer in network.layers]
    return [network.n_inputs, network.members, blocks, kinds]


def _sizes(network: Network) -> str:
    """The sizes, each with what makes of its layer more than a plain one: [4, 4 (scale), 8 (residual), 3]."""
    each = f" × {network.members} members" if network.members > 1 else ""
    return f"[{', '.join([str(network.n_inputs), *map(_size, network.layers)])}]{each}"


def _size(layer: LayerKind) -> str:
    marks = [layer.kind] if layer.kind != "dense" else []
    marks += [name for name in ("residual", "parametric", "own") if getattr(layer, name)]
    return f"{layer.n} ({', '.join(marks)})" if marks else str(layer.n)
