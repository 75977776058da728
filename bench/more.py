"""What an epoch's time does not show: first model of a fresh process, one row, small calls, big tables, memory, growth.

`python -m bench.more [GROUP ...]` prints each beside its peers and writes build/more.json.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.calls import small_calls
from bench.cases import GROWTH_DEPTH, GROWTH_ROWS, GROWTH_WIDTH, Case
from bench.competitors.base import Competitor
from bench.competitors.glassprop_ import Glassprop
from bench.competitors.jax_ import Jax
from bench.competitors.sklearn_ import Sklearn
from bench.competitors.torch_ import Torch
from bench.facts import machine
from bench.first import PACKAGES, cold, fit, fresh_process, iris, one_row
from bench.limits import AS_FOUND, environment, set_aside
from bench.timing import alternately, python
from bench.wide_table import big_table
from glassprop.ground.json_values import to_json

_NETWORK = Case((20, 64, 64, 2), 64, 20_000)


def onnx_session(case: Case, weights: list[tuple[np.ndarray, np.ndarray]]) -> Callable[[np.ndarray], Any]:
    """The same network in onnxruntime."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, x = [], [], "x"
    for l, (w, b) in enumerate(weights):
        constants += [numpy_helper.from_array(np.ascontiguousarray(w), f"w{l}"), numpy_helper.from_array(b, f"b{l}")]
        nodes.append(helper.make_node("Gemm", [x, f"w{l}", f"b{l}"], [f"z{l}"]))
        nodes.append(helper.make_node("Relu" if l < len(weights) - 1 else "Softmax", [f"z{l}"], [f"a{l}"]))
        x = f"a{l}"
    shape = [None, case.sizes[0]], [None, case.sizes[-1]]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape[0])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape[1])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return lambda rows: session.run(None, {"x": rows})[0]


def predictions(rows: int, seconds: float) -> dict[str, float]:
    """Seconds to predict so many rows, in memory, with the same trained network everywhere."""
    import jax
    import jax.numpy as jnp
    import torch

    from glassprop import MLPClassifier

    ours, theirs, eager = Glassprop(_NETWORK), Sklearn(_NETWORK), Torch(_NETWORK)
    for entrant in (ours, theirs, eager):
        entrant.epochs(1)
    X = np.random.default_rng(2).normal(size=(rows, 20)).astype(np.float32)
    X_train, _, y = _NETWORK.data()
    drop_in = MLPClassifier((64, 64), max_iter=1, random_state=0, tol=0).fit(X_train, y)
    session = onnx_session(_NETWORK, ours.weights())
    parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in ours.weights()]

    @jax.jit
    def jitted(x: Any) -> Any:
        for w, b in parameters[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = parameters[-1]
        return jax.nn.softmax(x @ w + b)

    def with_torch() -> Any:
        with torch.inference_mode():
            return eager.model(torch.from_numpy(X)).softmax(1)

    theta, network = ours.state.theta, ours.network
    return alternately(
        {
            "network.predict": lambda: network.predict(theta, X),
            "glassprop predict_proba": lambda: drop_in.predict_proba(X),
            "scikit-learn predict_proba": lambda: theirs.est.predict_proba(X),
            "onnxruntime": lambda: session(X),
            "torch": with_torch,
            "jax": lambda: jitted(X).block_until_ready(),
        },
        seconds,
    )


def peak_memory() -> dict[str, float]:
    """MiB at the peak of a process that fits 2 epochs on (rows, 20) float32, and of one that only makes the data."""
    found = {}
    for rows in (100_000, 1_000_000):
        for name in PACKAGES:
            found[f"{name}, {rows:,} rows"] = python(fit(name, rows, 2)).peak
            found[f"{name}, {rows:,} rows, data only"] = python(fit(name, rows, 0)).peak
    return found


def growth(cases: tuple[Case, ...]) -> dict[str, dict[str, float]]:
    """Milliseconds an epoch of each case, least of some turns."""
    found = {}
    for case in cases:
        kinds: dict[str, type[Competitor]] = {
            "glassprop": Glassprop,
            "scikit-learn": Sklearn,
            "torch": Torch,
            "jax": Jax,
        }
        entrants = {name: kind(case) for name, kind in kinds.items()}
        best = alternately({name: (lambda e=e: e.epochs(1)) for name, e in entrants.items()}, 5)
        found[case.name] = {name: seconds * 1e3 for name, seconds in best.items()}
    return found


def tables_of_growth() -> dict[str, dict[str, dict[str, float]]]:
    """Milliseconds an epoch by rows, width and depth."""
    return {
        name: growth(cases) for name, cases in (("rows", GROWTH_ROWS), ("width", GROWTH_WIDTH), ("depth", GROWTH_DEPTH))
    }


GROUPS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "iris": ("seconds from import to fitted iris, median of 20 fresh processes", iris),
    "process": ("seconds of a fresh process that fits 20-64-64-2 on 1,000 rows", fresh_process),
    "cold": ("the same with no kernels kept", cold),
    "row": ("microseconds for one row", lambda: scaled(predictions(1, 5), 1e6)),
    "command": ("seconds of a command on one row", one_row),
    "calls": ("microseconds of a small call", small_calls),
    "rows": ("milliseconds for 100,000 rows", lambda: scaled(predictions(100_000, 10), 1e3)),
    "table": ("a table of 1,000,000 rows, 16 numbers and 4 categories", big_table),
    "memory": ("peak MiB", peak_memory),
    "growth": ("milliseconds an epoch by", tables_of_growth),
}


def scaled(found: dict[str, float], factor: float) -> dict[str, float]:
    return {name: value * factor for name, value in found.items()}


def main() -> None:
    """Measure all, or what is named, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"which of {', '.join(GROUPS)}; else all")
    wanted = parser.parse_args().groups or list(GROUPS)
    if unknown := sorted(set(wanted) - set(GROUPS)):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    console, figures = Console(), {"machine": machine()}
    if aside := set_aside():
        console.print(f"not handed on: {' '.join(f'{name}={value}' for name, value in aside.items())}")
        os.execve(sys.executable, [sys.executable, "-m", "bench.more", *wanted], environment(AS_FOUND))
    for group in track(wanted, console=Console(stderr=True), description="measuring"):
        title, measure = GROUPS[group]
        figures[group] = measure()
        for table in shown(title, figures[group]):
            console.print(table)
        Path("build").mkdir(exist_ok=True)
        Path("build/more.json").write_text(to_json(figures, indent=1))


def shown(title: str, found: dict[str, Any]) -> list[Table]:
    """Numbers by name as one table, and tables by name as one each."""
    if any(isinstance(value, dict) for first in found.values() if isinstance(first, dict) for value in first.values()):
        return [table for name, rows in found.items() for table in shown(f"{title} {name}", rows)]
    out = Table(title=title)
    heads = next((list(value) for value in found.values() if isinstance(value, dict)), [""])
    out.add_column("")
    for head in heads:
        out.add_column(head, justify="right")
    for name, value in found.items():
        values = value.values() if isinstance(value, dict) else [value]
        out.add_row(name, *(f"{number:.4g}" for number in values))
    return [out]


if __name__ == "__main__":
    main()
