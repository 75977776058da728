"""Kinds of layer as they are told, one class each: what z is, what it adds to ∂C₀/∂a before it, and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from glassprop.document.mathematics import Aside, Math, Number, Product, Sum, Symbol, Total, numbers

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST_TERMS = 5  # of a sum that is written out
_DELTA = "δ"
Index = int | str


class ToldKind(Protocol):
    """What is asked of a kind. l None: of any layer; indices may be letters, for any neuron."""

    letter: str
    word: str

    def z(self, l: int | None, j: Index) -> Math:
        """What z_j is, in general."""

    def z_written(self, e: Explanation, l: int, j: int) -> Math:
        """The same with numbers."""

    def into(self, l: int, k: Index) -> Math:
        """What layer l says of ∂C₀/∂a_k before it: through its z."""

    def into_written(self, e: Explanation, l: int, k: int) -> tuple[Math, ...]:
        """The same with numbers, term by term."""

    def parameter(self, l: int | None, j: Index, k: Index) -> Symbol:
        """What leads from k to j."""

    def through(self, l: int) -> str:
        """By which way what stands before reaches the cost."""


class Dense:
    """z_j = Σ_k w_jk a_k + b_j (E14)."""

    letter, word = "w", "Weight"

    def z(self, l: int | None, j: Index) -> Math:
        a = Symbol("a", None if l is None else l - 1, ("k",))
        return Sum((Total("k", Product((self.parameter(l, j, "k"), a))), Symbol("b", l, (j,))))

    def z_written(self, e: Explanation, l: int, j: int) -> Math:
        return Sum((*written_out(e.view.w(l, e.focus)[j], e.a(l - 1)), Number(float(e.view.b(l)[j]))))

    def into(self, l: int, k: Index) -> Math:
        return Total("j", Product((self.parameter(l, "j", k), Symbol(_DELTA, l, ("j",)))))

    def into_written(self, e: Explanation, l: int, k: int) -> tuple[Math, ...]:
        return written_out(e.view.w(l, e.focus)[:, k], e.delta(l))

    def parameter(self, l: int | None, j: Index, k: Index) -> Symbol:
        return Symbol("w", l, (j, k))

    def through(self, l: int) -> str:
        return f"every neuron of layer {l}"


class Factors:
    """z_j = s_j a_j (E29)."""

    letter, word = "s", "Factor"

    def z(self, l: int | None, j: Index) -> Math:
        return Product((self.parameter(l, j, j), Symbol("a", None if l is None else l - 1, (j,))))

    def z_written(self, e: Explanation, l: int, j: int) -> Math:
        return Product(numbers(e.view.w(l, e.focus)[j, j], e.a(l - 1)[j]))

    def into(self, l: int, k: Index) -> Math:
        return Product((self.parameter(l, k, k), Symbol(_DELTA, l, (k,))))

    def into_written(self, e: Explanation, l: int, k: int) -> tuple[Math, ...]:
        return (Product(numbers(e.view.w(l, e.focus)[k, k], e.delta(l)[k])),)

    def parameter(self, l: int | None, j: Index, k: Index) -> Symbol:
        return Symbol("s", l, (j,))

    def through(self, l: int) -> str:
        return f"the neuron of the same number in layer {l}"


TOLD: dict[str, ToldKind] = {"dense": Dense(), "scale": Factors()}


def told_kind(e: Explanation, l: int) -> ToldKind:
    """How the kind of a layer is told."""
    return TOLD[e.architecture.layer(l).kind]


# --- sums -----------------------------------------------------------------------------------------------------------


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
