"""The process that compiles the kernels trains to the same bits as those that load them afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from waiting import HANG

# Sums of two products are where they could part: see `low_level.product`. Each optimizer has some.
TRAINED = """
import hashlib
import numpy as np
from glassprop import Layer, Network, Scale
from glassprop.optimizers import OPTIMIZERS
from glassprop.settings import Settings

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(150, 14)), np.eye(3)[rng.integers(3, size=150)]
for name, optimizer in OPTIMIZERS.items():
    for activation in ("tanh", "gelu", "silu"):
        hidden = [Layer(17, activation, dropout=0.1), Layer(17, activation, residual=True), Layer(33, activation)]
        layers = [Scale(), *hidden, Scale(), Layer(3, "softmax")]
        network = Network(14, layers, "cross_entropy")
        rng = np.random.default_rng(0)
        settings = Settings(epochs=5, batch_size=32, engine="compiled", optimizer=optimizer())
        state = network.train(network.initial(rng), X, Y, settings=settings, rng=rng)
        print(name, activation, hashlib.sha256(state.theta.tobytes()).hexdigest())
"""


def trained(cache: Path) -> list[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", TRAINED]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=HANG, check=True)
    return done.stdout.splitlines()


def test_compiling_and_loading_give_the_same_bits(tmp_path: Path) -> None:
    first = trained(tmp_path)
    assert list(tmp_path.rglob("*.part"))  # it has compiled, and kept it
    assert trained(tmp_path) == first
