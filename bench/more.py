"""What an epoch's time does not show: first model in a fresh process, one-row latency, big predictions, memory, growth.

`python -m bench.more` prints each beside its peers and writes build/more.json.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.cases import GROWTH_DEPTH, GROWTH_ROWS, GROWTH_WIDTH, Case
from bench.competitors.base import Competitor
from bench.competitors.glassprop_ import Glassprop
from bench.competitors.jax_ import Jax
from bench.competitors.sklearn_ import Sklearn
from bench.competitors.torch_ import Torch
from glassprop.ground.json_values import to_json

_NETWORK = Case((20, 64, 64, 2), 64, 20_000)
_FIRST = {
    "glassprop": "from glassprop import MLPClassifier as M",
    "scikit-learn": "from sklearn.neural_network import MLPClassifier as M",
}
_FIT = "; import numpy as np; r = np.random.default_rng(0); X = r.normal(size=(1000, 20)).astype('f4'); y = X[:, 0] > 0"
_TRAIN = "; import warnings; warnings.simplefilter('ignore'); M((64, 64), max_iter=20).fit(X, y)"
# not getrusage, whose peak a process inherits from the one that started it
_PEAK = "; print(int([l for l in open('/proc/self/status') if l.startswith('VmHWM')][0].split()[1]) / 1024)"


def alternately(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """Least seconds of one call of each, taking turns."""
    for call in calls.values():
        call()
    best = dict.fromkeys(calls, float("inf"))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def first_model() -> dict[str, float]:
    """Seconds of a fresh process that fits a small model; glassprop's kernels from the cache, and once without one."""

    def run(name: str, **environment: str) -> Callable[[], Any]:
        code, variables = _FIRST[name] + _FIT + _TRAIN, os.environ | environment
        return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=variables)

    found = alternately({name: run(name) for name in _FIRST}, 40)
    with tempfile.TemporaryDirectory() as empty:
        start = time.perf_counter()
        run("glassprop", NUMBA_CACHE_DIR=empty)()
        found["glassprop, kernels not compiled yet"] = time.perf_counter() - start
    return found


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
    """MiB at the peak of a process that fits 20 epochs on (rows, 20) float32, and of one that only makes the data."""
    found = {}
    for rows in (100_000, 1_000_000):
        data = _FIT.replace("1000, 20", f"{rows}, 20").replace("r.normal(size=", "r.standard_normal(dtype='f4', size=")
        train = _TRAIN.replace("max_iter=20", "max_iter=2")
        for name, start in _FIRST.items():
            for what, code in ((f"{name}, {rows:,} rows", train), (f"{name}, {rows:,} rows, data only", "")):
                done = subprocess.run(
                    [sys.executable, "-c", start + data + code + _PEAK], check=True, capture_output=True, text=True
                )
                found[what] = float(done.stdout)
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


def main() -> None:
    """Measure all, print and write."""
    console = Console()
    figures: dict[str, Any] = {
        "seconds to a first model in a fresh process": first_model(),
        "microseconds for one row": {name: s * 1e6 for name, s in predictions(1, 5).items()},
        "milliseconds for 100,000 rows": {name: s * 1e3 for name, s in predictions(100_000, 10).items()},
        "peak MiB": peak_memory(),
    }
    for title, found in figures.items():
        table = Table(title=title)
        table.add_column("")
        table.add_column("", justify="right")
        for name, value in found.items():
            table.add_row(name, f"{value:.4g}")
        console.print(table)
    for title, cases in (("rows", GROWTH_ROWS), ("width", GROWTH_WIDTH), ("depth", GROWTH_DEPTH)):
        found = figures[f"milliseconds an epoch by {title}"] = growth(cases)
        table = Table("network, batch (rows)", *next(iter(found.values())), title=f"milliseconds an epoch by {title}")
        for name, times in found.items():
            table.add_row(name, *(f"{value:.4g}" for value in times.values()))
        console.print(table)
    Path("build").mkdir(exist_ok=True)
    Path("build/more.json").write_text(to_json(figures, indent=1))


if __name__ == "__main__":
    main()
