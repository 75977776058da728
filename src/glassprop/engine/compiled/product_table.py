"""Which provider of large products is best: the table that ships, and the user's own, measured by ``warmup --tune``.

A row is for vectors of so many bits and products of so many weights and more. Looked up, never measured, while training.

Where the shipped rows come from: one core of an AMD EPYC (Zen 5), 26 November 2026, SciPy 1.17's OpenBLAS 0.3.30 told to
take its kernels for SkylakeX or Haswell, blis 1.3.4 (generic kernels here), mkl 2026.2; GFLOP/s forward / back / outer, rows ×
inputs × outputs. The same at narrower vectors by NUMBA_CPU_NAME=haswell. Peaks: 270 and 135, half that in float64.

512 bits, float32           own            openblas       blis         mkl
  64 × 256 × 256      255/252/242    214/172/223    41/40/40
  128 × 784 × 512     254/254/247    231/212/239    42/42/42    108/108/112
  256 × 1024 × 1024   256/253/256    246/229/250    43/42/43    108/101/111
512 bits, float64
  128 × 784 × 512     123/125/122     94/ 92/ 97    19/21/21     54/ 53/ 64
  256 × 1024 × 1024   122/116/114     91/ 88/104    21/21/21     54/ 52/ 62
256 bits, float32
  64 × 256 × 256      127/127/127    116/104/120    41/40/40    106/ 94/114
  128 × 784 × 512     126/127/128    122/116/124    41/41/42    109/109/113
  256 × 1024 × 1024   127/118/124    122/122/127    41/40/41    110/104/111
256 bits, float64
  128 × 784 × 512      62/ 62/ 63     59/ 58/ 62    21/20/21     53/ 52/ 63
  256 × 1024 × 1024    61/ 58/ 61     60/ 55/ 61    21/20/21     56/ 53/ 60

So own tiles are the best, or within 5 % of it, wherever this was measured, and every row of the table is theirs. Where a
library is faster, on another CPU, ``glassprop warmup --tune`` finds it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, astuple, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from glassprop.engine.compiled.cache import users_folder
from glassprop.engine.compiled.vector_width import TARGET
from glassprop.engine.variables import WIDTHS
from glassprop.ground.atomic import replacing

USERS, SHIPPED_TABLE = "the table measured on this machine", "the table that ships"
FORMAT = 1
_MOST = 64 * 1024  # bytes of a file that can be such a table
_DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Row:
    """The provider for vectors of so many bits, one precision, and layers of so many weights and more."""

    bits: int
    dtype: str
    weights: int
    provider: str


SHIPPED = tuple(Row(bits, dtype, 0, "own") for bits in WIDTHS for dtype in _DTYPES)


def provider(dtype: str, bits: int, weights: int) -> tuple[str, str]:
    """The provider for a layer of so many weights, and which table says so."""
    for table, why in ((users(), USERS), (SHIPPED, SHIPPED_TABLE)):
        fitting = [row for row in table if (row.bits, row.dtype) == (bits, dtype) and row.weights <= weights]
        if fitting:
            return max(fitting, key=lambda row: row.weights).provider, why
    return "own", SHIPPED_TABLE


def origin() -> str:
    """Which table is looked into first, in words; where it lies, if it is the user's own."""
    return f"{USERS}, {place()}" if users() else SHIPPED_TABLE


def place(folder: str = "") -> Path:
    """Where the user's own table lies, if there is one; folder: where things are kept, if not where every process looks."""
    return users_folder(folder) / f"products-{TARGET.cpu}.json"


def users() -> tuple[Row, ...]:
    """The rows of the user's own table; none where there is none, or what lies there is none."""
    try:
        path = place()
        return _read(str(path), os.stat(path).st_mtime_ns)
    except (OSError, RuntimeError):
        return ()


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> tuple[Row, ...]:
    with open(path, "rb") as file:
        data = file.read(_MOST + 1)
    try:
        content: Any = json.loads(data) if len(data) <= _MOST else None
        if content["format"] != FORMAT or content["cpu"] != TARGET.cpu:
            return ()
        rows = tuple(Row(**row) for row in content["rows"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    return rows if all(map(_is_sound, rows)) else ()


def _is_sound(row: Row) -> bool:
    """Whether each fact is of its type, and known or in its range."""
    kinds = tuple(type(value) for value in astuple(row))
    known = row.bits in WIDTHS and row.dtype in _DTYPES and 0 < len(str(row.provider)) <= 20
    return kinds == (int, str, int, str) and known and 0 <= row.weights < 1 << 62


def write(rows: tuple[Row, ...], folder: str = "") -> Path:
    """Keep the user's own table, whole or not at all; returns where. folder: as for ``place``.

    Raises
    ------
    OSError, ModelFileError
        If it cannot be written there.
    """
    path = place(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"format": FORMAT, "cpu": TARGET.cpu, "rows": [asdict(row) for row in rows]}
    with replacing(path) as file:
        file.write(json.dumps(content, indent=1).encode())
    return path
