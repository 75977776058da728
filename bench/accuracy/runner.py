"""Jobs handed to processes that train, one or several at a time, each result kept as it comes."""

from __future__ import annotations

import json
import os
import queue
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.accuracy.one_model import Job

_ROOT = Path(__file__).resolve().parents[2]
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GLASSPROP_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


class Trainer:
    """A process of `one_model`, begun anew after a job that took too long or ended it."""

    def __init__(self, threads: int) -> None:
        # Libraries choose their kernels themselves, whatever the shell says of OpenBLAS.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
        self._environment = kept | dict.fromkeys(_THREADS, str(threads))
        self._process: subprocess.Popen[str] | None = None

    def ask(self, job: Job, seconds: float) -> dict[str, Any]:
        """What came of it; ``failed`` if it took longer than that."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(asdict(job)) + "\n")
            process.stdin.flush()
            with selectors.DefaultSelector() as waiting:
                waiting.register(process.stdout, selectors.EVENT_READ)
                line = process.stdout.readline() if waiting.select(seconds) else None
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        self.end()
        return asdict(job) | {"failed": "its process ended" if line == "" else f"not done in {seconds:g} s"}

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "bench.accuracy.one_model"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=_ROOT,
                env=self._environment,
            )  # fmt: skip
        return self._process

    def end(self) -> None:
        """End the process, and close what leads to it."""
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None


def run_all(
    jobs: Iterable[Job], threads: int, at_a_time: int, seconds: float, told: Callable[[dict[str, Any], float], None]
) -> None:
    """Every job, in order, on so many processes; `told` is given each answer, and the load before it, in one thread.

    Times can be compared if it is one at a time.
    """
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    done: queue.SimpleQueue[tuple[dict[str, Any], float] | None] = queue.SimpleQueue()
    given = waiting, done, threads, seconds
    workers = [threading.Thread(target=_work, args=given, daemon=True) for _ in range(at_a_time)]
    for worker in workers:
        worker.start()
    left = len(workers)
    while left:
        answer = done.get()
        if answer is None:
            left -= 1
        else:
            told(*answer)


def _work(waiting: Any, done: Any, threads: int, seconds: float) -> None:
    trainer = Trainer(threads)
    try:
        while True:
            job, load = waiting.get_nowait(), os.getloadavg()[0]
            start = time.monotonic()
            answer = trainer.ask(job, seconds)
            done.put((answer | {"seconds": round(time.monotonic() - start, 2)}, load))
    except queue.Empty:
        pass
    finally:
        trainer.end()
        done.put(None)
