"""Lessons as files: TOML or JSON, read as plain data and written so that numbers can be changed by hand."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from glassprop.errors import LessonError
from glassprop.ground.atomic import NoName, named
from glassprop.ground.text import first_line, quoted, shown

MOST_BYTES = 1_000_000
STANDARD_INPUT = "-"
_POINT_FIRST = re.compile(r"(?<![\w.])[-+]?\.\d|\d\.(?![\d\w])")
_HEAD = """\
# A lesson: change the numbers, and look at it with `glassprop lesson FILE`.
# In w there is a row for each neuron, and in each row a weight for each input of the layer.
"""


def read_plain(path: str | os.PathLike[str]) -> tuple[Any, str]:
    """What a file holds, and what it is called in messages. ``-`` is standard input.

    Raises
    ------
    LessonError
        If it cannot be read, is too large, or is neither TOML nor JSON.
    """
    where = "standard input" if path == STANDARD_INPUT else shown(os.fspath(path))
    data = _bytes(path, where)
    if len(data) > MOST_BYTES:
        raise LessonError(f"{where}: is larger than {MOST_BYTES:,} bytes: a lesson is a small network in a small file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LessonError(f"{where}: is no UTF-8 text, from byte {error.start} on: save it as UTF-8") from None
    return parsed(text, where, is_json=str(path).lower().endswith(".json")), where


def _bytes(path: str | os.PathLike[str], where: str) -> bytes:
    try:
        if path == STANDARD_INPUT:
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with open(named(path), "rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LessonError(f"{where}: cannot be read: {error.strerror or error}") from None
    except NoName as error:
        raise LessonError(f"{where}: cannot be read: {error}") from None


def parsed(text: str, where: str, *, is_json: bool) -> Any:
    """The data of a text, which is called ``where`` in messages. Raises as ``read_plain``."""
    if not text.strip():
        raise LessonError(f"{where}: is empty")
    is_json = is_json or text.lstrip().startswith("{")
    kind = "JSON" if is_json else "TOML"
    try:
        if is_json:
            return json.loads(text, object_pairs_hook=_once)
        return tomllib.loads(text.replace("\r\n", "\n"))
    except RecursionError:
        raise LessonError(f"{where}: is nested too deeply: w is a list of lists of numbers, and no more") from None
    except ValueError as error:
        if "int_max_str_digits" in str(error):
            raise LessonError(f"{where}: has a number of thousands of digits") from None
        raise LessonError(f"{where}: is no {kind}: {first_line(error)}{_hint(text, str(error))}") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would take the last of two equal keys, and say nothing."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {quoted(next(name for name in names if names.count(name) > 1), 60)} is there twice")
    return found


def _hint(text: str, error: str) -> str:
    """What is often wrong in the line that is complained of."""
    if error.startswith("Cannot overwrite"):
        return "; the same key is there twice"
    found = re.search(r"at line (\d+)|: line (\d+)", error)
    lines = text.splitlines()
    line = int(next(filter(None, found.groups()))) if found else 0
    wrong = lines[line - 1] if 0 < line <= len(lines) else ""
    if _POINT_FIRST.search(wrong):
        return "; numbers have a digit on either side of the point: 0.5 and 1.0"
    return ""


# --- writing --------------------------------------------------------------------------------------------------


def json_text(data: Mapping[str, Any]) -> str:
    """The lesson as JSON, indented down to rows of numbers."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)
    rows = re.compile(r"\[\s+([-+.\de]+(?:,\s+[-+.\de]+)*)\s+\](?=[,\s])")
    return rows.sub(lambda row: "[" + re.sub(r",\s+", ", ", row[1]) + "]", text) + "\n"


def toml_text(data: Mapping[str, Any]) -> str:
    """The lesson as TOML, with a word on what stands where."""
    lines = [_HEAD.rstrip()]
    for key, value in data.items():
        if key != "layers":
            lines.append(f"{key} = {_value(value)}")
    for layer in data["layers"]:
        lines += ["", "[[layers]]", *(f"{key} = {_value(value)}" for key, value in layer.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if not isinstance(value, list):
        return repr(value)
    if not any(isinstance(part, list) for part in value):
        return f"[{', '.join(map(_value, value))}]"
    rows = ",\n  ".join(map(_value, value))
    return f"[\n  {rows},\n]" if len(value) > 1 else f"[{rows}]"
