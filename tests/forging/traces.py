"""Forged trace files by number, and what is done with one that holds a trace all the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np

from forging import of_format_2
from forging.cases import Case, at_random
from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding, load_trace, save_trace
from glassprop.engine.plan import Data
from glassprop.errors import GlasspropError, ModelFileError
from glassprop.influence.model_influences import model_influences
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.trace import Trace

TRACES = "trace"  # stands for the good file's name in a case of this sort
_FORGERS = (of_format_2.document_forged, of_format_2.arrays_forged, of_format_2.header_forged)
_ROWS = 21


def good_trace(folder: Path) -> bytes:
    """The bytes of a trace of two networks with layers of several kinds, and of which rows taught each."""
    rng = np.random.default_rng(0)
    layers = [PeriodicEmbedding([0], 3, 2), CategoryEmbedding([1], [3], [2]), Layer(4, "relu"), Layer(3, "softmax")]
    network = Network(3, layers, "log_loss")
    thetas = [np.stack([network.initial(rng) for _ in range(3)]) for _ in range(2)]
    traces = tuple(Trace(each, np.full(3, 0.1), np.array([1, 2, 3])) for each in thetas)
    path = folder / "good.trace"
    save_trace(ModelTrace("0" * 32, traces, network, rng.random((_ROWS, 2)) > 0.3), path)
    return path.read_bytes()


def trace_case(good: bytes, number: int, seed: int = 0) -> Case:
    """The good one forged in one of the ways of model files."""
    rng = random.Random(f"trace:{seed}:{number}")
    pool: list[Any] = [None, -1, 2**40, "x", [], {}, [1] * 9, {"array": "trace.taught"}, {"kind": "dense", "n": 10**9}]
    forger = rng.choice([*_FORGERS, None])
    data, how = at_random(good, rng, 2) if forger is None else forger(good, rng, pool)
    return Case(number, TRACES, 2, f"trace, {how}", data)


def read_trace(path: Path, faults: Any) -> tuple[ModelTrace | None, str]:
    """The trace, or what it was refused with."""
    try:
        return load_trace(path), ""
    except ModelFileError as error:
        if "\n" in str(error) or len(str(error)) > 3000:
            faults.append(f"load_trace: refused in {len(str(error))} characters")
        return None, str(error)
    except Exception as error:
        faults.note("load_trace", error)
        return None, "?"


def use_trace(trace: ModelTrace, scratch: Path, faults: Any) -> int:
    """Ask along it, and save it again: scores or a refusal in a line. Returns how many ways there are."""
    rng = np.random.default_rng(0)
    network = trace.network
    n = 5 if trace.taught is None else len(trace.taught)
    with faults.refusals("use_trace"):
        if network is not None and n < 1000:
            X = rng.normal(size=(n, network.n_inputs))
            for column, size in network.codes:
                X[:, column] = rng.integers(0, size, n)
            Y = np.eye(network.sizes[-1])[rng.integers(0, network.sizes[-1], n)]
            with np.errstate(all="ignore"):
                model_influences(network, trace, Data(X, Y), Data(X[:1], Y[:1]))
    try:
        save_trace(trace, scratch / "again")
        load_trace(scratch / "again")
    except GlasspropError as error:
        faults.append(f"what was loaded is not saved again: {error}")
    return 2
