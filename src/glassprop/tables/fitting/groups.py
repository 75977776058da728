"""A hint that rows belong together, persons seen several times, say: to be split as groups rather than row by row."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np

from glassprop.ground.note import Note, Say
from glassprop.ground.text import in_shell, listed, quoted
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.leaks import HINT, half_of, target_columns
from glassprop.tables.fitting.many_categories import PULLS, explained
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.recognize import is_id
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.values.cells import cells_of
from glassprop.tables.values.texts import Texts

_ROWS = 20_000  # the first ones are looked at: of a sample, few would belong together
_COLUMNS = 60  # at most so many others, and so many that may be groups
_FEWEST_ROWS, _FEWEST_GROUPS = 40, 10
# Others that are the same within a group, in so many pairs of rows, and differ between them, in this share of pairs,
_CONSTANT, _DIFFERENT = 0.98, 0.1
# make a column one of groups if they are at least two, and this share of all others.
_SHARE = 0.5
# A column that is called as what names things is one, too, if it tells this share of the target.
_TELLS = 0.1
_DROPPED = ("identifier-like", "row labels")


@dataclass(frozen=True)
class _Found:
    name: str
    groups: int
    constant: list[str]


def hint_groups(train: Examples, roles: list[ColumnRole], schema: Schema, say: Say) -> None:
    """Say which column others depend on, if there is one: values of it repeat, and its rows are alike in the rest."""
    rows = np.argsort(train.rows)[:_ROWS]
    source = train.source[train.rows[rows]]
    if len(source) < _FEWEST_ROWS:
        return
    others = [reading.name for reading in schema if reading.kind != "text"][:_COLUMNS]
    codes = {name: _codes(source[name]) for name in others}
    found = []
    for name in _candidates(roles, schema)[:_COLUMNS]:
        groups = codes[name] if name in codes else _codes(source[name])
        if (one := _group(name, groups, codes)) is not None:
            found.append(one)
    if not found:
        _hint_names(train, rows, codes, say)
        return
    best = max(found, key=lambda one: (len(one.constant), one.groups))
    also = _also([one.name for one in found if one is not best])
    text = (
        f"rows with the same {quoted(best.name)} are equal in {len(best.constant)} other column(s), "
        f"{listed(best.constant, 3)}: if new rows have other values of it, scores are too optimistic; keep such rows "
        f"on one side of the split with --group {in_shell(best.name)}{also}"
    )
    say(Note(text, HINT, best.name, best.groups, tuple(best.constant)))


def _codes(series: nw.Series) -> np.ndarray:
    """Which values are the same, (n_rows,); -1 where missing."""
    cells = cells_of(series)
    if isinstance(cells.content, Texts):
        return cells.content.codes
    codes = np.unique(cells.content, return_inverse=True)[1]
    codes[np.isnan(cells.content)] = -1
    return codes


def _hint_names(train: Examples, rows: np.ndarray, codes: dict[str, np.ndarray], say: Say) -> None:
    """Say of a column that is learned from and called as what names things is, how much its values tell."""
    Y, half = target_columns(train, rows), half_of(len(rows), 0)
    found = []
    for name in (name for name, of in codes.items() if is_id(name) and _repeats(of)):
        share = max(explained(codes[name] + 1, Y, half, pull) for pull in PULLS)
        if share >= _TELLS:
            found.append((share, name))
    if found:
        (share, name), *rest = sorted(found, reverse=True)
        text = (
            f"column {quoted(name)} is named like an identifier, and alone explains {share:.0%} of the target: if new "
            "rows have other values of it, scores are too optimistic; keep such rows on one side of the split with "
            f"--group {in_shell(name)}{_also([other for _, other in rest])}"
        )
        say(Note(text, HINT, name, int(codes[name].max()) + 1))


def _also(names: list[str]) -> str:
    return f" (or {listed(names, 3)})" if names else ""


def _candidates(roles: list[ColumnRole], schema: Schema) -> list[str]:
    learned = {reading.name for reading in schema if reading.kind in ("number", "category")}
    names = [role.name for role in roles if role.role == "dropped" and role.reason.startswith(_DROPPED)]
    return names + [role.name for role in roles if role.name in learned]


def _group(name: str, groups: np.ndarray, codes: dict[str, np.ndarray]) -> _Found | None:
    """Whether values repeat in most rows, and other columns are constant where they do."""
    if not _repeats(groups):
        return None
    # by chance within a group: rows that follow each other in the file are alike for other reasons, too
    order = np.lexsort((np.random.default_rng(0).permutation(len(groups)), groups))
    pairs = (groups[order][1:] == groups[order][:-1]) & (groups[order][1:] >= 0)
    first, second = order[:-1][pairs], order[1:][pairs]
    others = {other: of for other, of in codes.items() if other != name and _differs(of)}
    constant = [other for other, of in others.items() if (of[first] == of[second]).mean() >= _CONSTANT]
    count = int((np.bincount(groups[groups >= 0]) > 1).sum())
    most = max((int(others[other].max()) + 1 for other in constant), default=0)
    if is_id(name) and most >= _SHARE * count:  # one column is enough to know each of them by
        return _Found(name, count, constant)
    if len(constant) < 2 or len(constant) < _SHARE * len(others):
        return None
    return _Found(name, count, constant)


def _repeats(groups: np.ndarray) -> bool:
    """Whether there are enough values that repeat, in most rows, and none is in most."""
    there = groups >= 0
    counts = np.bincount(groups[there], minlength=1)
    shared = counts[groups[there]] > 1
    enough = (counts > 1).sum() >= _FEWEST_GROUPS and shared.sum() >= _SHARE * len(groups)
    return bool(enough and counts.max() <= _SHARE * len(groups))


def _differs(codes: np.ndarray) -> bool:
    """Whether rows that are drawn at random differ often enough."""
    shares = np.bincount(codes + 1) / len(codes)
    return bool(1 - (shares**2).sum() >= _DIFFERENT)
