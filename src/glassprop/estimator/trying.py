"""Remedies are tried before they are advised: short runs of the same seed and split, each beside the unchanged one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from glassprop.diagnosis.finding import Diagnosis, Finding, Remedy
from glassprop.diagnosis.measured import Measured
from glassprop.estimator.remedies import AGAINST, REMEDIES
from glassprop.estimator.remedy_change import Change
from glassprop.estimator.remedy_pairs import MOST_PAIRS, Pair, brought_little, pairs_of
from glassprop.estimator.short_run import Length, Rows, Tried, cost_of_a_guess, rows_of, run_briefly

_MOST_BY_BUDGET = 8  # runs of a budget of one training: shorter ones show too little
_BY_ROWS = ("overfitting",)  # what shows at the end of a training alone: short runs are of fewer rows
_BY_CLASS = ("imbalance-ignored",)  # judged as if all classes were as frequent
_USUAL_EPOCHS = 200  # as by default
_NOTHING_LEARNED = ("no-progress",)  # nothing helped that does no better than a constant prediction
_NO_PAIRS = (*_BY_ROWS, *_BY_CLASS, *_NOTHING_LEARNED)  # judged otherwise than others, or without a cause known
_BETTER = 0.95  # of what that costs, as where no progress begins
_LEAST = 0.01  # of the cost: a smaller gain is none
_OF_CHANCE = 0.5  # standard errors: the finding speaks for the remedy already, so that less than one decides
_PART = 0.1  # of what the best remedy brings: what brings less is not what is to be done

OnTry = Callable[[int, int, str], None]  # (runs done, of how many, the name of the remedy that comes next)


@dataclass(frozen=True)
class _Candidate:
    """A remedy that is to be tried, and whether for it a run is short by its rows."""

    name: str
    change: Change
    by_rows: bool


def with_remedies(
    diagnosis: Diagnosis, model: Any, data: Sequence[Any], budget: float, on_try: OnTry | None = None
) -> Diagnosis:
    """The diagnosis with remedies for its findings, those first that brought the most.

    Parameters
    ----------
    diagnosis : Diagnosis
    model : MLPClassifier or MLPRegressor
        As it was diagnosed; it stays as it is.
    data : (X, y, sample_weight, X_val, y_val)
        As ``fit`` takes them; where the last two are None, a fifth of the rows is held out.
    budget : float
        What all of it may take, in trainings; 0: nothing is tried.
    on_try : callable, optional
        Is told before each run.
    """
    measured = diagnosis.measured
    if measured.target.is_one_value:
        return diagnosis  # nothing helps
    changes = {finding.kind: _changes(finding.kind, measured) for finding in diagnosis.findings}
    chosen = _chosen(changes, budget)
    if not chosen:
        listed = [_remedied(finding, changes[finding.kind], {}, inf) for finding in diagnosis.findings]
        return replace(diagnosis, findings=tuple(listed))
    follow = {one.kind: _changes(one.kind, measured) for one in diagnosis.consequences}
    pairs = pairs_of({kind: each for kind, each in (changes | follow).items() if kind not in _NO_PAIRS})[:MOST_PAIRS]
    trials = _Trials(model, data, measured, budget, chosen, pairs, on_try)
    tried = trials.all()
    guess = trials.guess
    findings = [_remedied(finding, changes[finding.kind], tried, guess) for finding in diagnosis.findings]
    for pair, run in trials.of_pairs(tried):
        findings = _with_pair(findings, pair, tried["", False], run, guess)
        tried[pair.name, False] = run
    return replace(diagnosis, findings=tuple(findings), tried=sum(one.cost for one in tried.values()))


def _with_pair(findings: Sequence[Finding], pair: Pair, unchanged: Tried, run: Tried, guess: float) -> list[Finding]:
    """The findings with the pair among the remedies of the one that its first is for, or else of the first of all.

    It helped where it brought more than any remedy before it, by more than chance makes of it, and there is something
    learned.
    """
    before, after, noise = unchanged.beside(run, by_class=False)
    least = min([before, *(one.after for each in findings for one in each.remedies if one.after is not None)])
    helped = _lowered(before, after, noise) and after < min((1 - _LEAST) * least, _BETTER * guess)
    remedy = Remedy(pair.name, pair.change.words, pair.change.arguments, before, after, run.cost, helped)
    place = next((k for k, one in enumerate(findings) if one.kind == pair.kind), 0)
    found = findings[place]
    gain = _PART * remedy.gain if helped else 0.0
    remedies = [replace(one, helped=one.helped and one.gain >= gain) if one.tried else one for one in found.remedies]
    both = replace(found, remedies=tuple(sorted([*remedies, remedy], key=_rank)))
    return [*findings[:place], both, *findings[place + 1 :]]


def _changes(kind: str, measured: Measured) -> dict[str, Change]:
    """Remedies that may do against a finding, the likeliest first; what is in place already is none."""
    found = {name: REMEDIES[name](measured.arguments, measured) for name in AGAINST[kind]}
    return {name: change for name, change in found.items() if change is not None}


def _chosen(changes: Mapping[str, Mapping[str, Change]], budget: float) -> list[_Candidate]:
    """Of each finding the likeliest remedy, then of each the next, while the budget lasts."""
    if not budget:
        return []
    most = max(2.0, _MOST_BY_BUDGET * budget)
    found: dict[tuple[str, bool], _Candidate] = {}
    lists = [[(name, kind) for name in each if each[name].tried] for kind, each in changes.items()]
    for place in range(max(map(len, lists), default=0)):
        for name, kind in (each[place] for each in lists if place < len(each)):
            one = _Candidate(name, changes[kind][name], kind in _BY_ROWS)
            more = {**found, (name, one.by_rows): one}
            if not found or _work(list(more.values())) <= most:
                found = more
    return list(found.values())


def _work(candidates: Sequence[_Candidate]) -> float:
    """Of all runs, in that of one unchanged short run; these are among them."""
    return len({one.by_rows for one in candidates}) + sum(one.change.work for one in candidates)


class _Trials:
    """Runs of one diagnosis: an unchanged one, or two, one for each remedy, and some for pairs of them."""

    def __init__(
        self,
        model: Any,
        data: Sequence[Any],
        measured: Measured,
        budget: float,
        chosen: Sequence[_Candidate],
        pairs: Sequence[Pair],
        on_try: OnTry | None,
    ) -> None:
        self._by_class = measured.target.task != "numbers"
        X, y, weight, X_val, y_val = data
        y, y_val = (_as_trained(model, part) for part in (y, y_val))
        self._rows = rows_of(X, y, weight, (X_val, y_val), by_class=self._by_class)
        self._model, self._measured, self._chosen, self._on_try = model, measured, chosen, on_try
        self._pairs = pairs if any(not one.by_rows for one in chosen) else ()
        work = _work(chosen) + sum(pair.change.work for pair in self._pairs)
        self._budget, self._share = budget, budget / work  # in trainings: of all runs, and of one
        self._epochs = _epochs_of(measured)
        self._runs = len(chosen) + len({one.by_rows for one in chosen})
        self._done = 0

    @property
    def guess(self) -> float:
        """What the best constant prediction costs."""
        return cost_of_a_guess(self._measured, self._rows)

    def all(self) -> dict[tuple[str, bool], Tried]:
        """By name and kind of run; the unchanged ones have no name."""
        found: dict[tuple[str, bool], Tried] = {}
        if self._rows.X_val is None:
            return found
        for by_rows in dict.fromkeys(one.by_rows for one in self._chosen):
            length = Length.of(self._share, self._epochs, self._rows.n, by_rows=by_rows)
            rows = self._rows.some(length.rows, by_class=self._by_class)
            unchanged: Tried | None = None
            for one in (one for one in self._chosen if one.by_rows == by_rows):
                work = one.change.work + (unchanged is None)
                if sum(run.cost for run in found.values()) + work * length.share > self._budget + 1e-9:
                    continue  # short as runs may be, they come to more
                if unchanged is None:
                    unchanged = found["", by_rows] = self._run(Change(""), rows, length, "nothing changed")
                found[one.name, by_rows] = self._run(one.change, rows, length, one.name, unchanged)
        return found

    def of_pairs(self, tried: Mapping[tuple[str, bool], Tried]) -> list[tuple[Pair, Tried]]:
        """Runs of pairs, where no remedy alone brought much, and as long as the budget lasts."""
        unchanged, found = tried.get(("", False)), list[tuple[Pair, Tried]]()
        alone = [run for (name, by_rows), run in tried.items() if name and not by_rows]
        if unchanged is None or not alone or not brought_little(unchanged, alone, self.guess):
            return found
        length = Length.of(self._share, self._epochs, self._rows.n, by_rows=False)
        rows = self._rows.some(length.rows, by_class=self._by_class)
        self._runs += len(self._pairs)
        for pair in self._pairs:
            spent = sum(run.cost for run in tried.values()) + sum(run.cost for _, run in found)
            if spent + pair.change.work * length.share > self._budget + 1e-9:
                break
            run = self._run(pair.change, rows, length, pair.name, unchanged)
            if not run.refused:
                found.append((pair, run))
        return found

    def _run(self, change: Change, rows: Rows, length: Length, name: str, unchanged: Tried | None = None) -> Tried:
        if self._on_try is not None:
            self._on_try(self._done, self._runs, name)
        self._done += 1
        return run_briefly(self._model, self._measured, change, rows, length, unchanged)


def _as_trained(model: Any, y: Any) -> Any:
    """The target as the network learned it: standardized, where the estimator gives predictions in own units."""
    network = vars(model).get("network_")
    units = None if network is None else network.units
    return y if y is None or units is None else units.standard(np.asarray(y, np.float64))


def _epochs_of(measured: Measured) -> int:
    """Of a training: as many as there were; one that was over soon, for it did not learn, counts as it was planned."""
    course = measured.course
    planned = course.planned or int(measured.arguments["max_iter"])
    return min(planned, max(course.epochs, _USUAL_EPOCHS))


def _remedied(
    finding: Finding, changes: Mapping[str, Change], tried: Mapping[tuple[str, bool], Tried], guess: float
) -> Finding:
    """The finding with its remedies: what helped, the best first, what could not be tried, what was tried in vain.

    guess: what a constant prediction costs.
    """
    by_rows, by_class = finding.kind in _BY_ROWS, finding.kind in _BY_CLASS
    unchanged = tried.get(("", by_rows))
    found = []
    for name, change in changes.items():
        one = tried.get((name, by_rows))
        if one is None and tried and change.tried:
            continue  # the budget did not reach so far
        remedy = Remedy(name, change.words, change.arguments)
        if one is not None and unchanged is not None:
            if one.refused:
                continue  # it does not go with this estimator
            before, after, noise = unchanged.beside(one, by_class=by_class)
            helped = _lowered(before, after, noise) and (
                after < _BETTER * guess or finding.kind not in _NOTHING_LEARNED
            )
            remedy = replace(remedy, before=before, after=after, cost=one.cost, helped=helped)
        found.append(remedy)
    most = max((remedy.gain for remedy in found if remedy.helped), default=0.0)
    found = [replace(one, helped=one.helped and one.gain >= _PART * most) if one.tried else one for one in found]
    return replace(finding, remedies=tuple(sorted(found, key=_rank)))


def _lowered(before: float, after: float, noise: float) -> bool:
    """Whether the cost fell by more than chance makes of it; or there is one at last."""
    if before == inf:
        return after != inf
    return after < before - max(_OF_CHANCE * noise, _LEAST * before)


def _rank(remedy: Remedy) -> tuple[int, float]:
    if not remedy.tried:
        return 1, 0.0
    return (0 if remedy.helped else 2), remedy.after if remedy.after is not None else 0.0
