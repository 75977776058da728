"""What a model weighs and takes for a row where it is deployed: here, in an ONNX runtime, and in C.

Run it: python -m bench.leaving. What it trains and compiles is kept in build/leaving, so that a second run only
measures. It prints the table of docs/deploy.md.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.datasets import load_digits

import glassprop
from bench.timing import alternately

FOLDER = Path("build/leaving")
SECONDS = 1.0  # of calls, for each model
CALLS = 2000  # in C, at a time
_DRIVER = """
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdio.h>
#include <time.h>
#include "model.h"
int main(void) {{
    static const model_inputs row = {{{row}}};
    model_real p[MODEL_CLASSES];
    volatile model_real kept = 0;
    double least = 1e9;
    for (int turn = 0; turn < 50; turn++) {{
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        for (int i = 0; i < {calls}; i++) {{ model_probabilities(&row, p); kept += p[0]; }}
        clock_gettime(CLOCK_MONOTONIC, &b);
        double each = ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / {calls};
        least = each < least ? each : least;
    }}
    printf("%.1f %.9g\\n", least, (double)p[1]);
    return 0;
}}
"""


@dataclass(frozen=True)
class Case:
    """A model, how it is trained, and a row: as it is given here, to ONNX, and in C."""

    name: str
    train: Callable[[], Any]
    row: Any
    onnx_row: dict[str, Any]
    c_row: str


def visits(n: int = 2000) -> tuple[pl.DataFrame, list[str]]:
    """A table of names, numbers with gaps, and true and false."""
    rng = np.random.default_rng(0)
    town, rain = rng.choice(["Ulm", "Bonn", "Jena", ""], n), rng.random(n) < 0.4
    distance = np.round(rng.uniform(1, 40, n), 1)
    late = distance * np.where(town == "Bonn", 2, 1) + 15 * rain + rng.normal(0, 6, n) > 35
    gaps = rng.random(n) < 0.05
    frame = pl.DataFrame(
        {"town": [t or None for t in town.tolist()], "distance": np.where(gaps, np.nan, distance), "rain": rain}
    ).with_columns(pl.col("distance").fill_nan(None))
    return frame, np.where(late, "yes", "no").tolist()


def _digits() -> Any:
    X, y = load_digits(return_X_y=True)
    return glassprop.MLPClassifier((100,), max_iter=30, random_state=0).fit(X / 16, y)


def _table(**settings: Any) -> Any:
    return glassprop.TabularClassifier(random_state=0, **settings).fit(*visits())


def cases() -> list[Case]:
    """What is measured."""
    X = load_digits().data[:1] / 16
    row = pl.DataFrame({"town": ["Bonn"], "distance": [14.5], "rain": [True]})
    given = {"town": np.array([["Bonn"]], object), "distance": np.array([[14.5]]), "rain": np.array([[1.0]])}
    in_c = '.town = "Bonn", .distance = 14.5, .rain = 1.0'
    numbers = "{" + ", ".join(f"{x:.17g}" for x in X[0]) + "}"
    return [
        Case("64-100-10, float64", _digits, X, {"X": X}, numbers),
        Case("a table, plain recipe", lambda: _table(recipe="plain"), row, given, in_c),
        Case("a table, usual recipe (8 networks)", _table, row, given, in_c),
    ]


def _model(case: Case, folder: Path) -> Any:
    path = folder / "model.glassprop"
    if not path.exists():
        model = case.train()
        (model.save if hasattr(model, "save") else lambda to: glassprop.save(model, to))(path)
    return glassprop.load(path)


def _program(model: Any, case: Case, folder: Path, *, int8: bool) -> tuple[Path, int]:
    """A program that times the model in C, and how many bytes its code and constants take."""
    folder.mkdir(parents=True, exist_ok=True)
    program, compiled = folder / "timed", folder / "model.o"
    if not program.exists():
        glassprop.to_c(model, "model", int8=int8).write(folder)
        (folder / "main.c").write_text(_DRIVER.format(row=case.c_row, calls=CALLS))
        cc = shutil.which("gcc") or "cc"
        subprocess.run([cc, "-std=c99", "-O2", "-c", "model.c"], cwd=folder, check=True)
        subprocess.run([cc, "-std=c99", "-O2", "main.c", "model.o", "-lm", "-o", program.name], cwd=folder, check=True)
    said = subprocess.run(["size", str(compiled)], capture_output=True, text=True, check=True).stdout.splitlines()
    text, data, *_ = map(int, said[1].split()[:2])
    return program, text + data


def measured(case: Case, place: int) -> list[list[str]]:
    """The rows of the table for a model."""
    import onnxruntime

    folder = FOLDER / str(place)
    folder.mkdir(parents=True, exist_ok=True)
    model = _model(case, folder)
    onx = folder / "model.onnx"
    if not onx.exists():
        onx.write_bytes(glassprop.to_onnx(model).SerializeToString())
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(onx, options)
    programs = {name: _program(model, case, folder / name, int8=name == "int8") for name in ("c", "int8")}
    expected = model.predict_proba(case.row)[0, 1]
    assert abs(session.run(None, case.onnx_row)[1][0, 1] - expected) < 1e-5
    times = alternately(
        {"here": lambda: model.predict_proba(case.row), "onnx": lambda: session.run(None, case.onnx_row)}, SECONDS
    )
    rows = [
        [
            case.name,
            "glassprop, `model.glassprop`",
            _size((folder / "model.glassprop").stat().st_size),
            _time(times["here"]),
        ],
        ["", "onnxruntime, `model.onnx`", _size(onx.stat().st_size), _time(times["onnx"])],
    ]
    for name, (program, size) in programs.items():
        said = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout.split()
        assert abs(float(said[1]) - expected) < (1e-5 if name == "c" else 0.1)
        what = "C, object code" if name == "c" else "C, weights in 8 bits"
        rows.append(["", what, _size(size), _time(float(said[0]) * 1e-9)])
    return rows


def _size(n: int) -> str:
    return f"{n / 1000:.0f} kB" if n < 1_000_000 else f"{n / 1e6:.1f} MB"


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} µs"


def main() -> None:
    warnings.simplefilter("ignore")
    only = [int(word) for word in sys.argv[1:]]
    rows: list[list[str]] = []
    for place, case in enumerate(cases()):
        if not only or place in only:
            rows += measured(case, place)
    head = ["model", "where", "size", "one row"]
    for cells in (head, ["---", "---", "---:", "---:"], *rows):
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
