"""threadpoolctl's limits count for our threads, and are put back; nobody looks through the libraries for that."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import threadpoolctl
from engine.engine_cases import CASES, Result, run

from glassprop.engine.compiled import threads
from glassprop.engine.thread_limit import usable_cores

FULL = replace(next(case for case in CASES if case.name == "full batch"), rows=8000, batch=8000)


def ours() -> list[dict[str, Any]]:
    return [pool for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "glassprop"]


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSPROP_NUM_THREADS", "4")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("limits", "inside"),
    [
        ({"limits": 1}, 1),
        ({"limits": 3}, 3),
        ({"limits": 9}, 4),
        ({"limits": {"openmp": 1}}, 1),
        ({"limits": 1, "user_api": "openmp"}, 1),
        ({"limits": 1, "user_api": "blas"}, 4),
        ({"limits": None}, 4),
    ],
)
def test_a_limit_holds_inside_and_is_gone_after(limits: dict[str, Any], inside: int) -> None:
    assert [pool["num_threads"] for pool in ours()] == [4]
    with threadpoolctl.threadpool_limits(**limits):
        assert usable_cores() == inside
        with threadpoolctl.threadpool_limits(2):
            assert usable_cores() == 2
        assert usable_cores() == inside
    assert usable_cores() == 4


@pytest.mark.usefixtures("four")
def test_what_was_put_back_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """threadpoolctl puts back a number; when people later say another, that counts."""
    with threadpoolctl.threadpool_limits(1):
        pass
    monkeypatch.setenv("GLASSPROP_NUM_THREADS", "6")
    assert usable_cores() == 6


def helpers() -> int:
    return sum(thread.name == "glassprop" for thread in threading.enumerate())


def test_helpers_are_as_many_as_the_limit_allows(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bits are the same; without a limit a helper would have been there."""
    numbers: set[int] = set()
    kept = threads.ThreadPool.run

    def watched(self: Any, kernel: Any, control: Any, most: int) -> None:
        kept(self, lambda number: (numbers.add(number), kernel(number)), control, most)

    monkeypatch.setattr(threads.ThreadPool, "run", watched)
    results: list[Result] = []
    for limit, called in ((1, {0}), (2, {0, 1})):
        pool(4)
        before = helpers()
        numbers.clear()
        with threadpoolctl.threadpool_limits(limit):
            results.append(run("compiled", FULL, "float64", steps=3))
        assert helpers() - before <= limit - 1
        assert numbers <= called
    np.testing.assert_array_equal(results[0].theta, results[1].theta)


FIRST = """
import threading
import numpy as np
import threadpoolctl
from glassprop import Layer, Network
from glassprop.settings import Settings

scans = []
kept = threadpoolctl.ThreadpoolController.__init__
threadpoolctl.ThreadpoolController.__init__ = lambda self, *args: (scans.append(1), kept(self, *args))[1]
network = Network(20, [Layer(300), Layer(2, "softmax")], cost="cross_entropy")
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(4000, 20)), np.eye(2)[rng.integers(0, 2, 4000)]
theta = network.initial(rng)

def go():
    network.train(theta, X, Y, rng=rng, settings=Settings(epochs=2, batch_size=1000, engine="compiled"))
    network.predict(theta, X, engine="compiled")
    return [thread.name for thread in threading.enumerate()].count("glassprop")

with threadpoolctl.threadpool_limits(1):
    del scans[:]
    assert go() == 0
    assert not scans
assert go() >= 1
assert not scans
"""


def test_a_limit_counts_from_the_first_call_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that was set before kernels were loaded; and no call looks through the libraries."""
    monkeypatch.setenv("GLASSPROP_NUM_THREADS", "2")
    monkeypatch.setenv("GLASSPROP_PRODUCTS", "own")  # another library is looked for, once, where it makes the products
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
