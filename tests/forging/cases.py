"""From the number of a case to the bytes of a forged file: the same number and seed give the same bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forging import consistent, of_format_1, of_format_2
from forging.good import read_good_files
from forging.sealing import parts_of, sealed
from forging.trees import places

FORGERS: list[tuple[int, int, Callable[..., tuple[bytes, str]]]] = [  # of how many in all, format, forger
    (10, 2, of_format_2.document_forged),
    (26, 2, of_format_2.model_forged),
    (14, 2, consistent.forged),
    (12, 2, of_format_2.arrays_forged),
    (7, 2, of_format_2.header_forged),
    (6, 2, of_format_2.foreign_forged),
    (5, 2, of_format_2.heavy),
    (12, 1, of_format_1.schema_forged),
    (3, 1, of_format_1.record_forged),
    (4, 1, of_format_1.node_forged),
    (4, 1, of_format_1.npy_forged),
    (3, 1, of_format_1.archive_forged),
]
_AT_RANDOM = 8


@dataclass(frozen=True)
class Case:
    """A forged file.

    Attributes
    ----------
    number, name, format : int, str, int
        Its number, and the good file it was made from.
    how : str
        What was done.
    data : bytes
    """

    number: int
    name: str
    format: int
    how: str
    data: bytes


class Forger:
    """Makes cases from the good files in a folder."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.seed, self.files = seed, read_good_files(folder)
        self.names = sorted({name for name, _ in self.files})
        self._old_names = sorted({name for name, kind in self.files if kind == 1})
        self._pools = {1: self._pool(1), 2: self._pool(2)}

    def case(self, number: int) -> Case:
        """The case of that number."""
        rng = random.Random(f"{self.seed}:{number}")
        name = rng.choice(self.names)
        weights = [weight for weight, _, _ in FORGERS]
        chosen = rng.choices([*FORGERS, None], [*weights, _AT_RANDOM])[0]
        if chosen is None:
            kind = rng.choice([1, 2, 2]) if name in self._old_names else 2
            forged, how = at_random(self.files[name, kind], rng, kind)
        else:
            _, kind, forger = chosen
            name = name if (name, kind) in self.files else rng.choice(self._old_names)
            forged, how = forger(self.files[name, kind], rng, self._pools[kind])
            how = f"{_name_of(forger)}: {how}"
        return Case(number, name, kind, how, forged)

    def _pool(self, kind: int) -> list[Any]:
        """Parts of all good files, to be grafted into others."""
        trees = []
        for name in self.names if kind == 2 else self._old_names:
            data = self.files[name, kind]
            tree = parts_of(data).document if kind == 2 else json.loads(of_format_1.members_of(data)["schema.json"])
            trees.append(tree)
        rng = random.Random(0)
        found = [holder[key] for tree in trees for holder, key in places(tree)]
        large = [part for part in found if isinstance(part, dict | list) and part]
        return rng.sample(found, 200) + rng.sample(large, 200)


def _name_of(forger: Callable[..., Any]) -> str:
    return "consistent" if forger is consistent.forged else forger.__name__


def at_random(data: bytes, rng: random.Random, kind: int) -> tuple[bytes, str]:
    """Bytes flipped, cut, repeated or lost anywhere; or within the arrays of a file that is sealed again."""
    if kind == 2 and rng.random() < 0.5:
        parts = parts_of(data)
        if rng.random() < 0.5:
            entry = parts.arrays[rng.choice(list(parts.arrays))]
            entry.data = _flipped(entry.data, rng)
        else:
            parts.text = _flipped(parts.body(), rng)
        return sealed(parts), "random, sealed"
    at, to = sorted(rng.randrange(len(data)) for _ in range(2))
    turns = {
        "flipped": lambda: _flipped(data, rng),
        "cut": lambda: data[:at],
        "lost": lambda: data[:at] + data[to:],
        "repeated": lambda: data[:to] + data[at:],
        "noise": lambda: data[:at] + rng.randbytes(to - at) + data[to:],
        "spliced": lambda: data[to:] + data[:to],
    }
    how = rng.choice(list(turns))
    return turns[how](), f"random, {how}"


def _flipped(data: bytes, rng: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        if flipped:
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)
