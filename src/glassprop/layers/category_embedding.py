"""`CategoryEmbedding`: each code as a row of a table that is trained; all other inputs as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.arrays import Array, Rows, namespace
from glassprop.equations.lookup import by_row, looked_up
from glassprop.errors import ArchitectureError
from glassprop.ground.text import quoted
from glassprop.layers.arguments import factors_of, faults_of_factors, faults_of_flags, faults_of_size
from glassprop.layers.layer_kind import BlockShape, Factors, LayerKind, Parameters, Way, full
from glassprop.layers.some_columns import Columns, faults_of_columns

_TABLE = "t"  # what rates and decays call all of the tables, whose blocks are t0, t1, …


@dataclass(frozen=True, init=False, repr=False)
class CategoryEmbedding(LayerKind):
    """Embeddings of categories: each input that is a code r becomes row r of a table of its own, z_m = t_rm (E39).

    Codes are whole numbers from 0 to size - 1, which stand in X like all other numbers; others are refused. They must
    come to the layer as they stand in X: it is the first, or behind other embeddings. z has the inputs that are no
    codes first, in their order, then the row of each of ``columns``. There is no activation: layers behind it have one.
    Rows start normally distributed around 0 with a standard deviation of 1.

    Parameters
    ----------
    columns : sequence of int
        Which inputs are codes, counted from 0.
    sizes : sequence of int
        How many categories each has.
    n : int, or sequence of int
        The size of the embeddings: how many numbers replace a code; one for all columns, or one for each.
    own : bool
        Whether each member of a network has parameters of its own here (``Network(…, members=8)``).
    rates, decays : mapping of str to float, optional
        Factors of the learning rate, and of weight decay and L2, for all tables: ``rates={"t": 0.5}``. By default the
        rate is unchanged, and tables do not decay.

    Raises
    ------
    ArchitectureError
        If a value cannot be used; all faults of the layer in one message.

    Examples
    --------
    >>> from glassprop import CategoryEmbedding, Layer, Network
    >>> network = Network(3, [CategoryEmbedding([2], sizes=[100], n=8), Layer(8, "relu"), Layer(1, "identity")])
    >>> network.sizes
    [3, 10, 8, 1]
    """

    columns: tuple[int, ...]
    sizes: tuple[int, ...]
    each: tuple[int, ...]
    n: int
    own: bool
    rates: Mapping[str, float]
    decays: Mapping[str, float]

    kind = "category"
    linear = False
    activation = ACTIVATIONS["identity"]
    dropout = 0.0
    residual = parametric = False

    def __init__(
        self,
        columns: Sequence[int],
        sizes: Sequence[int],
        n: int | Sequence[int] = 8,
        *,
        own: bool = False,
        rates: Mapping[str, float] | None = None,
        decays: Mapping[str, float] | None = None,
    ) -> None:
        faults = faults_of_columns(columns)
        count = 0 if faults else len(list(columns))
        each = [n] * count if hasattr(n, "__index__") else n
        if not faults:
            faults += _faults_of_sizes("sizes", sizes, count) + _faults_of_sizes("n", each, count)
        faults += faults_of_flags(own=own)
        faults += faults_of_factors("rates", rates, (_TABLE,)) + faults_of_factors("decays", decays, (_TABLE,))
        if faults:
            raise ArchitectureError("a layer CategoryEmbedding cannot be built: " + "; ".join(faults))
        for name, value in (
            ("columns", tuple(int(column) for column in columns)),
            ("sizes", tuple(int(size) for size in sizes)),
            ("each", tuple(int(one) for one in each)),
            ("n", 0),
            ("own", bool(own)),
            ("rates", factors_of(rates)),
            ("decays", factors_of(decays)),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        said = [repr(list(self.columns)), repr(list(self.sizes)), repr(self._n())]
        said += ["own=True"] if self.own else []
        said += [f"{name}={said!r}" for name, said in self.factors.items()]
        return f"CategoryEmbedding({', '.join(said)})"

    def __hash__(self) -> int:
        return hash((self.kind, self.columns, self.sizes, self.each, self.own, self.rates, self.decays))

    def _n(self) -> int | list[int]:
        return self.each[0] if len(set(self.each)) == 1 else list(self.each)

    # --- what it holds ----------------------------------------------------------------------------------------

    def placed(self, n_in: int) -> CategoryEmbedding:
        """The layer with its size."""
        placed = copy(self)
        object.__setattr__(placed, "n", n_in + sum(self.each) - len(self.columns))
        return placed

    def misplaced(self, n_in: int) -> list[str]:
        return self.columns_among(n_in).faults()

    def columns_among(self, n_in: int) -> Columns:
        """Which of so many inputs are embedded."""
        return Columns(self.columns, n_in)

    def blocks_of_z(self, n_in: int) -> tuple[BlockShape, ...]:
        rate, decay = self.rates.get(_TABLE, 1.0), self.decays.get(_TABLE, 0.0)
        return tuple(
            BlockShape(f"{_TABLE}{number}", shape, f"entries of table {number}", decay, rate)
            for number, shape in enumerate(zip(self.sizes, self.each, strict=True))
        )

    def used(self, n_in: int) -> int:
        """A row of each table, however many there are."""
        return sum(self.each)

    @property
    def _names(self) -> list[str]:
        return [f"{_TABLE}{number}" for number in range(len(self.columns))]

    def start_z(self, parameters: Parameters, rng: Any, x: Rows | None) -> None:
        for name in self._names:
            parameters[name][...] = rng.normal(0.0, 1.0, parameters[name].shape)

    def passed_on(self, j: int, n_in: int) -> int | None:
        columns = self.columns_among(n_in)
        return columns.passed_on(j) if j < columns.n_others else None

    @property
    def codes(self) -> dict[int, int]:
        return dict(zip(self.columns, self.sizes, strict=True))

    def of_codes(self, z: Array, n_in: int) -> dict[str, Array]:
        ends = n_in - len(self.columns) + np.cumsum([0, *self.each])
        places = map(slice, ends[:-1], ends[1:])
        return {name: z[:, place] for name, place in zip(self._names, places, strict=True)}

    # --- the chain rule ---------------------------------------------------------------------------------------

    def weigh(self, parameters: Parameters, x: Rows) -> Array:
        """E39."""
        x = full(x)
        rows = [looked_up(parameters[name], codes) for name, codes in zip(self._names, self._codes(x), strict=True)]
        return namespace(x).concat([self.columns_among(x.shape[1]).others(x), *rows], axis=1)

    def by_input(self, parameters: Parameters, delta: Array, x: Rows) -> Array:
        """Of a code there is no derivative: 0, where it stands."""
        columns = self.columns_among(x.shape[1])
        xp = namespace(delta)
        none = xp.zeros_like(delta[:, : len(self.columns)])
        return columns.together(delta[:, : columns.n_others], none)

    def fill_z(self, gradient: Parameters, parameters: Parameters, delta: Array, x: Rows) -> None:
        """E40."""
        for name, size, codes, part in self._tables(delta, x):
            gradient[name][...] = by_row(part, codes, size)

    def _codes(self, x: Array) -> Iterator[Array]:
        xp = namespace(x)
        return (xp.astype(x[:, column], xp.int64) for column in self.columns)

    def _tables(self, delta: Array, x: Rows) -> Iterator[tuple[str, int, Array, Array]]:
        """Of each table: its block, its size, the codes (n,), and δ of its numbers (n, m)."""
        x = full(x)
        parts = self.of_codes(delta, x.shape[1])
        for name, size, codes in zip(self._names, self.sizes, self._codes(x), strict=True):
            yield name, size, codes, parts[name]

    # --- one example's gradient -------------------------------------------------------------------------------

    def squares(self, one: Factors) -> Array:
        """``‖δ‖²`` of what comes from tables."""
        return (one.delta[:, one.x.shape[1] - len(self.columns) :] ** 2).sum(axis=1)

    def dots(self, one: Factors, other: Factors) -> Array:
        """Table by table ``δ·δ'``, where both have the same code."""
        total: Any = 0.0
        for (_, _, codes, part), (_, _, others, its) in zip(
            self._tables(one.delta, one.x), self._tables(other.delta, other.x), strict=True
        ):
            total = total + (part @ its.T) * (codes[:, None] == others[None, :])
        return total

    # --- what check and explain ask ---------------------------------------------------------------------------

    def nudge_units(self, units: Parameters, parameters: Parameters, x: Rows) -> None:
        for name in self._names:
            units[name][...] = 1

    def edges(self, parameters: Parameters, x: Array) -> Array:
        columns = self.columns_among(len(x))
        found = np.zeros((self.n, len(x)), dtype=x.dtype)
        found[np.arange(columns.n_others), list(columns.other_columns)] = 1
        return found

    def edge(self, j: int, k: int) -> tuple[str, tuple[int, ...]] | None:
        return None

    def way(self, parameters: Parameters, x: Array, name: str, index: tuple[int, ...]) -> Way:
        number, (row, m) = self._names.index(name), index
        here = float(int(x[self.columns[number]]) == row)  # 0 for the rows of other categories
        return Way({"∂z/∂t": here}, {len(x) - len(self.columns) + sum(self.each[:number]) + m: 1.0})

    def joins(self, n_in: int) -> NDArray[np.bool_]:
        return self.columns_among(n_in).joins(self.each)

    # --- as data ----------------------------------------------------------------------------------------------

    def spec(self) -> dict[str, Any]:
        found = {"kind": self.kind, "columns": list(self.columns), "sizes": list(self.sizes), "n": list(self.each)}
        return found | ({"own": True} if self.own else {}) | self.factors


def _faults_of_sizes(name: str, sizes: Any, count: int) -> list[str]:
    """One whole number of 1 or more for each column."""
    found = [] if isinstance(sizes, str | bytes) or not hasattr(sizes, "__iter__") else list(sizes)
    if len(found) != count or any(faults_of_size(size) for size in found):
        return [f"{name} must be whole numbers of 1 or more, one for each of {count} columns, got {quoted(sizes, 60)}"]
    return []
