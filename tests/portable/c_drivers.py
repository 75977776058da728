"""Models in C compiled and asked: one program for several models, which reads rows and writes answers as bytes."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from waiting import HANG

from glassprop.portable.c_reading import members_of
from glassprop.portable.c_source import CSource
from glassprop.portable.whole_model import Whole

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
WATCHED = [*STRICT, "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
_PACKAGES = {
    "gcc": "gcc libc6-dev",
    "clang": "clang libclang-rt-14-dev",
    "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
}


def compiler(name: str) -> str:
    """The program; without one the test skips, and where CI is set it fails."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed: apt-get install --no-install-recommends {_PACKAGES[name]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def built(command: list[str], folder: Path) -> None:
    """Run a compiler. Fails with its own words."""
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=HANG, check=False, text=True)
    assert done.returncode == 0, done.stderr[:3000]


@dataclass(frozen=True)
class Answers:
    """What a program says of rows: what each function returned, and what it wrote.

    Attributes
    ----------
    codes : array (n_rows,) of int
        What the first function returned: the number of a class, or 0; -1 where it refused the row.
    values : array (n_rows, n)
        Amounts, or labels.
    probabilities : array (n_rows, n_classes) or None
    labels : list of bytes
        What the class of each row is called.
    """

    codes: np.ndarray
    values: np.ndarray
    probabilities: np.ndarray | None
    labels: list[bytes]


@dataclass(frozen=True)
class Program:
    """Models by the name of their files, with their records."""

    path: Path
    models: dict[str, tuple[CSource, Whole]]

    def answers(self, name: str, given: list) -> Answers:
        """Of rows that are given source by source."""
        made, whole = self.models[name]
        rows = len(given[0]) if given else 1
        sent = b"".join(_row(whole, [column[i] for column in given]) for i in range(rows))
        number = list(self.models).index(name)
        command = [str(self.path), str(number), str(rows)]
        done = subprocess.run(command, input=sent, capture_output=True, timeout=HANG, check=False)
        assert done.returncode == 0, done.stderr.decode()[:3000]
        return _read(done.stdout, made, whole, rows)


def program(models: dict[str, tuple[CSource, Whole]], folder: Path, command: list[str]) -> Program:
    """Compile them all. command: the compiler and its options."""
    folder.mkdir(parents=True, exist_ok=True)
    for made, whole in models.values():
        made.write(folder)
        (folder / f"run_{made.name}.c").write_text(_driver(made, whole), encoding="ascii")
    names = [made.name for made, _ in models.values()]
    lines = ["#include <stdio.h>", "#include <stdlib.h>", *(f"int run_{name}(int rows);" for name in names)]
    table = ", ".join(f"run_{name}" for name in names)
    lines += [f"static int (*const run[{len(names)}])(int) = {{{table}}};"]
    lines += ["int main(int n, char **words)", "{", "    return n == 3 ? run[atoi(words[1])](atoi(words[2])) : 1;", "}"]
    (folder / "main.c").write_text("\n".join(lines) + "\n", encoding="ascii")
    sources = [f"run_{name}.c" for name in names]
    built([*command, "-o", "program", "main.c", *sources, "-lm"], folder)
    return Program(folder / "program", models)


def sources_of(models: dict[str, tuple[CSource, Whole]], folder: Path) -> list[str]:
    """The files of models, written there."""
    folder.mkdir(parents=True, exist_ok=True)
    return [made.write(folder)[1].name for made, _ in models.values()]


