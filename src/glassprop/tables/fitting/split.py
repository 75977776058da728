"""Which rows are trained on and which are held out: stratified, by group, or by time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import ShuffleSplit
from sklearn.utils import check_random_state
from sklearn.utils.extmath import _approximate_mode

from glassprop.errors import TableError


@dataclass(frozen=True)
class SplitKeys:
    """What a split has to respect, one value a row.

    Attributes
    ----------
    labels : array (n_rows,) of int, or None
        Classes, counted from 0, whose shares are to be alike on both sides.
    groups : array (n_rows,), or None
        Rows with the same value stay on one side.
    times : array (n_rows,) of float, or None
        The later rows are held out.
    """

    labels: np.ndarray | None = None
    groups: np.ndarray | None = None
    times: np.ndarray | None = None

    def of(self, rows: np.ndarray) -> SplitKeys:
        """The keys of some rows."""
        return SplitKeys(*(None if k is None else k[rows] for k in (self.labels, self.groups, self.times)))


def split(n_rows: int, share: float, keys: SplitKeys, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split rows in two.

    Returns
    -------
    train, kept : arrays of int
        Row numbers, each in rising order.

    Raises
    ------
    TableError
        If one side would be empty.
    """
    kept_rows = min(max(1, round(share * n_rows)), n_rows - 1)
    if keys.times is not None:
        kept = _latest(keys.times, kept_rows)
    elif keys.groups is not None:
        kept = _whole_groups(keys.groups, kept_rows, seed)
    elif keys.labels is not None:
        kept = _stratified(keys.labels, kept_rows, seed)
    else:
        kept = _plain(n_rows, kept_rows, seed)
    mask = np.zeros(n_rows, dtype=bool)
    mask[kept] = True
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def numbers_there(labels: np.ndarray) -> np.ndarray:
    """Which of the numbers of classes occur, in rising order: np.unique, in a tenth of its time."""
    return np.flatnonzero(np.bincount(labels))


def _plain(n_rows: int, kept_rows: int, seed: int) -> np.ndarray:
    _, kept = next(ShuffleSplit(1, test_size=kept_rows, random_state=seed).split(np.zeros(n_rows)))
    return kept


def _stratified(labels: np.ndarray, kept_rows: int, seed: int) -> np.ndarray:
    """Even over classes as far as there are rows for it; of every class, some row stays in training."""
    counts = np.bincount(labels)
    several = np.flatnonzero(counts[labels] > 1)
    classes, left = int((counts > 1).sum()), len(several) - kept_rows
    if not classes:
        raise TableError(
            f"each of the {np.count_nonzero(counts)} classes has one example only: none can be kept for scoring"
        )
    if kept_rows >= classes and left >= classes:
        kept = _in_proportion(labels[several], kept_rows, seed)
    else:
        kept = _plain(len(several), min(kept_rows, len(several) - 1), seed)
    mask = np.ones(len(labels), dtype=bool)
    mask[several[kept]] = False
    lost = np.setdiff1d(numbers_there(labels), numbers_there(labels[mask]))
    mask[[int(np.flatnonzero(labels == group)[0]) for group in lost]] = True
    return np.flatnonzero(~mask)


def _in_proportion(labels: np.ndarray, kept_rows: int, seed: int) -> np.ndarray:
    """The rows that StratifiedShuffleSplit keeps, which puts all rows into lists and in random order as well."""
    random = check_random_state(seed)
    counts = np.bincount(labels)
    counts = counts[counts > 0]
    in_order = np.argsort(labels.astype(np.min_scalar_type(labels.max())), kind="stable")  # of small types it is quick
    trained = _approximate_mode(counts, len(labels) - kept_rows, random)
    taken = _approximate_mode(counts - trained, kept_rows, random)
    kept = []
    for rows, start, count in zip(np.split(in_order, np.cumsum(counts)[:-1]), trained, taken, strict=True):
        kept.append(rows[random.permutation(len(rows))[start : start + count]])
    return np.concatenate(kept)


def _whole_groups(groups: np.ndarray, kept_rows: int, seed: int) -> np.ndarray:
    """Groups in random order, as long as they fit; at least one, and never all."""
    _, number, counts = np.unique(groups, return_inverse=True, return_counts=True)
    if len(counts) < 2:
        raise TableError("the group column holds one group only: it cannot be split; leave it out")
    order = np.random.default_rng(seed).permutation(len(counts))
    chosen: list[int] = []
    total = 0
    for group in order:
        if total + counts[group] <= kept_rows and len(chosen) < len(counts) - 1:
            chosen.append(group)
            total += counts[group]
    # If none fits, the smallest comes nearest to the share that was asked for.
    return np.flatnonzero(np.isin(number, chosen or [int(np.argmin(counts))]))


def _latest(times: np.ndarray, kept_rows: int) -> np.ndarray:
    """Rows later than a moment; rows of one moment stay on one side."""
    moments, counts = np.unique(times, return_counts=True)
    if len(moments) < 2:
        raise TableError("the time column holds one moment only: it cannot be split; leave it out")
    from_the_end = np.cumsum(counts[::-1])[:-1]  # rows kept if the last 1, 2, ... moments are
    steps = int(np.argmin(np.abs(from_the_end - kept_rows))) + 1
    return np.flatnonzero(times >= moments[-steps])
