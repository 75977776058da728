"""Trainings killed at random moments and gone on with, until they end: run by a test, and with 50 kills by `make soak`.

As a script it kills the command itself, at random times; the test has a fit die at a random call to the system.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CALLS = ("open", "unlink", "replace", "fsync", "listdir", "makedirs")


def dying_at(number: int) -> None:
    """Have this process die at one of its calls to the system."""
    count = [0]

    def wrapped(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **more)

        return counted

    for name in CALLS:
        setattr(os, name, wrapped(getattr(os, name)))


def fit(folder: Path, path: Path, *, resume: bool) -> None:
    """A small fit, kept after each step; its model in a file."""
    import warnings

    import numpy as np

    from glassprop import Checkpoint, MLPClassifier, save

    warnings.simplefilter("ignore")
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 4))
    clf = MLPClassifier((6,), max_iter=8, batch_size=10, dropout=0.2, early_stopping=True, random_state=0)
    clf.set_params(engine="reference").set_callbacks(Checkpoint(folder, every=0, resume=resume))
    save(clf.fit(X, X[:, 0] > X[:, 1]).set_callbacks(), path)


def in_a_child(work: Callable[[], None]) -> bool:
    """Do it in a copy of this process; whether that was killed."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"a child ended with {os.WEXITSTATUS(status)}")
    return os.WIFSIGNALED(status)


def killed_at_calls(folder: Path, seed: int) -> dict[str, Any]:
    """Kill it again and again; how often, and whether the model is that of a fit which was left alone."""
    import glassprop.estimator.classifier
    import glassprop.export.checkpoint
    import glassprop.export.model_file  # noqa: F401 - once, and not in each child

    draw, kills = random.Random(seed), 0
    in_a_child(lambda: fit(folder / "alone", folder / "straight", resume=False))

    def once() -> None:
        dying_at(draw.randrange(1, 250))
        fit(folder / "kept", folder / "model", resume=True)

    while in_a_child(once):
        kills += 1
        draw.random()
    return {"kills": kills, "same": (folder / "model").read_bytes() == (folder / "straight").read_bytes()}


# --- the command, killed at random times -------------------------------------------------------------------------

TRAINS = [
    ["digits", "--epochs", "150", "--hidden", "300,300"],
    ["breast_cancer", "--epochs", "400", "--hidden", "100,50"],
    ["diabetes", "--epochs", "600", "--hidden", "80"],
    ["wine", "--epochs", "300"],
]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "glassprop.cli", "train", *words]


def newest(folder: Path) -> int:
    """The number of the newest checkpoint; 0 where there is none."""
    return max((int(path.stem[-6:]) for path in (folder / "kept").glob("*.checkpoint")), default=0)


def killed_at_times(folder: Path, words: list[str], draw: random.Random, most: int) -> tuple[int, int, bool]:
    """Kills, those of them after which there was a checkpoint to go on from, and whether the models are the same."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command(*words, "--model", f"{folder}/straight"), check=True, **quiet)
    kills = kept = 0
    again = command(*words, "--model", f"{folder}/model", "--checkpoint", f"{folder}/kept", "--every", "0", "--resume")
    while kills < most:
        process = subprocess.Popen(again, **quiet)
        enough = newest(folder) + draw.randrange(12)  # checkpoints, which say how far it is on any machine
        while process.poll() is None and newest(folder) < enough:
            time.sleep(0.001)
        time.sleep(draw.uniform(0, 0.02))
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills += 1
        kept += any((folder / "kept").glob("*.checkpoint"))
    subprocess.run(again, check=True, **quiet)
    return kills, kept, (folder / "model").read_bytes() == (folder / "straight").read_bytes()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--docs", action="store_true", help="write docs/kills.txt")
    options = parser.parse_args()
    draw, lines, total, good, number = random.Random(options.seed), [], 0, True, 0
    while total < options.kills:
        words = [*TRAINS[number % len(TRAINS)], "--seed", str(number)]
        folder = ROOT / "build" / "kills" / str(number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        kills, kept, same = killed_at_times(folder, words, draw, options.kills - total)
        lines.append(
            f"{' '.join(words):<60} {kills:>3} kills, {kept:>3} with a checkpoint: {'same' if same else 'OTHER'}"
        )
        print(lines[-1], flush=True)
        total, good, number = total + kills, good and same, number + 1
    head = f"{total} kills at random times, seed {options.seed}, {platform.machine()}, {date.today()}: model files are"
    text = "\n".join([f"{head} {'equal' if good else 'NOT equal'} to those of trainings left alone.", "", *lines, ""])
    if options.docs and good:
        (ROOT / "docs" / "kills.txt").write_text(text, encoding="utf-8")
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "at-calls":
        print(json.dumps(killed_at_calls(Path(sys.argv[2]), int(sys.argv[3]))))
        sys.exit(0)
    sys.exit(main())
