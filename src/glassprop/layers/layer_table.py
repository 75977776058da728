"""The table of kinds, by the name they have in files."""

from __future__ import annotations

from typing import Any

from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.dense import Layer
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.periodic_embedding import PeriodicEmbedding
from glassprop.layers.scale import Scale

KINDS: dict[str, type[LayerKind]] = {kind.kind: kind for kind in (Layer, Scale, PeriodicEmbedding, CategoryEmbedding)}


def from_spec(spec: dict[str, Any]) -> LayerKind:
    """The layer that ``spec()`` wrote down; dense where it names no kind."""
    arguments = dict(spec)
    return KINDS[arguments.pop("kind", Layer.kind)](**arguments)
