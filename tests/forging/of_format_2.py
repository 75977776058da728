"""Forgeries of format 2: of the document, its arrays, the header, foreign steps; and files made to be heavy."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from forging.sealing import DTYPES, Entry, Parts, parts_of, sealed
from forging.skops_nodes import FORGED, archive_of, doubling
from forging.trees import ODD, change, places

_CODES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U32": "<u4"}
_EXTREMES = [float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 1e-320, -1.0, 0.0, 1e39, 2.0**62, -(2.0**62)]


def document_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """The document changed at one to three places."""
    parts = parts_of(data)
    done = [change(parts.document, rng, pool) for _ in range(rng.choice([1, 1, 2, 3]))]
    return sealed(parts), "; ".join(done)


def model_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """The same within the model alone, or the record alone."""
    parts = parts_of(data)
    key = rng.choice(["model", "model", "model", "record"])
    done = [change(parts.document[key], rng, pool) for _ in range(rng.choice([1, 1, 2]))]
    return sealed(parts), "; ".join(done)


def arrays_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """An array of other numbers, another dtype, another shape; or another array in its place."""
    parts = parts_of(data)
    done = []
    for _ in range(rng.choice([1, 1, 2])):
        name = rng.choice(list(parts.arrays))
        turn = rng.choice(_OF_ARRAYS)
        turn(parts, name, rng)
        done.append(f"{turn.__name__.strip('_')} {name}")
    return sealed(parts), "; ".join(done)


def _other_numbers(parts: Parts, name: str, rng: random.Random) -> None:
    entry = parts.arrays[name]
    if entry.dtype not in _CODES:
        return _other_bytes(parts, name, rng)
    numbers = np.frombuffer(entry.data, dtype=_CODES[entry.dtype]).copy()
    odd = [value for value in _EXTREMES if numbers.dtype.kind == "f" or np.isfinite(value)]
    if len(numbers):
        with np.errstate(all="ignore"):
            places_ = [rng.randrange(len(numbers))] if rng.random() < 0.5 else slice(None)
            value = rng.choice(odd) if numbers.dtype.kind == "f" else rng.choice([-1, 0, 1, 7, 10**6, 2**31 - 1])
            numbers[places_] = np.array(value).astype(numbers.dtype)
    entry.data = numbers.tobytes()
    return None


def _other_bytes(parts: Parts, name: str, rng: random.Random) -> None:
    parts.arrays[name].data = rng.randbytes(len(parts.arrays[name].data))


def _shuffled(parts: Parts, name: str, rng: random.Random) -> None:
    entry = parts.arrays[name]
    if entry.dtype in _CODES:
        numbers = np.frombuffer(entry.data, dtype=_CODES[entry.dtype]).copy()
        np.random.default_rng(rng.randrange(2**32)).shuffle(numbers)
        entry.data = numbers.tobytes()


def _other_dtype(parts: Parts, name: str, rng: random.Random) -> None:
    """Another dtype for the same numbers of bytes, or for the same number of entries."""
    entry = parts.arrays[name]
    count = len(entry.data) // DTYPES[entry.dtype]
    entry.dtype = rng.choice(list(DTYPES))
    if rng.random() < 0.5:
        entry.shape = [len(entry.data) // DTYPES[entry.dtype]]
    else:
        entry.data = bytes(count * DTYPES[entry.dtype])


def _other_shape(parts: Parts, name: str, rng: random.Random) -> None:
    entry = parts.arrays[name]
    count = len(entry.data) // DTYPES[entry.dtype]
    entry.shape = rng.choice([[count], [1, count], [count, 1], [], [count, 1, 1, 1], [1] * 5 + [count], [0, count]])


def _longer_or_shorter(parts: Parts, name: str, rng: random.Random) -> None:
    entry = parts.arrays[name]
    size = DTYPES[entry.dtype]
    count = rng.choice([0, 1, max(len(entry.data) // size - 1, 0), len(entry.data) // size + 1, 1000])
    entry.data = (entry.data + bytes(count * size))[: count * size]
    entry.shape = [count]


def _changed_places(parts: Parts, name: str, rng: random.Random) -> None:
    other = rng.choice(list(parts.arrays))
    parts.arrays[name], parts.arrays[other] = parts.arrays[other], parts.arrays[name]


def _lost(parts: Parts, name: str, rng: random.Random) -> None:
    del parts.arrays[name]
    parts.arrays = parts.arrays or {"none": Entry("F64", [0], b"")}


def _one_more(parts: Parts, name: str, rng: random.Random) -> None:
    entry = parts.arrays[name]
    parts.arrays[rng.choice(["more", "x" * 500, "", "__metadata__ ", "\x00"])] = Entry(
        entry.dtype, entry.shape, entry.data
    )


_OF_ARRAYS = [
    _other_numbers, _other_numbers, _other_numbers, _other_bytes, _shuffled, _other_dtype, _other_shape,
    _longer_or_shorter, _changed_places, _lost, _one_more,
]  # fmt: skip


def header_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """The header says what is not so."""
    parts = parts_of(data)
    name = rng.choice(list(parts.arrays))
    entry = parts.arrays[name]
    big = rng.choice([2**31, 2**40, 2**49, 2**50, 2**63, 2**64, -1, 10**30])
    turn = rng.randrange(10)
    if turn == 0:
        entry.shape = [big, *entry.shape[1:]]
    elif turn == 1:
        entry.offsets = rng.choice([[0, big], [big, big], [0, 0], [-8, 0], [0], [], "ab", [0.0, 8.0], [True, False]])
    elif turn == 2:
        parts.metadata = {rng.choice(["version", "format", "sha256", "more"]): rng.choice(ODD)}
    elif turn == 3:
        parts.length = rng.choice([0, 1, 2**24, 2**24 + 1, 2**63, 2**64 - 1, 38, len(data)])
    elif turn == 4:
        parts.head = b'{"__metadata__":{"format":"glassprop",' + rng.choice(
            [b"", b"}", b"[" * 5000, b'"a":1}}', rng.randbytes(300)]
        )
    elif turn == 5:
        parts.text = rng.choice(
            [
                b"",
                b"{}",
                b"[]",
                b"null",
                b"NaN",
                b"[" * 100_000,
                b'{"a":' * 50_000,
                b"\xff\xfe",
                b'{"a":1e999}',
                b"1" * 9000,
            ]
        )
    elif turn == 6:
        entry.dtype = rng.choice(["F16", "BF16", "V8", "O", "", "I128", "f8", "U8"])
    elif turn == 7:
        parts.text = _repeated_key(parts.body(), rng)
    elif turn == 8:
        entry.shape = rng.choice([[1] * 200, [0] * 4, [0, big], [2**25, 2**25, 2**14], [[1]], ["1"], None, [1.0]])
    else:
        parts.text = _spelled_otherwise(parts.body(), rng)
    return sealed(parts), f"header {turn}"


def _repeated_key(body: bytes, rng: random.Random) -> bytes:
    marks = [k for k in range(len(body)) if body[k : k + 1] == b"{" and body[k + 1 : k + 2] == b'"']
    at = rng.choice(marks) + 1
    key = body[at : body.index(b'"', at + 1) + 1]
    return body[:at] + key + b":1," + body[at:]


def _spelled_otherwise(body: bytes, rng: random.Random) -> bytes:
    """The same document, or nearly, in other JSON: spaces, escapes, numbers as 1e0, a mark of order before it."""
    turn = rng.randrange(5)
    if turn == 0:
        return json.dumps(json.loads(body), indent=rng.choice([0, 1, 40])).encode()
    if turn == 1:
        return body.replace(b'"kind"', b'"\\u006b\\u0069\\u006e\\u0064"')
    if turn == 2:
        return b"\xef\xbb\xbf" + body
    if turn == 3:
        return body.replace(b":1,", b":1e0,")
    return body + rng.choice([b" ", b"\n" * 1000, b"{}", b"\x00"])


def foreign_forged(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """A step, an attribute or the model itself is a skops blob with something in it that must not be built."""
    parts = parts_of(data)
    name = rng.choice([*FORGED, "doubling", "noise", "deep"])
    blob = _blob(name, rng)
    parts.arrays["blob"] = Entry("U8", [len(blob)], blob)
    node = {"kind": "skops", "version": 1, "data": {"array": "blob"}}
    spots = [
        (holder, key) for holder, key in places(parts.document["model"]) if key in ("step", "_scaler", "indicator_")
    ]
    holder, key = rng.choice([*spots, (parts.document, "model")] if spots else [(parts.document, "model")])
    if rng.random() < 0.2:
        holder, key = rng.choice([place for place in places(parts.document["model"]) if place[1] not in ("kind",)])
    holder[key] = node
    return sealed(parts), f"skops {name} as {key}"


def _blob(name: str, rng: random.Random) -> bytes:
    if name == "noise":
        return rng.randbytes(rng.choice([0, 1, 500]))
    if name == "doubling":
        return archive_of(doubling(rng.choice([8, 30, 60])))
    if name == "deep":
        node: Any = FORGED["type"]
        for _ in range(rng.choice([50, 300])):
            node = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": [node]}
        return archive_of(node)
    return archive_of(FORGED[name])


def heavy(data: bytes, rng: random.Random, pool: list[Any]) -> tuple[bytes, str]:
    """Few bytes that would take much memory or time if they were believed."""
    parts = parts_of(data)
    turn = rng.choice(_HEAVY)
    turn(parts, rng)
    return sealed(parts), turn.__name__.strip("_")


def _many_small_values(parts: Parts, rng: random.Random) -> None:
    small = rng.choice(
        ["0", "{}", "[]", "null", '""', '"a"', "0.5", "1e9", '"abcdefgh"', "[0]", '{"a":0}', "123456789"]
    )
    count = rng.choice([1000, 30_000, 200_000])
    parts.document["record"]["more"] = "PLACE"
    text = parts.body().decode() if parts.text is None else parts.text.decode()
    parts.text = text.replace('"PLACE"', "[" + ",".join([small] * count) + "]").encode()


def _many_keys(parts: Parts, rng: random.Random) -> None:
    parts.document["record"] = {f"{k:x}": rng.choice([0, None, ""]) for k in range(rng.choice([1000, 100_000]))}


def _one_long_text(parts: Parts, rng: random.Random) -> None:
    parts.document["record"]["more"] = rng.choice(["x", "\x00", "é", "\U0001f600"]) + "x" * rng.choice(
        [1000, 2_000_000]
    )


def _many_steps(parts: Parts, rng: random.Random) -> None:
    settings = dict.fromkeys(("func", "inverse_func", "kw_args", "inv_kw_args", "feature_names_out"))
    flags = {"validate": False, "accept_sparse": True, "check_inverse": False}
    step = {"kind": "identity", "version": 1, "n_features_in_": 4, **settings, **flags}
    steps = [{"name": str(k), "step": rng.choice(["passthrough", step])} for k in range(rng.choice([100, 3000]))]
    model = parts.document["model"]
    parts.document["model"] = {**_pipeline(), "steps": [*steps, {"name": "last", "step": model}]}


def _steps_within_steps(parts: Parts, rng: random.Random) -> None:
    for _ in range(rng.choice([5, 19, 21, 100])):
        parts.document["model"] = {**_pipeline(), "steps": [{"name": "a", "step": parts.document["model"]}]}


def _pipeline() -> dict[str, Any]:
    return {"kind": "pipeline", "version": 1, "transform_input": None, "memory": None, "verbose": False}


def _huge_layers(parts: Parts, rng: random.Random) -> None:
    """A network far larger than its parameters; or one of very many layers."""
    for holder, key in places(parts.document["model"]):
        if key == "network_" and isinstance(holder[key], dict):
            layer = {"n": rng.choice([1, 2**20, 2**40, 2**53]), "activation": "relu", "dropout": 0.0, "initial": "auto"}
            holder[key]["layers"] = [layer] * rng.choice([1, 1000, 9_999]) + holder[key]["layers"]


def _many_classes(parts: Parts, rng: random.Random) -> None:
    for holder, key in places(parts.document):
        if key in ("classes_", "categories_", "labels", "feature_names_in_") and holder[key] is not None:
            long = "x" * rng.choice([1, 1_000_000])
            values = [long, *map(str, range(rng.choice([10, 20_000])))]
            holder[key] = {"dtype": "str", "values": values} if isinstance(holder[key], dict) else values


def _many_arrays(parts: Parts, rng: random.Random) -> None:
    for k in range(rng.choice([100, 20_000])):
        parts.arrays[str(k)] = Entry("U8", [0], b"")


def _long_arrays(parts: Parts, rng: random.Random) -> None:
    """Megabytes of numbers where some are expected: as many as the file has, which is fair."""
    name = rng.choice(list(parts.arrays))
    count = rng.choice([10_000, 500_000])
    parts.arrays[name] = Entry("F64", [count], bytes(count * 8))


_HEAVY: list[Callable[[Parts, random.Random], None]] = [
    _many_small_values, _many_small_values, _many_keys, _one_long_text, _many_steps, _steps_within_steps, _huge_layers,
    _many_classes, _many_arrays, _long_arrays,
]  # fmt: skip
