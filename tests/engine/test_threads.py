"""Threads: the bits do not depend on them, they let Python go on, and they survive a fork."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import joblib
import numpy as np
import pytest
from engine.engine_cases import CASES, DTYPES, Case, Result, run
from sklearn.model_selection import GridSearchCV
from waiting import HANG, wait_for

from glassprop import MLPClassifier
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled import engine, threads
from glassprop.engine.compiled.control import ALLOWED, CALL, DONE, PRESENT, control_for
from glassprop.engine.compiled.lowering import chunks_for
from glassprop.engine.plan import Data, EpochPlan
from glassprop.optimizer import OPTIMIZERS

BY_NAME = {case.name: case for case in CASES}
SHARED = [
    BY_NAME["full batch"],
    BY_NAME["full batch, clipped, momentum"],
    BY_NAME["two chunks, dropout"],
    BY_NAME["two chunks, holes"],
    BY_NAME["many parameters"],
    BY_NAME["factors in four chunks"],
    BY_NAME["past in two chunks"],
    BY_NAME["trained in two chunks"],
    replace(BY_NAME["many parameters"], name="decay", optimizer=OPTIMIZERS["adamw"](), weights="random"),
]
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def assert_same_bits(got: Result, expected: Result) -> None:
    assert np.array_equal(got.theta, expected.theta)
    assert np.array_equal(got.costs, expected.costs)
    assert got.steps == expected.steps
    for ours, theirs in zip(got.vectors, expected.vectors, strict=True):
        assert np.array_equal(ours, theirs)


# --- bits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", SHARED, ids=lambda case: case.name)
def test_bits_do_not_depend_on_the_number_of_threads(case: Case, dtype: str, pool: Any) -> None:
    assert chunks_for(case.network, case.batch) > 1, "nothing to share: the case is too small"
    pool(1)
    expected = run("compiled", case, dtype)
    for number in (2, 4, 2, 4):
        pool(number)
        assert_same_bits(run("compiled", case, dtype), expected)


def test_every_helper_is_called(monkeypatch: pytest.MonkeyPatch, pool: Any) -> None:
    """Nobody goes into the kernel before all are there, each in a thread of its own."""
    pool(4)
    all_there, arrived, kept = threading.Barrier(4, timeout=HANG), {}, threads.ThreadPool.run

    def watched(self: Any, kernel: Any, control: Any, most: int) -> None:
        def noted(number: int) -> None:
            if number not in arrived:
                arrived[number] = threading.get_ident()
                all_there.wait()
            kernel(number)

        kept(self, noted, control, most)

    monkeypatch.setattr(threads.ThreadPool, "run", watched)
    run("compiled", replace(BY_NAME["full batch"], rows=8000, batch=8000), "float64", steps=4)
    assert set(arrived) == {0, 1, 2, 3}
    assert len(set(arrived.values())) == 4


@pytest.mark.parametrize("case", SHARED, ids=lambda case: case.name)
def test_a_helper_does_the_work_and_makes_the_same_bits(case: Case, monkeypatch: pytest.MonkeyPatch, pool: Any) -> None:
    """Thread 0 comes in only when a helper has done a task: the test above might compare one thread with itself."""
    pool(1)
    expected = run("compiled", case, "float64", steps=1)
    pool(2)
    done, kept = [], threads.ThreadPool.run

    def watched(self: Any, kernel: Any, control: Any, most: int) -> None:
        def noted(number: int) -> None:
            if number == 0 and not done:
                wait_for(lambda: control[DONE] > 0)
                done.append(int(control[DONE]))
                control[CALL] -= 1  # the kernel opens it itself
            kernel(number)

        if not done:
            control[CALL] += 1  # open, as if thread 0 were at work
        kept(self, noted, control, most)

    monkeypatch.setattr(threads.ThreadPool, "run", watched)
    assert_same_bits(run("compiled", case, "float64", steps=1), expected)
    assert done


@pytest.mark.parametrize("rows", [3000, 20_000])
def test_predictions_do_not_depend_on_the_number_of_threads(rows: int, pool: Any) -> None:
    network = Case("wide enough", ((64, "tanh"), (64, "relu"), (3, "softmax")), n_inputs=20).network
    theta = network.initial(np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(rows, 20))
    results = []
    for number in (1, 2, 4):
        pool(number)
        results.append(network.predict(theta, X))
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def test_two_trainings_in_two_threads_are_as_if_alone(pool: Any) -> None:
    cases = [replace(SHARED[0], rate=rate) for rate in (0.01, 0.02)] + [SHARED[2]]
    alone = [run("compiled", case, "float32") for case in cases]
    pool(2)
    together: dict[int, list[Result]] = {number: [] for number in range(len(cases))}

    def work(number: int) -> None:
        for _ in range(3):
            together[number].append(run("compiled", cases[number], "float32"))

    workers = [threading.Thread(target=work, args=(number,)) for number in together]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for number, results in together.items():
        assert len(results) == 3
        for result in results:
            assert_same_bits(result, alone[number])


def test_one_network_predicts_in_many_threads_at_once(pool: Any) -> None:
    pool(2)
    network = Case("shared", ((30, "tanh"), (3, "softmax"))).network
    theta = network.initial(np.random.default_rng(0))
    inputs = [np.random.default_rng(i).normal(size=(n, 4)) for i, n in enumerate((1, 300, 5000, 17))]
    expected = [network.predict(theta, X) for X in inputs]
    right: list[bool] = []

    def work(number: int) -> None:
        right.extend(np.array_equal(network.predict(theta, inputs[number]), expected[number]) for _ in range(100))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(len(inputs))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert right == [True] * 400


# --- the GIL, grid search, forks -------------------------------------------------------------------------------


HELD = """
import sys, threading, time
import numpy as np
from glassprop import Layer, Network
from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.control import CALL, DONE
from glassprop.training.train_settings import Settings

