"""One model on one table and seed: trained, timed and scored; and a process that does so for what it is asked.

``python -m bench.accuracy.one_model`` reads a job a line and answers with a line, both JSON: a process of its own, so
that it can be ended, and keeps what the libraries load and compile.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from bench.accuracy import measures, ours, peers
from bench.accuracy.catalog import load
from bench.accuracy.parts import Parts, parts
from bench.accuracy.prepared import CLASSES, Prepared

_FEW = 60  # rows that a model is trained on before it counts
_SOME = 1_000  # rows that are predicted three times, for the least time
_LETTERS = {"few": "uvw", "many": "abcdefghijklmnop"}  # kinds of which there are few, and many
MODELS = (*ours.OURS, *peers.PEERS)


@dataclass(frozen=True)
class Job:
    """What is to be done."""

    table: str
    seed: int
    model: str
    threads: int
    device: str = "cpu"


def version_of(model: str) -> str:
    """The code that a result of this model belongs to."""
    return ours.version_of_ours() if model in ours.OURS else peers.version_of(model)


def run(job: Job) -> dict[str, Any]:
    """What is found out; why nothing is, under ``failed``."""
    table, split = _table(job.table, job.seed)
    found = {"task": table.task, "classes": table.n_classes, "columns": table.X.shape[1], "train": len(split.train)}
    found |= {"test": len(split.test), "split": split.digest, "version": version_of(job.model)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # convergence, names of columns, kinds that the test part alone has
            return found | _measured(job, table, split)
    except Exception as error:  # a peer's, of any kind: the run goes on
        words = str(error).strip().splitlines() or [""]
        return found | {"failed": f"{type(error).__name__}: {words[0][:300]}"}


@lru_cache(maxsize=2)
def _table(name: str, seed: int) -> tuple[Prepared, Parts]:
    table = load(name)
    return table, parts(table, seed)


def _measured(job: Job, table: Prepared, split: Parts) -> dict[str, Any]:
    X, y = table.X.iloc[split.train], table.y[split.train]
    X_test, y_test = table.X.iloc[split.test], table.y[split.test]
    _warm(replace(job, table="", seed=0), table.task)
    model = make(job, table.task, X)
    fit = Clock(lambda: model.fit(X, y))
    said = model.predict_proba if table.task == CLASSES else model.predict
    predict = Clock(lambda: np.asarray(said(X_test), dtype=float))
    if table.task == CLASSES:
        scores = measures.scores_of_classes(y_test, predict.result, model.classes_, table.n_classes)
    else:
        scores = measures.scores_of_amounts(y_test, predict.result.reshape(-1))
    some = X_test.iloc[np.arange(_SOME) % len(X_test)].reset_index(drop=True)
    again = min(Clock(lambda: said(some)).wall for _ in range(3))
    times = {"fit_s": fit.wall, "fit_cpu_s": fit.cpu, "predict_s": predict.wall, "predict_cpu_s": predict.cpu}
    times["predict_1000_s"] = again
    rounded = {name: round(value, 4) for name, value in times.items()}
    return {"error": measures.error_of(scores), "scores": scores} | rounded


@cache
def _warm(job: Job, task: str) -> None:
    """Train it on some rows, once in a process: what is loaded and compiled then is not counted.

    Ours on more of them, since it does not turn to machine code for a few; of two classes and of three, which have
    other costs.
    """
    rows = _SOME if job.model in ours.OURS else _FEW
    rng = np.random.default_rng(0)
    kinds = {name: pd.Series(rng.choice([*letters], rows), dtype=object) for name, letters in _LETTERS.items()}
    X = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows), **kinds})
    a = X["a"].to_numpy()
    for y in [(a > 0).astype(int), (a > 0) + (a > 1).astype(int)] if task == CLASSES else [a]:
        with suppress(Exception):  # it is not judged by these rows
            make(job, task, X).fit(X, y).predict(X)


def make(job: Job, task: str, X: Any) -> Any:
    """The model of a job."""
    if job.model in ours.OURS:
        return ours.make(job.model, task, X, job.seed, job.threads, job.device)
    return peers.PEERS[job.model][0](task, X, job.seed, job.threads, job.device)


class Clock:
    """Calls, and keeps the result, the wall time and the seconds of all cores."""

    def __init__(self, call: Any) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        self.result = call()
        self.wall, self.cpu = time.perf_counter() - wall, time.process_time() - cpu


def main() -> int:
    """Answer until there is nothing more to read; whatever libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        job = Job(**json.loads(line))
        answers.write(json.dumps(asdict(job) | run(job)) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
