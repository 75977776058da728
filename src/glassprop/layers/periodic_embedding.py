"""`PeriodicEmbedding`: each number as some numbers, z = [x, W cos(2π f x + c) + e]; all other inputs as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import inf, pi, sqrt
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.arrays import Array, Rows, namespace
from glassprop.equations.periodic import (
    TURN,
    angles,
    by_angle,
    by_frequency,
    by_number,
    by_phase,
    by_shift,
    by_wave,
    embedded,
)
from glassprop.errors import ArchitectureError
from glassprop.layers.arguments import factors_of, faults_of_factors, faults_of_flags, faults_of_size
from glassprop.layers.layer_kind import BlockShape, Factors, LayerKind, Parameters, Way, full, largest_sizes, unit_of
from glassprop.layers.some_columns import Columns, faults_of_columns

_BLOCKS = ("f", "c", "w", "e")
MOST_EMBEDDED = 100_000  # columns of one layer


class _Seen(NamedTuple):
    """Of the embedded columns, first by column: x (k, n), angles (k, n, q), δ of x (k, n) and of the sums (k, n, m)."""

    x: Array
    u: Array
    delta_of_x: Array
    delta: Array


@dataclass(frozen=True, init=False, repr=False)
class PeriodicEmbedding(LayerKind):
    """Periodic embeddings of inputs: x becomes x itself and n - 1 sums of waves (E35).

    z_m = Σ_q w_mq cos(2π f_q x + c_q) + e_m, each column with f, c, w and e of its own; all of them are trained.
    z has the inputs that are not embedded first, in their order, then n numbers for each of ``columns``. There is no
    activation: layers behind it have one.

    Parameters
    ----------
    columns : sequence of int, optional
        Which inputs are embedded, counted from 0; by default all.
    n : int
        The size of the embeddings: how many numbers replace an input; the first is x itself.
    frequencies : int
        How many waves each has.
    sigma : float
        Frequencies start normally distributed around 0 with this standard deviation: inputs are expected to be scaled.
        Phases c start uniform within ±π, w and e within ±1/√frequencies.
    own : bool
        Whether each member of a network has parameters of its own here (``Network(…, members=8)``).
    rates, decays : mapping of str to float, optional
        Factors of the learning rate, and of weight decay and L2: ``rates={"f": 0.1, "c": 0.1}``; names are ``"f"``,
        ``"c"``, ``"w"`` and ``"e"``. By default rates are unchanged, and only w decays.

    Raises
    ------
    ArchitectureError
        If a value cannot be used; all faults of the layer in one message.

    Examples
    --------
    >>> from glassprop import Layer, Network, PeriodicEmbedding
    >>> network = Network(3, [PeriodicEmbedding([0, 2], n=4), Layer(8, "relu"), Layer(1, "identity")])
    >>> network.sizes
    [3, 9, 8, 1]
    """

    columns: tuple[int, ...] | None
    each: int
    frequencies: int
    deviation: float
    n: int
    own: bool
    rates: Mapping[str, float]
    decays: Mapping[str, float]

    kind = "periodic"
    linear = False
    activation = ACTIVATIONS["identity"]
    dropout = 0.0
    residual = parametric = False

    def __init__(
        self,
        columns: Sequence[int] | None = None,
        n: int = 4,
        frequencies: int = 16,
        sigma: float = 0.1,
        *,
        own: bool = False,
        rates: Mapping[str, float] | None = None,
        decays: Mapping[str, float] | None = None,
    ) -> None:
        faults = faults_of_columns(columns, may_be_all=True)
        faults += [f"n: {fault}" for fault in faults_of_size(n)] or _faults_of_each(n)
        faults += [f"frequencies: {fault}" for fault in faults_of_size(frequencies)]
        if isinstance(sigma, bool) or not isinstance(sigma, Real) or not 0 < float(sigma) < inf:
            faults.append(f"sigma must be a number above 0, got {sigma!r}")
        faults += faults_of_flags(own=own)
        faults += faults_of_factors("rates", rates, _BLOCKS) + faults_of_factors("decays", decays, _BLOCKS)
        if faults:
            raise ArchitectureError("a layer PeriodicEmbedding cannot be built: " + "; ".join(faults))
        for name, value in (
            ("columns", None if columns is None else tuple(int(column) for column in columns)),
            ("each", int(n)),
            ("frequencies", int(frequencies)),
            ("deviation", float(sigma)),
            ("n", 0),
            ("own", bool(own)),
            ("rates", factors_of(rates)),
            ("decays", factors_of(decays)),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        said = [] if self.columns is None else [repr(list(self.columns))]
        said += [f"n={self.each}", f"frequencies={self.frequencies}", f"sigma={self.deviation!r}"]
        said += ["own=True"] if self.own else []
        said += [f"{name}={said!r}" for name, said in self.factors.items()]
        return f"PeriodicEmbedding({', '.join(said)})"

    def __hash__(self) -> int:
        how = self.columns, self.each, self.frequencies, self.deviation
        return hash((self.kind, *how, self.own, self.rates, self.decays))

    # --- what it holds ----------------------------------------------------------------------------------------

    def placed(self, n_in: int) -> PeriodicEmbedding:
        """The layer with the columns that it embeds, where nobody said which, and its size."""
        columns = range(n_in) if self.columns is None and n_in <= MOST_EMBEDDED else self.columns or ()
        placed = copy(self)
        object.__setattr__(placed, "columns", tuple(columns))  # none of too many, which is a fault
        object.__setattr__(placed, "n", n_in + len(columns) * (self.each - 1))
        return placed

    def misplaced(self, n_in: int) -> list[str]:
        if not self.columns:
            return [f"it is to embed all of {n_in} numbers, and at most {MOST_EMBEDDED} can be: give columns"]
        return self.columns_among(n_in).faults()

    def columns_among(self, n_in: int) -> Columns:
        """Which of so many inputs are embedded."""
        return Columns(self.columns or (), n_in)

    def blocks_of_z(self, n_in: int) -> tuple[BlockShape, ...]:
        k, q, m = len(self.columns or ()), self.frequencies, self.each - 1
        return (
            BlockShape("f", (k, q), "frequencies"),
            BlockShape("c", (k, q), "phases"),
            BlockShape("w", (k, m, q), "weights of waves", decay=1.0),
            BlockShape("e", (k, m), "shifts"),
        )

    def start_z(self, parameters: Parameters, rng: Any, x: Rows | None) -> None:
        """Frequencies normal, phases anywhere, weights and shifts uniform by how many waves are added up."""
        f, c, w, e = (parameters[name] for name in _BLOCKS)
        f[...] = rng.normal(0.0, self.deviation, f.shape)
        c[...] = rng.uniform(-pi, pi, c.shape)
        bound = 1 / sqrt(self.frequencies)
        w[...] = rng.uniform(-bound, bound, w.shape)
        e[...] = rng.uniform(-bound, bound, e.shape)

    def passed_on(self, j: int, n_in: int) -> int | None:
        columns = self.columns_among(n_in)
        if j < columns.n_others:
            return columns.passed_on(j)
        place, number = divmod(j - columns.n_others, self.each)
        return None if number else columns.columns[place]

    # --- the chain rule ---------------------------------------------------------------------------------------

    def weigh(self, parameters: Parameters, x: Rows) -> Array:
        """E35."""
        x = full(x)
        xp, columns = namespace(x), self.columns_among(x.shape[1])
        own = xp.permute_dims(columns.chosen(x), (1, 0))
        u = angles(own, parameters["f"], parameters["c"])
        z = xp.concat([own[:, :, None], embedded(u, parameters["w"], parameters["e"])], axis=2)
        return xp.concat([columns.others(x), _by_example(z)], axis=1)

    def by_input(self, parameters: Parameters, delta: Array, x: Rows) -> Array:
        """E38."""
        seen, columns = self._seen(parameters, delta, x), self.columns_among(x.shape[1])
        by_u = by_angle(seen.delta, seen.u, parameters["w"])
        own = by_number(seen.delta_of_x, by_u, parameters["f"])
        return columns.together(delta[:, : columns.n_others], namespace(own).permute_dims(own, (1, 0)))

    def fill_z(self, gradient: Parameters, parameters: Parameters, delta: Array, x: Rows) -> None:
        """E36, E37."""
        seen = self._seen(parameters, delta, x)
        by_u = by_angle(seen.delta, seen.u, parameters["w"])
        gradient["f"][...] = by_frequency(by_u, seen.x)
        gradient["c"][...] = by_phase(by_u)
        gradient["w"][...] = by_wave(seen.delta, seen.u)
        gradient["e"][...] = by_shift(seen.delta)

    def _seen(self, parameters: Parameters, delta: Array, x: Rows) -> _Seen:
        x = full(x)
        xp, columns = namespace(x), self.columns_among(x.shape[1])
        own = xp.permute_dims(columns.chosen(x), (1, 0))
        stack = xp.reshape(delta[:, columns.n_others :], (x.shape[0], len(columns.columns), self.each))
        stack = xp.permute_dims(stack, (1, 0, 2))
        return _Seen(own, angles(own, parameters["f"], parameters["c"]), stack[:, :, 0], stack[:, :, 1:])

    # --- one example's gradient -------------------------------------------------------------------------------

    def squares(self, one: Factors) -> Array:
        """Column by column ``‖δ‖² (‖cos u‖² + 1) + ‖∂C/∂u‖² (4π² x² + 1)``."""
        seen = self._seen(*one)
        by_u = by_angle(seen.delta, seen.u, one.parameters["w"])
        of_sums = (seen.delta**2).sum(axis=2) * ((np.cos(seen.u) ** 2).sum(axis=2) + 1)
        return (of_sums + (by_u**2).sum(axis=2) * ((TURN * seen.x) ** 2 + 1)).sum(axis=0)

    def dots(self, one: Factors, other: Factors) -> Array:
        """Column by column ``(δ·δ') (cos u·cos u' + 1) + (∂C/∂u·∂C/∂u') (4π² x x' + 1)``."""
        here, there = self._seen(*one), self._seen(*other)
        by_u = by_angle(here.delta, here.u, one.parameters["w"])
        by_other_u = by_angle(there.delta, there.u, other.parameters["w"])
        of_sums = (here.delta @ there.delta.transpose(0, 2, 1)) * (
            np.cos(here.u) @ np.cos(there.u).transpose(0, 2, 1) + 1
        )
        of_angles = (by_u @ by_other_u.transpose(0, 2, 1)) * (
            (TURN * here.x)[:, :, None] * (TURN * there.x)[:, None, :] + 1
        )
        return (of_sums + of_angles).sum(axis=0)

    def along(self, one: Factors, direction: Parameters) -> Array:
        """Column by column ``δ · (V_w cos u + v_e) + ∂C/∂u · (2π x v_f + v_c)``."""
        seen = self._seen(*one)
        by_u = by_angle(seen.delta, seen.u, one.parameters["w"])
        of_sums = seen.delta * embedded(seen.u, direction["w"], direction["e"])
        of_angles = by_u * angles(seen.x, direction["f"], direction["c"])
        return (of_sums.sum(axis=2) + of_angles.sum(axis=2)).sum(axis=0)

    # --- what check and explain ask ---------------------------------------------------------------------------

    def nudge_units(self, units: Parameters, parameters: Parameters, x: Rows) -> None:
        """Of f and c so that no angle moves by more than 1 either: waves are no lines."""
        reach = np.maximum(np.abs(parameters["w"]).max(axis=1), 1.0)
        units["w"][...] = units["e"][...] = 1
        units["c"][...] = unit_of(reach)
        units["f"][...] = unit_of(TURN * largest_sizes(x)[list(self.columns or ())][:, None] * reach)

    def edges(self, parameters: Parameters, x: Array) -> Array:
        columns = self.columns_among(len(x))
        found = np.zeros((self.n, len(x)), dtype=np.result_type(x, parameters["w"]))
        found[np.arange(columns.n_others), list(columns.other_columns)] = 1
        own = x[list(columns.columns)][:, None]
        sines = np.sin(angles(own, parameters["f"], parameters["c"])) * (TURN * parameters["f"])[:, None, :]
        slopes = -(parameters["w"] @ sines.transpose(0, 2, 1))[:, :, 0]
        for place, column in enumerate(columns.columns):
            start = columns.n_others + place * self.each
            found[start, column] = 1
            found[start + 1 : start + self.each, column] = slopes[place]
        return found

    def edge(self, j: int, k: int) -> tuple[str, tuple[int, ...]] | None:
        return None

    def way(self, parameters: Parameters, x: Array, name: str, index: tuple[int, ...]) -> Way:
        place, wave = index[0], index[-1]
        number, first = x[(self.columns or ())[place]], self.columns_among(len(x)).n_others + place * self.each + 1
        if name == "e":
            return Way({"∂z/∂e": 1.0}, {first + wave: 1.0})
        u = TURN * parameters["f"][place, wave] * number + parameters["c"][place, wave]
        if name == "w":
            return Way({"∂z/∂w": float(np.cos(u))}, {first + index[1]: 1.0})
        moved = float(TURN * number) if name == "f" else 1.0
        onto = {first + m: float(w) for m, w in enumerate(parameters["w"][place, :, wave])}
        return Way({f"∂u/∂{name}": moved, "∂cos u/∂u": float(-np.sin(u))}, onto)

    def joins(self, n_in: int) -> NDArray[np.bool_]:
        return self.columns_among(n_in).joins([self.each] * len(self.columns or ()))

    # --- as data ----------------------------------------------------------------------------------------------

    def spec(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind}
        found |= {} if self.columns is None else {"columns": list(self.columns)}
        found |= {"n": self.each, "frequencies": self.frequencies, "sigma": self.deviation}
        return found | ({"own": True} if self.own else {}) | self.factors


def _faults_of_each(n: int) -> list[str]:
    return ["n must be 2 or more, the first of them is the number itself: got 1"] if n < 2 else []


def _by_example(z: Array) -> Array:
    """(k, n, each) -> (n, k each)."""
    xp = namespace(z)
    return xp.reshape(xp.permute_dims(z, (1, 0, 2)), (z.shape[1], z.shape[0] * z.shape[2]))
