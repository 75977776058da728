"""The bits of training do not depend on how many threads BLAS may use, and its threads are given back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from glassprop import Activation, Layer, MLPRegressor, Network
from glassprop.engine import blas_threads
from glassprop.engine.blas_threads import ONE_THREAD, may_be_shared
from glassprop.engine.compiled.libraries import Unavailable, find
from glassprop.engine.compiled.products import Products

# Wide enough for OpenBLAS to cut products into as many parts as there are threads; L-BFGS with more parameters than
# its vector functions leave to one thread.
TRAININGS = """
import hashlib, sys, warnings
import numpy as np
import scipy.sparse as sp
from glassprop import Layer, MLPClassifier, MLPRegressor, Network
from glassprop.engine import blas_threads
from glassprop.training.train_settings import Settings

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.normal(size=(450, 257))
y = X[:, 0] + np.sin(X[:, 1:9]).sum(axis=1)
labels = (y > 0).astype(int)

def told(name, *arrays):
    bits = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    print(name, hashlib.sha256(bits).hexdigest())

def fit(name, model, X, y, **more):
    model.set_params(max_iter=2, random_state=0).fit(X, y, **more)
    told(name, model.theta_, model.loss_curve_, model.validation_curve_, model.validation_scores_ or [])

fit("small", MLPRegressor(hidden_layer_sizes=(50,), engine="reference", batch_size=100), X[:, :20], y)
told("a few rows", Network(20, [Layer(50), Layer(1)]).predict(np.linspace(-1, 1, 1101), X[:100, :20], engine="auto"))
print("looked for libraries", blas_threads._libraries.cache_info().misses)
wide = (301, 203)
fit("reference", MLPRegressor(hidden_layer_sizes=wide, engine="reference"), X, y)
fit("stopping", MLPClassifier(wide, engine="reference", early_stopping=True, scoring="neg_log_loss"), X, labels)
fit("sparse", MLPClassifier(wide), sp.csr_array(X), labels)
fit("L-BFGS", MLPRegressor(hidden_layer_sizes=wide, solver="lbfgs"), X, y, X_val=X[:300] + 1, y_val=y[:300])
if "compiled" in sys.argv:
    fit("compiled", MLPRegressor(hidden_layer_sizes=wide), X, y, sample_weight=np.linspace(0, 1, len(X)))
    held = {"X_val": sp.csr_array(X[:300] + 1), "y_val": y[:300]}
    fit("sparse validation", MLPRegressor(hidden_layer_sizes=wide), X, y, **held)
model = MLPRegressor(hidden_layer_sizes=wide, engine="reference", random_state=0)
told("partial_fit", model.partial_fit(X, y).partial_fit(X, y).theta_)
network = Network(257, [Layer(301), Layer(1, "identity")])
state = network.train(network.initial(rng), X, y[:, None], rng=rng, settings=Settings(epochs=2, engine="reference"),
                      validation=0.3)
told("Network.train", state.theta, state.history.cost, state.history.validation_cost)
"""


def trained(**environment: str) -> dict[str, str]:
    """A fingerprint of each training, by name, from a Python of its own."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GLASSPROP_NUM_THREADS")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-c", TRAININGS, "compiled"],
        capture_output=True,
        text=True,
        env={**kept, **environment},
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())


def test_the_bits_do_not_depend_on_the_threads_of_blas() -> None:
    one = trained(OMP_NUM_THREADS="1")
    assert len(one) == 11
    assert one["looked for libraries"] == str(int(not blas_threads._is_numpys_own_openblas()))
    assert trained(OMP_NUM_THREADS="2") == one
    assert trained(OPENBLAS_NUM_THREADS="3", GLASSPROP_NUM_THREADS="2") == one


def odd() -> Network:
    """With a function of the user's, who may multiply what they like."""
    return Network(20, [Layer(50, Activation("mine", lambda z: z, lambda z, a: np.ones_like(z))), Layer(1)])


