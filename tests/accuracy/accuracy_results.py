"""Results as a run keeps them, for tests of what is made of them."""

from __future__ import annotations

from typing import Any


def result(table: str, seed: int, model: str, error: float | None, **more: Any) -> dict[str, Any]:
    """One, of a CPU, with times of a second; without an error it has failed."""
    found: dict[str, Any] = {
        "table": table, "seed": seed, "model": model, "machine": "a CPU", "version": "some 1", "device": "cpu",
        "split": "s", "classes": 2, "train": 100, "test": 50, "fit_s": 1.0, "fit_cpu_s": 1.0, "predict_s": 0.5,
        "predict_1000_s": 0.5, "threads": 1, "load": 0.0, "date": "2026-11-26",
    }  # fmt: skip
    return found | ({"failed": "ValueError: no"} if error is None else {"error": error}) | more