def holding(of_dtype):
    def made(dtype):
        kernel = of_dtype(dtype)
        def held(*arguments):
            control.append(arguments[0].control)
            control[0][DONE] -= 1  # a task that nobody does: the kernel waits for it at its end
            kernel(*arguments)
        return held
    return made

control = []
kernels.run_steps, kernels.predict_blocks = holding(kernels.run_steps), holding(kernels.predict_blocks)
network = Network(4, [Layer(3, "tanh"), Layer(1, "identity")])
rng = np.random.default_rng(0)
theta, X = network.initial(rng), rng.normal(size=(30, 4))
Y, settings = X[:, :1], Settings(epochs=1, batch_size=30, engine="compiled")
work = {
    "training": lambda: network.train(theta, X, Y, settings=settings, rng=rng),
    "predicting": lambda: network.predict(theta, X, engine="compiled"),
}[sys.argv[1]]
worker = threading.Thread(target=work)
worker.start()
while not (control and control[0][CALL] % 2):  # odd: the kernel is running
    time.sleep(0.001)
control[0][DONE] += 1
worker.join()
print("let Python go on")
"""


@pytest.mark.parametrize("work", ["training", "predicting"])
def test_kernels_release_the_gil(work: str) -> None:
    """A kernel waits for what only another Python thread does: if it held the GIL, it would wait for ever."""
    done = subprocess.run([sys.executable, "-c", HELD, work], capture_output=True, text=True, timeout=HANG, check=False)
    assert (done.stdout, done.returncode) == ("let Python go on\n", 0), done.stderr


def test_grid_search_in_threads_gives_what_it_gives_alone(pool: Any) -> None:
    pool(2)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 12))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    model = MLPClassifier((40, 40), max_iter=8, random_state=0, tol=0, engine="compiled")
    found = []
    for jobs in (1, 2):
        search = GridSearchCV(model, {"learning_rate_init": [1e-3, 1e-2], "alpha": [1e-4, 1.0]}, n_jobs=jobs, cv=3)
        with joblib.parallel_backend("threading"), pytest.warns(match="Maximum iterations"):
            found.append(search.fit(X, y))
    assert found[1].best_estimator_.engine_ == "compiled"
    assert found[0].best_params_ == found[1].best_params_
    np.testing.assert_array_equal(*(search.cv_results_["mean_test_score"] for search in found))
    np.testing.assert_array_equal(found[0].best_estimator_.theta_, found[1].best_estimator_.theta_)


def _in_child(pipe: Any, case: Case) -> None:
    result = run("compiled", case, "float64")
    pipe.send((result.theta, result.costs))
    pipe.close()


@forks
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_works_after_the_parent_used_threads(pool: Any) -> None:
    pool(2)
    case = SHARED[2]
    expected = run("compiled", case, "float64")
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_in_child, args=(theirs, case))
    child.start()
    try:
        assert ours.poll(HANG), "the child hangs"
        theta, costs = ours.recv()
        child.join(HANG)
        assert child.exitcode == 0
    finally:
        child.kill()
    np.testing.assert_array_equal(theta, expected.theta)
    np.testing.assert_array_equal(costs, expected.costs)
    assert_same_bits(run("compiled", case, "float64"), expected)  # and the parent goes on


# --- the pool ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wishes", "expected"), [({"GLASSPROP_NUM_THREADS": "3"}, 3), ({"OMP_NUM_THREADS": "1"}, 1)])
def test_people_say_how_many_threads(monkeypatch: pytest.MonkeyPatch, wishes: dict[str, str], expected: int) -> None:
    for name in ("GLASSPROP_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    alone = threads.usable_cores()
    assert alone >= 1
    for name, value in wishes.items():
        monkeypatch.setenv(name, value)
    assert threads.usable_cores() == expected
    for nonsense in ("", "0", "-1", "many", "1.5"):
        for name in wishes:
            monkeypatch.setenv(name, nonsense)
        assert threads.usable_cores() == alone


def test_a_helper_that_comes_late_touches_nothing() -> None:
    """Its call is over, and the next may have begun in the same arrays: then it takes part in that, or leaves."""
    case = SHARED[2]
    theta, data = case.problem("float64")
    kept: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads.ThreadPool, "run", lambda self, kernel, control, most: (kept.append(kernel), kernel(0)))
        alone = run("compiled", case, "float64", problem=(theta, data))
    before = [result.copy() for result in (alone.theta, *alone.vectors)]
    for _ in range(3):
        kept[-1](1)  # returns, having found nothing to do
    for was, now in zip(before, (alone.theta, *alone.vectors), strict=True):
        np.testing.assert_array_equal(now, was)


def counters() -> np.ndarray:
    return control_for(1)


def test_a_helper_that_is_there_is_not_called_again(pool: Any) -> None:
    own, control, numbers = pool(2), counters(), []
    control[PRESENT + 1] = 1
    own.run(numbers.append, control, 2)
    assert numbers == [0]


def test_callers_share_the_cores(pool: Any) -> None:
    """A second caller on two cores gets no helper; when it is gone, the first has one again."""
    own = pool(2)
    numbers: list[int] = []
    inside, leave = threading.Event(), threading.Event()

    def holds(number: int) -> None:
        inside.set()
        leave.wait(HANG)

    holder = threading.Thread(target=own.run, args=(holds, counters(), 1))
    holder.start()
    assert inside.wait(HANG)
    own.run(numbers.append, counters(), 2)
    assert numbers == [0]
    leave.set()
    holder.join()
    both = threading.Barrier(2, timeout=HANG)  # passes only if there are two
    own.run(lambda number: both.wait(), counters(), 2)


def test_two_callers_on_four_cores_have_two_threads_each(pool: Any) -> None:
    """Not three and four: helpers wait awake, and five on four cores would wait for one another."""
    own, first, second = pool(4), counters(), counters()
    inside, leave = threading.Event(), threading.Event()

    def holds(number: int) -> None:
        if number == 0:
            inside.set()
            leave.wait(HANG)

    holder = threading.Thread(target=own.run, args=(holds, counters(), 1))
    holder.start()
    assert inside.wait(HANG)
    own.run(lambda number: None, first, 8)
    leave.set()
    holder.join()
    own.run(lambda number: None, second, 8)
    assert (first[ALLOWED], second[ALLOWED]) == (2, 4)


def test_an_interruption_before_the_kernel_takes_nobody_s_cores(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own, control = pool(2), counters()

    def pressed(*arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(threads.ThreadPool, "_call_in", pressed)
        with pytest.raises(KeyboardInterrupt):
            own.run(lambda number: None, counters(), 2)
    own.run(lambda number: None, control, 2)
    assert control[ALLOWED] == 2


def test_a_failed_epoch_leaves_the_engine_usable() -> None:
    """Counters and workspace are left over from it."""
    case = SHARED[2]
    theta, data = case.problem("float64")
    X = data.X.copy()
    X[case.batch + 5] = np.nan
    runner = engine.CompiledEngine(case.network, Objective(), case.optimizer)
    n_steps = -(-len(data) // case.batch)
    plan = EpochPlan(np.arange(len(data)), case.batch, np.full(n_steps, 0.01), 5, 0)
    spoiled, other = theta.copy(), theta.copy()
    assert runner.epoch(spoiled, case.optimizer.start(theta), Data(X, data.Y), plan).failed == 1
    cost = runner.epoch(theta, case.optimizer.start(theta), data, plan)
    fresh = engine.CompiledEngine(case.network, Objective(), case.optimizer)
    assert fresh.epoch(other, case.optimizer.start(other), data, plan) == cost
    np.testing.assert_array_equal(theta, other)
