"""The table of all kinds, filled: whoever reads or writes a model takes it from here."""

from __future__ import annotations

from glassprop.export.kinds import holders, networks, scikit_steps, table_steps  # noqa: F401  (each adds its kinds)
from glassprop.export.kinds.kind import KINDS, Kind, kind_of, read_node, write_node

__all__ = ["KINDS", "Kind", "kind_of", "read_node", "write_node"]
