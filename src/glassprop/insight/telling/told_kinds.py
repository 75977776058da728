"""Kinds of layer as they are told, one class each: what z is, what it adds to ∂C₀/∂a before it, and its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from glassprop.document.mathematics import Math, Number, Product, Sum, Symbol, Total, numbers
from glassprop.insight.telling.told_embeddings import Rows, Waves
from glassprop.insight.telling.written_sums import written_out
from glassprop.layers.layer_kind import LayerKind

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

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

    def remark(self, e: Explanation, l: int) -> str:
        """What the rule for z leaves open: a sentence, or nothing."""

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

    def remark(self, e: Explanation, l: int) -> str:
        return ""

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

    def remark(self, e: Explanation, l: int) -> str:
        return ""

    def into(self, l: int, k: Index) -> Math:
        return Product((self.parameter(l, k, k), Symbol(_DELTA, l, (k,))))

    def into_written(self, e: Explanation, l: int, k: int) -> tuple[Math, ...]:
        return (Product(numbers(e.view.w(l, e.focus)[k, k], e.delta(l)[k])),)

    def parameter(self, l: int | None, j: Index, k: Index) -> Symbol:
        return Symbol("s", l, (j,))

    def through(self, l: int) -> str:
        return f"the neuron of the same number in layer {l}"


TOLD: dict[str, Callable[[LayerKind, int], ToldKind]] = {
    "dense": lambda layer, n_in: Dense(),
    "scale": lambda layer, n_in: Factors(),
    "periodic": Waves,
    "category": Rows,
}


def told_kind(e: Explanation, l: int) -> ToldKind:
    """How the kind of a layer is told."""
    layer = e.architecture.layer(l)
    return TOLD[layer.kind](layer, e.architecture.sizes[l - 1])
