"""Numbers embedded by waves: z = [x, W cos(2π f x + c) + e], and its derivatives (E35 to E38). See ``kernels_of_kinds.py``.

Column by column: the angles of its waves lie in the scratch, wave by wave, then become their cosines, with the sines
behind them. They are made again on the way back, which takes less than to keep them would.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

from numba import njit

from glassprop.engine.compiled.kinds.shapes import BY_INPUT, FILL_GRADIENT, WEIGH
from glassprop.engine.compiled.low_level import INLINE, OPTIONS, add_to, copy, part, pointer
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.places import SCRATCH_AT
from glassprop.engine.compiled.product_tile import AS_IS, NO_BIAS
from glassprop.engine.compiled.row import A_AT, FACTS, IN_AT
from glassprop.engine.compiled.sines import cosines
from glassprop.engine.compiled.tile_parts import outer, product, sums, tile_outer, tile_product, tile_sums
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.periodic_embedding import PeriodicEmbedding

# What stands at FACTS: how many inputs are passed on, and embedded, how many numbers become of each, and waves; where the
# blocks start; then the inputs that are passed on, and those that are embedded.
PASSED, EMBEDDED, EACH, WAVES, F, C, W, E, COLUMNS = range(9)
_A_WAVE = 8  # what a cosine takes in multiplications
_TURN = 2 * pi


def facts(layer: LayerKind, n_in: int, starts: Sequence[int]) -> list[int]:
    """What the kernels read of a layer beyond its row. starts: where its own blocks begin in θ."""
    assert isinstance(layer, PeriodicEmbedding)
    columns = layer.columns_among(n_in)
    sizes = columns.n_others, len(columns.columns), layer.each, layer.frequencies
    return [*sizes, *starts, *columns.other_columns, *columns.columns]


def multiplications(layer: LayerKind, n_in: float) -> float:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    assert isinstance(layer, PeriodicEmbedding)
    return len(layer.columns or ()) * layer.frequencies * (layer.each - 1 + _A_WAVE)


def ways(layer: LayerKind, before: LayerKind | None, n_in: int, by_library: bool) -> int:
    """Bits of WAYS: there is one way only, and nothing else is done on it."""
    return 0


def needs(ways: int) -> tuple[int, int]:
    """Examples of a block, beyond those that fit the cache, and room to pack numbers in: neither."""
    return 0, 0


def scratch(layer: LayerKind) -> int:
    """Numbers of each example that a call needs room for: cosines, sines, and what goes back to the angles."""
    assert isinstance(layer, PeriodicEmbedding)
    return 3 * layer.frequencies


@njit(**OPTIONS)
def _cosines(facts, i, places, theta, work, x, ld):
    """The cosines of the waves of embedded column i, at ``x``, and behind them the sines: into the scratch."""
    at, waves, column = places[SCRATCH_AT], facts[WAVES], part(work, x, ld)
    turn = column.dtype.type(_TURN)
    for q in range(waves):
        f, c, angles = (
            turn * theta[facts[F] + i * waves + q],
            theta[facts[C] + i * waves + q],
            part(work, at + q * ld, ld),
        )
        for s in range(ld):
            angles[s] = f * column[s] + c
    cosines(part(work, at, waves * ld), part(work, at + waves * ld, waves * ld))


@njit(**OPTIONS)
def _by_angle(facts, i, places, theta, work, d, ld):
    """E37: ``sin u_q Σ_m δ_m w_mq`` of column i, behind the sines: minus the derivatives by the angles. d: δ of its sums."""
    waves, sums_ = facts[WAVES], facts[EACH] - 1
    sines = places[SCRATCH_AT] + waves * ld
    back, w = sines + waves * ld, facts[W] + i * sums_ * waves
    tile_product(places, theta, w, 1, waves, work, d, ld, work, back, ld, waves, sums_, ld, theta, NO_BIAS, AS_IS)
    by_angle, sine = part(work, back, waves * ld), part(work, sines, waves * ld)
    for s in range(waves * ld):
        by_angle[s] *= sine[s]


@WEIGH.part(calls=[product])
def weigh(row, places, theta, work, ld):
    """E35: z, into its place."""
    facts = pointer(row, row[FACTS])
    passed, each, waves = facts[PASSED], facts[EACH], facts[WAVES]
    for k in range(passed):
        copy(part(work, row[IN_AT] + facts[COLUMNS + k] * ld, ld), part(work, row[A_AT] + k * ld, ld))
    for i in range(facts[EMBEDDED]):
        x, z = row[IN_AT] + facts[COLUMNS + passed + i] * ld, row[A_AT] + (passed + i * each) * ld
        copy(part(work, x, ld), part(work, z, ld))
        _cosines(facts, i, places, theta, work, x, ld)
        w, e = facts[W] + i * (each - 1) * waves, facts[E] + i * (each - 1)
        tile_product(
            places, theta, w, waves, 1, work, places[SCRATCH_AT], ld, work, z + ld, ld, each - 1, waves, ld, theta, e, AS_IS
        )  # fmt: skip


@BY_INPUT.part(calls=[product])
def by_input(row, places, theta, work, d, g, ld, adds):
    """E38: δ at ``d`` to what it makes of ∂C/∂x, at ``g``; added to what is there if ``adds``."""
    facts = pointer(row, row[FACTS])
    passed, each, waves = facts[PASSED], facts[EACH], facts[WAVES]
    for k in range(passed):
        _put(part(work, d + k * ld, ld), part(work, g + facts[COLUMNS + k] * ld, ld), adds)
    for i in range(facts[EMBEDDED]):
        own, k = d + (passed + i * each) * ld, facts[COLUMNS + passed + i]
        _cosines(facts, i, places, theta, work, row[IN_AT] + k * ld, ld)
        _by_angle(facts, i, places, theta, work, own + ld, ld)
        total, back = (
            part(work, places[SCRATCH_AT], ld),
            places[SCRATCH_AT] + 2 * waves * ld,
        )  # the cosines are not needed
        f = facts[F] + i * waves
        tile_product(
            places, theta, f, waves, 1, work, back, ld, work, places[SCRATCH_AT], ld, 1, waves, ld, theta, NO_BIAS, AS_IS
        )  # fmt: skip
        turn, of_x = total.dtype.type(_TURN), part(work, own, ld)
        for s in range(ld):
            total[s] = of_x[s] - turn * total[s]
        _put(total, part(work, g + k * ld, ld), adds)


@njit(**INLINE)
def _put(source, target, adds):
    if adds:
        add_to(source, target)
    else:
        copy(source, target)


@FILL_GRADIENT.part(calls=[product, outer, sums])
def fill_gradient(row, places, theta, gradient, work, d, ld, fresh):
    """E36, E37: the sums over examples, added to the gradient, or in its place if ``fresh``."""
    facts = pointer(row, row[FACTS])
    passed, each, waves = facts[PASSED], facts[EACH], facts[WAVES]
    cosines_at, n_sums = places[SCRATCH_AT], each - 1
    back = cosines_at + 2 * waves * ld
    for i in range(facts[EMBEDDED]):
        x, own = row[IN_AT] + facts[COLUMNS + passed + i] * ld, d + (passed + i * each + 1) * ld
        _cosines(facts, i, places, theta, work, x, ld)
        _by_angle(facts, i, places, theta, work, own, ld)
        w, f, c = facts[W] + i * n_sums * waves, facts[F] + i * waves, facts[C] + i * waves
        tile_outer(places, work, own, ld, work, cosines_at, ld, gradient, w, waves, n_sums, waves, ld, not fresh)
        tile_sums(places, work, own, ld, gradient, facts[E] + i * n_sums, n_sums, ld, not fresh)
        _turned_round(part(work, back, waves * ld), -1.0)
        tile_sums(places, work, back, ld, gradient, c, waves, ld, not fresh)
        _turned_round(part(work, back, waves * ld), _TURN)
        tile_outer(places, work, back, ld, work, x, ld, gradient, f, 1, waves, 1, ld, not fresh)


@njit(**INLINE)
def _turned_round(numbers, factor):
    factor = numbers.dtype.type(factor)
    for s in range(numbers.shape[0]):
        numbers[s] *= factor


def parts(ways: int) -> tuple[Part, Part, Part]:
    """Those that weigh, lead back to the input, and fill the gradient, for these bits of WAYS."""
    return weigh, by_input, fill_gradient
