"""When Python ends while some thread is training: the process ends too, and soon; ordinary threads are waited for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.libraries import LIBRARIES, Unavailable, find

# Each says how to be at work for minutes, and how to see that it is.
START = """
import threading, time
import numpy as np
from glassprop import Layer, Network
from glassprop.engine.compiled.engine import POOL
from glassprop.training.train_settings import Settings

network = Network(16, [Layer(1024), Layer(1024), Layer(2, "softmax")], "cross_entropy")
rng = np.random.default_rng(0)
theta, X = network.initial(rng, np.float32), np.ones((100_000, 16), np.float32)
Y = np.eye(2, dtype=np.float32)[np.zeros(len(X), dtype=int)]
at_work = threading.Event()

def until(ready):
    while not ready():
        time.sleep(0.001)
    at_work.set()

def train(rows, **settings):
    settings = Settings(epochs=10**6, tol=0, patience=10**6, **settings)
    network.train(theta, X[:rows], Y[:rows], settings=settings, rng=rng, on_epoch=lambda report: at_work.set())
"""
WORK = {
    "one long epoch": "threading.Thread(target=until, args=[lambda: POOL._inside], daemon=True).start()\n"
    "work = lambda: train(100_000, batch_size=256, engine='compiled')",
    "one long batch": "threading.Thread(target=until, args=[lambda: POOL._inside], daemon=True).start()\n"
    "work = lambda: train(100_000, batch_size=100_000, engine='compiled')",
    "many epochs": "work = lambda: train(300, batch_size=100, engine='compiled')",
    "the reference engine": "work = lambda: train(300, batch_size=100, engine='reference')",
    "one long prediction": "threading.Thread(target=until, args=[lambda: POOL._inside], daemon=True).start()\n"
    "work = lambda: [network.predict(theta, X) for _ in range(1000)]",
    "L-BFGS": "from glassprop.engine.plan import Data\n"
    "from glassprop.training.lbfgs import train_lbfgs\n"
    "from glassprop.training.state import TrainState\n"
    "data = Data(rng.normal(size=(500, 16)), rng.dirichlet([1, 1], size=500))\n"
    "def work():\n"
    "    while True:\n"
    "        train_lbfgs(network, TrainState(network.initial(rng)), data, Settings(), max_iterations=10**6,\n"
    "            max_calls=10**9, tol=1e-300, on_iteration=lambda state: at_work.set())",
}


def run(code: str, **more: str) -> subprocess.CompletedProcess[str]:
    """In a Python of its own, with a helper thread; its work would take hours."""
    kernels.run_steps("float32"), kernels.predict_blocks("float32")  # so that it finds them compiled
    environment = {**os.environ, "GLASSPROP_NUM_THREADS": "2", **more}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=300, check=False
    )


@pytest.mark.parametrize("work", WORK)
def test_a_daemon_thread_at_work_does_not_keep_python(work: str) -> None:
    done = run(
        f"{START}\n{WORK[work]}\nthreading.Thread(target=work, daemon=True).start()\nat_work.wait()\nprint('over')"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


@pytest.mark.parametrize("products", LIBRARIES)
@pytest.mark.parametrize("work", ["one long epoch", "one long prediction"])
def test_nor_does_one_inside_a_library(work: str, products: str) -> None:
    """BLIS ends itself with Python, and aborts a process that is still inside."""
    try:
        find(products)
    except Unavailable as error:
        pytest.skip(str(error))
    code = f"{START}\n{WORK[work]}\nthreading.Thread(target=work, daemon=True).start()\nat_work.wait()\nprint('over')"
    done = run(code, GLASSPROP_PRODUCTS=products)
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


def test_an_ordinary_thread_at_work_ends_its_work_and_then_python_ends() -> None:
    """Also when it began by itself, without having had a helper before."""
    code = """
def work():
    at_work.wait()
    main.join()
    settings = Settings(epochs=4, batch_size=256, engine="compiled")
    print(network.train(theta, X[:3000], Y[:3000], settings=settings, rng=rng).epoch)
    print(len(network.predict(theta, X[:3000])))

main = threading.main_thread()
threading.Thread(target=work).start()
at_work.set()
"""
    done = run(START + code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "4\n3000\n", "")


def test_what_is_left_to_do_at_the_end_is_done_by_the_main_thread() -> None:
    """Beside a daemon thread that is still in its fit, registered before and after our own end."""
    code = f"""
import atexit, sys
early = lambda: print("early", len(network.predict(theta, X[:3000])))
late = lambda: print("late", len(network.predict(theta, X[:3000])))
{WORK["one long epoch"]}
threading.Thread(target=work, daemon=True).start()
at_work.wait()
atexit.register(late)
"""
    done = run("import atexit\natexit.register(lambda: early())\n" + START + code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "late 3000\nearly 3000\n", "")
