"""By what the rows of a fit are known again: digests of all targets and of some of the inputs, which tell no values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array, Rows, on_host
from glassprop.ground.array_digest import digest_of

_ROWS = 1000  # whose inputs are looked at, spread over all: a digest is made in every fit that is watched
_TARGETS = 32  # characters of the digest of targets, which stands first
Part = tuple[NDArray[np.integer] | None, Data]  # the numbers of some rows, None where they are all; and these


def digest_of_rows(parts: Sequence[Part]) -> str:
    """Of rows in the order of their numbers, however they are divided; the same for dense and sparse ones.

    Inputs are rounded to eight bits, so that neither their precision nor the last bits of what made them count.
    """
    n = sum(len(data) for _, data in parts)
    numbered = [(np.arange(n) if numbers is None else numbers, data) for numbers, data in parts]
    return digest_of([_targets(n, numbered)], n) + digest_of([_inputs(n, numbered)], n)


def by_targets(known: str) -> str:
    """Of such a digest what rows are known by whose inputs may have been made otherwise; "" stays it."""
    return known[:_TARGETS]


def are_others(known: str, data: Data) -> bool:
    """Whether these are not the rows that are known by a digest, or its beginning; of "" nobody can tell."""
    return bool(known) and not digest_of_rows([(None, data)]).startswith(known)


def _targets(n: int, parts: Sequence[tuple[NDArray[Any], Data]]) -> Array:
    found = np.empty((n, parts[0][1].Y.shape[1]), dtype=np.float32)
    with np.errstate(over="ignore"):
        for numbers, data in parts:
            found[numbers] = on_host(data.Y)
    return found


def _inputs(n: int, parts: Sequence[tuple[NDArray[Any], Data]]) -> Rows:
    some = np.linspace(0, n - 1, min(n, _ROWS)).astype(int)
    taken = [(numbers, np.flatnonzero(np.isin(numbers, some)), data) for numbers, data in parts]
    order = np.argsort(np.concatenate([numbers[at] for numbers, at, _ in taken]))
    found = vstack([_rounded(data.rows(at).X) for _, at, data in taken], format="csr")[order]
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def _rounded(X: Rows) -> Rows:
    """As CSR, in single precision with eight bits."""
    with np.errstate(over="ignore"):
        found = csr_array(X if hasattr(X, "tocsr") else on_host(X)).astype(np.float32)
    found.data = ((found.data.view(np.uint32) + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(np.float32)
    return found
