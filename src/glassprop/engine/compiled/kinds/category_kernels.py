"""Codes as rows of tables: z_m = t_rm, and the gradient by row (E39, E40). See ``kernels_of_kinds.py``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from glassprop.engine.compiled.kinds.shapes import BY_INPUT, FILL_GRADIENT, WEIGH
from glassprop.engine.compiled.low_level import INLINE, copy, fill, part, pointer
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.row import A_AT, FACTS, IN_AT
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.layer_kind import LayerKind

# What stands at FACTS: how many inputs are passed on, and how many are codes; then those that are passed on; then of each code
# the input, how many categories, how many numbers become of it, and where its table starts.
PASSED, CODES, COLUMNS = range(3)
COLUMN, SIZE, EACH, TABLE = range(4)
OF_CODE = 4


def facts(layer: LayerKind, n_in: int, starts: Sequence[int]) -> list[int]:
    """What the kernels read of a layer beyond its row. starts: where its own blocks begin in θ."""
    assert isinstance(layer, CategoryEmbedding)
    columns = layer.columns_among(n_in)
    tables = zip(columns.columns, layer.sizes, layer.each, starts, strict=True)
    return [
        columns.n_others,
        len(columns.columns),
        *columns.other_columns,
        *(fact for table in tables for fact in table),
    ]


def multiplications(layer: LayerKind, n_in: float) -> float:
    """Of one example, to make z of it: each of the two ways back takes as many."""
    return layer.n


def ways(layer: LayerKind, before: LayerKind | None, n_in: int, by_library: bool) -> int:
    """Bits of WAYS: there is one way only, and nothing else is done on it."""
    return 0


def needs(ways: int) -> tuple[int, int]:
    """Examples of a block, beyond those that fit the cache, and room to pack numbers in: neither."""
    return 0, 0


def scratch(layer: LayerKind) -> int:
    """Numbers of each example that a call needs room for."""
    return 0


@njit(**INLINE)
def _row_of(code, size):
    """The row of a code. Codes are checked where data come in; here nothing outside of the table is read or written."""
    return np.int64(code) if code >= 0 and code < size else 0


@WEIGH.part()
def weigh(row, places, theta, work, ld):
    """E39: z, into its place."""
    facts = pointer(row, row[FACTS])
    passed = facts[PASSED]
    for k in range(passed):
        copy(part(work, row[IN_AT] + facts[COLUMNS + k] * ld, ld), part(work, row[A_AT] + k * ld, ld))
    at, table = row[A_AT] + passed * ld, COLUMNS + passed
    for _ in range(facts[CODES]):
        codes, size, each = (
            part(work, row[IN_AT] + facts[table + COLUMN] * ld, ld),
            facts[table + SIZE],
            facts[table + EACH],
        )
        z = part(work, at, each * ld)
        for s in range(ld):
            start = facts[table + TABLE] + _row_of(codes[s], size) * each
            for m in range(each):
                z[m * ld + s] = theta[start + m]
        at += each * ld
        table += OF_CODE


@BY_INPUT.part()
def by_input(row, places, theta, work, d, g, ld, adds):
    """δ at ``d`` to what it makes of ∂C/∂x, at ``g``, which is nothing for a code; added to what is there if ``adds``."""
    facts = pointer(row, row[FACTS])
    passed, codes = facts[PASSED], facts[CODES]
    for k in range(passed):
        source, target = part(work, d + k * ld, ld), part(work, g + facts[COLUMNS + k] * ld, ld)
        for s in range(ld):
            target[s] = target[s] + source[s] if adds else source[s]
    if not adds:
        for number in range(codes):
            column = facts[COLUMNS + passed + number * OF_CODE + COLUMN]
            zeros = part(work, g + column * ld, ld)
            fill(zeros, zeros.dtype.type(0))


@FILL_GRADIENT.part()
def fill_gradient(row, places, theta, gradient, work, d, ld, fresh):
    """E40: what examples add to the rows of their codes, in their order; the whole tables are 0 before if ``fresh``."""
    facts = pointer(row, row[FACTS])
    passed = facts[PASSED]
    at, table = d + passed * ld, COLUMNS + passed
    for _ in range(facts[CODES]):
        codes, size, each = (
            part(work, row[IN_AT] + facts[table + COLUMN] * ld, ld),
            facts[table + SIZE],
            facts[table + EACH],
        )
        rows, delta = part(gradient, facts[table + TABLE], size * each), part(work, at, each * ld)
        if fresh:
            fill(rows, rows.dtype.type(0))
        for s in range(ld):
            start = _row_of(codes[s], size) * each
            for m in range(each):
                rows[start + m] += delta[m * ld + s]
        at += each * ld
        table += OF_CODE


def parts(ways: int) -> tuple[Part, Part, Part]:
    """Those that weigh, lead back to the input, and fill the gradient, for these bits of WAYS."""
    return weigh, by_input, fill_gradient