@pytest.mark.parametrize(
    ("network", "rows", "own", "others"),
    [
        (Network(4, [Layer(10)]), 80, False, False),
        (Network(20, [Layer(50), Layer(1)]), 100, False, True),
        (Network(20, [Layer(50), Layer(1)]), 101, True, True),  # 101 x 20 x 50
        (Network(5, [Layer(8), Layer(1)]), 1024, False, True),
        (Network(5, [Layer(8), Layer(1)]), 1025, True, True),  # 1025 x 8 by a vector
        (Network(100, [Layer(81)]), 1, False, True),
        (Network(101, [Layer(81)]), 1, True, True),  # a vector by 101 x 81
        (odd(), 100, True, True),
    ],
)
def test_what_openblas_makes_alone_need_not_be_held(
    network: Network, rows: int, own: bool, others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blas_threads, "_is_numpys_own_openblas", lambda: True)
    assert may_be_shared(network, rows) is own
    assert may_be_shared(network, rows, with_others=True) is others
    monkeypatch.setattr(blas_threads, "_is_numpys_own_openblas", lambda: False)
    assert may_be_shared(network, rows) is others


@pytest.fixture
def two() -> Iterator[None]:
    """BLAS with two threads, whatever the machine has."""
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        if set(limits()) != {2}:
            pytest.skip("this BLAS does not take a number of threads")
        yield


def limits() -> list[int]:
    return [library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]


@pytest.mark.usefixtures("two")
def test_threads_are_given_back_when_the_last_has_left() -> None:
    """In whatever order they leave; and entering twice counts twice."""
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with ONE_THREAD:
            inside.set()
            leave.wait(60)

    other = threading.Thread(target=hold)
    with ONE_THREAD:
        other.start()
        assert inside.wait(60)
        with ONE_THREAD:
            assert set(limits()) == {1}
        assert set(limits()) == {1}
    assert set(limits()) == {1}
    leave.set()
    other.join()
    assert set(limits()) == {2}


@pytest.mark.usefixtures("two")
def test_a_helper_that_is_late_keeps_nobody_elses_threads() -> None:
    """Its caller has left, and somebody else sets another number meanwhile."""
    try:
        products = Products("openblas", find("openblas"))
    except Unavailable as why:
        pytest.skip(str(why))
    came, leave, seen = threading.Event(), threading.Event(), []

    def kernel(thread: int) -> None:
        if thread:
            came.set()
            leave.wait(60)
        else:
            assert came.wait(60)
            seen.append(set(limits()))

    call = products.held(kernel)
    helper = threading.Thread(target=call, args=(1,))
    helper.start()
    call(0)
    assert set(limits()) == {2}
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        call(0)
    leave.set()
    helper.join()
    assert seen == [{1}, {1}]
    assert set(limits()) == {2}


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_fit_that_fails_gives_them_back(solver: str) -> None:
    seen = []

    class Failing:
        def setup(self, estimator: Any, context: Any) -> None:
            pass

        teardown = on_fit_task_begin = setup

        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            seen.extend(limits())
            raise ZeroDivisionError

    X = np.random.default_rng(0).normal(size=(200, 2))
    model = MLPRegressor(solver=solver, engine="reference").set_callbacks(Failing())
    with pytest.raises(ZeroDivisionError):
        model.fit(X, X[:, 0])
    assert set(seen) == {1}
    assert set(limits()) == {2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.usefixtures("two")
def test_a_child_that_is_forked_meanwhile_has_them_unless_it_is_inside_itself() -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with ONE_THREAD:
            inside.set()
            leave.wait(60)

    def in_child() -> int:
        """0 if the child finds 2 outside."""
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1]
        try:
            with ONE_THREAD:
                held = set(limits()) == {1}
            os._exit(0 if held and set(limits()) == expected else 1)
        finally:
            os._exit(2)

    other = threading.Thread(target=hold)
    other.start()
    assert inside.wait(60)
    expected = {2}
    assert in_child() == 0
    with ONE_THREAD:
        expected = {1}
        assert in_child() == 0
    leave.set()
    other.join()
    assert set(limits()) == {2}
