"""The table of all kinds, filled: whoever reads or writes a model takes it from here."""

from __future__ import annotations

from glassprop.export.kinds import (  # noqa: F401  (each adds its kinds)
    calibrated,
    ensembles,
    holders,
    linear_models,
    networks,
    one_of_each,
    scikit_steps,
    search_templates,
    selectors,
    table_steps,
    tabular,
    wrappers,
)
from glassprop.export.kinds.kind import KINDS, Kind, kind_of, read_node, write_node

__all__ = ["KINDS", "Kind", "kind_of", "read_node", "write_node"]
