"""Results put together: errors and times by table, their ratios over all tables, and where one model is the worse."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from bench.accuracy.measures import FLOOR
from bench.accuracy.results import Result

Place = tuple[str, int]  # table and seed
_SURE = 2.0  # standard errors of the mean paired difference
SEEDS = 3  # of which means are taken; whether a model is worse is told from all that were run


@dataclass(frozen=True)
class Ratio:
    """A geometric mean over tables of how many times as large something is; of none it is nan."""

    value: float
    tables: int
    runs: int = 0


@dataclass(frozen=True)
class Difference:
    """The mean over seeds of how much larger one model's error is, and the standard error of that mean."""

    table: str
    seeds: int
    mean: float
    standard_error: float

    @property
    def in_errors(self) -> float:
        """How many standard errors it is; of what is always the same, infinitely many."""
        if self.standard_error:
            return self.mean / self.standard_error
        return math.copysign(math.inf, self.mean) if self.mean else 0.0

    @property
    def worse(self) -> bool:
        """Larger by more than chance explains; one seed alone cannot say so."""
        return self.seeds > 1 and self.in_errors > _SURE


class Summary:
    """What was found, by model, table and seed.

    Means are of the first three seeds, which every model has; `differences` are of all. Errors are taken from wherever
    a model was trained, from a CPU first; times from one CPU alone.

    Parameters
    ----------
    results : iterable of dict
        Of one code each (`results.newest`).
    tables : sequence of str
        Those that count.
    """

    def __init__(self, results: Iterable[Result], tables: Sequence[str]) -> None:
        of_these = [result for result in results if result["table"] in set(tables)]
        good = [result for result in of_these if "error" in result]
        cpus = Counter(result["machine"] for result in good if result["device"] == "cpu")
        self.cpu = cpus.most_common(1)[0][0] if cpus else ""
        self.tables = [table for table in tables if any(result["table"] == table for result in good)]
        self.failures = [result for result in of_these if "failed" in result]
        self._errors: dict[str, dict[Place, Result]] = defaultdict(dict)
        for result in sorted(good, key=self._trusted):
            self._errors[result["model"]][result["table"], result["seed"]] = result
        timed = [result for result in good if result["machine"] == self.cpu and result["device"] == "cpu"]
        self._timed: dict[str, dict[Place, Result]] = defaultdict(dict)
        for result in timed:
            self._timed[result["model"]][result["table"], result["seed"]] = result

    def _trusted(self, result: Result) -> bool:
        return result["machine"] == self.cpu

    def models(self) -> list[str]:
        """Those with any result."""
        return [model for model, found in self._errors.items() if found]

    def results(self, model: str) -> list[Result]:
        """Those that its errors come from."""
        return list(_first(self._errors[model]).values())

    def timed(self, model: str) -> list[Result]:
        """Those that its times come from."""
        return list(_first(self._timed.get(model, {})).values())

    def error(self, model: str, table: str) -> float | None:
        """The mean over seeds, each floored; None if there is none."""
        found = [floored(result) for (name, _), result in _first(self._errors[model]).items() if name == table]
        return sum(found) / len(found) if found else None

    def error_ratio(self, model: str, other: str, tables: Iterable[str] | None = None) -> Ratio:
        """Of errors, on the tables and seeds that both have."""
        return self._ratio(self._errors[model], self._errors[other], floored, tables)

    def time_ratio(self, model: str, other: str, what: str = "fit_s") -> Ratio:
        """Of seconds, on the tables and seeds that both have been timed on."""
        return self._ratio(self._timed[model], self._timed[other], lambda result: result[what])

    def _ratio(
        self, ours: dict[Place, Result], theirs: dict[Place, Result], of: Any, tables: Iterable[str] | None = None
    ) -> Ratio:
        logs, runs = [], 0
        for table in self.tables if tables is None else tables:
            common = [place for place in _first(ours) if place[0] == table and place in theirs]
            sums = [sum(of(results[place]) for place in common) for results in (ours, theirs)]
            if common and min(sums) > 0:
                logs.append(math.log(sums[0] / sums[1]))
                runs += len(common)
        return Ratio(math.exp(fmean(logs)), len(logs), runs) if logs else Ratio(math.nan, 0)

    def typical_time(self, model: str, what: str) -> float:
        """The geometric mean of seconds."""
        found = [max(result[what], 1e-4) for result in self.timed(model) if what in result]
        return math.exp(fmean(map(math.log, found))) if found else math.nan

    def quiet(self) -> bool:
        """Whether no more ran beside the models than there are cores for, so that wall times say how long they take."""
        loads = sorted(result["load"] for model in self.models() for result in self.timed(model))
        cores = int(self.cpu.rpartition(", ")[2].split()[0]) if self.cpu.endswith("cores") else 1
        return not loads or loads[len(loads) // 2] <= cores + 1

    def differences(self, model: str, other: str) -> list[Difference]:
        """By table, the largest in standard errors first."""
        found = []
        for table in self.tables:
            ours, theirs = self._errors[model], self._errors[other]
            both = [place for place in ours if place[0] == table and place in theirs]
            if both:
                found.append(_difference(table, [floored(ours[place]) - floored(theirs[place]) for place in both]))
        return sorted(found, key=lambda one: -one.in_errors)


def _first(found: dict[Place, Result]) -> dict[Place, Result]:
    """Those of the first seeds."""
    return {(table, seed): result for (table, seed), result in found.items() if seed < SEEDS}


def floored(result: Result) -> float:
    """Its error, at least the floor."""
    return max(result["error"], FLOOR)


def _difference(table: str, values: list[float]) -> Difference:
    spread = stdev(values) if len(values) > 1 else math.nan
    return Difference(table, len(values), fmean(values), spread / math.sqrt(len(values)))
