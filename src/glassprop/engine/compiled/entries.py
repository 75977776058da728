"""X as the kernels read it, dense or sparse, and which way the first layer's products go; from shapes and density alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled.row import BY_ENTRIES, SPARSE, W_TURNED
from glassprop.equations.arrays import Rows

# From which part of X's numbers on blocks written out as dense rows are faster: an entry takes five times as long as a number
# of a dense product, and each example as long as so many entries (Zen 5; wide layers bear some more).
_DENSE, _AN_EXAMPLE = 0.2, 6


def inputs(X: Rows) -> dict[str, Any]:
    """What the kernels are handed of X, by name: an array as it is, or the entries of a checked CSR matrix.

    Those are not copied where they are of the kind that kernels read.
    """
    if isinstance(X, np.ndarray):
        return {"x": X, "n_in": X.shape[1]}
    parts = {"x": (X.data, X.dtype), "columns": (X.indices, np.int32), "starts": (X.indptr, np.int64)}
    return {"n_in": X.shape[1]} | {name: np.require(array, dtype, ["C", "A"]) for name, (array, dtype) in parts.items()}


class Reading(NamedTuple):
    """How X is read.

    entries: how many an example of a sparse X has, on average; None where X is dense. first: the bits of WAYS that this
    gives the first layer.
    """

    entries: float | None = None
    first: int = 0

    @classmethod
    def of(cls, architecture: Architecture, X: Rows, taken: int, entries: float | None = None) -> Reading:
        """taken: the examples that go through the first layer before others need its parameters.

        entries: how many an example has on average, where that does not follow from this X alone.

        To turn W in and out, with the optimizer's vectors, takes about as long as two entries for each of its columns do
        without.
        """
        if isinstance(X, np.ndarray):
            return cls()
        each = X.nnz / max(X.shape[0], 1) if entries is None else entries
        if not _may_go_by_entries(architecture) or each + _AN_EXAMPLE > _DENSE * architecture.n_inputs:
            return cls(each, SPARSE)
        return cls(each, SPARSE | BY_ENTRIES | W_TURNED * (each * taken > 2 * architecture.n_inputs))

    @staticmethod
    def firsts(architecture: Architecture) -> list[int]:
        """All that ``first`` can be, whatever sparse X there is."""
        of_dense = [SPARSE | BY_ENTRIES, SPARSE | BY_ENTRIES | W_TURNED]
        return [SPARSE, *of_dense] if _may_go_by_entries(architecture) else [SPARSE]

    def in_order(self) -> Reading:
        """The same with θ as it lies, and steps cut as those of a dense X."""
        return Reading(None, self.first & ~W_TURNED)


def _may_go_by_entries(architecture: Architecture) -> bool:
    """Whether the first layer can be made of entries: those of several members would go through them for each."""
    layer = architecture.layers[0]
    return layer.kind == "dense" and not layer.residual and architecture.members == 1
