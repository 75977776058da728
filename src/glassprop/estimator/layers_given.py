"""What ``layers`` and ``output_options`` may be: layers as the network has them, in place of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.layer_table import KINDS

OUTPUT_OPTIONS = ("initial", "rates", "decays", "own")
# The arguments that layers take the place of, with what they are where nobody said anything.
_IN_PLACE_OF = {"activation": "relu", "dropout": 0.0, "residual": False, "scale_inputs": False}
_SIZES = [100]
_IN_COEFS = {"w", "b", "s"}  # blocks that coefs_ and intercepts_ have, and factors, which start at 1


def layers_given(arguments: Mapping[str, Any], sizes: list[int], hidden: Sequence[int] | None) -> list[LayerKind]:
    """The layers before the output, as they were given.

    sizes: what ``hidden_layer_sizes`` says; hidden: the sizes of weights that were set.

    Raises
    ------
    SettingsError
        If something is no layer, or another argument describes the same, or weights were set that do not fit.
    """
    layers = list(arguments["layers"])
    wrong = [layer for layer in layers if not isinstance(layer, LayerKind)]
    if wrong:
        kinds = ", ".join(kind.__name__ for kind in KINDS.values())
        raise SettingsError(
            f"layers must list layers ({kinds}), without the output's, got {quoted(wrong[0], 60)} in it"
        )
    said = [] if hidden is not None or sizes == _SIZES else [f"hidden_layer_sizes={tuple(sizes)}"]
    said += [f"{name}={arguments[name]!r}" for name, unsaid in _IN_PLACE_OF.items() if arguments[name] != unsaid]
    if said:
        them = "them" if len(said) > 1 else "it"
        raise SettingsError(
            f"layers takes the place of {', '.join(said)}: leave {them} out, and say so in the layers themselves"
        )
    if hidden is not None:
        _refuse_other_weights(layers, list(hidden))
    return layers


def _refuse_other_weights(layers: list[LayerKind], hidden: list[int]) -> None:
    """Refuse weights that were set for layers of other sizes, or that are not all that the layers have."""
    more = [f"layer {l} ({layer.kind})" for l, layer in enumerate(layers, start=1) if not _all_in_coefs(layer)]
    if more:
        raise SettingsError(f"coefs_ and intercepts_ are not all parameters of {', '.join(more)}: fit, and set theta_")
    dense = [layer.n for layer in layers if layer.kind == "dense"]
    if dense != hidden:
        raise SettingsError(f"coefs_ are of hidden layers of sizes {hidden}, and layers has {dense}")


def _all_in_coefs(layer: LayerKind) -> bool:
    return {block.name for block in layer.blocks(1)} <= _IN_COEFS


def output_options(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the output layer, by the names of ``Layer``.

    Raises
    ------
    SettingsError
        If it is something else.
    """
    options = dict(arguments["output_options"] or {})
    odd = [name for name in options if name not in OUTPUT_OPTIONS]
    if odd:
        raise SettingsError(f"output_options may say {', '.join(OUTPUT_OPTIONS)} of the output layer, not {odd[0]!r}")
    return {**options, "own": options.get("own", arguments["n_members"] > 1)}
