"""The record of a model file of format 1: one JSON member of an archive, read without the model."""

from __future__ import annotations

from typing import Any
from zipfile import ZipFile

from glassprop.export.archive import checked_members, from_json
from glassprop.export.container import NewerFormat
from glassprop.export.document import check_record
from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit, OtherFile
from glassprop.export.schema.network_field import NETWORK
from glassprop.export.schema.parts import Writing
from glassprop.export.schema.values import Mapped, Object, Text, Whole

RECORD = "glassprop.json"
_OURS = ("format", "saved", "versions", "model")
_RECORD = Object(
    {
        "format": Whole(1, 1),
        "saved": Text(100),
        "versions": Mapped(Text(100), most=20),
        "model": Object(
            {"class": Text(100), "network": NETWORK, "parameters": Whole(), "dtype": Text(20), "epochs": Whole()}
        ),
    }
)


def record_of(archive: ZipFile, size: int) -> dict[str, Any]:
    """The record of an opened file of format 1, once sizes and the format's number are such as are read here.

    Raises
    ------
    Misfit, NewerFormat
    """
    try:
        members = checked_members(archive, size)
        if RECORD not in members or "schema.json" not in members:
            raise OtherFile(_other_archive(set(members)))
        record = from_json(archive.read(RECORD), Budget())
        number = record["format"] if type(record) is dict else None
        if type(number) is not int or number < 1:
            raise Misfit("record", f"its format is {str(number)[:20]!r}")
    except KeyError as error:
        raise Misfit("record", "it has no format") from error
    if number > 1:
        raise NewerFormat(str(number)[:12])
    _RECORD.write({name: record[name] for name in _OURS if name in record}, "record", Writing())
    check_record({name: value for name, value in record.items() if name not in _OURS})
    return record


def _other_archive(members: set[str]) -> str:
    if any(name.endswith((".pkl", ".pickle", ".joblib")) for name in members):
        return "is an archive with a Python pickle inside, which is never opened: loading one runs its code"
    if "schema.json" in members:
        return "is a skops file that glassprop did not write: open it with skops.io.load"
    return "is a zip archive, but not a glassprop model file"
