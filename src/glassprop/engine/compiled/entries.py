"""X as the kernels read it, dense or sparse, and which way the first layer's products go; from shapes and density alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled.row import BY_ENTRIES, W_TURNED
from glassprop.equations.arrays import Array, Rows

# The part of X's entries that are not 0 from which on blocks written out as dense rows are faster: an entry takes four
# times as long as a number of a dense product.
_DENSE = 0.25


class Inputs(NamedTuple):
    """What the kernels are handed in place of X: an array and no entries, or no rows and entries."""

    X: Array
    values: Array
    columns: Array
    starts: Array

    @classmethod
    def of(cls, X: Rows) -> Inputs:
        """Of an array as it is; of a checked CSR matrix, whose columns and starts are copied where they are not of that kind."""
        if isinstance(X, np.ndarray):
            return cls(X, np.empty(0, X.dtype), np.empty(0, np.int32), np.empty(0, np.int64))
        values, columns = np.require(X.data, requirements=["C", "A"]), X.indices
        return cls(
            np.empty((0, X.shape[1]), X.dtype),
            values,
            np.require(columns, np.int32, ["C", "A"]),
            np.require(X.indptr, np.int64, ["C", "A"]),
        )


class Reading(NamedTuple):
    """How X is read.

    entries: how many an example of a sparse X has, on average; None where X is dense. first: the bits of WAYS of a first
    layer that reads them; 0 where it reads dense rows.
    """

    entries: float | None = None
    first: int = 0

    @classmethod
    def of(cls, architecture: Architecture, X: Rows, taken: int) -> Reading:
        """taken: the examples that go through the first layer before others need its parameters.

        To turn W in and out, with the optimizer's vectors, takes about as long as an entry for each of its columns does
        without.
        """
        if isinstance(X, np.ndarray):
            return cls()
        each, layer = X.nnz / max(X.shape[0], 1), architecture.layers[0]
        if layer.kind != "dense" or layer.residual or each > _DENSE * architecture.n_inputs:
            return cls(each)
        return cls(each, BY_ENTRIES | W_TURNED * (each * taken > architecture.n_inputs))
