"""Forgeries of format 1: of the skops schema, the record, the arrays, and of the zip archive around them."""

from __future__ import annotations

import io
import json
import pickle
import random
import zipfile
from typing import Any

import numpy as np

from forging.skops_nodes import FORGED, doubling, rooted
from forging.trees import change, places

_RECORD = "glassprop.json"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a case has the same bytes whenever it is made


def members_of(data: bytes) -> dict[str, bytes]:
    """What is in the archive, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archived(members: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = packed
            archive.writestr(info, content)
    return buffer.getvalue()


def schema_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """The schema changed at one to three places; texts of JSON within it too."""
    members = members_of(data)
    schema = json.loads(members["schema.json"])
    done = [
        _value_changed(schema, rng) if rng.random() < 0.5 else change(schema, rng, pool)
        for _ in range(rng.choice([1, 1, 2, 3]))
    ]
    members["schema.json"] = json.dumps(schema).encode()
    return archived(members), "; ".join(done)


def _value_changed(schema: Any, rng: random.Random) -> str:
    """The JSON text of one node, or its type, is another."""
    spots = [(holder, key) for holder, key in places(schema) if key == "content" and isinstance(holder[key], str)]
    if not spots:
        return "nothing"
    holder, key = rng.choice(spots)
    odd = [
        "null",
        "true",
        "0",
        "-1",
        "1e308",
        "NaN",
        "Infinity",
        '"x"',
        "1000000",
        "[]",
        "{}",
        "[" * 5000,
        "1" * 5000,
        "",
        '"relu"',
    ]
    holder[key] = rng.choice([*odd, *(other[k] for other, k in spots)])
    return "value"


def record_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """The record changed at one to three places."""
    members = members_of(data)
    record = json.loads(members[_RECORD])
    done = [change(record, rng, pool) for _ in range(rng.choice([1, 2, 3]))]
    members[_RECORD] = json.dumps(record).encode()
    return archived(members), "; ".join(done)


def node_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """A node of the schema is one that must not be built; or nodes that are shared refer to each other."""
    members = members_of(data)
    schema = json.loads(members["schema.json"])
    name = rng.choice([*FORGED, "doubling", "shared"])
    nodes = [
        (holder, key) for holder, key in places(schema) if isinstance(holder[key], dict) and "__loader__" in holder[key]
    ]
    holder, key = rng.choice(nodes)
    if name == "shared":
        numbers = [holder[key].get("__id__") for holder, key in nodes]
        forged: Any = {
            "__class__": "list",
            "__module__": "builtins",
            "__loader__": "CachedNode",
            "__id__": rng.choice(numbers),
        }
    else:
        forged = doubling(rng.choice([8, 30, 60])) if name == "doubling" else FORGED[name]
    if rng.random() < 0.2:
        schema = rooted(forged)
    else:
        holder[key] = forged
    members["schema.json"] = json.dumps(schema).encode()
    return archived(members), f"{name} as {key}"


def npy_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """An array's member says what is not so, holds objects, or holds other numbers."""
    members = members_of(data)
    name = rng.choice([name for name in members if name.endswith(".npy")])
    turn = rng.randrange(9)
    array = np.load(io.BytesIO(members[name]), allow_pickle=False)
    if turn == 0:
        members[name] = _npy("<f8", rng.choice([(10**9,), (2**40, 2**40), (-1,), (0,), ()])) + bytes(80)
    elif turn == 1:
        members[name] = (
            _npy(rng.choice(["|O", "<M8[ns]", "<V8", "|S3", "<c16", ">f8", "<U1000"]), array.shape) + array.tobytes()
        )
    elif turn == 2:
        buffer = io.BytesIO()
        np.save(buffer, np.array([print, 1], dtype=object), allow_pickle=True)
        members[name] = rng.choice([buffer.getvalue(), pickle.dumps(print)])
    elif turn == 3:
        other = rng.choice([name for name in members if name.endswith(".npy")])
        members[name] = members[other]
    elif turn == 4:
        members[name] = members[name][: rng.randrange(len(members[name]))]
    elif turn == 5:
        del members[name]
    elif turn == 6:
        head = rng.choice(
            [b"\x93NUMPY\x01\x00\xff\xff", b"\x93NUMPY\x03\x00", b"\x93NUMPY\x01\x00\x10\x00{'descr': __import__", b""]
        )
        members[name] = head + rng.randbytes(50)
    else:
        with np.errstate(all="ignore"):
            value = np.array(rng.choice([np.nan, np.inf, 1e308, -1.0, 0.0, 1e39])).astype(
                array.dtype if array.dtype.kind in "fiub" else float
            )
        members[name] = _saved(np.full_like(array, value) if array.dtype.kind in "fiub" else array[::-1])
    return archived(members), f"npy {turn} {name}"


def _npy(kind: str, shape: tuple[int, ...]) -> bytes:
    head = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode() + b" \n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head


def _saved(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def archive_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """The archive itself: bombs, members twice or encrypted, names that climb, sizes that lie."""
    members = members_of(data)
    turn = rng.randrange(8)
    if turn == 0:
        members[rng.choice(["zeros.npy", "zeros.bin", "schema.json", _RECORD])] = bytes(
            rng.choice([10_000, 30_000_000])
        )
    elif turn == 1:
        members["schema.json"] = b'{"a":[' + b"{}," * rng.choice([1000, 300_000]) + b"{}]}"
    elif turn == 2:
        members[_RECORD] = json.dumps(
            {**json.loads(members[_RECORD]), "more": [0] * rng.choice([1000, 300_000])}
        ).encode()
    elif turn == 3:
        members |= {f"../../{name}": content for name, content in members.items()}
    elif turn == 4:
        members |= {f"{k}.npy": _npy("<f8", (0,)) for k in range(rng.choice([100, 3000]))}
    elif turn == 5:
        members = {name: content for name, content in members.items() if rng.random() < 0.8}
    forged = bytearray(
        archived(members, rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))
    )
    if turn >= 6:
        _lie(forged, rng)
    return bytes(forged), f"archive {turn}"


def _lie(data: bytearray, rng: random.Random) -> None:
    """Set a flag (encrypted, say), a method, or a size in one entry of the archive's directory."""
    at = [k for k in range(len(data) - 46) if data[k : k + 4] == b"PK\x01\x02"]
    start = rng.choice(at)
    place, size = rng.choice([(8, 2), (10, 2), (20, 4), (24, 4), (16, 4), (42, 4)])
    data[start + place : start + place + size] = rng.choice(
        [b"\x01\x00\x00\x00", b"\xff" * 4, b"\x00" * 4, rng.randbytes(4)]
    )[:size]
