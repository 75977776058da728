"""C for a microcontroller: it compiles, keeps nothing, allocates nothing, and the stack that it states is enough."""

from __future__ import annotations

import re
import subprocess

import pytest
from portable.c_cases import c_whole
from portable.c_drivers import STRICT, built, compiler
from waiting import HANG

from glassprop.portable.c_source import whole_in_c

NAMES = ["classes of a table", "recipe, logarithms", "members apart", "three words", "columns by rank"]
CORTEX = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-Os", "-fstack-usage"]
# What of a C library may be called: functions of numbers and of text, and what compilers call for both.
_MATH = ["asinh", "cos", "erfc", "exp", "expm1", "fabs", "floor", "hypot", "log", "log1p", "sin", "tanh"]
ALLOWED = {*_MATH, *(f"{name}f" for name in _MATH), "strlen", "strncmp", "memcpy", "memset", "memcmp", "memmove"}


@pytest.mark.parametrize("real", ["float", "double"])
def test_it_runs_on_a_small_machine(real, tmp_path):
    found = compiler("arm-none-eabi-gcc")
    for number, name in enumerate(NAMES):
        made = whole_in_c(c_whole(name), f"m{number}", real, int8=number == 0)
        source = made.write(tmp_path)[1].name
        built([found, *STRICT, *CORTEX, "-c", source], tmp_path)
        text, data, bss = sizes(tmp_path / f"m{number}.o")
        assert data == bss == 0, "nothing is kept between calls"
        assert made.constants < text < made.constants * 1.1 + 12_000, "about as large as it is told to be"
        assert called_by(tmp_path / f"m{number}.o") <= ALLOWED, "nothing is allocated, read or printed"
        assert stack_of(tmp_path / f"m{number}.su") <= made.stack, "the stack is as large as told"


def sizes(path) -> tuple[int, int, int]:
    done = subprocess.run(["arm-none-eabi-size", str(path)], capture_output=True, text=True, timeout=HANG, check=True)
    text, data, bss = done.stdout.splitlines()[1].split()[:3]
    return int(text), int(data), int(bss)


def called_by(path) -> set[str]:
    """What it leaves to others, but for the compiler's own arithmetic."""
    done = subprocess.run(
        ["arm-none-eabi-nm", "-u", str(path)], capture_output=True, text=True, timeout=HANG, check=True
    )
    return {name for name in re.findall(r"U (\S+)", done.stdout) if not name.startswith("__aeabi_")}


def stack_of(path) -> int:
    """More than the deepest way through its functions can take: of a public one, of evaluate, of the largest others."""
    used = dict(re.findall(r":(\w+)\t(\d+)\tstatic", path.read_text()))
    inner = sorted(int(n) for name, n in used.items() if not name.startswith("m") and name != "evaluate")
    public = max(int(n) for name, n in used.items() if name.startswith("m"))
    return public + int(used.get("evaluate", 0)) + sum(inner[-3:])
