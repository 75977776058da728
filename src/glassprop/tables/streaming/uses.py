"""What each row of a long table is for, worked out from its number alone: trained on, watched, or held out.

A row's use follows from a hash of the seed and the number of the row, so that nobody has to keep it, whoever reads the
row, in whatever order. By group it follows from the text of the group, so that rows of a group stay together; by time
from two moments, which a sample of the rows tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from glassprop.tables.fitting.split import SplitKeys, split
from glassprop.tables.values.texts import Texts

TRAINED, WATCHED, HELD_OUT, LEFT_OUT = 0, 1, 2, 3  # the last of rows without a target, or without a time
USES = ("train", "validation", "held_out")  # what a record calls them

_STEP = np.uint64(0x9E3779B97F4A7C15)  # of splitmix64: 2^64 over the golden ratio
_ONE, _TWO = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_USE, _SAMPLE, _DRAWN = 1, 2, 3  # what a hash is for


@dataclass(frozen=True)
class Shares:
    """Which share of the rows is held out, and which share of the others early stopping watches; each from 0 to 1."""

    held_out: float
    watched: float = 0.0

    def of_hashes(self, hashes: np.ndarray) -> np.ndarray:
        """The use of each hash, (n,) of uint8."""
        places = (hashes >> np.uint64(11)) * 2.0**-53  # as random numbers from [0, 1)
        watched = places < self.held_out + (1.0 - self.held_out) * self.watched
        return np.where(places < self.held_out, HELD_OUT, np.where(watched, WATCHED, TRAINED)).astype(np.uint8)


@dataclass(frozen=True)
class TimeBounds:
    """From which moment on rows are watched by early stopping, and from which they are held out."""

    watched: float
    held_out: float

    @classmethod
    def of_sample(cls, times: np.ndarray, shares: Shares) -> TimeBounds:
        """As a table in memory is split that holds the sample alone; `times` (n_rows,), none of them missing.

        Raises
        ------
        TableError
            There is one moment only.
        """
        rest, kept = np.arange(len(times)), np.arange(0)
        if shares.held_out:
            rest, kept = split(len(times), shares.held_out, SplitKeys(times=times), 0)
        held_out = float(times[kept].min()) if len(kept) else np.inf
        if not shares.watched or len(np.unique(times[rest])) < 2:
            return cls(held_out, held_out)
        _, kept = split(len(rest), shares.watched, SplitKeys(times=times[rest]), 0)
        return cls(float(times[rest][kept].min()), held_out)

    def uses(self, times: np.ndarray) -> np.ndarray:
        """The use of each row, (n_rows,) of uint8."""
        later = np.where(times >= self.watched, WATCHED, TRAINED)
        return np.where(times >= self.held_out, HELD_OUT, later).astype(np.uint8)


def uses(first: int, stop: int, seed: int, shares: Shares) -> np.ndarray:
    """The use of rows first, ..., stop - 1 of the whole table: (stop - first,) of uint8, 0 trained on, 1 watched by
    early stopping, 2 held out."""
    return uses_of_rows(np.arange(first, stop), seed, shares)


def uses_of_rows(rows: np.ndarray, seed: int, shares: Shares) -> np.ndarray:
    """The same of rows of any numbers, (n,)."""
    return shares.of_hashes(_hashes_of_rows(rows, seed, _USE))


def uses_of_groups(groups: Texts, rows: np.ndarray, seed: int, shares: Shares) -> np.ndarray:
    """The same where rows of a group stay together; a row without a group is one of its own.

    groups, rows: the group and the number of each row, (n,).
    """
    key = int(_key(seed, _USE)).to_bytes(8, "little")
    known = np.fromiter((_hash_of_text(text, key) for text in groups.known), np.uint64, len(groups.known))
    found = uses_of_rows(rows, seed, shares)
    there = groups.there
    if there.any():
        found[there] = shares.of_hashes(known)[groups.codes[there]]
    return found


def sampled_first(first: int, stop: int, seed: int) -> np.ndarray:
    """What a sample takes those rows by that have the least: (stop - first,) of uint64, no two rows alike.

    They tell nothing of the rows' uses.
    """
    return _hashes_of_rows(np.arange(first, stop), seed, _SAMPLE)


def groups_of_rows(numbers: np.ndarray, groups: int, seed: int) -> np.ndarray:
    """In which of so many groups each row is, as if drawn at random: (n,) of int; `numbers` (n,) in the whole table."""
    return (_hashes_of_rows(numbers, seed, _DRAWN) % np.uint64(groups)).astype(np.intp)


def _hashes_of_rows(rows: np.ndarray, seed: int, purpose: int) -> np.ndarray:
    """splitmix64's numbers of these places, from a start that the seed and the purpose give: one to one."""
    return _mixed(_key(seed, purpose) + (rows.astype(np.uint64) + np.uint64(1)) * _STEP)


def _key(seed: int, purpose: int) -> np.uint64:
    return np.uint64(_mixed(_mixed(np.array([seed], np.uint64) * _STEP) ^ np.uint64(purpose))[0])


def _mixed(values: np.ndarray) -> np.ndarray:
    values = (values ^ (values >> np.uint64(30))) * _ONE
    values = (values ^ (values >> np.uint64(27))) * _TWO
    return np.asarray(values ^ (values >> np.uint64(31)))


def _hash_of_text(text: str, key: bytes) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest(), "little")
