"""Choose the defaults of tables by measurement: trials that never see the test parts, which are left to `final.py`.

    python bench/defaults.py [STAGE ...]

Results are kept line by line in build/defaults, and a trial that is there already is not run again. The choice, and
what it rests on, is docs/decisions/0008-defaults.md. One core: OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from data import NAMES, DataSet, load

from glassprop.tables import Defaults, FitOptions, Table, fit_table

RESULTS = Path(__file__).resolve().parent.parent / "build" / "defaults"
SWEEP_ROWS = 6_000

# The first guess, which every trial is a change of, and which the last measurement is compared with.
START = Defaults(
    hidden=(128, 64), activation="relu", solver="adamw", learning_rate="constant", learning_rate_init=1e-3,
    warmup=0.0, beta_2=0.999, epochs=200, batch_size=None, alpha=0.0, weight_decay=1e-2, dropout=0.0,
    label_smoothing=0.0, clip_norm=None, inner_validation=0.15, early_stopping_rows=60, patience=20, tolerance=1e-4,
    scoring="loss", scaling="standard", limit=5.0, max_categories=32, min_rows_of_category=2, dtype="float32",
)  # fmt: skip

ONE_CYCLE = {"learning_rate": "one_cycle", "learning_rate_init": 3e-3, "epochs": 60, "patience": 60}
DECAY = ONE_CYCLE | {"weight_decay": 0.3}
BASE = DECAY | {"patience": 15}
TOGETHER = BASE | {"hidden": (256, 128), "early_stopping_rows": 200}
WIDE = ONE_CYCLE | {"hidden": (256, 256), "dropout": 0.2}

STAGES: dict[str, dict[str, dict[str, Any]]] = {
    "schedule": {
        "start": {},
        "constant 3e-3": {"learning_rate_init": 3e-3},
        "cosine 3e-3, 60": ONE_CYCLE | {"learning_rate": "cosine"},
        "one_cycle 3e-3, 60": ONE_CYCLE,
        "one_cycle 1e-2, 60": ONE_CYCLE | {"learning_rate_init": 1e-2},
    },
    "regularize": {
        "start": {},
        "dropout .1": ONE_CYCLE | {"dropout": 0.1},
        "dropout .2": ONE_CYCLE | {"dropout": 0.2},
        "constant, dropout .2": {"dropout": 0.2},
        "256,256 dropout .2": WIDE,
        "decay 1": ONE_CYCLE | {"weight_decay": 1.0},
        "smoothing .05": ONE_CYCLE | {"label_smoothing": 0.05},
    },
    "decay": {
        "decay .3": DECAY,
        "decay .1": ONE_CYCLE | {"weight_decay": 0.1},
        "rate 1e-2": DECAY | {"learning_rate_init": 1e-2},
        "patience 15": DECAY | {"patience": 15},
        "constant": {"weight_decay": 0.3, "learning_rate_init": 2e-3},
        "robust, 3": DECAY | {"scaling": "robust", "limit": 3.0},
        "silu": DECAY | {"activation": "silu"},
        "beta_2 .98": DECAY | {"beta_2": 0.98},
    },
    "rest": {
        "patience 15": BASE,
        "hidden 256,128": BASE | {"hidden": (256, 128)},
        "no inner part < 400": BASE | {"early_stopping_rows": 400},
        "smoothing .05": BASE | {"label_smoothing": 0.05},
        "epochs 100": BASE | {"epochs": 100},
        "batch 32": BASE | {"batch_size": 32},
        "quantile": BASE | {"scaling": "quantile", "limit": None},
        "selu": BASE | {"activation": "selu"},
        "gelu": BASE | {"activation": "gelu"},
        "mish": BASE | {"activation": "mish"},
    },
    "together": {
        "together": TOGETHER,
        "rate 5e-3": TOGETHER | {"learning_rate_init": 5e-3},
        "epochs 100": TOGETHER | {"epochs": 100},
        "patience 15": BASE,
        "start": {},
    },
    "limit": {
        "limit 5": TOGETHER,
        "limit 10": TOGETHER | {"limit": 10.0},
        "limit 20": TOGETHER | {"limit": 20.0},
        "no limit": TOGETHER | {"limit": None},
    },
}


def main(arguments: list[str]) -> None:
    """Run the stages that are asked for, or all."""
    for stage in arguments or STAGES:
        sweep(stage)


def sweep(stage: str) -> None:
    """Run the trials of a stage; tell each one's change of error against the first of them."""
    trials = STAGES[stage]
    first_name = next(iter(trials))
    found = {name: {} for name in trials}
    for data in (rest_of(name) for name in NAMES):
        for name, changes in trials.items():
            same = not matters(changes, trials[first_name], data)
            found[name][data.name] = found[first_name][data.name] if same else cross_validated(data, changes)
    first = found[first_name]
    tell(f"\n{stage}: change of error in % against the first, by data set; mean; seconds")
    tell(" " * 24 + "".join(f"{name[:8]:>9}" for name in NAMES) + "     mean     time")
    for name, by_set in found.items():
        changes_by_set = [100 * (by_set[key]["error"] - first[key]["error"]) for key in NAMES]
        seconds = sum(by_set[key]["seconds"] for key in NAMES)
        numbers = "".join(f"{value:9.1f}" for value in [*changes_by_set, np.mean(changes_by_set), seconds])
        tell(f"{name:24}{numbers}")


