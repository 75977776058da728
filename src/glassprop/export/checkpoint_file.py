"""One checkpoint as a file: what job it is of, and where its training stands; with a digest over all of it.

Eight bytes say what it is, 32 are the SHA-256 of all that follows, and that is laid out as a model file is
(``container.py``). Nothing in it is code, and no size is believed: a file whose digest holds may still be forged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from glassprop.errors import DataError
from glassprop.estimator.job import Job
from glassprop.estimator.left import Left
from glassprop.export import container
from glassprop.export.kinds.left_fits import check_rows
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Flag, Mapped, Maybe, Object, Plain, Text, Whole, Word
from glassprop.ground.atomic import replacing
from glassprop.ground.json_values import to_json
from glassprop.training.packing import Packed, pack, unpack
from glassprop.training.state import TrainState

_MAGIC = b"GPCHECK\x01"
_DIGEST = 32
_AT_ONCE = 1 << 20
_LEFT = Object({"rows": Whole(1), "dtype": Word("float64", "float32"), "rows_val": Whole()})
_TOLD = Mapped(Maybe(Text(1000)), most=1000)
_JOB = Object({"version": Text(100), "data": _TOLD, "settings": _TOLD, "machine": _TOLD})
_HEAD = Object({"job": _JOB, "left": _LEFT, "ended": Flag(), "state": Plain(), "sha256": Text(64)})


@dataclass(frozen=True)
class Kept:
    """What a checkpoint holds.

    Attributes
    ----------
    job : Job
        Whose it is.
    state : TrainState
        Where training stands.
    left : Left
        The rows that it is on.
    ended : bool
        Whether it has come to its end.
    """

    job: Job
    state: TrainState
    left: Left
    ended: bool


def write_checkpoint(path: Path, kept: Kept) -> None:
    """Write it: whole, on the disk and under its name, or not at all.

    Raises
    ------
    ModelFileError
        If it cannot be written.
    """
    packed, left = pack(kept.state), kept.left
    rows = {"kept": left.kept, "aside": left.aside}
    arrays = {f"state.{name}": _plain(array) for name, array in packed.arrays.items()}
    arrays |= {f"left.{name}": _plain(array) for name, array in rows.items() if array is not None}
    document = {
        "job": kept.job.to_dict(),
        "left": {"rows": left.n, "dtype": left.dtype, "rows_val": left.n_val},
        "ended": kept.ended,
        "state": json.loads(to_json(packed.facts, ascii_only=True)),
    }
    parts, digest = list(container.chunks(document, arrays)), hashlib.sha256()
    for part in parts:
        digest.update(part)
    with replacing(path) as file:
        for part in (_MAGIC, digest.digest(), *parts):
            file.write(part)


def _plain(array: np.ndarray) -> np.ndarray:
    """With numbers of a kind that files have."""
    return array.astype(np.int64) if array.dtype.kind == "i" else array


def read_checkpoint(path: Path) -> Kept:
    """Read it.

    Raises
    ------
    Misfit
        It is cut short, damaged, or no checkpoint.
    OSError
        It cannot be read.
    """
    with open(path, "rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise Misfit("", "it is no checkpoint of this version")
        _check_digest(file)
        try:
            document, arrays = container.opened(file, start=len(_MAGIC) + _DIGEST)
        except container.NewerFormat as newer:
            raise Misfit("", f"it has format {newer}, which is not known here") from newer
        _HEAD.write(document, "checkpoint", Writing())
        found = {name: arrays.take(name) for name in arrays.left()}
    return _made(document, found)


def _check_digest(file: BinaryIO) -> None:
    said, digest = file.read(_DIGEST), hashlib.sha256()
    at = file.tell()
    while part := file.read(_AT_ONCE):
        digest.update(part)
    if digest.digest() != said:
        raise Misfit("", "its digest is another: it is cut short, or damaged")
    file.seek(at)


def _made(document: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Kept:
    of_state = {name.removeprefix("state."): array for name, array in arrays.items() if name.startswith("state.")}
    try:
        state = unpack(Packed(dict(document["state"]), of_state))
    except DataError as error:
        raise Misfit("state", str(error)) from error
    facts = document["left"]
    kept, aside = (arrays.get(f"left.{name}") for name in ("kept", "aside"))
    check_rows(kept, aside, facts["rows"], "left")
    left = Left(facts["rows"], facts["dtype"], kept, aside, facts["rows_val"])
    return Kept(Job(**document["job"]), state, left, document["ended"])
