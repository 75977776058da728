"""The rows that each of several processes gives to a fit, made one table: targets for all, inputs by whole lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_X_y, column_or_1d
from sklearn.utils.validation import _check_sample_weight, _get_feature_names

from glassprop.architecture.compressed import refuse_broken
from glassprop.distributed.mpi_group import MpiGroup
from glassprop.distributed.rows_of_ranks import all_rows, in_parts
from glassprop.engine.plan import is_csr
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError
from glassprop.ground.text import listed


@dataclass(frozen=True)
class RowsHere:
    """What one process gives: X, y and weights, checked; X and y are None where it has no rows."""

    X: Rows | None = None
    y: Array | None = None
    weight: Array | None = None
    names: NDArray[Any] | None = None
    weighted: bool | None = None

    def __len__(self) -> int:
        return 0 if self.y is None else len(self.y)


@dataclass(frozen=True)
class RowsAmongRanks:
    """The rows of all processes, one after the other in the order of ranks.

    Attributes
    ----------
    X : array or CSR matrix (n here, n_columns)
        Those that this process has given.
    first : int
        The number of the first of them among all.
    y, weight : arrays (n,), or (n, n_outputs) for y; weight may be None
        Of all processes.
    names : array of str, or None
        Of the columns.
    """

    group: MpiGroup
    X: Rows
    first: int
    y: Array
    weight: Array | None
    names: NDArray[Any] | None

    def __len__(self) -> int:
        return len(self.y)

    def here(self, rows: NDArray[np.integer]) -> Rows:
        """X of those of these rows (ascending numbers among all) that this process has given."""
        start, stop = np.searchsorted(rows, [self.first, self.first + self.X.shape[0]])
        return self.X[rows[start:stop] - self.first]

    def shared_out(self, rows: NDArray[np.integer], bounds: Sequence[int]) -> Rows:
        """X of this process's part of these rows. bounds: where in ``rows`` each process's part begins, and the end."""
        return in_parts(self.group, self.here(rows), int(np.searchsorted(rows, self.first)), bounds)

    def everywhere(self, rows: NDArray[np.integer]) -> Rows:
        """X of all these rows, in each process."""
        return all_rows(self.group, self.here(rows))


def rows_here(X: Any, y: Any, sample_weight: Any, *, numeric: bool, estimator: object) -> RowsHere:
    """Check what this process gives as ``fit`` does; there may be no rows.

    Raises
    ------
    ValueError
    """
    weighted = sample_weight is not None
    if X is None or (X.shape[0] if hasattr(X, "shape") else len(X)) == 0:
        return RowsHere(weighted=weighted or None)
    refuse_broken(X)
    names = _get_feature_names(X)
    kinds = (np.float64, np.float32)
    X, y = check_X_y(
        X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=numeric, dtype=kinds, estimator=estimator
    )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    # zeros alone are for all processes together to refuse
    weight = _check_sample_weight(sample_weight, X, ensure_non_negative=True, allow_all_zero_weights=True)
    return RowsHere(X.tocsr() if hasattr(X, "tocsr") else X, y, weight if weighted else None, names, weighted)


def gathered(group: MpiGroup, here: RowsHere, what: str = "X") -> RowsAmongRanks:
    """Make one table of what all processes give.

    Raises
    ------
    DataError
        If they do not go together, or there are no rows at all.
    """
    heads = group.told(_head(here))
    some = [head for head in heads if head["rows"]]
    if not some:
        raise DataError(f"no process gives a row of {what}: there must be at least one")
    _refuse_unlike(heads, what)
    like = some[0]
    if here.X is None:
        here = _no_rows(like)
    X, y, weight, dtype = here.X, here.y, here.weight, np.result_type(*(head["y"] for head in some))
    assert X is not None
    assert y is not None
    if dtype.kind == "O":
        y = np.concatenate([part for part in group.told(y) if len(part)])
    else:
        y = all_rows(group, y.astype(dtype))
    weight = None if weight is None else all_rows(group, weight.astype(np.float64))
    first = sum(head["rows"] for head in heads[: group.rank])
    return RowsAmongRanks(group, X, first, y, weight, like["names"])


def _head(here: RowsHere) -> dict[str, Any]:
    if here.X is None or here.y is None:
        return {"rows": 0, "with weights": here.weighted}
    return {
        "rows": len(here),
        "columns": here.X.shape[1],
        "dtype": str(here.X.dtype),
        "sparse": is_csr(here.X),
        "names": here.names,
        "targets": here.y.shape[1:],
        "with weights": bool(here.weighted),
        "y": here.y.dtype,
    }


def _refuse_unlike(heads: Sequence[dict[str, Any]], what: str) -> None:
    rank, like = next((rank, head) for rank, head in enumerate(heads) if head["rows"])
    faults = []
    for other, head in enumerate(heads):
        if not head["rows"] and head["with weights"] is None:
            continue
        compared = [name for name in head if name not in ("rows", "y")]
        unlike = [name for name in compared if not np.array_equal(head[name], like[name])]
        faults += [
            f"{name}: {_shown(like[name])} in rank {rank}, {_shown(head[name])} in rank {other}" for name in unlike
        ]
    if faults:
        raise DataError(f"the rows of {what} that the processes give are not alike: {'; '.join(faults)}")


def _shown(value: Any) -> str:
    return listed(list(value), 4) if isinstance(value, np.ndarray) else str(value)


def _no_rows(like: dict[str, Any]) -> RowsHere:
    """No rows, of the kind that the others have."""
    shape = (0, like["columns"])
    X: Rows = np.empty(shape, like["dtype"])
    if like["sparse"]:
        from scipy.sparse import csr_array

        X = csr_array(shape, dtype=like["dtype"])
    weight = np.empty(0) if like["with weights"] else None
    return RowsHere(X, np.empty((0, *like["targets"]), like["y"]), weight, like["names"])
