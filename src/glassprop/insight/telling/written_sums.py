"""Sums with numbers: the largest terms one by one, the others as one number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.document.mathematics import Aside, Math, Number, Product, numbers

_MOST_TERMS = 5  # of a sum that is written out


def written_out(left: Sequence[float] | np.ndarray, right: Sequence[float] | np.ndarray) -> tuple[Math, ...]:
    """The products of two lists: the largest one by one, and what the others add up to as one number."""
    left, right = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    with np.errstate(all="ignore"):
        products = left * right
        first = largest_terms(products)
        terms: tuple[Math, ...] = tuple(Product(numbers(left[m], right[m])) for m in first)
        return terms + rest_of(products, first)


def largest_terms(terms: np.ndarray) -> list[int]:
    """Which terms of a sum are written out, in their order."""
    return sorted(np.argsort(-np.abs(np.nan_to_num(terms)), kind="stable")[:_MOST_TERMS].tolist())


def rest_of(terms: np.ndarray, first: Sequence[int]) -> tuple[Math, ...]:
    """All terms but these as one number."""
    left = len(terms) - len(first)
    if not left:
        return ()
    rest = Number(float(np.delete(terms, list(first)).sum()))
    return (Aside(rest, f"{left:,} more {'term' if left == 1 else 'terms'}"),)
