"""How a network is laid out in the workspace, and a batch cut into chunks and blocks."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise, product

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, dense
from engine.engine_cases import CASES, KINDS, WIDE, Case, run
from hypothesis import given
from hypothesis import strategies as st
from rounding import assert_rounded

from glassprop import Layer, Network
from glassprop.engine.compiled import activations, epoch_plan, large_product, lowering, places
from glassprop.engine.compiled.kinds.dense_kernels import LARGE
from glassprop.engine.compiled.kinds.kernels_of_kinds import kernels_of
from glassprop.engine.compiled.row import (
    A_AT,
    BLOCK_1,
    BLOCK_2,
    FACTS,
    IN_AT,
    KEEPS,
    N_IN,
    N_OUT,
    OUT_AT,
    OWN,
    SLOPE_AT,
    TRAINS,
    WAYS,
    P,
)
from glassprop.engine.plan import Data
from glassprop.optimizer import SGD

# --- lowering ----------------------------------------------------------------------------------------------------


def rooms(network: Network, lowered: lowering.Lowered) -> list[tuple[int, int, str]]:
    """Every place of the workspace with the numbers that may be written there: (start, stop, name)."""
    sizes, rows = network.sizes, lowered.rows
    widest, scratch = max(sizes[1:]), [kernels_of(layer).scratch(layer) for layer in network.layers]
    found = [
        (lowered.x_at, sizes[0], "x"),
        (lowered.rows_at, sizes[0], "x by rows"),
        (lowered.y_at, sizes[-1], "y"),
        (lowered.share_at, 1, "share"),
        (lowered.delta_at, widest, "delta"),
        (lowered.other_at, widest, "other"),
        (lowered.scratch_at, max(4, max(sizes[:-1]), *scratch), "scratch"),
        (lowered.kept_at, max((int(row[N_OUT]) for row in lowered.layers if row[WAYS] & KEEPS), default=0), "kept"),
    ]
    panel = large_product.ROOM if (lowered.layers[:, WAYS] & LARGE).any() else 0
    for l, row in enumerate(lowered.layers[: network.depth], start=1):
        of_layer = {int(row[column]): 1 for column in (A_AT, OUT_AT, SLOPE_AT)}
        if row[WAYS] & TRAINS:
            of_layer[int(row[SLOPE_AT])] = 2  # behind the slopes, the derivative by the parameter
        found += [(start, n * sizes[l], f"layer {l}") for start, n in of_layer.items()]
    placed = [(start, start + n * rows, name) for start, n, name in found]
    return sorted([*placed, (lowered.panel_at, lowered.panel_at + panel, "panel")])


@pytest.mark.parametrize("itemsize", [4, 8])
@pytest.mark.parametrize("case", [*CASES[::3], *KINDS, *WIDE], ids=lambda case: case.name)
def test_places_of_the_workspace_do_not_overlap(case: Case, itemsize: int) -> None:
    network = case.network
    lowered = lowering.lower(network, case.batch, itemsize)
    found = rooms(network, lowered)
    assert lowered.rows % 16 == 0
    for (_, stop, name), (start, _, following) in pairwise(found):
        assert stop <= start, f"{name} runs into {following}"
    assert found[0][0] >= 0
    assert found[-1][1] <= lowered.work_size
    for (m, member), l in product(enumerate(network.each_member), range(1, network.depth + 1)):
        row, own = lowered.layers[m * network.depth + l - 1], {"p": 0}
        own |= {block.name: block.start for block in member.layout.by_layer[l]}
        assert row[P] == own.pop("p")
        assert [*row[[N_IN, N_OUT]]] == network.sizes[l - 1 : l + 1]
        starts = [*own.values()]
        assert [*row[[BLOCK_1, BLOCK_2]]][: len(own)] == starts[:2]
        facts, whole = (
            kernels_of(member.layer(l)).facts(member.layer(l), network.sizes[l - 1], starts),
            lowered.layers.base,
        )
        start = (m * network.depth + l - 1) * len(row) + row[FACTS]
        assert whole is not None
        assert whole[start : start + len(facts)].tolist() == facts
        assert len(own) <= 2 or set(starts) <= set(facts)  # what the row has no place for
        assert row[IN_AT] == (lowered.x_at if l == 1 else lowered.layers[l - 2, OUT_AT])
        assert bool(row[WAYS] & OWN) == (network.members > 1 and network.layer(l).own)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_slopes_and_dropped_outputs_have_places_of_their_own(name: str) -> None:
    network = Network(3, [Layer(5, name, dropout=0.5), Layer(2, "identity")])
    row = lowering.lower(network, 32, 8).layers[0]
    assert row[OUT_AT] != row[A_AT]
    if activations.KERNELS[name].keeps_slope:
        assert len({int(row[column]) for column in (A_AT, SLOPE_AT, OUT_AT)}) == 3


def test_the_kernels_read_the_places_in_the_order_they_are_written() -> None:
    lowered = lowering.lower(CASES[0].network, 16, 8)
    names = [name for name in vars(places) if name.isupper() and name.lower() in {f.name for f in fields(lowered)}]
    assert len(names) == 13  # LIBRARY and CONVENTION are ``called``
    assert tuple(lowered.places[[places.LIBRARY, places.CONVENTION]]) == lowered.called == (0, 0)
    assert len(lowered.places) == places.PLACES
    assert not lowered.places[places.PRODUCT :].any()  # the addresses of parts
    assert {f.name for f in fields(lowered) if f.name.endswith("_at")} <= {name.lower() for name in names}
    for name in map(str.lower, names):
        assert lowered.places[getattr(places, name.upper())] == getattr(lowered, name)


# --- cutting ---------------------------------------------------------------------------------------------------


@given(low=st.integers(0, 100), n=st.integers(0, 5000), parts=st.integers(1, 9), multiple=st.sampled_from([8, 16]))
def test_parts_cover_everything_once(low: int, n: int, parts: int, multiple: int) -> None:
    cuts = [epoch_plan.part_of.py_func(low, low + n, part, parts, multiple) for part in range(parts)]
    rows = [row for start, stop in cuts for row in range(start, stop)]
    assert rows == list(range(low, low + n))


@given(width=st.integers(1, 2000), depth=st.integers(1, 5), rows=st.integers(1, 100_000))
def test_chunks_follow_from_shapes_and_are_few(width: int, depth: int, rows: int) -> None:
    network = dense(3, *[(width, "relu")] * depth)
    chunks = lowering.chunks_for(network, rows)
    assert 1 <= chunks <= 8
    assert chunks == 1 or rows >= 32


@pytest.mark.parametrize("rows", [1, 15, 16, 17, 64, 255, 256, 257, 1000, 2047, 2048, 2500, 5003])
def test_every_row_counts_once(rows: int) -> None:
    """A linear unit on one-hot rows: after one step of gradient descent, every weight tells of its own row alone."""
    kinds = 64  # row i holds a 1 at i modulo this, and its target is i
    case = Case(
        "rows", ((1, "identity"),), "half_squared_error", kinds, rows=rows, batch=rows, optimizer=SGD(), rate=1.0
    )
    X = np.eye(kinds)[np.arange(rows) % kinds]
    Y = np.arange(rows, dtype=float)[:, None]
    theta = np.zeros(case.network.layout.size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lowering, "_CHUNK_WORK", 1.0)  # else so small a network is never cut
        moved = run("compiled", case, "float64", steps=1, problem=(theta, Data(X, Y))).theta
    sums = np.bincount(np.arange(rows) % kinds, weights=Y[:, 0], minlength=kinds)
    assert_rounded(moved, 1.5 * np.append(sums, sums.sum()) / rows, roundings=rows + 10)