def _driver(made: CSource, whole: Whole) -> str:
    """Reads rows and asks all functions."""
    name, ending, n = made.name, whole.ending, whole.networks[0][0].sizes[-1]
    lines = [f'#include "{name}.c"', "#include <stdio.h>", "#include <stdlib.h>", f"int run_{name}(int rows);"]
    lines += [f"int run_{name}(int rows)", "{", f"    {name}_inputs a, *row = &a;", "    double v = 0;"]
    lines += [f"    static char text[{len(whole.sources) or 1}][20000];", "    int n = (int)sizeof text;"]
    lines += ["    for (; rows > 0; rows--) {", "        memset(row, 0, sizeof *row);", "        int code = n;"]
    for k, (source, access) in enumerate(zip(whole.sources, members_of(whole.sources).access, strict=True)):
        if source.given == "text":
            lines += ["        if (fread(&n, 4, 1, stdin) != 1) return 1;", f"        {access} = NULL;"]
            lines += [f"        if (n > 0 && fread(text[{k}], (size_t)n, 1, stdin) != 1) return 1;"]
            lines += [f"        if (n >= 0) {{ text[{k}][n] = 0; {access} = text[{k}]; }}"]
        else:
            lines += ["        if (fread(&v, 8, 1, stdin) != 1) return 1;"]
            lines += [f"        {access} = {'v != v ? -1 : v != 0' if source.given == 'truth' else 'v'};"]
    if ending.kind == "amounts":
        lines += [
            f"        {name}_real out[{n}]; code = {name}_amounts(row, out);",
            "        fwrite(&code, 4, 1, stdout);",
        ]
        lines += _written(n, "code ? NAN : (double)out[k]")
        if n == 1:
            lines += [f"        if (code == 0 && {name}_amount(row) != out[0]) return 2;"]
    elif ending.kind == "labels":
        lines += [
            f"        unsigned char out[{n}]; code = {name}_labels(row, out);",
            "        fwrite(&code, 4, 1, stdout);",
        ]
        lines += _written(n, "code ? NAN : out[k]")
    else:
        lines += [f"        code = {name}_class(row);", "        fwrite(&code, 4, 1, stdout);"]
    if ending.probabilities:
        count = n if ending.kind == "labels" else len(ending.classes)
        lines += [f"        {name}_real p[{count}]; code = {name}_probabilities(row, p);"]
        lines += _written(count, "code ? NAN : (double)p[k]")
    if ending.kind not in ("amounts", "labels"):
        form = _form(made)
        lines += [f"        code = {name}_class(row); char label[9000];"]
        lines += [f'        n = snprintf(label, 9000, "{form}", {name}_label(code));']
        lines += ["        fwrite(&n, 4, 1, stdout); fwrite(label, 1, (size_t)n, stdout);"]
    return "\n".join([*lines, "    }", "    return 0;", "}"]) + "\n"


def _written(n: int, value: str) -> list[str]:
    return [f"        for (int k = 0; k < {n}; k++) {{ v = {value}; fwrite(&v, 8, 1, stdout); }}"]


def _form(made: CSource) -> str:
    head = next(line for line in made.header.splitlines() if f"{made.name}_label(int" in line)
    kinds = {"const char *": "%s", "long long": "%lld", "long": "%ld", "int": "%d", "double": "%.17g"}
    return next(form for kind, form in kinds.items() if head.startswith(kind))


def _row(whole: Whole, values: list) -> bytes:
    parts = []
    for source, value in zip(whole.sources, values, strict=True):
        if source.given != "text":
            parts.append(struct.pack("<d", value))
        elif value is None:
            parts.append(struct.pack("<i", -1))
        else:
            text = str(value).encode("utf-8", "surrogatepass")
            parts.append(struct.pack("<i", len(text)) + text)
    return b"".join(parts)


def _read(data: bytes, made: CSource, whole: Whole, rows: int) -> Answers:
    ending, n = whole.ending, whole.networks[0][0].sizes[-1]
    width = n if ending.kind in ("amounts", "labels") else 0
    count = (n if ending.kind == "labels" else len(ending.classes)) if ending.probabilities else 0
    codes, values, shares, labels, at = [], [], [], [], 0
    for _ in range(rows):
        codes.append(struct.unpack_from("<i", data, at)[0])
        numbers = np.frombuffer(data, "<f8", width + count, at + 4)
        values.append(numbers[:width])
        shares.append(numbers[width:])
        at += 4 + 8 * (width + count)
        if not width:
            size = struct.unpack_from("<i", data, at)[0]
            labels.append(data[at + 4 : at + 4 + size])
            at += 4 + size
    assert at == len(data), "all that was written was read"
    return Answers(np.array(codes), np.array(values), np.array(shares) if count else None, labels)