def rest_of(name: str) -> DataSet:
    """A data set without its test part, and of large ones a sample."""
    data = load(name)
    rest = data.rest.sample(SWEEP_ROWS, seed=1) if len(data.rest) > SWEEP_ROWS else data.rest
    return replace(data, rest=rest, test=rest[:0])


def matters(changes: dict[str, Any], first: dict[str, Any], data: DataSet) -> bool:
    """Whether a trial can differ from the first of its stage on this data set."""
    mine, others = (replace(START, **given).to_dict() for given in (changes, first))
    different = {key for key in mine if mine[key] != others[key]}
    idle = set() if data.classes else {"label_smoothing"}
    if len(data.rest) >= 2_000:
        idle.add("early_stopping_rows")
    return changes is first or not different <= idle


def cross_validated(data: DataSet, changes: dict[str, Any]) -> dict[str, float]:
    """Mean log error and seconds of a trial over divisions of the rest: more of a small set than of a large one."""
    seeds = range(5 if len(data.rest) < 1_000 else 3 if len(data.rest) < 2_000 else 1)
    runs = [remembered(data.name, changes, seed, lambda seed=seed: divided(data, changes, seed)) for seed in seeds]
    return {key: float(np.mean([run[key] for run in runs])) for key in ("error", "seconds")}


def divided(data: DataSet, changes: dict[str, Any], seed: int) -> dict[str, float]:
    """Train on three quarters of the rest, score on the fourth."""
    begin = time.perf_counter()
    options = FitOptions(target=data.target, task=task(data), validation=0.25, seed=seed)
    outcome = fit_table(Table(data.rest, data.name), options, defaults=replace(START, **changes))
    seconds = time.perf_counter() - begin
    error = log_error(outcome.scores, outcome.baseline)
    return {"error": error, "seconds": seconds, "epochs": outcome.record["history"]["epochs"], **outcome.scores}


def log_error(scores: dict[str, float], baseline: dict[str, float]) -> float:
    """The logarithm of an error, so that differences are shares; 0.01 is added lest one row in 30 rules.

    Classes: the mean over the share of wrong rows and the log loss. Regression: the root mean squared error as a
    share of the baseline's.
    """
    if "accuracy" in scores:
        return float(np.log(0.01 + np.array([1 - scores["accuracy"], scores["log_loss"]])).mean())
    return float(np.log(0.01 + scores["root_mean_squared_error"] / baseline["root_mean_squared_error"]))


def task(data: DataSet) -> str:
    """As `FitOptions` takes it."""
    return "classification" if data.classes else "regression"


def remembered(name: str, changes: dict[str, Any], seed: int, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A result from the file of results, or else from ``run``, and then kept there."""
    key = json.dumps([name, changes, seed], sort_keys=True)
    path = RESULTS / "sweep.jsonl"
    for line in path.read_text().splitlines() if path.exists() else ():
        entry = json.loads(line)
        if entry["key"] == key:
            return entry["result"]
    result = run()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps({"key": key, "result": result}) + "\n")
    return result


def tell(line: str) -> None:
    """One line to standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
