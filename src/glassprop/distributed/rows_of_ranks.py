"""Rows that several processes have between them: to each those of its part, or all to all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.distributed.mpi_group import MpiGroup
from glassprop.engine.plan import is_csr
from glassprop.equations.arrays import Rows


def in_parts(group: MpiGroup, X: Rows, first: int, bounds: Sequence[int]) -> Rows:
    """The rows of this process's part, from whichever processes have them.

    Parameters
    ----------
    X : array or CSR matrix (n, n_columns)
        The rows here: of all rows, numbered in the order of ranks, those from number ``first`` on.
    bounds : sequence of int (number of processes + 1,)
        With which of all rows each process's part begins, and where the last one ends.
    """
    cuts = np.clip(np.asarray(bounds) - first, 0, X.shape[0])
    return _sent(group, X, [(int(start), int(stop)) for start, stop in pairwise(cuts)])


def all_rows(group: MpiGroup, X: Rows) -> Rows:
    """The rows of all processes, in the order of ranks, for each of them."""
    return _sent(group, X, [(0, int(X.shape[0]))] * group.size)


def _sent(group: MpiGroup, X: Rows, parts: Sequence[tuple[int, int]]) -> Rows:
    if not is_csr(X):
        return np.concatenate(group.exchanged([X[start:stop] for start, stop in parts]))
    from scipy.sparse import csr_array, csr_matrix, isspmatrix

    lengths = np.diff(X.indptr).astype(np.int64)

    def entries(values: NDArray[Any]) -> NDArray[Any]:
        cut = [values[X.indptr[start] : X.indptr[stop]] for start, stop in parts]
        return np.concatenate(group.exchanged(cut))

    rows = np.concatenate(group.exchanged([lengths[start:stop] for start, stop in parts]))
    data, indices = entries(X.data), entries(X.indices.astype(np.int64))
    kind = csr_matrix if isspmatrix(X) else csr_array
    return kind((data, indices, np.concatenate([[0], np.cumsum(rows)])), shape=(len(rows), X.shape[1]))
