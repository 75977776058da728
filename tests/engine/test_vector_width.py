"""The width of vectors: what the compiler has for a CPU, and what the user may ask for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from numba import types

from glassprop.engine.compiled import places
from glassprop.engine.compiled.vector_width import TARGET, WIDTH, Target, Width, chosen, numbas_target
from glassprop.errors import SettingsError

LINUX = "{}-unknown-linux-gnu"
X86 = pytest.mark.skipif(not TARGET.triple.startswith("x86"), reason="this LLVM writes code for another CPU")


@X86
@pytest.mark.parametrize(
    ("cpu", "features", "bits", "registers"),
    [
        ("x86-64", "", 128, 16),
        ("nehalem", "", 128, 16),
        ("sandybridge", "", 256, 16),
        ("haswell", "", 256, 16),
        ("znver1", "", 256, 16),
        ("haswell", "-avx", 128, 16),
        ("x86-64", "+avx2", 256, 16),
        ("skylake-avx512", "", 512, 32),
        ("rocketlake", "", 512, 32),
        ("sapphirerapids", "", 512, 32),
        ("znver4", "", 512, 32),
        ("znver5", "-avx512f", 256, 16),
    ],
)
def test_the_width_follows_from_cpu_and_features(cpu: str, features: str, bits: int, registers: int) -> None:
    assert Target(LINUX.format("x86_64"), cpu, features).width() == Width(bits, registers)


@X86
def test_narrower_vectors_of_a_wide_cpu() -> None:
    target = Target(LINUX.format("x86_64"), "skylake-avx512", "")
    assert target.widths() == [Width(128, 32), Width(256, 32), Width(512, 32)]
    assert Target(LINUX.format("x86_64"), "haswell", "").widths() == [Width(128, 16), Width(256, 16)]


@pytest.mark.parametrize(("bits", "singles", "doubles"), [(128, 4, 2), (256, 8, 4), (512, 16, 8)])
def test_lanes(bits: int, singles: int, doubles: int) -> None:
    width = Width(bits, 32)
    assert (width.lanes(types.float32), width.lanes(types.float64)) == (singles, doubles)


def test_a_block_is_padded_to_whole_vectors_of_either_precision() -> None:
    assert WIDTH.lanes(types.float32) == places.LANES
    assert places.LANES % WIDTH.lanes(types.float64) == 0


@X86
@pytest.mark.parametrize("asked", ["64", "1024", "512 ", "wide", "0", "-256"])
def test_what_is_no_width_is_refused(asked: str) -> None:
    with pytest.raises(SettingsError, match=f"GLASSPROP_VECTOR_BITS must be one of 128, 256, 512, got {asked!r}"):
        chosen(Target(LINUX.format("x86_64"), "haswell", ""), asked)


@X86
def test_a_width_that_the_cpu_has_not_is_refused() -> None:
    target = Target(LINUX.format("x86_64"), "haswell", "")
    assert chosen(target, "") == chosen(target, "256") == Width(256, 16)
    assert chosen(target, "128") == Width(128, 16)
    with pytest.raises(SettingsError, match=r"512.*haswell.*have 256 bits"):
        chosen(target, "512")


def test_what_numba_compiles_for_is_what_the_width_is_of() -> None:
    assert numbas_target() == TARGET
    assert WIDTH in TARGET.widths()


def test_a_wrong_width_is_said_where_kernels_would_be_loaded() -> None:
    program = """
import glassprop
for engine in ("reference", "compiled"):
    print(engine)
    model = glassprop.MLPClassifier(engine=engine, max_iter=1, hidden_layer_sizes=(2,))
    try:
        model.fit([[0.0], [1.0]], [0, 1])
    except glassprop.errors.SettingsError as error:
        print(error)
"""
    environment = {**os.environ, "GLASSPROP_VECTOR_BITS": "100"}
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    said = "GLASSPROP_VECTOR_BITS must be one of 128, 256, 512, got '100'"
    assert done.stdout.splitlines() == ["reference", "compiled", said]


LOOP = """
import re
from numba import njit, types
from glassprop.engine.compiled.elementary import mish, tanh
from glassprop.engine.compiled.low_level import OPTIONS, part
from glassprop.engine.compiled.sines import sine_and_cosine

@njit(**OPTIONS)
def of_one(at, other, n):
    z = part(at, 0, n)
    for i in range(n):
        z[i] = tanh(z[i])

@njit(**OPTIONS)
def of_mish(at, other, n):
    z, slope = part(at, 0, n), part(other, 0, n)
    for i in range(n):
        z[i], slope[i], _ = mish(z[i])

@njit(**OPTIONS)
def of_circle(at, other, n):
    z, sine = part(at, 0, n), part(other, 0, n)
    for i in range(n):
        sine[i], z[i] = sine_and_cosine(z[i])

for loop in (of_one, of_mish, of_circle):
    loop.compile((types.CPointer(types.float32), types.CPointer(types.float32), types.int64))
    (code,) = loop.inspect_asm().values()
    print([name for name in ("xmm", "ymm", "zmm") if "%" + name in code][-1])
"""


HALVING = "skylake-avx512"  # where LLVM takes half of what there is, unless told otherwise


@X86
@pytest.mark.parametrize(("bits", "cpu"), [*((width.bits, "") for width in TARGET.widths()), (512, HALVING)])
def test_loops_that_become_vector_code_are_as_wide(bits: int, cpu: str) -> None:
    environment = {**os.environ, "GLASSPROP_VECTOR_BITS": str(bits)}
    if cpu:  # compiled, not run
        environment |= {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": ""}
    command = [sys.executable, "-c", LOOP]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    widest = {128: "xmm", 256: "ymm", 512: "zmm"}[bits]
    assert done.stdout.split() == [widest] * 3
