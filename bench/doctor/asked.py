"""Asks the doctor about one case, and writes down what it said."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from bench.doctor.build import estimator_of
from bench.doctor.case import Case
from bench.doctor.planting import rows_for
from glassprop.errors import GlasspropError

Diagnose = Callable[..., Any]


def by_method(model: Any, X: np.ndarray, y: np.ndarray, **more: Any) -> Any:
    """The diagnosis by the estimator itself, or, of a Pipeline, by ``glassprop.diagnose``."""
    import glassprop

    return model.diagnose(X, y, **more) if hasattr(model, "diagnose") else glassprop.diagnose(model, X, y, **more)


def ask(case: Case, diagnose: Diagnose = by_method, budget: float = 1.0) -> dict[str, Any]:
    """Findings, remedies and seconds; why there are none, under ``failed``."""
    rows = rows_for(case)
    model = estimator_of(case, rows)
    more: dict[str, Any] = {"X_val": rows.X_test, "y_val": rows.y_test} if case.judged else {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        began = time.process_time()
        if case.fitted:
            with suppress(GlasspropError):  # one that cannot be fitted is what the doctor is for
                model.fit(rows.X, rows.y)
        fitted = time.process_time()
        try:
            diagnosis = diagnose(model, rows.X, rows.y, budget=budget, **more)
        except Exception as error:  # of any kind: the run goes on, and it counts as nothing found
            words = str(error).strip().splitlines() or [""]
            return {"failed": f"{type(error).__name__}: {words[0][:300]}", "findings": [], "seconds": 0.0}
        seconds = time.process_time() - fitted
    found = [_written(finding) for finding in diagnosis.findings]
    return {"findings": found, "seconds": round(seconds, 2), "fit_seconds": round(fitted - began, 2)}


def _written(finding: Any) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "number": _number(finding.number),
        "where": str(finding.where),
        "follows_from": bool(getattr(finding, "follows_from", "")),
        "remedies": [
            {name: _number(getattr(remedy, name, None)) for name in ("before", "after")} | {"name": remedy.name}
            for remedy in finding.remedies
        ],
    }


def _number(value: Any) -> float | None:
    """As JSON has it: what is not finite is None."""
    try:
        return float(value) if np.isfinite(value) else None
    except TypeError:
        return None
