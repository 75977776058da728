"""A hint that rows belong together, persons seen several times, say: to be split as groups rather than row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassprop.ground.note import Note, Say
from glassprop.ground.text import in_shell, listed, quoted
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.leaks import HINT
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.values.names import names_of

_ROWS = 20_000  # the first ones are looked at: of a sample, few would belong together
_COLUMNS = 60  # at most so many others, and so many that may be groups
_FEWEST_ROWS, _FEWEST_GROUPS = 40, 10
# Others that are the same within a group, in so many pairs of rows, and differ between them, in this share of pairs,
_CONSTANT, _DIFFERENT = 0.98, 0.1
# make a column one of groups if they are at least two, and this share of all others.
_SHARE = 0.5
_DROPPED = ("identifier-like", "row labels")


@dataclass(frozen=True)
class _Found:
    name: str
    groups: int
    constant: list[str]


def hint_groups(train: Examples, roles: list[ColumnRole], schema: Schema, say: Say) -> None:
    """Say which column others depend on, if there is one: values of it repeat, and its rows are alike in the rest."""
    source = train.source[np.sort(train.rows)[:_ROWS]]
    if len(source) < _FEWEST_ROWS:
        return
    others = [reading.name for reading in schema if reading.kind != "text"][:_COLUMNS]
    codes = {name: names_of(source[name]).codes for name in others}
    found = []
    for name in _candidates(roles, schema)[:_COLUMNS]:
        groups = codes[name] if name in codes else names_of(source[name]).codes
        if (one := _group(name, groups, codes)) is not None:
            found.append(one)
    if not found:
        return
    best = max(found, key=lambda one: (len(one.constant), one.groups))
    rest = tuple(one.name for one in found if one is not best)
    also = f" (or {listed(rest, 3)})" if rest else ""
    text = (
        f"rows with the same {quoted(best.name)} are alike in {len(best.constant)} other column(s), "
        f"{listed(best.constant, 3)}: if new rows have other values of it, scores are too good; "
        f"keep such rows on one side with --group {in_shell(best.name)}{also}"
    )
    say(Note(text, HINT, best.name, best.groups, tuple(best.constant)))


def _candidates(roles: list[ColumnRole], schema: Schema) -> list[str]:
    learned = {reading.name for reading in schema if reading.kind in ("number", "category")}
    names = [role.name for role in roles if role.role == "dropped" and role.reason.startswith(_DROPPED)]
    return names + [role.name for role in roles if role.name in learned]


def _group(name: str, groups: np.ndarray, codes: dict[str, np.ndarray]) -> _Found | None:
    """Whether values repeat in most rows, and other columns are constant where they do."""
    there = groups >= 0
    counts = np.bincount(groups[there])
    shared = counts[groups[there]] > 1
    count = int((counts > 1).sum())
    if count < _FEWEST_GROUPS or shared.mean() < _SHARE or there.mean() < _SHARE:
        return None
    if counts.max() > _SHARE * len(groups):
        return None
    order = np.argsort(groups, kind="stable")
    pairs = (groups[order][1:] == groups[order][:-1]) & (groups[order][1:] >= 0)
    first, second = order[:-1][pairs], order[1:][pairs]
    others = {other: of for other, of in codes.items() if other != name and _differs(of)}
    constant = [other for other, of in others.items() if (of[first] == of[second]).mean() >= _CONSTANT]
    if len(constant) < 2 or len(constant) < _SHARE * len(others):
        return None
    return _Found(name, count, constant)


def _differs(codes: np.ndarray) -> bool:
    """Whether rows that are drawn at random differ often enough."""
    shares = np.bincount(codes + 1) / len(codes)
    return bool(1 - (shares**2).sum() >= _DIFFERENT)
