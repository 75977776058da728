"""What tiles become on Arm (NEON, 128 bits, 32 registers): read as machine code, for it cannot be run everywhere."""

from __future__ import annotations

import re
from typing import Any

import llvmlite.binding as llvm
import pytest
from numba import types

from glassprop.engine.compiled.moving_tiles import transpose_tile
from glassprop.engine.compiled.product_tile import product_tile
from glassprop.engine.compiled.sum_tiles import outer_tile
from glassprop.engine.compiled.vector_width import Target, Width

NEON = Width(128, 32)
ARM = Target("aarch64-unknown-linux-gnu", "generic", "")
I, AT = types.int64, types.CPointer(types.float32)


def machine_code(tile: Any, *arguments: Any) -> str:
    """A tile for vectors of 128 bits as LLVM writes it for Arm."""
    tile.compile(arguments)
    (ir,) = tile.inspect_llvm().values()
    return ARM.assembly(re.sub(r"^target (triple|datalayout).*$", "", ir, flags=re.MULTILINE))


@pytest.fixture(scope="module", autouse=True)
def arm() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    try:
        llvm.Target.from_triple(ARM.triple)
    except RuntimeError:
        pytest.skip("this LLVM writes no code for Arm")


def test_the_width() -> None:
    assert ARM.width() == NEON
    assert ARM.widths() == [NEON]


def test_a_product_is_fused_steps_with_all_of_a_block_in_registers() -> None:
    code = machine_code(product_tile(NEON), AT, I, I, AT, I, AT, I, I, I, I, AT, I, I, I)
    loops = re.split(r"^\.L\w+:", code, flags=re.MULTILINE)
    products = [loop for loop in loops if "fmla" in loop]
    assert max(len(re.findall(r"fmla\s+v\d+\.4s", loop)) for loop in products) == 24  # 6 × 4, or 12 × 2
    for loop in products:
        inner = loop.split("b.le")[0]  # up to the end of the loop over q
        assert not re.search(r"\bst[rp]\s+q|\bld[rp]\s+q\d+, (q\d+, )?\[sp", inner), inner


def test_sums_and_transposition_are_vector_code() -> None:
    sums = machine_code(outer_tile(NEON), AT, I, AT, I, AT, I, I, I, I, types.boolean)
    assert len(re.findall(r"fmla\s+v\d+\.4s", sums)) >= 12
    turned = machine_code(transpose_tile(NEON), AT, I, AT, I, I, I)
    assert re.search(r"\b(zip|trn|uzp|ext|st4)\d?\s", turned)
    assert not re.search(r"\bldr\s+s\d+", turned)  # no number by itself
