"""Seconds and memory of a blame: 100,000 rows, 50 inputs, hidden layers of 64 and 64, float32."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.datasets import make_classification

from glassprop import MLPClassifier, Tracer

PART = "times"
ROWS, INPUTS, HIDDEN, KEPT, TIMES = 100_000, 50, (64, 64), 10, 5
EPOCHS = 19  # of which 10 weights are kept


def result(*, quick: bool = False) -> dict[str, Any]:
    """The least of some times, and the most memory that is held beside data and model."""
    X, y = make_classification(ROWS // 5 if quick else ROWS, INPUTS, n_informative=20, random_state=0)
    X, tracer = X.astype(np.float32), Tracer(KEPT)
    model = MLPClassifier(HIDDEN, max_iter=EPOCHS, tol=0.0, n_iter_no_change=EPOCHS, random_state=0)
    model = model.set_callbacks(tracer).fit(X, y)
    found = {}
    for name, trace in (("final", None), ("trace", tracer)):
        seconds, processor = _least(lambda trace=trace: model.blame(X, y, row=5, trace=trace))
        found[name] = {"seconds": seconds, "processor seconds": processor}
    tracemalloc.start()
    model.blame(X, y, row=5, trace=tracer)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"rows": len(y), "kept": len(tracer.trace()), "MB": most / 1e6, "MB of X": X.nbytes / 1e6, **found}


def _least(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time."""
    each = []
    for _ in range(TIMES):
        start = time.perf_counter(), time.process_time()
        work()
        each.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    wall, processor = zip(*each, strict=True)
    return min(wall), min(processor)
