"""A table of a million rows, 16 numbers and 4 categories: time and memory of `glassprop predict` and `train`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from bench.first import COMMAND
from bench.timing import python

_ROWS = 1_000_000
_NUMBERS, _CATEGORIES, _VALUES = 16, 4, 12


def table(rows: int) -> pl.DataFrame:
    """Numbers, categories, and a target of three classes that follows from both."""
    rng = np.random.default_rng(0)
    numbers, codes = rng.normal(size=(rows, _NUMBERS)).round(4), rng.integers(_VALUES, size=(rows, _CATEGORIES))
    names = np.array([f"value {k}" for k in range(_VALUES)])
    score = numbers[:, 0] + np.sin(numbers[:, 1]) + (codes[:, 0] % 3) - 1
    columns = {f"number {k}": numbers[:, k] for k in range(_NUMBERS)}
    columns |= {f"category {k}": names[codes[:, k]] for k in range(_CATEGORIES)}
    return pl.DataFrame(columns | {"target": np.array(["low", "middle", "high"])[np.digitize(score, (-0.7, 0.7))]})


def big_table(rows: int = _ROWS) -> dict[str, float]:
    """Seconds and MiB at the peak of each command, and of a process that does nothing but read the table."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        data, part, model, out = (Path(folder) / name for name in ("all.csv", "part.csv", "m.glassprop", "out.csv"))
        frame = table(rows)
        frame.write_csv(data)
        frame[:20_000].write_csv(part)
        python(COMMAND.format(words=["train", str(part), "--target", "target", "--model", str(model), "--epochs", "2"]))
        commands = {
            "reading": f"import polars; frame = polars.read_csv({str(data)!r})",
            "predict": COMMAND.format(words=["predict", str(model), str(data), "--out", str(out)]),
            "train, 2 epochs": COMMAND.format(
                words=["train", str(data), "--target", "target", "--model", str(model), "--epochs", "2"]
            ),
        }
        for name, code in commands.items():
            ran = python(code)
            found |= {f"{name}, seconds": ran.seconds, f"{name}, MiB": ran.peak}
    return found
