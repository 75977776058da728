"""Ctrl-C: heard within a long epoch, and nothing writes to θ afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import Case, long_epoch

from glassprop import MLPClassifier
from glassprop.engine.compiled import engine

INTERRUPTED = """
import time
import numpy as np
from glassprop import Layer, Network
from glassprop.training.settings import Settings

network = Network(16, [Layer(1024), Layer(1024), Layer(2, "softmax")], "cross_entropy")
rng = np.random.default_rng(0)
theta = network.initial(rng, np.float32)
X = rng.normal(size=(200_000, 16)).astype(np.float32)
Y = np.eye(2, dtype=np.float32)[rng.integers(2, size=len(X))]
settings = Settings(epochs=3, batch_size=256, engine="compiled")
network.train(theta, X[:300], Y[:300], settings=settings, rng=rng)
print("started", flush=True)
state = network.train(theta, X, Y, settings=settings, rng=rng)
time.sleep(0.3)  # a helper that were still at work would write to it
print(state.interrupted, state.epoch, state.stopped_by, np.array_equal(state.theta, theta))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process alone")
def test_ctrl_c_in_a_long_epoch_is_heard_soon() -> None:
    """The epoch would take half a minute or more of a core; θ is as it was before it."""
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline().strip() == "started"
        time.sleep(0.7)
        child.send_signal(signal.SIGINT)
        sent = time.monotonic()
        said, _ = child.communicate(timeout=60)
        took = time.monotonic() - sent
    finally:
        child.kill()
    assert said.strip() == "True 0 Interrupted by the user. True"
    assert took < 8  # a second or so, and what a busy machine adds


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_no_call_of_a_kernel_is_long(activation: str, monkeypatch: pytest.MonkeyPatch, crew: Any) -> None:
    """Python hears Ctrl-C between calls: each must take well under a second of a core, in narrow networks too."""
    crew(1)
    longest, kernel = [0.0], engine.kernels.run_steps("float32")

    def timed(*arguments: Any) -> None:
        start = time.thread_time()
        kernel(*arguments)
        longest[0] = max(longest[0], time.thread_time() - start)

    monkeypatch.setattr(engine.kernels, "run_steps", lambda dtype: timed)
    case = Case("narrow", ((8, activation), (1, "identity")), "squared_error", 1, batch=1000)
    long_epoch(case, "float32", 10_000_000)
    assert 0 < longest[0] < 0.8


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
