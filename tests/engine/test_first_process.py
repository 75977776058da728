"""From nothing compiled: people are told once, later processes train to the same bits, ``warmup`` leaves nothing to do.

All of it in one test, over one folder: to compile the kernels takes longer than anything that is done with them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from waiting import HANG

# Sums of two products are where processes could part: see `low_level.product`. Each optimizer has some.
TRAINS = """
import hashlib
import numpy as np
from glassprop import Layer, MLPClassifier, Network, Scale
from glassprop.optimizers import OPTIMIZERS
from glassprop.settings import Settings

rng = np.random.default_rng(0)
X, y = rng.normal(size=(60, 3)).astype(np.float32), rng.integers(2, size=60)
model = MLPClassifier((4,), random_state=0, tol=0.1, n_iter_no_change=1, max_iter=10**6)
print(model.fit(X, y).fit(X, y).engine_)

X, Y = rng.normal(size=(150, 14)).astype(np.float32), np.eye(3, dtype=np.float32)[rng.integers(3, size=150)]
hidden = [Layer(17, "gelu", dropout=0.1), Layer(17, "gelu", residual=True), Layer(33, "relu")]
network = Network(14, [Scale(), *hidden, Scale(), Layer(3, "softmax")], "cross_entropy")
for name, optimizer in OPTIMIZERS.items():
    rng = np.random.default_rng(0)
    settings = Settings(epochs=5, batch_size=32, engine="compiled", optimizer=optimizer())
    state = network.train(network.initial(rng, np.float32), X, Y, settings=settings, rng=rng)
    print(name, hashlib.sha256(state.theta.tobytes()).hexdigest())
"""
# As an image does that was built with the kernels: it has only to read.
NEVER = """
import numpy as np
from glassprop import MLPClassifier
from glassprop.engine.compiled import kernels, product_table, tuning

def never(part, kind):
    raise AssertionError(f"compiled {part.name}")

kernels.compiled = never
rng = np.random.default_rng(0)
X, y = rng.normal(size=(300, 5)).astype(np.float32), rng.integers(3, size=300)
for hidden in ((8,), (300, 300)):
    model = MLPClassifier(hidden, max_iter=3, n_iter_no_change=1, tol=9.0, engine="compiled", early_stopping=True)
    print(model.fit(X, y).engine_, model.predict_proba(X).shape)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own, whose kernels lie in the folder."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, timeout=2 * HANG, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def kept(folder: Path) -> dict[Path, int]:
    """Parts that lie there, with their bytes."""
    return {path: path.stat().st_size for path in folder.rglob("*.part")}


def test_the_first_process_compiles_and_those_after_it_load(tmp_path: Path) -> None:
    first = run(tmp_path, "-W", "error::RuntimeWarning", "-c", TRAINS)
    assert first.stdout.startswith("compiled\n")
    assert first.stdout.count("\n") > 5
    assert first.stderr.count("\n") == first.stderr.count("compiling") == 1, "people are told, once"
    before = kept(tmp_path)
    assert len(before) > 10

    second = run(tmp_path, "-W", "error::RuntimeWarning", "-c", TRAINS)
    assert second.stdout == first.stdout, "what was compiled here and what was loaded are the same bits"
    assert second.stderr == ""
    assert kept(tmp_path) == before

    asked = "warmup --precision float32 --activations relu --costs cross_entropy --solvers adam --json --cache-dir"
    done = run(tmp_path, "-m", "glassprop.cli", *asked.split(), str(tmp_path))
    said, after = json.loads(done.stdout), kept(tmp_path)
    assert 0 < said["compiled"] == len(after) - len(before) < said["parts"] <= len(after)
    assert {Path(said["folder"])} == {path.parent for path in after}
    assert done.stderr.splitlines()[-1] == f"compiling: {said['compiled']} of {said['compiled']} parts"

    done = run(tmp_path, "-W", "ignore", "-c", NEVER)
    assert done.stdout.splitlines() == ["compiled (300, 3)"] * 2
    assert done.stderr == ""
    assert kept(tmp_path) == after
