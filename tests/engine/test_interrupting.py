"""Ctrl-C: heard within a long epoch, and nothing writes to θ afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import Case, long_epoch
from waiting import HANG

from glassprop import MLPClassifier
from glassprop.engine.compiled import engine
from glassprop.engine.compiled.control import FROM, TO

INTERRUPTED = """
import os, signal, threading
import numpy as np
from glassprop import Layer, Network
from glassprop.engine.compiled import engine, kernels
from glassprop.training.train_settings import Settings

signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have what runs in the background ignore it

network = Network(16, [Layer(1024), Layer(1024), Layer(2, "softmax")], "cross_entropy")
rng = np.random.default_rng(0)
theta = network.initial(rng, np.float32)
X = rng.normal(size=(20_000, 16)).astype(np.float32)
Y = np.eye(2, dtype=np.float32)[rng.integers(2, size=len(X))]
calls, running, pressed = [], threading.Event(), threading.Event()
kernel = kernels.run_steps("float32")

def watched(*arguments):
    if arguments[-1] == 0:
        calls.append(None)
        if len(calls) == 3:
            running.set()
    kernel(*arguments)
    if arguments[-1] == 0 and len(calls) == 3:
        pressed.wait()

def press():
    running.wait()
    os.kill(os.getpid(), signal.SIGINT)
    pressed.set()

engine.kernels.run_steps = lambda dtype: watched
threading.Thread(target=press, daemon=True).start()
settings = Settings(epochs=3, batch_size=256, engine="compiled")
state = network.train(theta, X, Y, settings=settings, rng=rng)
engine.POOL._calls.put(None)
for helper in threading.enumerate():
    if helper.name == "glassprop":
        helper.join()  # whatever helpers were at, they have done it now
print(len(calls), state.interrupted, state.epoch, state.stopped_by, np.array_equal(state.theta, theta))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process alone")
def test_ctrl_c_in_an_epoch_is_heard_after_the_call_of_the_kernel() -> None:
    """Pressed while the third of some ten calls runs: there is no fourth, and θ is as it was before the epoch."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        timeout=HANG,
        env={**os.environ, "GLASSPROP_NUM_THREADS": "2"},
        check=False,
    )
    assert done.stdout.strip() == "3 True 0 Interrupted by the user. True", done.stderr


NETWORKS = {
    "narrow": ((8, "gelu"), (1, "identity")),
    "one neuron": ((1, "identity"),),
    "deep": (*((4, "tanh"),) * 40, (1, "identity")),
    "wide": ((1024, "relu"), (1024, "relu"), (1, "identity")),
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_no_call_of_a_kernel_is_long(layers: Any, monkeypatch: pytest.MonkeyPatch, pool: Any) -> None:
    """Python hears Ctrl-C between calls, so that each has work for a fraction of a second, in narrow networks too.

    Cores make some 1e10 multiplications and some 1e8 activations a second.
    """
    pool(1)
    calls: list[tuple[int, int]] = []

    def counted(*arguments: Any) -> None:
        control = arguments[0].control
        calls.append((int(control[FROM]) // 2, int(control[TO]) // 2))  # two phases a step

    monkeypatch.setattr(engine.kernels, "run_steps", lambda dtype: counted)
    case = Case("long", layers, "squared_error", 1, batch=1000)
    steps = 20_000
    long_epoch(case, "float32", steps * case.batch)
    assert [start for start, _ in calls] == [0, *(stop for _, stop in calls[:-1])]
    assert calls[-1][1] == steps
    rows = case.batch * max(stop - start for start, stop in calls)
    sizes = [1, *(layer[0] for layer in layers)]
    assert rows * sum(sizes[1:]) <= 3e7
    assert rows * sum(a * b for a, b in pairwise(sizes)) <= 3e9


def test_ctrl_c_between_epochs_keeps_what_is_done() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 5)), rng.integers(2, size=300)

    class Press:
        def setup(self, estimator: Any, context: Any) -> None:
            pass

        teardown = on_fit_task_begin = setup

        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            if context.parent is not None and estimator.n_iter_ == 3:
                raise KeyboardInterrupt

    settings = {"random_state": 0, "tol": 0, "engine": "compiled"}
    model = MLPClassifier((8,), max_iter=50, **settings).set_callbacks(Press())
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model.fit(X, y)
    assert model.interrupted_
    with pytest.warns(match="Maximum iterations"):
        three = MLPClassifier((8,), max_iter=3, **settings).fit(X, y)
    np.testing.assert_array_equal(model.theta_, three.theta_)
