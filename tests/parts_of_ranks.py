"""What ranks do in tests of several processes: ``python parts_of_ranks.py NAME ARGUMENTS...``, under mpiexec."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import numpy as np
from ranks_at_work import found

from glassprop.distributed.mpi_group import together
from glassprop.errors import DistributedError


def roots_of(rank: int, size: int, counts: list[int]) -> np.ndarray:
    """Some vectors of a rank's, whose sum depends on the order of adds; those of all ranks have numbers in a row."""
    first = sum(counts[:rank])
    every = np.random.default_rng(size).normal(size=(sum(counts), size)) * 10.0 ** np.arange(sum(counts))[:, None]
    return every[first : first + counts[rank]]


def sums(world: Any) -> None:
    """All operations of a group."""
    with together(world) as group:
        ranks = list(range(world.size))
        alike = [len(each) for each in group.everyone(np.arange(3.0 + world.rank))]
        long = group.everyone(np.full(100 * world.rank, world.rank, dtype=float))
        counts = [rank % 3 for rank in ranks] if world.size > 1 else [2]
        adds = [(0, each) for each in range(1, sum(counts))]
        combined = {size: group.combined(roots_of(world.rank, size, counts), adds).tolist() for size in (1, 5, 5000)}
        again = group.combined(roots_of(world.rank, 5000, counts), adds).tolist()
        vector = np.array([1.0, world.rank])
        group.summed(vector)
        told = group.told({"rank": world.rank, "names": ["ä", None]})
        rows = [np.full((world.rank, 2), 10 * world.rank + other, dtype=np.float32) for other in ranks]
        exchanged = [part.tolist() for part in group.exchanged(rows)]
        found(world.rank, {
            "alike": alike, "long": [each.tolist() for each in long], "combined": combined, "again": again,
            "summed": vector.tolist(), "told": told, "exchanged": exchanged, "counts": counts,
        })  # fmt: skip


def one_fails(world: Any, *hows: str) -> None:
    """The last rank fails, in one way after the other, or leaves: each rank says what it heard, and ends with 3."""
    heard = {how: _one_fails(world, how) for how in hows}
    found(world.rank, heard)
    if any(heard.values()):
        raise SystemExit(3)


def _one_fails(world: Any, how: str) -> str:
    """The last rank fails, or leaves, while the others wait for it, in the middle of a long sum."""
    vector = np.ones(300_000)
    try:
        with together(world) as group:
            group.combined(vector[None], [(0, rank) for rank in range(1, world.size)])
            if world.rank == world.size - 1:
                _fail(how)
            group.combined(vector[None], [(0, rank) for rank in range(1, world.size)])
    except (ValueError, DistributedError, KeyboardInterrupt) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _fail(how: str) -> None:
    if how == "error":
        raise ValueError("this file cannot be read\nmore about it")
    if how == "long error":
        raise ValueError("ü" * 5000)
    if how == "interrupt":
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)
    if how == "exit":
        sys.exit(0)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)


def examples(n: int = 250) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, labels of three classes as text, and weights."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, 6))
    labels = np.array(["ant", "bee", "cockchafer"])[np.argmax(X[:, :3] + rng.normal(size=(n, 3)) / 2, axis=1)]
    return X, labels, rng.uniform(0.5, 2, n)


