"""Embeddings as they are told: numbers by waves, codes by rows of tables (E35 to E40). See ``told_kinds.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glassprop.document.mathematics import Math, Number, Partial, Product, Sum, Symbol, Total
from glassprop.equations.periodic import angles
from glassprop.insight.telling.written_sums import written_out
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.periodic_embedding import PeriodicEmbedding

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_DELTA = "δ"
Index = int | str
_MOST_ROWS = 8  # of tables, that are named


class _PassesOn:
    """What both kinds do with inputs that they do not embed: these are passed on."""

    def __init__(self, layer: LayerKind, n_in: int) -> None:
        self._passes, self._joins = layer.passes(n_in), layer.joins(n_in)

    def _passed(self, l: int | None, j: int) -> Symbol | None:
        """What z_j is where it is a number before the layer."""
        k = self._passes[j]
        return None if k is None else Symbol("a", None if l is None else l - 1, (k,))

    def _onto(self, k: int) -> list[int]:
        """The neurons that number k before the layer leads to."""
        return [int(j) for j in np.flatnonzero(self._joins[:, k])]

    def through(self, l: int) -> str:
        """By which way what stands before reaches the cost."""
        return f"what layer {l} makes of it"

    def into(self, l: int, k: Index) -> Math:
        """What layer l says of ∂C₀/∂a_k before it: through its z."""
        onto = self._onto(k) if isinstance(k, int) else []
        if len(onto) == 1 and self._passes[onto[0]] == k:
            return Symbol(_DELTA, l, (onto[0],))
        z, a = Symbol("z", l, ("j",)), Symbol("a", l - 1, (k,))
        return Total("j", Product((Partial(z, a), Symbol(_DELTA, l, ("j",)))))

    def into_written(self, e: Explanation, l: int, k: int) -> tuple[Math, ...]:
        """The same with numbers, term by term."""
        onto = self._onto(k)
        if len(onto) == 1 and self._passes[onto[0]] == k:
            return (Number(float(e.delta(l)[onto[0]])),)
        return written_out(e.view.w(l, e.focus)[onto, k], e.delta(l)[onto])

    def parameter(self, l: int | None, j: Index, k: Index) -> Symbol:
        """What leads from k to j is no parameter: the derivative of z_j itself."""
        return Symbol("z", l, (j,))


class Waves(_PassesOn):
    """z_j = Σ_q w_jq h_q + e_j for the waves h_q = cos(2π f_q a + c_q) of a number (E35), and the number itself."""

    letter, word = "w", "Weight"

    def __init__(self, layer: LayerKind, n_in: int) -> None:
        super().__init__(layer, n_in)
        assert isinstance(layer, PeriodicEmbedding)
        self._layer, self._columns = layer, layer.columns_among(n_in)

    def z(self, l: int | None, j: Index) -> Math:
        """What z_j is, in general."""
        if isinstance(j, str):
            waves: Math = Total("q", Product((Symbol("w", l, (j, "q")), Symbol("h", l, ("q",)))))
            return Sum((waves, Symbol("e", l, (j,))))
        passed = self._passed(l, j)
        if passed is not None:
            return passed
        i, m = self._place(j)
        of_one = Product((Symbol("w", l, (i, m, "q")), Symbol("h", l, (i, "q"))))
        return Sum((Total("q", of_one), Symbol("e", l, (i, m))))

    def _place(self, j: int) -> tuple[int, int]:
        """Which embedded column neuron j is a sum of waves of, and which of its sums."""
        i, m = divmod(j - self._columns.n_others, self._layer.each)
        return i, m - 1

    def z_written(self, e: Explanation, l: int, j: int) -> Math:
        """The same with numbers."""
        k = self._passes[j]
        if k is not None:
            return Number(float(e.a(l - 1)[k]))
        i, m = self._place(j)
        own = e.architecture.layout.of_layer(e.view.theta, l)
        x = e.a(l - 1)[[self._columns.columns[i]]][None, :]
        waves = np.cos(angles(x, own["f"][[i]], own["c"][[i]]))[0, 0]
        return Sum((*written_out(own["w"][i, m], waves), Number(float(own["e"][i, m]))))

    def remark(self, e: Explanation, l: int) -> str:
        """What h is, and what else z has."""
        return (
            " The waves of an embedded number a are h_q = cos(2π f_q a + c_q), with f, c, w and e of its own; before "
            "its sums stands the number itself, and before all of these what is not embedded."
        )


class Rows(_PassesOn):
    """z_j = t_rj, the row r of a table for the code r (E39)."""

    letter, word = "t", "Entry"

    def __init__(self, layer: LayerKind, n_in: int) -> None:
        super().__init__(layer, n_in)
        assert isinstance(layer, CategoryEmbedding)
        self._layer, self._start = layer, n_in - len(layer.columns)

    def z(self, l: int | None, j: Index) -> Math:
        """What z_j is, in general."""
        if isinstance(j, str):
            return Symbol("t", l, ("r", j))
        i, m = self._place(j)
        return self._passed(l, j) or Symbol(f"t{i}", l, ("r", m))

    def _place(self, j: int) -> tuple[int, int]:
        """Which table neuron j is from, and which of its columns."""
        ends = self._start + np.cumsum(self._layer.each)
        i = int(np.searchsorted(ends, j, side="right"))
        return i, j - int(ends[i] - self._layer.each[i])

    def z_written(self, e: Explanation, l: int, j: int) -> Math:
        """The same with the row that is used."""
        k = self._passes[j]
        if k is not None:
            return Number(float(e.a(l - 1)[k]))
        i, m = self._place(j)
        return Symbol(f"t{i}", l, (int(e.a(l - 1)[self._layer.columns[i]]), m))

    def remark(self, e: Explanation, l: int) -> str:
        """Which row of each table is used."""
        codes = [int(e.a(l - 1)[column]) for column in self._layer.columns]
        used = ", ".join([f"{code} of t{i}" for i, code in enumerate(codes)][:_MOST_ROWS])
        used += ", …" * (len(codes) > _MOST_ROWS)
        return f" For a code r it is the row r of a table, here {used}; what is no code is passed on before these."