def cut(rank: int, size: int, n: int, how: str) -> slice:
    """The rows of a rank: even parts, or all at the last one but one."""
    if how == "uneven":
        edges = [0, *[n // (2 + other) for other in range(size - 1, 0, -1)], n]
        return slice(edges[rank], edges[rank + 1])
    if how == "one has all":
        return slice(0, n if rank == max(0, size - 2) else 0)
    return slice(n * rank // size, n * (rank + 1) // size)


def fits() -> dict[str, tuple[Any, Any]]:
    """Estimators to fit, by name, and what makes y of the labels."""
    from glassprop import Layer, MLPClassifier, MLPRegressor

    common = {"batch_size": 32, "max_iter": 4, "random_state": 3, "n_iter_no_change": 100}
    looking = {"layers": [Layer(9, "tanh", initial="data")], "temperature": True, "early_stopping": True}
    small = {"hidden_layer_sizes": (9,), **common}
    return {
        "classes": (MLPClassifier(**small, dropout=0.2), lambda y: y),
        "early stopping": (
            MLPClassifier(**small, early_stopping=True, scoring="loss", class_weight="balanced"), lambda y: y == "bee"
        ),
        "a score": (MLPClassifier(**small, early_stopping=True, stratify=True), lambda y: y),
        "several labels": (MLPClassifier(**small), lambda y: np.stack([y == "ant", y != "bee"], axis=1).astype(int)),
        "a start from rows, and a temperature": (MLPClassifier(**common, **looking, scoring="loss"), lambda y: y),
        "a time": (MLPClassifier(**small, max_time=1e6), lambda y: y),
        "numbers": (
            MLPRegressor(**small, solver="sgd", clip_norm=0.5), lambda y: np.array([len(each) for each in y], float)
        ),
    }  # fmt: skip


def fitted(world: Any, engine: str) -> None:
    """Fits in a group of three and in one of one at the same time, and then in all four: who was in which, by name."""
    alone = world.rank == world.size - 1
    part, name = world.Split(int(alone), world.rank), "one" if alone else "three, uneven"
    ends = {name: _fitted(part, "even" if alone else "uneven", engine)}
    ends["four, one has all"] = _fitted(world, "one has all", engine)
    found(world.rank, ends)


def _fitted(world: Any, how: str, engine: str) -> dict[str, Any]:
    """Fit each estimator on rows that are cut in some way among the ranks."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    X, labels, weight = examples()
    mine = cut(world.rank, world.size, len(X), how)
    ends = {}
    warnings.simplefilter("ignore", ConvergenceWarning)
    for name, (estimator, targets) in fits().items():
        y, rows = targets(labels), X[mine].astype(np.float32) if name == "numbers" else X[mine]
        given = None if name == "several labels" else weight[mine]
        estimator.set_params(engine=engine).fit(rows, y[mine], given, communicator=world)
        ends[name] = {
            "theta": estimator.theta_.tobytes().hex(), "loss": estimator.loss_curve_,
            "validation": estimator.validation_curve_, "scores": estimator.validation_scores_,
            "predicted": np.asarray(estimator.predict(X[:9])).tolist(), "engine": estimator.engine_,
        }  # fmt: skip
    return ends


REFUSED = ("columns", "missing", "settings", "weights", "lanes", "no rows", "solver", "Margins", "nothing")


def refused(world: Any) -> None:
    """Fits that cannot be, one after the other, one that can, and an interrupted one: each rank says what it heard."""
    heard = {what: _refused(world, what) for what in REFUSED}
    found(world.rank, heard | {"Ctrl-C": _interrupted(world)})


def _refused(world: Any, what: str) -> str:
    from glassprop import Margins, MLPClassifier, Tracer

    X, y, weight = examples(40)
    margins, tracer = Margins(), Tracer()
    more: dict[str, Any] = {"lanes": 1} if what == "lanes" else {}
    settings: dict[str, Any] = {"max_iter": 2, "engine": "reference", "n_iter_no_change": 1}
    if what == "solver":
        settings["solver"] = "lbfgs"
    if what == "no rows":
        X, y = X[:0], y[:0]
    if world.rank == world.size - 1:
        X = X[:, :5] if what == "columns" else X
        X[:1] = np.nan if what == "missing" else X[:1]
        settings |= {"alpha": 0.5} if what == "settings" else {}
        more |= {"sample_weight": weight} if what == "weights" else {}
    try:
        clf = MLPClassifier((4,), **settings)
        if what == "Margins":
            clf.set_callbacks(margins, tracer)
        clf.fit(X, y, communicator=world, **more)
        if what == "Margins":
            clf.suspect_labels(X, y, trace=tracer)  # whose weights every process has
            clf.suspect_labels(X, y, margins=margins)
    except (ValueError, DistributedError) as error:
        return f"{type(error).__name__}: {error}"
    return "fitted"


class InterruptsItself:
    """A callback that is interrupted after two epochs, as by Ctrl-C, in the last rank alone."""

    def __init__(self, last: bool) -> None:
        self.last, self.epochs = last, 0

    def setup(self, estimator: Any, context: Any) -> None: ...

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        self.epochs += 1
        if self.last and self.epochs == 2:
            signal.raise_signal(signal.SIGINT)

    def teardown(self, estimator: Any, context: Any) -> None: ...


def _interrupted(world: Any) -> str:
    """A fit that is interrupted in one rank."""
    from glassprop import MLPClassifier

    X, y, _ = examples(40)
    clf = MLPClassifier((4,), max_iter=50, engine="reference")
    try:
        clf.set_callbacks(InterruptsItself(world.rank == world.size - 1)).fit(X, y, communicator=world)
    except (KeyboardInterrupt, DistributedError) as error:
        return f"{type(error).__name__}: {error}"
    return "fitted"


def dies(world: Any, sums: str, *words: str) -> None:
    """A command of glassprop's in which the last rank kills itself after so many sums."""
    from glassprop.cli import main
    from glassprop.distributed.mpi_group import MpiGroup

    combined, left = MpiGroup.combined, [int(sums)]

    def combined_until(self: Any, *given: Any) -> Any:
        left[0] -= 1
        if not left[0] and world.rank == world.size - 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return combined(self, *given)

    MpiGroup.combined = combined_until  # type: ignore[method-assign]
    sys.exit(main(list(words)))


if __name__ == "__main__":
    from glassprop.distributed.needs_mpi import world as all_ranks

    globals()[sys.argv[1]](all_ranks(), *sys.argv[2:])
